"""What goes wrong on purpose: the long and the timing-sensitive ones. See scripts/faults --help."""

import argparse
import functools
import http.client
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from aiosmtpd.controller import Controller
from sqlalchemy import delete, update
from sqlmodel import col

from app.accounts.demo import make_demos
from app.accounts.models import Allowance
from app.catalogue.intake import load_sample
from app.database import Database
from app.mail import outbox
from app.mail.models import Letter
from app.parameters import london_today
from app.schema import migrate
from scripts.flood import Phase, measure
from scripts.kills import KINDS, database_of, kill_often
from scripts.outages import fill, restart_often

PASSWORD = "lanterns by the river"  # noqa: S105 - of accounts in a database for a moment.
OWNER = "owner@example.org"
ATTEMPTS, MINUTES_5 = 10, 301
APART = 0.05
TWICE = 2

TOO_MANY = http.client.TOO_MANY_REQUESTS
Headers = dict[str, str]


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Headers
    body: Any
    seconds: float


class Bench:
    """A database and a folder, servers on them, and what did not hold."""

    def __init__(self, url: str, folder: Path, arguments: argparse.Namespace) -> None:
        self.folder = folder
        self.url = url
        self.port = arguments.port
        self.seconds = arguments.seconds
        self.rounds = arguments.rounds
        self.kills = arguments.kills
        self.crashes = arguments.crashes
        self.failed: list[str] = []
        migrate(self.url)
        self.database = Database(self.url)
        load_sample(self.database, london_today())
        make_demos(self.database, PASSWORD)

    def hold(self, what: str, *, holds: bool) -> None:
        """Say whether something held."""
        print(f"{'  held  ' if holds else '  FAILED'}  {what}", flush=True)
        if not holds:
            self.failed.append(what)

    def begin_anew(self) -> None:
        """Forget how often anything was tried."""
        with self.database.write() as session:
            session.execute(delete(Allowance))

    @contextmanager
    def server(self, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """A server of its own, until the end."""
        variables = {
            "DATABASE_URL": self.url,
            "VAR": str(self.folder),
            "DEMO_PASSWORD": PASSWORD,
            "LOG_LEVEL": "ERROR",
            **settings,
        }
        process = subprocess.Popen(  # noqa: S603 - the command is written here.
            [str(Path(sys.executable).with_name("carefinder")), "serve", "--port", str(port)],
            env={
                **os.environ,
                **{f"CAREFINDER_{name}": value for name, value in variables.items()},
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(lambda: call(port, "GET", "/health/ready").status == http.client.OK)
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(holds: Callable[[], bool], seconds: float = 120) -> bool:
    """Wait until something holds; whether it came to that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if holds():
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def call(
    port: int, method: str, path: str, form: Headers | None = None, content: Headers | None = None
) -> Answer:
    """One request on a connection of its own, with a form or JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    begun = time.perf_counter()
    kind = "application/json" if content else "application/x-www-form-urlencoded"
    body = json.dumps(content) if content else urlencode(form) if form else None
    connection.request(method, path, body, {"Content-Type": kind} if body else {})
    answer = connection.getresponse()
    read = answer.read()
    seconds = time.perf_counter() - begun
    connection.close()
    told = json.loads(read) if read else None
    return Answer(answer.status, dict(answer.headers.items()), told, seconds)


def sign_in(port: int, email: str = OWNER, password: str = PASSWORD) -> Answer:
    """The answer to somebody who signs in."""
    form = {"grant_type": "password", "username": email, "password": password}
    return call(port, "POST", "/v1/auth/token", form)


def brute(bench: Bench) -> None:
    """Many passwords for one account, by two servers and after a restart."""
    one, other = bench.port, bench.port + 1
    with bench.server(one), bench.server(other):
        ports = [one, other] * 50
        with ThreadPoolExecutor(10) as pool:
            statuses = Counter(
                pool.map(lambda port: sign_in(port, password="x" * 12).status, ports)
            )
        print(f"  100 attempts by two servers: {dict(statuses)}")
        bench.hold(
            "ten attempts are looked at, by both servers together", holds=statuses[400] == ATTEMPTS
        )
        bench.hold("the right password is refused too", holds=sign_in(one).status == TOO_MANY)
    with bench.server(one):
        answer = sign_in(one)
        bench.hold("after a restart it still is", holds=answer.status == TOO_MANY)
        wait = int(answer.headers.get("retry-after", answer.headers.get("Retry-After", "0")))
        bench.hold(
            f"for {wait} seconds, and no more than five minutes", holds=0 < wait <= MINUTES_5
        )


def refresh(bench: Bench) -> None:
    """Of 20 uses of one refresh token at once at most one gets through."""
    with bench.server(bench.port), ThreadPoolExecutor(20) as pool:
        won: Counter[int] = Counter()
        statuses: Counter[int] = Counter()
        for _ in range(bench.rounds):
            token = sign_in(bench.port).body["refresh_token"]
            form = {"grant_type": "refresh_token", "refresh_token": token}
            uses = [
                pool.submit(call, bench.port, "POST", "/v1/auth/token", form) for _ in range(20)
            ]
            told = Counter(use.result().status for use in uses)
            statuses += told
            won[told[200]] += 1
    print(f"  {bench.rounds} rounds of 20: {dict(won)} got through; statuses {dict(statuses)}")
    bench.hold("at most one got through in each round", holds=max(won) <= 1)
    bench.hold("nothing but 200 and 400 was answered", holds=set(statuses) <= {200, 400})


def flood(bench: Bench) -> None:
    """500 wrong passwords a second, while others search 100 times a second; two servers."""
    kind, folder = KINDS[not bench.database.sqlite], bench.folder / "flooded"
    folder.mkdir()
    with database_of(kind, folder) as url:
        calm, *flooded = told_of(measure(url, folder, bench.seconds))
    for phase in flooded:
        attempts: dict[str, int] = (phase.attempts or {})["statuses"]
        bench.hold(
            f"{phase.name}: every search was answered, and no attempt ended in an error of ours",
            holds={*phase.searches["statuses"]} == {"200"} and {*attempts} <= {"400", "429", "503"},
        )
        times = phase.searches["p95"] / calm.searches["p95"]
        bench.hold(
            f"{phase.name}: a search took at most twice as long (p95, {times:.1f} times)",
            holds=times <= TWICE,
        )


def told_of(phases: Iterable[Phase]) -> list[Phase]:
    """All of them; each is printed as soon as it is over."""
    over = []
    for phase in phases:
        print(phase, flush=True)
        over.append(phase)
    return over


TRIALS = 200
NOBODY = "nobody@example.org"


def timing(bench: Bench) -> None:
    """How long known and unknown addresses take."""
    with bench.server(bench.port):
        compare(bench, "signing in", 4, lambda email: sign_in(bench.port, email, "wrong password"))
        for what, path, more in (
            ("asking for a new password", "/v1/accounts/password-reset", {}),
            ("registering", "/v1/accounts", {"password": PASSWORD}),
        ):
            ask = functools.partial(ask_with, bench.port, path, more)
            compare(bench, what, 4, ask)


def ask_with(port: int, path: str, more: Headers, email: str) -> Answer:
    """The answer to a request with JSON that names an address."""
    return call(port, "POST", path, content={"email": email, **more})


def compare(bench: Bench, what: str, often: int, ask: Callable[[str], Answer]) -> None:
    """Ask for a known and an unknown address in turn, and compare how long it takes.

    Args:
        bench: whose server is asked.
        what: is asked.
        often: it can be asked for each address before that is too often.
        ask: gives the answer to a request that names an address.
    """
    taken: dict[str, list[float]] = {OWNER: [], NOBODY: []}
    told: dict[str, set[str]] = {OWNER: set(), NOBODY: set()}
    for number in range(TRIALS):
        if number % often == 0:
            bench.begin_anew()
        # Each goes first as often as the other.
        for email in sorted(taken, reverse=number % 2 == 1):
            answer = ask(email)
            taken[email].append(answer.seconds)
            told[email].add(f"{answer.status} {answer.body}")
    known, unknown = (statistics.median(times) for times in taken.values())
    apart = abs(known - unknown) / max(known, unknown)
    by_chance = chance(*taken.values())
    print(
        f"  {what}: {known * 1000:.2f} ms known, {unknown * 1000:.2f} ms unknown; "
        f"p = {by_chance:.3f} (Mann-Whitney)"
    )
    bench.hold(f"{what}: both are told the same", holds=told[OWNER] == told[NOBODY])
    bench.hold(
        f"{what}: the medians are within 5 % ({apart:.1%}), or differ by chance",
        holds=apart < APART or by_chance > LIKELY,
    )


LIKELY = 0.01


def chance(one: list[float], other: list[float]) -> float:
    """How likely two samples differ so much by chance: Mann and Whitney's test, for large ones."""
    ordered = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(rank for rank, (_, sample) in enumerate(ordered, 1) if sample == 0)
    count, others = len(one), len(other)
    above = ranks - count * (count + 1) / 2
    spread = math.sqrt(count * others * (count + others + 1) / 12)
    return math.erfc(abs(above - count * others / 2) / spread / math.sqrt(2))


LETTERS = 200


class SlowInbox:
    """A mail server that takes its time, so that there is time to kill whoever sends."""

    def __init__(self) -> None:
        self.received: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's.
        """Take a letter in, slowly."""
        self.received.append(str(message_from_bytes(envelope.content)["Message-ID"]))
        time.sleep(0.03)  # noqa: ASYNC251 - it is slow on purpose, for everybody.
        return "250 fine"


def mail(bench: Bench) -> None:
    """The server is killed while it sends mail, ten times."""
    inbox = SlowInbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=bench.port + 9)
    controller.start()
    with bench.database.write() as session:
        session.execute(delete(Letter))
        for number in range(LETTERS):
            outbox.put(session, f"a{number}@example.org", "Hello", "Text")
    settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(bench.port + 9), "SMTP_SECURITY": "none"}
    for number in range(10):
        with bench.server(bench.port, **settings) as process:
            enough = len(inbox.received) + 5
            # A letter of its own wakes the sender.
            register = {"email": f"new{number}@example.org", "password": PASSWORD}
            post_json(bench.port, "/v1/accounts", register)
            wait_for(functools.partial(has_received, inbox, enough), 20)
            process.send_signal(signal.SIGKILL)
        with bench.database.write() as session:
            # As if the minutes had passed for which a claim holds.
            held = col(Letter.claimed_until).is_not(None)
            past = Letter.created_at
            session.execute(update(Letter).where(held).values(claimed_until=past))
    with bench.server(bench.port, **settings):
        bench.begin_anew()
        post_json(bench.port, "/v1/accounts", {"email": "last@example.org", "password": PASSWORD})
        done = wait_for(lambda: waiting(bench.database) == 0, 60)
    controller.stop()
    times = Counter(Counter(inbox.received).values())
    print(f"  {len(set(inbox.received))} letters, received so many times each: {dict(times)}")
    bench.hold("no letter is left over", holds=done)
    bench.hold("no letter came more than twice", holds=max(times) <= TWICE)
    bench.hold("no letter was lost", holds=len(set(inbox.received)) >= LETTERS)


def has_received(inbox: SlowInbox, count: int) -> bool:
    """Whether a mail server has received so many letters."""
    return len(inbox.received) > count


def post_json(port: int, path: str, body: Headers) -> int:
    """The status of a request with JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


def waiting(database: Database) -> int:
    """How many letters wait to be sent."""
    with database.read() as session:
        statement = Letter.__table__.select().where(  # type: ignore[attr-defined] # SQLModel's own.
            col(Letter.sent_at).is_(None), col(Letter.due_at).is_not(None)
        )
        return len(session.execute(statement).all())


def kills(bench: Bench) -> None:
    """Providers and officers write while the server is killed."""
    whole = kill_often(bench.url, bench.folder / "killed", bench.port, bench.kills)
    bench.hold("nothing is lost or half done", holds=whole)


def restart(bench: Bench) -> None:
    """PostgreSQL crashes under writers of listings, and the server lives on."""
    if bench.database.sqlite:
        print("  not run: SQLite is no process that could crash by itself")
        return
    whole = restart_often(bench.url, bench.folder / "restarted", bench.port, bench.crashes)
    bench.hold("nothing is lost, and what is refused is told with a 503", holds=whole)


def full(bench: Bench) -> None:
    """The disk fills up under writers of listings, and has room again."""
    whole = fill(bench.url, bench.folder, bench.port) if bench.database.sqlite else None
    if whole is None:
        print("  not run: this is for SQLite, and for a user who may mount a small disk")
        return
    bench.hold("nothing is lost, what is refused is a 507, and reading goes on", holds=whole)


TRIED = (brute, refresh, flood, timing, mail, kills, restart, full)
FAULTS = {one.__name__: one for one in TRIED}


def main(arguments: list[str]) -> int:
    """Break things, and answer with the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/faults")
    parser.add_argument("names", nargs="*", choices=[[], *FAULTS])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--port", type=int, default=8180)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--crashes", type=int, default=20)
    parser.add_argument("--database", choices=KINDS, action="append")
    asked = parser.parse_args(arguments)
    failed = 0
    for kind in asked.database or KINDS:
        with (
            tempfile.TemporaryDirectory(prefix="carefinder-faults-") as folder,
            database_of(kind, Path(folder)) as url,
        ):
            bench = Bench(url, Path(folder), asked)
            for name in asked.names or FAULTS:
                print(f"{name}, {kind}: {FAULTS[name].__doc__}", flush=True)
                bench.begin_anew()
                FAULTS[name](bench)
            bench.database.close()
            failed += len(bench.failed)
    print(f"{failed} did not hold.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
