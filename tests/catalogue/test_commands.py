"""Publishing: what stands in the tables afterwards, and what the public is told has changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from conftest import TODAY, counted_statements
from factories import (
    make_activity,
    make_council,
    make_price,
    make_provider,
    make_session,
    make_venue,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, func, select

from app.catalogue.commands import AnyDocument, close_activity, hide_activity, publish
from app.catalogue.documents import ActivityDocument, VenueDocument
from app.catalogue.loading import activity_documents, entries, live
from app.catalogue.models import (
    Activity,
    ActivitySession,
    ActivityTerm,
    Price,
    PricePart,
    ServedArea,
    VenueFeature,
)
from app.catalogue.public import activity_detail, provider_summary
from app.catalogue.queries import ActivityNotFound
from app.clock import Change, ClockFace, read_clock
from app.database import Database, Writing

COUNCIL = make_council()
PROVIDER = make_provider(COUNCIL)
OTHER_PROVIDER = make_provider(COUNCIL)
VENUE = make_venue(PROVIDER, features=[{"code": "hoist", "value": "partly"}])
AT_VENUE = make_activity(PROVIDER, sessions=[make_session(VENUE)], prices=[make_price()])
ONLINE = make_activity(PROVIDER, sessions=[make_session()])
NEW_AT_VENUE = make_activity(PROVIDER, sessions=[make_session(VENUE)])
OTHERS = make_activity(OTHER_PROVIDER, contacts=[{"phone": "01632 960002"}])
EVERYTHING: list[AnyDocument] = [
    COUNCIL,
    PROVIDER,
    OTHER_PROVIDER,
    VENUE,
    AT_VENUE,
    ONLINE,
    OTHERS,
]

Told = set[tuple[str, str, UUID]]


def put(database: Database, *documents: AnyDocument) -> None:
    with database.write() as session:
        publish(session, documents)


def clock(database: Database) -> ClockFace:
    with database.read() as session:
        return read_clock(session)


def told(database: Database, after: int) -> list[Change]:
    """The change rows after a number of the clock, in order."""
    with database.read() as session:
        statement = select(Change).where(col(Change.sequence) > after)
        ordered = statement.order_by(col(Change.sequence), col(Change.position))
        rows = list(session.exec(ordered))
        session.expunge_all()
        return rows


def changes(database: Database, act: Callable[[], object]) -> Told:
    """What the public is told of an act, which is one transaction: change, kind and id."""
    before = clock(database).sequence
    act()
    rows = told(database, before)
    assert {row.sequence for row in rows} == ({before + 1} if rows else set())
    assert [row.position for row in rows] == [*range(len(rows))]
    assert clock(database).sequence == before + bool(rows)
    subjects = {(row.change, row.kind, UUID(row.subject)) for row in rows}
    assert len(subjects) == len(rows)
    return subjects


def updated(*documents: AnyDocument) -> Told:
    return {("updated", kind_of(one), one.id) for one in documents}


def created(*documents: AnyDocument) -> Told:
    return {("created", kind_of(one), one.id) for one in documents}


def kind_of(document: AnyDocument) -> str:
    return type(document).__name__.removesuffix("Document").lower()


def with_(document: Any, **over: Any) -> Any:
    """A document with some fields changed."""
    return type(document).model_validate({**document.model_dump(), **over})


def close(database: Database, activity: ActivityDocument, by: UUID | None = None) -> None:
    with database.write() as session:
        close_activity(session, activity.id, replaced_by=by)


def hide(database: Database, activity: ActivityDocument, since: date = TODAY) -> None:
    with database.write() as session:
        hide_activity(session, activity.id, since=since)


def stored(database: Database, activity: ActivityDocument) -> Activity:
    with database.read() as session:
        row = session.exec(select(Activity).where(Activity.id == activity.id)).one()
        session.expunge_all()
        return row


@pytest.fixture
def published(database: Database) -> Database:
    put(database, *EVERYTHING)
    return database


# What the public is told


def test_everything_that_is_new_is_created(database: Database) -> None:
    public = [one for one in EVERYTHING if not isinstance(one, VenueDocument)]
    assert changes(database, lambda: put(database, *EVERYTHING)) == created(*public)


def test_documents_may_come_in_any_order(database: Database) -> None:
    put(database, *reversed(EVERYTHING))
    with database.read() as session:
        assert len(session.exec(select(Activity)).all()) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Another name"},
        {"confirmed_on": date(2026, 3, 2)},
        {"cohorts": ["autism"]},
        {"funding": [{"code": "direct_payment", "value": "partly"}]},
        {"sessions": []},
        {"prices": []},
        {"served_areas": [{"kind": "england", "name": "England"}]},
        {"alert": {"text": "The lift is broken.", "until": date(2026, 4, 1)}},
    ],
)
def test_an_activity_that_says_something_else_is_updated(
    published: Database, change: dict[str, Any]
) -> None:
    changed = with_(AT_VENUE, **change)
    assert changes(published, lambda: put(published, changed)) == updated(AT_VENUE)
    with published.read() as session:
        rows = session.exec(select(Activity).where(Activity.id == changed.id)).all()
        assert activity_documents(session, rows) == [changed]


def test_publishing_the_same_again_changes_nothing(published: Database) -> None:
    before = [stored(published, one) for one in (AT_VENUE, ONLINE, OTHERS)]
    assert changes(published, lambda: put(published, *EVERYTHING)) == set()
    after = [stored(published, one) for one in (AT_VENUE, ONLINE, OTHERS)]
    assert [row.version for row in after] == [row.version for row in before]
    assert [row.updated_at for row in after] == [row.updated_at for row in before]


def test_what_is_changed_and_put_back_in_one_transaction_did_not_change(
    published: Database,
) -> None:
    def there_and_back() -> None:
        with published.write() as session:
            publish(session, [with_(AT_VENUE, name="Another name")])
            publish(session, [AT_VENUE])

    assert changes(published, there_and_back) == set()


@pytest.mark.parametrize(
    ("change", "followers"),
    [
        ({"name": "A new name"}, [AT_VENUE, ONLINE]),
        ({"slug": "a-new-slug"}, [AT_VENUE, ONLINE]),
        ({"contacts": [{"phone": "01632 960009"}]}, [AT_VENUE, ONLINE]),
        ({"description": "Words that no activity shows."}, []),
        ({"charity_number": "123456"}, []),
    ],
)
def test_what_activities_show_of_a_provider_changes_them_and_no_others(
    published: Database, change: dict[str, Any], followers: list[ActivityDocument]
) -> None:
    changed = with_(PROVIDER, **change)
    expected = updated(PROVIDER, *followers)
    assert changes(published, lambda: put(published, changed)) == expected


def test_a_providers_telephone_is_nothing_to_an_activity_with_its_own(
    published: Database,
) -> None:
    changed = with_(OTHER_PROVIDER, contacts=[{"phone": "01632 960009"}])
    assert changes(published, lambda: put(published, changed)) == updated(OTHER_PROVIDER)
    renamed = with_(changed, name="A new name")
    assert changes(published, lambda: put(published, renamed)) == updated(OTHER_PROVIDER, OTHERS)


LINE = {"phone": "0345 603 7630", "source": "The council", "checked_on": "2026-01-05"}
SAFEGUARDING = {"adult_line": LINE}


@pytest.mark.parametrize(
    ("change", "followers"),
    [
        ({"name": "A new name"}, [PROVIDER, OTHER_PROVIDER, AT_VENUE, ONLINE, OTHERS]),
        ({"safeguarding": SAFEGUARDING}, [AT_VENUE, ONLINE, OTHERS]),
        ({"freshness": {"fresh": 30}}, [AT_VENUE, ONLINE, OTHERS]),
        ({"bank_holidays": [{"day": "2026-05-12"}]}, [AT_VENUE, ONLINE, OTHERS]),
        (
            {"school_terms": [{"starts_on": "2026-04-13", "ends_on": "2026-05-22"}]},
            [AT_VENUE, ONLINE, OTHERS],
        ),
        ({"own_home_in_scope": False}, []),
    ],
)
def test_what_others_show_of_a_council_changes_them(
    published: Database, change: dict[str, Any], followers: list[AnyDocument]
) -> None:
    elsewhere = make_council()
    put(published, elsewhere, provider := make_provider(elsewhere), make_activity(provider))
    changed = with_(COUNCIL, **change)
    expected = updated(COUNCIL, *followers)
    assert changes(published, lambda: put(published, changed)) == expected


def test_a_provider_that_moves_to_another_council_takes_its_activities_along(
    published: Database,
) -> None:
    put(published, elsewhere := make_council())
    moved = with_(PROVIDER, council_id=elsewhere.id)
    expected = updated(PROVIDER, AT_VENUE, ONLINE)
    assert changes(published, lambda: put(published, moved)) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Another hall"},
        {"features": []},
        {"features": [{"code": "hoist", "value": "no"}]},
        {"shows": "district"},
        {"latitude": 53.1},
        {"directions": "Ring twice."},
    ],
)
def test_a_changed_venue_changes_the_activities_there_and_no_others(
    published: Database, change: dict[str, Any]
) -> None:
    changed = with_(VENUE, **change)
    assert changes(published, lambda: put(published, changed)) == updated(AT_VENUE)
    with published.read() as session:
        (entry,) = entries(session, [session.get_one(Activity, AT_VENUE.id)])
    assert entry.venues == {VENUE.id: changed}


def test_a_venue_published_again_is_left_alone(published: Database) -> None:
    with counted_statements(published.engine) as statements:
        put(published, VENUE)
    assert not [one for one in statements if not one.startswith(("SELECT", "BEGIN"))]


def test_a_change_of_both_is_told_once(published: Database) -> None:
    documents = (with_(PROVIDER, name="A"), with_(VENUE, name="B"), with_(AT_VENUE, name="C"))
    expected = updated(PROVIDER, AT_VENUE, ONLINE)
    assert changes(published, lambda: put(published, *documents)) == expected


def test_what_an_activity_is_told_by_is_what_it_shows(published: Database) -> None:
    """Every change of the public bytes has a row, and every row a change of the bytes."""

    def shown() -> dict[tuple[str, UUID], str]:
        with published.read() as session:
            rows = session.exec(select(Activity).where(live(TODAY))).all()
            found = entries(session, rows)
        details = {
            ("activity", one.activity.id): activity_detail(one, TODAY, "en").model_dump_json()
            for one in found
        }
        return details | {
            ("provider", one.provider.id): provider_summary(
                one.provider, one.council, 1, "en"
            ).model_dump_json()
            for one in found
        }

    steps: list[AnyDocument] = [
        with_(PROVIDER, name="A new name"),
        with_(PROVIDER, contacts=[{"phone": "01632 960009"}]),
        with_(VENUE, features=[]),
        with_(COUNCIL, name="A new name"),
        with_(COUNCIL, safeguarding=SAFEGUARDING),
        with_(ONLINE, languages=["gu"]),
        with_(OTHER_PROVIDER, contacts=[]),
    ]
    for step in steps:
        before, mark = shown(), clock(published).sequence
        put(published, step)
        after = shown()
        differ = {key for key, text in after.items() if before[key] != text}
        rows = {(row.kind, UUID(row.subject)) for row in told(published, mark)}
        assert differ == {row for row in rows if row[0] != "council"}


# Transactions


def test_two_publishes_in_one_transaction_are_one_sequence(published: Database) -> None:
    def both() -> None:
        with published.write() as session:
            publish(session, [with_(ONLINE, name="A")])
            publish(session, [with_(OTHERS, name="B")])

    assert changes(published, both) == updated(ONLINE, OTHERS)


def test_two_transactions_are_two_sequences(published: Database) -> None:
    before = clock(published).sequence
    put(published, with_(ONLINE, name="A"))
    put(published, with_(OTHERS, name="B"))
    numbers = [(row.sequence, row.position) for row in told(published, before)]
    assert numbers == [(before + 1, 0), (before + 2, 0)]


def test_what_is_created_and_closed_in_one_transaction_never_was(published: Database) -> None:
    passing = make_activity(PROVIDER)

    def come_and_go() -> None:
        with published.write() as session:
            publish(session, [passing])
            close_activity(session, passing.id)

    assert changes(published, come_and_go) == set()
    assert stored(published, passing).status == "closed"


def test_a_transaction_that_fails_leaves_nothing(published: Database) -> None:
    def fail() -> None:
        with published.write() as session:
            publish(session, [with_(AT_VENUE, name="Another name", sessions=[])])
            close_activity(session, ONLINE.id)
            raise LookupError

    def guarded() -> None:
        with pytest.raises(LookupError):
            fail()

    assert changes(published, guarded) == set()
    assert (stored(published, AT_VENUE).name, stored(published, ONLINE).status) == (
        AT_VENUE.name,
        "live",
    )
    with published.read() as session:
        rows = session.exec(select(Activity).where(Activity.id == AT_VENUE.id)).all()
        assert activity_documents(session, rows) == [AT_VENUE]


def test_a_transaction_that_fails_leaves_nothing_to_the_next_one(published: Database) -> None:
    with Writing(published.engine.execution_options(writes=True)) as session:
        # Both transactions are of one session, which remembers changes until a commit.
        session.begin()
        publish(session, [with_(AT_VENUE, name="Another name")])
        session.rollback()
        before = clock(published).sequence
        with session.begin():
            publish(session, [with_(ONLINE, name="Another name")])
    subjects = [row.subject for row in told(published, before)]
    assert subjects == [str(ONLINE.id)]


@pytest.mark.parametrize(
    "bad",
    [
        make_activity(PROVIDER, slug=OTHERS.slug),
        make_activity(PROVIDER, sessions=[with_(AT_VENUE.sessions[0])]),
        make_activity(PROVIDER, sessions=[make_session(make_venue(PROVIDER))]),
        make_activity(make_provider(COUNCIL)),
        make_provider(make_council()),
    ],
    ids=["a slug twice", "a session twice", "no such venue", "no such provider", "no such council"],
)
def test_a_failure_in_the_middle_of_a_batch_undoes_all_of_it(
    published: Database, bad: AnyDocument
) -> None:
    def publish_batch() -> None:
        with pytest.raises((IntegrityError, KeyError)):
            put(published, with_(ONLINE, name="A"), bad, make_activity(PROVIDER))

    assert changes(published, publish_batch) == set()
    assert stored(published, ONLINE).name == ONLINE.name
    with published.read() as session:
        assert session.exec(select(func.count()).select_from(Activity)).one() == 3


# SQLite has one writer at a time.
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_of_two_who_change_an_activity_at_once_one_is_refused(published: Database) -> None:
    def overtaken() -> None:
        with published.write() as session:
            row = session.get_one(Activity, ONLINE.id)
            put(published, with_(ONLINE, name="The first"))
            row.name = "The second"

    with pytest.raises(StaleDataError):
        overtaken()
    assert stored(published, ONLINE).name == "The first"


def waits(database: Database, first: AnyDocument, second: AnyDocument) -> None:
    """Publish one document while another transaction is about to commit a first one."""
    with ThreadPoolExecutor(1) as thread:
        with database.write() as session:
            publish(session, [first])
            waiting = thread.submit(put, database, second)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        waiting.result(timeout=20)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        with_(PROVIDER, name="A new name"),
        with_(COUNCIL, name="A new name"),
        with_(VENUE, name="A new name"),
        with_(VENUE, features=[]),
    ],
    ids=["provider", "council", "venue", "features of a venue"],
)
@pytest.mark.parametrize("activity", [with_(AT_VENUE, name="B"), NEW_AT_VENUE], ids=["old", "new"])
def test_an_activity_is_told_by_what_it_shows_whoever_commits_first(
    published: Database, change: AnyDocument, activity: ActivityDocument
) -> None:
    """Else it could be told by a name that somebody else is just changing."""
    waits(published, change, activity)
    assert changes(published, lambda: put(published, activity)) == set()
    put(published, *EVERYTHING)
    waits(published, activity, change)
    assert changes(published, lambda: put(published, activity)) == set()


# Closing and hiding


def test_a_closed_activity_is_removed(published: Database) -> None:
    assert changes(published, lambda: close(published, ONLINE)) == {
        ("removed", "activity", ONLINE.id)
    }
    row = stored(published, ONLINE)
    assert (row.status, row.closed_at is None) == ("closed", False)


def test_a_closed_activity_names_what_takes_its_place(published: Database) -> None:
    before = clock(published).sequence
    close(published, ONLINE, by=OTHERS.id)
    (row,) = told(published, before)
    assert (row.change, row.replaced_by, row.digest) == ("removed", str(OTHERS.id), None)


def test_what_is_closed_is_closed_once(published: Database) -> None:
    close(published, ONLINE)
    assert changes(published, lambda: close(published, ONLINE)) == set()


def test_publishing_a_closed_activity_creates_it_again(published: Database) -> None:
    close(published, ONLINE)
    assert changes(published, lambda: put(published, ONLINE)) == created(ONLINE)
    row = stored(published, ONLINE)
    assert (row.status, row.closed_at) == ("live", None)


def test_a_hidden_activity_is_removed_once(published: Database) -> None:
    assert changes(published, lambda: hide(published, ONLINE)) == {
        ("removed", "activity", ONLINE.id)
    }
    assert changes(published, lambda: hide(published, ONLINE)) == set()
    assert changes(published, lambda: close(published, ONLINE)) == set()


@pytest.mark.parametrize("again", [ONLINE, with_(ONLINE, name="Another name")])
def test_publishing_a_hidden_activity_shows_it_again(
    published: Database, again: ActivityDocument
) -> None:
    hide(published, ONLINE)
    assert changes(published, lambda: put(published, again)) == created(ONLINE)
    assert stored(published, ONLINE).hidden_from is None


@pytest.mark.parametrize("leave", [close, hide])
def test_what_the_public_does_not_see_follows_nobody(
    published: Database, leave: Callable[[Database, ActivityDocument], None]
) -> None:
    leave(published, ONLINE)
    renamed = with_(PROVIDER, name="A new name")
    assert changes(published, lambda: put(published, renamed)) == updated(PROVIDER, AT_VENUE)


@pytest.mark.parametrize(
    ("shown_on", "shown"), [(date(2026, 3, 15), True), (date(2026, 3, 16), False)]
)
def test_an_activity_is_hidden_from_its_day_on(
    published: Database,
    shown_on: date,
    shown: bool,  # noqa: FBT001 - a column of the table.
) -> None:
    hide(published, ONLINE, since=date(2026, 3, 16))
    with published.read() as session:
        ids = session.exec(select(Activity.id).where(live(shown_on))).all()
    assert (ONLINE.id in ids) == shown


def test_only_what_is_there_can_be_closed_or_hidden(published: Database) -> None:
    with pytest.raises(ActivityNotFound):
        close(published, make_activity(PROVIDER))
    with pytest.raises(ActivityNotFound):
        hide(published, make_activity(PROVIDER))
    close(published, ONLINE)
    with pytest.raises(ActivityNotFound):
        hide(published, ONLINE)


# What stands in the tables


def count_of(session: Session, table: type[Any]) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def test_a_shorter_document_leaves_no_rows_behind(published: Database) -> None:
    full = with_(
        AT_VENUE,
        cohorts=["autism"],
        funding=[{"code": "direct_payment"}],
        served_areas=[{"kind": "england", "name": "England"}],
    )
    put(published, full)
    bare = with_(full, cohorts=[], funding=[], served_areas=[], sessions=[], prices=[])
    put(published, bare, with_(ONLINE, sessions=[]), with_(VENUE, features=[]))
    with published.read() as session:
        for table in (ActivityTerm, ActivitySession, Price, PricePart, ServedArea, VenueFeature):
            assert count_of(session, table) == 0


def test_moments_are_kept(published: Database) -> None:
    first = stored(published, ONLINE)
    put(published, with_(ONLINE, name="Another name"))
    second = stored(published, ONLINE)
    assert second.published_at == first.published_at
    assert second.created_at == first.created_at
    assert second.updated_at > first.updated_at
    assert second.version == first.version + 1


# Statements


def batch(size: int) -> list[ActivityDocument]:
    """Activities with something in every list that is a table of its own."""
    return [
        make_activity(
            PROVIDER,
            cohorts=["autism", "dementia"],
            funding=[{"code": "direct_payment"}],
            sessions=[make_session(VENUE), make_session(VENUE, day="wed")],
            prices=[make_price(), make_price()],
            served_areas=[{"kind": "england", "name": "England"}],
        )
        for _ in range(size)
    ]


def statements_for(database: Database, documents: list[ActivityDocument]) -> int:
    with counted_statements(database.engine) as statements:
        put(database, *documents)
    return len(statements)


def test_new_activities_take_the_same_statements_however_many(published: Database) -> None:
    assert statements_for(published, batch(2)) == statements_for(published, batch(50)) <= 24


def test_changed_activities_take_one_statement_each_at_most(published: Database) -> None:
    """Each row's version is compared as it is written; its lists are replaced all at once."""
    many = batch(50)
    put(published, *many)
    few = statements_for(published, [with_(one, name="A") for one in many[:2]])
    all_of_them = statements_for(published, [with_(one, name="B") for one in many])
    assert all_of_them - few <= 48
    assert few <= 24


def test_a_new_name_of_a_provider_takes_one_statement_an_activity_at_most(
    published: Database,
) -> None:
    put(published, *batch(50))
    with counted_statements(published.engine) as statements:
        put(published, with_(PROVIDER, name="A new name"))
    assert len(statements) <= 80


def test_unchanged_activities_are_only_read(published: Database) -> None:
    many = batch(50)
    put(published, *many)
    with counted_statements(published.engine) as statements:
        put(published, *many)
    assert len(statements) <= 8
    assert {one.split()[0] for one in statements} <= {"BEGIN", "SELECT"}


def test_more_documents_than_one_statement_names(published: Database) -> None:
    """Beyond 500 ids the work is done in pieces, with the same result."""
    many = [make_activity(PROVIDER) for _ in range(1_100)]
    assert changes(published, lambda: put(published, *many)) == created(*many)
    renamed = with_(PROVIDER, name="A new name")
    expected = updated(PROVIDER, AT_VENUE, ONLINE, *many)
    assert changes(published, lambda: put(published, renamed)) == expected
