"""What a run of the benchmark found, as it is printed, kept as JSON and drawn."""

import math
from statistics import fmean, median

from pydantic import BaseModel

from scripts.benchmark.load import Load


class Round(BaseModel):
    """One load on the application and, right after it, one on the limit."""

    load: Load
    cpu_seconds: float | None
    limit: Load
    limit_cpu_seconds: float | None


class RowResult(BaseModel):
    """What one kind of request costs. `not_run` says why there are no rounds."""

    title: str
    not_run: str | None = None
    addresses: int = 0
    bytes: int = 0
    items: float = 0
    total: float = 0
    rounds: list[Round] = []

    @property
    def best(self) -> float:
        """The most requests a second in any round."""
        return max(one.load.per_second for one in self.rounds)

    @property
    def median(self) -> float:
        """Requests a second in the middle round."""
        return median(one.load.per_second for one in self.rounds)

    @property
    def limit(self) -> float:
        """The most requests a second of the limit in any round."""
        return max(one.limit.per_second for one in self.rounds)

    @property
    def of_limit(self) -> float:
        """The best round as a part of the limit's best."""
        return self.best / self.limit

    @property
    def cost(self) -> float:
        """Microseconds of the server for one request, in its best round.

        Its processor time where the system tells that, else the time that passed.
        """
        return min(_cost(one.load, one.cpu_seconds) for one in self.rounds)

    @property
    def limit_cost(self) -> float:
        """The same of the limit."""
        return min(_cost(one.limit, one.limit_cpu_seconds) for one in self.rounds)

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return sum(one.load.failed for one in self.rounds)

    @property
    def p50_ms(self) -> float:
        """Half of the requests took no longer, on average over the rounds."""
        return fmean(one.load.p50_ms for one in self.rounds)

    @property
    def p99_ms(self) -> float:
        """Of a hundred requests, 99 took no longer."""
        return fmean(one.load.p99_ms for one in self.rounds)


class Generated(BaseModel):
    """How a synthetic catalogue came about; no seconds where its file was there already."""

    seconds: float | None
    megabytes: float
    made_on: str


class Pull(BaseModel):
    """Everything pulled at once: records a second, and what it took to have them ready.

    `prepared` are seconds, `grown_mb` the memory by which the server grew while it sent.
    """

    records: int
    megabytes: float
    prepared: float
    per_second: float
    cpu_per_second: float | None
    grown_mb: float


class Times(BaseModel):
    """Figures of one size that are no loads; None is what was not run."""

    cold_start: float | None = None
    warm_start: float | None = None
    memory_mb: float | None = None
    seen: list[float] | None = None
    intake_ms: list[float] | None = None
    intake_cpu_ms: list[float] | None = None
    read_all: float | None = None
    plan_ms: list[float] | None = None
    pull: Pull | None = None


class SizeResult(BaseModel):
    """Everything about one size of catalogue."""

    size: int
    generated: Generated
    times: Times = Times()
    rows: dict[str, RowResult] = {}
    wrong: list[str] = []

    @property
    def faults(self) -> list[str]:
        """What went wrong, in sentences; figures with any of these are not to be trusted."""
        failed = [
            f"{row.failed:,} requests of '{row.title}' failed."
            for row in self.rows.values()
            if row.failed
        ]
        return [f"{self.size:,} activities: {sentence}" for sentence in (*self.wrong, *failed)]


class Machine(BaseModel):
    """Where and with what a run took place."""

    machine: str
    processor: str
    cores: int
    memory_gb: float | None
    load_before: float | None
    versions: dict[str, str]
    commit: str
    client: str


class Run(BaseModel):
    """One run of the benchmark."""

    at: str
    machine: Machine
    seed: int
    seconds: float
    rounds: int
    distinct: int
    sizes: list[SizeResult] = []

    def row(self, size: int, name: str) -> RowResult | None:
        """A row of a size, if it ran."""
        for one in self.sizes:
            found = one.rows.get(name)
            if one.size == size and found and found.rounds and found.best:
                return found
        return None

    def ran(self, name: str) -> dict[int, RowResult]:
        """A row of every size for which it ran, if anything was answered."""
        found = {one.size: self.row(one.size, name) for one in self.sizes}
        return {size: row for size, row in found.items() if row}

    def times(self, size: int) -> Times:
        """The other figures of a size."""
        return next((one.times for one in self.sizes if one.size == size), Times())


def _cost(load: Load, cpu_seconds: float | None) -> float:
    if not load.requests:
        return math.inf
    seconds = load.seconds if cpu_seconds is None else cpu_seconds
    return seconds / load.requests * 1e6
