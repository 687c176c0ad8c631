"""How long searches take while somebody tries passwords without end.

Two servers on one database of 10,000 invented activities. People search 100 times a second, each
time for something else, and are timed from the moment at which they ask; first in calm, and then
while 500 wrong passwords a second are tried, for an account that exists and for others that do not.

    scripts/faults --database sqlite flood
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from app.accounts.commands.accounts import make_account
from app.accounts.models import Allowance
from app.accounts.passwords import hash_password
from app.clock import CatalogueClock
from app.database import Database
from app.parameters import london_today
from app.schema import migrate
from scripts.benchmark.queries import ROWS, Queries
from scripts.benchmark.server import Server, application
from scripts.benchmark.store import TABLES, stored

LISTINGS = 10_000
SEARCHES = 100
"""A second."""

ATTEMPTS = 500
"""A second."""

MIXED = ("search", "facets", "search", "page50", "search", "facets", "search", "repeated")
"""What is asked in turn: rows of `scripts/bench`."""

WARM = 5.0
OWNER = "owner@example.org"
CATALOGUES = Path(__file__).resolve().parent.parent / "var" / "bench"


@dataclass(frozen=True)
class Phase:
    """What came of some seconds of searches, and of the attempts meanwhile."""

    name: str
    searches: dict[str, Any]
    attempts: dict[str, Any] | None
    used: float
    """Processor time of both servers, in parts of one core."""

    def __str__(self) -> str:
        def told(sent: dict[str, Any]) -> str:
            times = " / ".join(f"{sent[part]:.1f}" for part in ("p50", "p95", "p99"))
            return f"{times} ms (p50, p95, p99), {sent['statuses']}"

        lines = [f"  {self.name}: a search {told(self.searches)}"]
        if self.attempts:
            lines.append(f"    an attempt {told(self.attempts)}")
        load = os.getloadavg()[0]
        lines.append(f"    the servers used {self.used:.0%} of a core; load average {load:.1f}")
        return "\n".join(lines)


def fill(url: str) -> None:
    """Put the invented catalogue, and an account, into a new database."""
    made = stored(CATALOGUES, 1, LISTINGS, london_today())
    if url.startswith("sqlite"):
        shutil.copy(made.path, url.removeprefix("sqlite:///"))
    migrate(url)
    database, source = Database(url), Database(made.url)
    with source.read() as kept, database.write() as session:
        for table in TABLES if not database.sqlite else ():
            rows = kept.execute(select(table.__table__)).mappings().all()  # type: ignore[attr-defined] # SQLModel's own.
            session.execute(insert(table), [dict(row) for row in rows])
        sequence = kept.execute(select(col(CatalogueClock.sequence))).scalar_one()
        session.execute(update(CatalogueClock).values(sequence=sequence))
        make_account(session, OWNER, hash_password("lanterns by the river"))
    for one in (database, source):
        one.close()


def attempts() -> Iterator[str]:
    """Wrong passwords, every second one for an account that exists."""
    for number in range(sys.maxsize):
        email = f"nobody-{number}@example.org" if number % 2 else OWNER
        form = {"grant_type": "password", "username": email, "password": "wrong password here"}
        yield f"/v1/auth/token\t{urlencode(form)}"


def searches() -> Iterator[str]:
    """Addresses of searches, none of which was asked for before but for those of one row."""
    known = frozenset().union(*(ROWS[name].needs for name in MIXED))
    queries = Queries(1, LISTINGS, known)
    streams = {name: queries.stream(ROWS[name]) for name in MIXED}
    for name in cycle(MIXED):
        yield next(streams[name])


class Measuring:
    """Servers, and what is sent to them."""

    def __init__(self, servers: list[Server], folder: Path, seconds: float) -> None:
        self.servers = servers
        self.folder = folder
        self.seconds = seconds
        self.searches = searches()
        self.attempts = attempts()

    def begin(
        self, name: str, lines: Iterator[str], rate: int, seconds: float, addresses: int
    ) -> "subprocess.Popen[bytes]":
        """Send so many a second, from a process of its own."""
        file = self.folder / f"{name}.txt"
        file.write_text("\n".join(islice(lines, int(rate * seconds))), encoding="utf-8")
        ports = [str(server.port) for server in self.servers]
        command = [sys.executable, "-m", "scripts.arrivals", str(file), str(rate), str(seconds)]
        return subprocess.Popen(  # noqa: S603 - the command is written here.
            [*command, str(addresses), *ports], stdout=subprocess.PIPE
        )

    def used(self) -> float:
        """Seconds of processor time of all servers."""
        return sum(server.cpu_seconds() or 0 for server in self.servers)

    def phase(self, name: str, *, addresses: int = 0, seconds: float | None = None) -> Phase:
        """Search for some seconds, while attempts come from so many addresses."""
        lasts = seconds or self.seconds
        for server in self.servers:
            server.settle()
        begun, used = time.monotonic(), self.used()
        sent = [self.begin("searches", self.searches, SEARCHES, lasts, 1)]
        if addresses:
            sent.append(self.begin("attempts", self.attempts, ATTEMPTS, lasts, addresses))
        told = [json.loads(one.communicate()[0]) for one in sent]
        part = (self.used() - used) / (time.monotonic() - begun)
        return Phase(name, told[0], told[1] if addresses else None, part)


def measure(url: str, folder: Path, seconds: float) -> Iterator[Phase]:
    """In calm, then while attempts come from one address, and from many.

    Args:
        url: of a new database.
        folder: for what the servers write.
        seconds: that each lasts.
    """
    fill(url)
    database = Database(url)
    with ExitStack() as stack:
        servers = [stack.enter_context(application(url, folder / name)) for name in ("a", "b")]
        measuring = Measuring(servers, folder, seconds)
        measuring.phase("warm", addresses=1, seconds=WARM)
        yield measuring.phase("calm")
        for name, addresses in (("one attacker", 1), ("attackers at 100 addresses", 100)):
            with database.write() as session:
                session.execute(delete(Allowance))
            yield measuring.phase(name, addresses=addresses)
    database.close()
