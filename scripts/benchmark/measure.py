"""Measures one size of catalogue: starting, memory, changes, and rows of requests under load."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

from scripts.benchmark.load import Load, load
from scripts.benchmark.pull import pull
from scripts.benchmark.queries import PATH, ROWS, Queries, Row
from scripts.benchmark.results import Round, RowResult, SizeResult, Times
from scripts.benchmark.server import Server, application
from scripts.benchmark.weeks import plan_times

CHECKED = 60
"""How many answers of a row are read and checked before it is measured."""

FASTEST = 12_000
"""Requests a second that no row exceeds: so many addresses are ready for one second."""

CHANGES_SEEN = 5
LONGEST_WAIT = 30.0
BETWEEN_LOOKS = 0.005
AT_ONCE = 100
"""How many changed activities an index takes in at once."""


class WrongAnswer(Exception):  # noqa: N818 - errors here are nouns.
    """The application did not answer as it should; its speed would mean nothing."""


@dataclass(frozen=True)
class Plan:
    """How rows are measured."""

    rows: Sequence[str]
    seconds: float
    rounds: int
    distinct: int
    seed: int
    folder: Path


def measure(url: str, result: SizeResult, plan: Plan, limit: Server) -> None:
    """Measure the application on a database, and put the figures into the result.

    Args:
        url: the database's.
        result: where the figures go.
        plan: which rows, and for how long.
        limit: the bare application, already serving.
    """
    folder = plan.folder / f"server-{result.size}"
    shutil.rmtree(folder, ignore_errors=True)
    times = result.times
    with application(url, folder) as server:
        times.cold_start = server.seconds_to_ready
        _rows(server, result, plan, limit)
        times.memory_mb = server.memory_mb()
        if "plan" in plan.rows:
            times.plan_ms = plan_times(server, plan.seed) or None
        if "pull" in plan.rows:
            times.pull = pull(server)
        if "changes" in plan.rows:
            try:
                _changes(server, url, folder, times)
            except WrongAnswer as wrong:
                result.wrong.append(str(wrong))
    # Whatever it left behind, save for its log, was kept for the next start.
    kept = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".log"]
    if kept and "start" in plan.rows:
        with application(url, folder) as server:
            times.warm_start = server.seconds_to_ready


def _rows(server: Server, result: SizeResult, plan: Plan, limit: Server) -> None:
    known = _parameters(server)
    queries = Queries(plan.seed, result.size, known, plan.distinct)
    ready: dict[str, _Loader] = {}
    for name in plan.rows:
        if name not in ROWS:
            continue
        row = ROWS[name]
        found = result.rows[name] = RowResult(title=row.title)
        if missing := sorted(row.needs - known):
            found.not_run = f"the list of activities takes no {', '.join(missing)} yet"
            continue
        loader = _Loader(server, queries, row, plan, limit)
        try:
            loader.check(found)
        except WrongAnswer as wrong:
            found.not_run = "it was answered wrongly"
            result.wrong.append(str(wrong))
            continue
        if row.unique and found.total == result.size:
            found.not_run = "whatever is asked, every activity is found"
            continue
        ready[name] = loader
    # The rounds of all rows take turns, so that a slow minute of the machine meets all of them.
    for _ in range(plan.rounds):
        for name, loader in ready.items():
            result.rows[name].rounds.append(loader.round())


def _parameters(server: Server) -> frozenset[str]:
    """The parameters that the list of activities takes."""
    description = server.ask("/openapi.json").json()
    return frozenset(one["name"] for one in description["paths"][PATH]["get"]["parameters"])


class _Loader:
    """Loads one row on the application and on the limit in turn."""

    def __init__(
        self, server: Server, queries: Queries, row: Row, plan: Plan, limit: Server
    ) -> None:
        self.server = server
        self.queries = queries
        self.row = row
        self.plan = plan
        self.limit = limit
        self.limit_path = "/2"
        self.stream = queries.stream(row)
        self.etags: dict[str, str] = {}

    def check(self, result: RowResult) -> None:
        """Read some answers of the row, and note what they hold.

        Raises:
            WrongAnswer: one is no page of activities.
        """
        addresses = self.queries.addresses(self.row)
        result.addresses = len(addresses)
        pages: list[dict[str, Any]] = []
        sizes = []
        for address in addresses[:CHECKED]:
            answer = self.server.ask(address)
            if answer.status != 200:  # noqa: PLR2004 - what HTTP calls fine.
                raise WrongAnswer(f"{address} was answered with {answer.status}.")
            pages.append(answer.json())
            sizes.append(len(answer.body))
            self.etags[address] = answer.etag
        result.items = fmean(_shown(page) for page in pages)
        result.total = fmean(
            page["considered" if "considered" in page else "total"] for page in pages
        )
        result.bytes = 0 if self.row.conditional else round(fmean(sizes))
        self.limit_path = "/304" if self.row.conditional else f"/{result.bytes}"

    def round(self) -> Round:
        """One load on the application, and one on the limit."""
        own, cpu = self._timed(self.server, self._lines())
        bare, bare_cpu = self._timed(self.limit, [self.limit_path])
        return Round(load=own, cpu_seconds=cpu, limit=bare, limit_cpu_seconds=bare_cpu)

    def _lines(self) -> list[str]:
        if self.row.conditional:
            return [f"{address}\t{etag}" for address, etag in self.etags.items()]
        if not self.row.unique:
            return self.queries.addresses(self.row)
        return list(islice(self.stream, int(FASTEST * self.plan.seconds)))

    def _timed(self, server: Server, lines: Sequence[str]) -> tuple[Load, float | None]:
        server.settle()
        before = server.cpu_seconds()
        found = load(server.url, lines, self.plan.folder / "addresses.txt", self.plan.seconds)
        after = server.cpu_seconds()
        return found, None if before is None or after is None else after - before


LISTS = ("items", "matches", "ask_first", "near_misses")


def _shown(page: Mapping[str, Any]) -> int:
    """How many activities an answer shows, in whichever lists."""
    return sum(len(page.get(name, ())) for name in LISTS)


# Changes


class _Orders:
    """A publisher in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def answer(self) -> dict[str, Any]:
        """What it says next."""
        if self._process.stdout is None:
            raise RuntimeError("The publisher has no output.")
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def give(self, order: str) -> dict[str, Any]:
        """Give an order and wait for the answer."""
        if self._process.stdin is None:
            raise RuntimeError("The publisher has no input.")
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        return self.answer()


