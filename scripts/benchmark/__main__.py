"""Measures the application against the goals set for it. scripts/bench calls it, and explains."""

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from app.parameters import london_today
from scripts.benchmark.goals import goals_table, rows_table, times_table
from scripts.benchmark.load import CONNECTIONS, client_name
from scripts.benchmark.measure import Plan, measure
from scripts.benchmark.picture import draw_costs
from scripts.benchmark.queries import ROWS
from scripts.benchmark.results import Generated, Machine, Run, SizeResult
from scripts.benchmark.server import NotServing, bare_server
from scripts.benchmark.store import stored

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ("plan", "pull", "changes", "start")
LONGEST_LOAD = 60
PACKAGES = (
    "fastapi",
    "starlette",
    "pydantic",
    "uvicorn",
    "uvloop",
    "httptools",
    "sqlalchemy",
    "sqlmodel",
    "numpy",
)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, keep and draw; answer with the exit code."""
    asked = _parser().parse_args(arguments)
    plan = Plan(
        rows=asked.rows,
        seconds=asked.seconds,
        rounds=asked.rounds,
        distinct=asked.distinct,
        seed=asked.seed,
        folder=asked.folder,
    )
    plan.folder.mkdir(parents=True, exist_ok=True)
    run = Run(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=_machine(),
        seed=plan.seed,
        seconds=plan.seconds,
        rounds=plan.rounds,
        distinct=plan.distinct,
    )
    try:
        for size in asked.sizes:
            run.sizes.append(_measured(size, plan))
            (plan.folder / "bench.json").write_text(run.model_dump_json(indent=1), "utf-8")
    except NotServing as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        _tell("stopped; bench.json holds the sizes that were finished")
        return 130
    print(_report(run))
    if draw_costs(run, asked.plot):
        print(f"\nThe cost of each row against the size of the catalogue is drawn in {asked.plot}.")
    faults = [fault for one in run.sizes for fault in one.faults]
    for fault in faults:
        _tell(fault)
    return 1 if faults else 0


def _measured(size: int, plan: Plan) -> SizeResult:
    _tell(f"{size:,} activities: making the catalogue, or finding it made")
    found = stored(plan.folder, plan.seed, size, london_today())
    result = SizeResult(
        size=size,
        generated=Generated(
            seconds=found.seconds,
            megabytes=found.path.stat().st_size / 1e6,
            made_on=found.catalogue.today.isoformat(),
        ),
    )
    _tell(f"{size:,} activities: measuring")
    with bare_server(plan.folder) as limit:
        measure(found.url, result, plan, limit)
    return result


def _report(run: Run) -> str:
    machine = run.machine
    memory = "" if machine.memory_gb is None else f", {machine.memory_gb:.0f} GB"
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    before = machine.load_before
    busy = "" if before is None else f" Load before the run: {before:.1f}."
    method = (
        f"Load: {machine.client}, {CONNECTIONS} connections, {run.rounds} rounds of "
        f"{run.seconds:g} s in turn with the limit: a bare ASGI application that answers as many "
        "bytes under the same server."
    )
    return "\n".join(
        [
            "",
            f"{machine.processor}, {machine.cores} cores{memory}, {machine.machine}.{busy}",
            versions + ".",
            f"Commit {machine.commit}, seed {run.seed}, {run.at}.",
            method,
            f"One worker, {run.distinct} different queries in each row; no search is repeated.",
            "",
            rows_table(run),
            "",
            times_table(run),
            "",
            goals_table(run),
        ]
    )


def _machine() -> Machine:
    return Machine(
        machine=platform.platform(),
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=_memory_gb(),
        load_before=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        versions={"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        commit=_commit(),
        client=client_name(),
    )


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        for line in cpus.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (ValueError, OSError):
        return None


def _commit() -> str:
    """The commit of the checkout, and whether it was changed since."""
    git = shutil.which("git")
    if git is None:
        return "not known"
    told = []
    for arguments in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain")):
        done = subprocess.run(  # noqa: S603 - the commands are written here.
            [git, "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            return "not known"
        told.append(done.stdout.strip())
    return f"{told[0]} with changes" if told[1] else told[0]


def _tell(sentence: str) -> None:
    print(f"scripts/bench: {sentence}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", add_help=False)
    parser.add_argument("--sizes", type=_sizes, default=(3_000, 30_000, 300_000))
    parser.add_argument("--rows", type=_rows, default=(*ROWS, *OTHERS))
    parser.add_argument("--seconds", type=_positive, default=4.0)
    parser.add_argument("--rounds", type=_count, default=3)
    parser.add_argument("--distinct", type=_count, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench")
    parser.add_argument("--plot", type=Path, default=Path(__file__).with_name("search-cost.png"))
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({_count(part) for part in text.split(",")}))


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of 1 or more")
    return int(text)


def _rows(text: str) -> tuple[str, ...]:
    named = text.split(",")
    if strange := set(named) - {*ROWS, *OTHERS}:
        known = ", ".join((*ROWS, *OTHERS))
        raise argparse.ArgumentTypeError(f"there is no row {', '.join(strange)}; there are {known}")
    return tuple(named)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= LONGEST_LOAD:
        raise argparse.ArgumentTypeError(f"seconds are more than 0, and at most {LONGEST_LOAD}")
    return number


def _stop(*_: object) -> NoReturn:
    """End as an error does, so that no server is left behind."""
    _tell("told to stop")
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())
