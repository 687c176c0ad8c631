"""Whoever follows the changes misses none, whatever happens at the same time."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from threading import Event

import pytest
from conftest import Kind
from factories import make_activity, make_council, make_provider, make_session, make_venue
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import col, select

from app.catalogue.commands import AnyDocument, close_activity, publish
from app.catalogue.loading import activity_documents
from app.catalogue.models import Activity
from app.clock import CatalogueClock, Change, note_change, read_clock
from app.database import Database
from app.problems import Unavailable

WRITERS = {"postgresql": 8, "sqlite": 4}
"""SQLite lets one of them write at a time."""

TRANSACTIONS = 150
"""By each writer, not counting those that were refused and tried again."""

COUNCIL = make_council()
PROVIDERS = [make_provider(COUNCIL) for _ in range(8)]
VENUES = [make_venue(provider) for provider in PROVIDERS]
ACTIVITIES = [
    make_activity(PROVIDERS[number % 8], sessions=[make_session(VENUES[number % 8])])
    for number in range(40)
]


@dataclass
class Follower:
    """Reads the changes after the last one it saw, again and again."""

    database: Database
    seen: list[Change] = field(default_factory=list)
    looks: int = 0

    def look(self) -> None:
        with self.database.read() as session:
            last = self.seen[-1].sequence if self.seen else 0
            statement = select(Change).where(col(Change.sequence) > last)
            ordered = statement.order_by(col(Change.sequence), col(Change.position))
            found = session.exec(ordered).all()
            session.expunge_all()
        self.looks += 1
        numbers = sorted({change.sequence for change in found})
        # A number that is not there yet while a later one is would be missed for ever.
        assert numbers == [*range(last + 1, last + 1 + len(numbers))]
        self.seen += found

    def follow_until(self, done: Event) -> None:
        while not done.is_set():
            self.look()
            time.sleep(0.01)
        self.look()


class GivenUpError(Exception):
    """A writer thinks better of it in the middle of a transaction."""


def act(database: Database, random: Random, number: int) -> None:
    """One transaction of a kind that happens."""
    name = f"Name {number}"
    provider = random.choice(PROVIDERS).model_copy(update={"name": name})
    venue = random.choice(VENUES).model_copy(update={"name": name})
    one, another = (
        activity.model_copy(update={"name": name}) for activity in random.sample(ACTIVITIES, 2)
    )
    with database.write() as session:
        chance = random.random()
        if chance < 0.03:
            publish(session, [provider])
        elif chance < 0.06:
            publish(session, [venue])
        elif chance < 0.20:
            close_activity(session, one.id)
        elif chance < 0.35:
            publish(session, [one])
            publish(session, [another])
        else:
            publish(session, [one])
        if chance > 0.95:
            raise GivenUpError


def write(database: Database, writer: int) -> int:
    """Do all the transactions of one writer; the answer is how often it had to try again."""
    random, refused = Random(writer), 0
    for number in range(TRANSACTIONS):
        while True:
            try:
                act(database, random, 1_000 * writer + number)
            except GivenUpError:
                break
            except (StaleDataError, OperationalError):
                # Somebody else changed the same row, or both waited for each other.
                refused += 1
            else:
                break
    return refused


def replayed(changes: list[Change]) -> dict[str, dict[str, str | None]]:
    """The digest of each public document by kind and id, as the log alone tells it."""
    public: dict[str, dict[str, str | None]] = {"activity": {}, "provider": {}, "council": {}}
    for change in changes:
        known = public[change.kind]
        assert (change.subject in known) == (change.change != "created")
        assert known.get(change.subject) != change.digest
        if change.change == "removed":
            del known[change.subject]
        else:
            known[change.subject] = change.digest
    return public


def test_a_follower_misses_nothing_while_others_write(database: Database, kind: Kind) -> None:
    everything: list[AnyDocument] = [COUNCIL, *PROVIDERS, *VENUES, *ACTIVITIES]
    with database.write() as session:
        publish(session, everything)
    follower, done, writers = Follower(database), Event(), WRITERS[kind]
    with ThreadPoolExecutor(writers + 1) as threads:
        following = threads.submit(follower.follow_until, done)
        writing = [threads.submit(write, database, writer) for writer in range(writers)]
        try:
            refused = sum(one.result() for one in writing)
        finally:
            done.set()
        following.result()
    with database.read() as session:
        written = session.exec(select(Change.sequence, Change.position)).all()
        live = session.exec(select(Activity).where(Activity.status == "live")).all()
        digests = {str(row.id): row.digest for row in live}
        documents = activity_documents(session, live)
        last = read_clock(session).sequence
    seen = [(change.sequence, change.position) for change in follower.seen]
    assert len(seen) == len({*seen})
    assert seen == sorted(written)
    assert follower.seen[-1].sequence == last
    # Some found nothing to change, and one in twenty thought better of it.
    assert last > 0.8 * writers * TRANSACTIONS
    assert replayed(follower.seen)["activity"] == digests
    # What each activity was last told by is what it shows now: nothing is left to tell.
    with database.write() as session:
        publish(session, documents)
    with database.read() as session:
        assert read_clock(session).sequence == last
    assert follower.looks > 20
    print(  # noqa: T201 - shown with -s: how much the test saw.
        f"{len(seen)} changes in {last} numbers, {follower.looks} looks, {refused} tried again"
    )


# SQLite has one writer at a time, so only the other can lose a number in this way.
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_number_taken_at_the_beginning_would_be_missed(database: Database) -> None:
    """The control: with a sequence of the database, who began first may be told of last."""
    with database.engine.begin() as connection:
        connection.execute(text("CREATE SEQUENCE early"))
        connection.execute(text("CREATE TABLE log (number bigint)"))
    append = text("INSERT INTO log VALUES (nextval('early'))")
    with database.engine.connect() as slow, database.engine.connect() as quick:
        slow.execute(append)
        quick.execute(append)
        quick.commit()
        last = quick.execute(text("SELECT max(number) FROM log")).scalar_one()
        slow.commit()
        later = quick.execute(text("SELECT number FROM log WHERE number > :last"), {"last": last})
        missed = quick.execute(text("SELECT count(*) FROM log")).scalar_one() - 1
        assert (last, later.all(), missed) == (2, [], 1)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_who_commits_first_has_the_lower_number(database: Database) -> None:
    with database.write() as slow:
        note_change(slow, "council", "slow", before=None, after="1")
        slow.flush()
        with database.write() as quick:
            note_change(quick, "council", "quick", before=None, after="1")
    with database.read() as session:
        found = session.exec(select(Change.sequence, Change.subject)).all()
    assert sorted(found) == [(1, "quick"), (2, "slow")]


Step = tuple[str | None, str | None]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([(None, "a")], "created"),
        ([("a", "b")], "updated"),
        ([("a", None)], "removed"),
        ([("a", "a")], None),
        ([(None, None)], None),
        ([(None, "a"), ("a", "b")], "created"),
        ([(None, "a"), ("a", None)], None),
        ([("a", "b"), ("b", "a")], None),
        ([("a", "b"), ("b", "c")], "updated"),
        ([("a", "b"), ("b", None)], "removed"),
        ([("a", None), (None, "b")], "updated"),
        ([("a", None), (None, "a")], None),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_counts_is_the_first_state_and_the_last(
    database: Database, steps: list[Step], told: str | None
) -> None:
    with database.write() as session:
        for before, after in steps:
            note_change(session, "activity", "x", before=before, after=after)
    with database.read() as session:
        rows = session.exec(select(Change)).all()
        assert [row.change for row in rows] == ([told] if told else [])
        assert [row.digest for row in rows] == ([steps[-1][1]] if told else [])
        assert read_clock(session).sequence == len(rows)


def test_the_clock_of_a_new_catalogue_stands_at_nought(database: Database) -> None:
    with database.read() as session:
        face = read_clock(session)
    assert face.sequence == 0
    assert len(face.epoch) >= 8


def test_without_a_clock_the_catalogue_is_unavailable(database: Database) -> None:
    with database.write() as session:
        session.delete(session.get_one(CatalogueClock, 1))

    with pytest.raises(Unavailable):
        _read(database)


def _read(database: Database) -> object:
    with database.read() as session:
        return read_clock(session)
