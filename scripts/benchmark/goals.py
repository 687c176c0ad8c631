"""The goals that this project set itself before it was measured, and what a run says of each."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scripts.benchmark.results import RowResult, Run

SMALL, MIDDLE, LARGE = 3_000, 30_000, 300_000
NOT_RUN = "not run"


class Verdict(NamedTuple):
    """A goal, the figure that was found, and whether it is met; None where it was not run."""

    what: str
    goal: str
    figure: str
    met: bool | None


def verdicts(run: Run) -> list[Verdict]:
    """What a run says of each goal."""
    return [
        _of_limit(run, "search", "search page of 20, full validation, at 3,000", 0.10, SMALL),
        _of_limit(run, "search", "search page of 20, full validation, at 300,000", 0.06, LARGE),
        _growth(run),
        _beside_search(run),
        _of_limit(run, "matches", "questionnaire, explained answer of 20, at 30,000", 0.01, MIDDLE),
        _of_limit(run, "repeated", "a repeated public GET", 0.40),
        _of_limit(run, "304", "a 304", 0.55),
        _most(
            "weekly plan, 200 candidate sessions, middle answer",
            "under 100 ms",
            100,
            "{:.0f} ms",
            [_middle(one.times.plan_ms) for one in run.sizes if one.times.plan_ms],
        ),
        _most(
            "weekly plan, 200 candidate sessions, slowest answer",
            "under 100 ms",
            100,
            "{:.0f} ms",
            [max(one.times.plan_ms) for one in run.sizes if one.times.plan_ms],
        ),
        _most(
            "a published change is seen",
            "within 1 s",
            1,
            "{:.2f} s",
            [max(one.times.seen) for one in run.sizes if one.times.seen],
        ),
        _most(
            "a worker takes in 100 changed activities",
            "under 20 ms",
            20,
            "{:.0f} ms",
            [_middle(one.times.intake_ms) for one in run.sizes if one.times.intake_ms],
        ),
        _most(
            "start-up with 300,000 from a warm snapshot",
            "under 5 s",
            5,
            "{:.1f} s",
            _known(run.times(LARGE).warm_start),
        ),
        _most(
            "memory of a worker with 300,000",
            "under 600 MB",
            600,
            "{:.0f} MB",
            _known(run.times(LARGE).memory_mb),
        ),
        _pull(run),
        _not_here("against peers on the same records", "at least 20 times (measured elsewhere)"),
    ]


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """Rows under headings, in columns.

    Args:
        headings: one for each column.
        rows: as many cells each.
        words: how many columns, from the left, hold words; the rest hold figures.
    """
    widths = [max(len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        placed = [
            cell.ljust(width) if number < words else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(placed).rstrip()

    rule = ["-" * width for width in widths]
    return "\n".join(line(cells) for cells in (headings, rule, *rows))


def goals_table(run: Run) -> str:
    """The goals as people read them."""
    words = {True: "met", False: "NOT MET", None: ""}
    rows = [(one.what, one.goal, one.figure, words[one.met]) for one in verdicts(run)]
    return table(("goal", "wanted", "found", ""), rows, words=4)


def rows_table(run: Run) -> str:
    """What each row costs, for each size."""
    headings = "row|size|best/s|median/s|limit/s|of limit|CPU us|limit us|p50 ms|p99 ms|bytes|items"
    headings += "|found|failed"
    rows = []
    for one in run.sizes:
        for row in one.rows.values():
            figures = tuple(_figures(row)) if row.rounds else (NOT_RUN, *[""] * 11)
            rows.append((row.title, f"{one.size:,}", *figures))
    reasons = [
        f"{row.title} at {one.size:,} was not run: {row.not_run}."
        for one in run.sizes
        for row in one.rows.values()
        if row.not_run
    ]
    return "\n".join([table(headings.split("|"), rows), *reasons])


def times_table(run: Run) -> str:
    """The figures that are no loads, for each size."""
    headings = "size|made in s|file MB|cold start s|warm start s|memory MB|change seen s"
    headings += "|100 taken in ms"
    rows = []
    for one in run.sizes:
        times = one.times
        rows.append(
            (
                f"{one.size:,}",
                _shown(one.generated.seconds, "{:.0f}", "kept"),
                f"{one.generated.megabytes:.0f}",
                _shown(times.cold_start, "{:.1f}"),
                _shown(times.warm_start, "{:.1f}"),
                _shown(times.memory_mb, "{:.0f}"),
                _shown(max(times.seen, default=None) if times.seen else None, "{:.2f}"),
                _shown(_middle(times.intake_ms) if times.intake_ms else None, "{:.1f}"),
            )
        )
    return table(headings.split("|"), rows)


def _figures(row: RowResult) -> Iterator[str]:
    yield f"{row.best:,.0f}"
    yield f"{row.median:,.0f}"
    yield f"{row.limit:,.0f}"
    yield f"{row.of_limit * 100:.1f} %"
    yield f"{row.cost:,.0f}"
    yield f"{row.limit_cost:,.0f}"
    yield f"{row.p50_ms:.2f}"
    yield f"{row.p99_ms:.2f}"
    yield f"{row.bytes:,}"
    yield f"{row.items:.1f}"
    yield f"{row.total:,.0f}"
    yield f"{row.failed:,}"


def _of_limit(run: Run, name: str, what: str, least: float, size: int | None = None) -> Verdict:
    """A row at one size, or at the size at which it does worst."""
    ran = {at: row.of_limit for at, row in run.ran(name).items() if size in {None, at}}
    goal = f"at least {least * 100:.0f} % of the limit"
    if not ran:
        return Verdict(what, goal, NOT_RUN, None)
    worst = min(ran, key=ran.__getitem__)
    at = "" if size else f" at {worst:,}"
    return Verdict(what, goal, f"{ran[worst] * 100:.1f} %{at}", ran[worst] >= least)


def _growth(run: Run) -> Verdict:
    what, goal = "search: its cost from 3,000 to 300,000", "grows at most 2x"
    small, large = run.row(SMALL, "search"), run.row(LARGE, "search")
    if not small or not large:
        return Verdict(what, goal, NOT_RUN, None)
    grown = large.cost / small.cost
    return Verdict(what, goal, f"{grown:.2f}x", grown <= 2)  # noqa: PLR2004 - the goal.


def _beside_search(run: Run) -> Verdict:
    what, goal = "search with text and facets", "at most 3x the cost of the search"
    searches = run.ran("search")
    ratios = {
        size: row.cost / searches[size].cost
        for size, row in run.ran("facets").items()
        if size in searches
    }
    if not ratios:
        return Verdict(what, goal, NOT_RUN, None)
    worst = max(ratios, key=ratios.__getitem__)
    figure = f"{ratios[worst]:.2f}x at {worst:,}"
    return Verdict(what, goal, figure, ratios[worst] <= 3)  # noqa: PLR2004 - the goal.


def _most(what: str, goal: str, most: float, shape: str, figures: list[float]) -> Verdict:
    if not figures:
        return Verdict(what, goal, NOT_RUN, None)
    return Verdict(what, goal, shape.format(max(figures)), max(figures) <= most)


def _pull(run: Run) -> Verdict:
    what, goal = "full pull as NDJSON", "at least 20,000 records a second"
    ran = {one.size: one.times.pull for one in run.sizes if one.times.pull}
    if not ran:
        return Verdict(what, goal, NOT_RUN, None)
    size = max(ran)
    pull = ran[size]
    figure = f"{pull.per_second:,.0f} at {size:,}, {pull.grown_mb:.0f} MB more"
    return Verdict(what, goal, figure, pull.per_second >= 20_000)  # noqa: PLR2004 - the goal.


def _not_here(what: str, goal: str) -> Verdict:
    return Verdict(what, goal, NOT_RUN, None)


def _known(figure: float | None) -> list[float]:
    return [] if figure is None else [figure]


def _middle(figures: list[float]) -> float:
    return sorted(figures)[len(figures) // 2]


def _shown(figure: float | None, shape: str, otherwise: str = NOT_RUN) -> str:
    return otherwise if figure is None else shape.format(figure)
