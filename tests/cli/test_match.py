"""`carefinder match`: answers in, a sheet out, and nothing left behind."""

import io
import json
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli import commands
from app.clock import read_clock
from app.database import Database
from app.settings import get_settings
from app.vocabulary.easy_read import lint

Ran = tuple[int, str, str]
Run = Callable[..., Ran]

GARDENER = {
    "location": {"text": "CW1 2AB"},
    "needs": ["learning_disability"],
    "funding": "direct_payment",
    "activities": ["gardening"],
    "travel": {"within_miles": 10},
}


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sample_url: str,
    tmp_path: Path,
) -> Iterator[Run]:
    """Runs `carefinder match` on the sample, with something typed or piped in."""
    monkeypatch.setenv("CAREFINDER_DATABASE_URL", sample_url)
    monkeypatch.setenv("CAREFINDER_VAR", str(tmp_path / "var"))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)

    def run(*arguments: str | Path, typed: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["carefinder", "match", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        get_settings.cache_clear()
        try:
            commands.run()
        except SystemExit as end:
            code = int(end.code or 0)
        else:
            code = 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    yield run
    get_settings.cache_clear()


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes answers into a file."""

    def write(told: Any) -> Path:
        path = tmp_path / "answers.json"
        path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
        return path

    return write


def test_a_person_is_told_all_that_they_need_to_decide(
    run: Run, file_of: Callable[[Any], Path]
) -> None:
    code, shown, _ = run("--answers", file_of(GARDENER))
    assert code == 0
    for part in (
        "We looked at 200 activities.",
        "What fits (",
        "Gardening at Signal Row Plots",
        "   Why:",
        "   When",
        "   Cost",
        "   How to start",
        "01632 960",
        "Left out, and why",
        "Who to call",
        "Cheshire East Council",
        "999",
    ):
        assert part in shown, part
    assert max(map(len, shown.splitlines())) <= 96


@pytest.mark.parametrize("told", [GARDENER, {"answers": GARDENER}])
def test_answers_may_stand_in_a_body_or_alone(
    run: Run, file_of: Callable[[Any], Path], told: Any
) -> None:
    assert "What fits (" in run("--answers", file_of(told))[1]
    assert "What fits (" in run("--answers", "-", typed=json.dumps(told))[1]


def test_so_many_are_shown_as_are_asked_for(run: Run, file_of: Callable[[Any], Path]) -> None:
    _, shown, _ = run("--answers", file_of({}), "--limit", "1")
    assert "1. " in shown
    assert "2. " not in shown
    assert "more" in shown


def test_whoever_checks_can_see_every_weight(run: Run, file_of: Callable[[Any], Path]) -> None:
    assert " of 2" not in run("--answers", file_of(GARDENER))[1]
    assert " of 2" in run("--answers", file_of(GARDENER), "--whole")[1]


def test_in_easy_read_every_fixed_word_is_easy(run: Run, file_of: Callable[[Any], Path]) -> None:
    code, shown, _ = run("--easy", "--answers", file_of(GARDENER))
    assert code == 0
    assert "These fit you" in shown
    assert "What fits" not in shown
    headings = [line for line in shown.splitlines() if line and not line.startswith(" ")]
    assert [finding for line in headings for finding in lint(line.split(",")[0])] == []


def test_answers_can_be_typed_or_piped_in(run: Run) -> None:
    code, shown, _ = run(typed="1\nCW1 2AB\n5\ngardening\n")
    assert code == 0
    assert "Where do you live?" in shown
    assert "What fits (" in shown
    assert "Gardening at Signal Row Plots" in shown


def test_without_any_answer_there_is_a_result_all_the_same(run: Run) -> None:
    code, shown, _ = run()
    assert code == 0
    assert "We looked at 200 activities." in shown


def test_a_place_that_nobody_knows_is_told_at_once(run: Run) -> None:
    code, shown, _ = run(typed="\nZZ99 9ZZ\nCrewe\n")
    assert code == 0
    assert "Near Crewe" in shown


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "no JSON object"),
        ({"needs": ["sadness"]}, "/answers/needs/0"),
        ({"answers": {}, "colour": 1}, "/colour"),
        ({"travel": {"within_miles": 500}}, "/answers/travel/within_miles"),
        ({"location": {"text": "ZZ99 9ZZ"}}, "postcode"),
        ({"age": 20, "group": ["older_people"]}, "age and the groups"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_and_where(
    run: Run, file_of: Callable[[Any], Path], told: Any, said: str
) -> None:
    code, shown, trouble = run("--answers", file_of(told))
    assert (code, shown) == (1, "")
    assert trouble.startswith("carefinder: ")
    assert said in trouble
    assert "Traceback" not in trouble


def test_nothing_is_stored(
    run: Run, file_of: Callable[[Any], Path], sample_url: str, tmp_path: Path
) -> None:
    def clock() -> Any:
        database = Database(sample_url)
        with database.read() as session:
            face = read_clock(session)
        database.close()
        return face

    before = clock()
    run("--answers", file_of(GARDENER))
    assert clock() == before
    assert [path for path in (tmp_path / "var").rglob("*") if path.is_file()] == []


def test_weeks_that_work_are_shown_as_tables(run: Run, file_of: Callable[[Any], Path]) -> None:
    told = {
        "answers": {**GARDENER, "budget": {"amount_pence": 20_000}},
        "days_per_week": 2,
        "earliest": "09:30",
    }
    code, shown, _ = run("--plan", "--answers", file_of(told))
    assert code == 0
    for part in ("The week that fits best", "Travel", "A week: £", " left", "It is not a decision"):
        assert part in " ".join(shown.split()), part
    easy = run("--plan", "--easy", "--answers", file_of(told))[1]
    assert "The best week for you" in easy
    # What stands in the arithmetic adds up.
    week = next(line for line in shown.splitlines() if line.startswith("A week: £"))
    total, _, rest = week.removeprefix("A week: ").partition(" = ")
    amounts = [float(text) for text in re.findall(r"£([0-9.]+)", rest)]
    assert float(total.partition(";")[0].removeprefix("£")) == pytest.approx(sum(amounts[:-1]))
    assert sum(amounts) == pytest.approx(200)


def test_where_no_week_works_it_is_said_what_to_try(
    run: Run, file_of: Callable[[Any], Path]
) -> None:
    code, shown, _ = run("--plan", "--answers", file_of({"answers": GARDENER, "latest": "06:00"}))
    assert code == 0
    assert "No week works with these answers." in shown
    assert "Try this: Stay until" in shown
    code, _, told = run("--plan", "--answers", file_of({"answers": GARDENER, "latest": "6"}))
    assert code != 0
    assert "/latest" in told