@contextmanager
def _publisher(url: str, folder: Path) -> Iterator[_Orders]:
    command = [sys.executable, "-m", "scripts.benchmark.publisher", url, str(folder)]
    with subprocess.Popen(  # noqa: S603 - the command is written here.
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        orders = _Orders(process)
        try:
            yield orders
        finally:
            if process.poll() is None:
                orders.give("restore")


def _changes(server: Server, url: str, folder: Path, times: Times) -> None:
    """How soon a server shows what another process published, and how fast an index takes it in."""
    with _publisher(url, folder) as publisher:
        address = f"{PATH}?provider={publisher.answer()['provider']}&per_page=100"
        times.seen = [
            _seconds_until(server, address, publisher, f"change {turn}")
            for turn in range(CHANGES_SEEN)
        ]
        intake = publisher.give(f"intake {AT_ONCE}")
        times.intake_ms = intake["intake_ms"]
        times.intake_cpu_ms = intake["intake_cpu_ms"]
        times.read_all = intake["read_all"]


def _seconds_until(server: Server, address: str, publisher: _Orders, mark: str) -> float:
    committed: float = publisher.give(f"publish {mark}")["at"]
    while time.monotonic() - committed < LONGEST_WAIT:
        if mark in server.ask(address).body.decode():
            return time.monotonic() - committed
        time.sleep(BETWEEN_LOOKS)
    raise WrongAnswer(f"A published change was not seen within {LONGEST_WAIT:.0f} seconds.")
