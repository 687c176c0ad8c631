"""What a publication leaves for those that follow is what they would have made of the tables."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import pytest
from conftest import TODAY
from factories import (
    make_activity,
    make_council,
    make_price,
    make_provider,
    make_session,
    make_venue,
)
from sqlmodel import Session, col, func, select

from app.catalogue.commands import close_activity, hide_activity, publish
from app.catalogue.documents import ActivityDocument, ProviderDocument
from app.database import Database, Writing
from app.search.answers import activities_found
from app.search.criteria import SearchCriteria
from app.search.index import card_file, follow
from app.search.index.card_file import file_cards, made_cards
from app.search.index.cards import Card
from app.search.index.follow import Index
from app.search.models import IndexCard

POSTCODE = "CW1 2AB"


@dataclass
class Follower:
    """An index, and which activities it read from the tables since it was last asked."""

    database: Database
    index: Index
    asked: list[UUID] = field(default_factory=list)

    def read(self) -> list[UUID]:
        """What it reads of the tables to catch up."""
        self.asked.clear()
        self.index.refresh()
        return [*self.asked]

    def shown(self) -> list[str]:
        """The names it shows, which are those that one shows that has read everything."""
        fresh = Index(self.database, lambda: TODAY)
        answers = [
            activities_found(one.snapshot(), SearchCriteria(per_page=100, near="Crewe"))
            for one in (self.index, fresh)
        ]
        assert answers[0] == answers[1]
        return [item["name"] for item in json.loads(answers[0])["items"]]


@pytest.fixture
def follower(database: Database, monkeypatch: pytest.MonkeyPatch) -> Follower:
    index = Index(database, lambda: TODAY)
    index.refresh()
    made = Follower(database, index)

    def noting(
        session: Session, today: date, ids: Collection[UUID] | None = None
    ) -> Iterator[list[Card]]:
        made.asked.extend(ids or ())
        return made_cards(session, today, ids)

    monkeypatch.setattr(follow, "made_cards", noting)
    return made


@pytest.fixture
def filing(database: Database) -> Callable[[Writing], None]:
    """What makes the database's transactions leave cards, as in the service."""

    def call(session: Writing) -> None:
        file_cards(session, TODAY)

    database.before_commit.append(call)
    return call


@dataclass(frozen=True)
class Club:
    """Two activities that one provider runs at one hall, which is nobody's business."""

    provider: ProviderDocument
    first: ActivityDocument
    second: ActivityDocument


@pytest.fixture
def club(database: Database, filing: Callable[[Writing], None]) -> Club:
    assert filing in database.before_commit
    council = make_council()
    provider = make_provider(council, name="Two Oars")
    hall = make_venue(
        provider,
        shows="district",
        address={"lines": ["7 Hidden Lane"], "town": "Crewe", "postcode": POSTCODE},
    )
    first, second = (
        make_activity(
            provider, name=name, sessions=[make_session(hall)], prices=[make_price()],
            cohorts=["autism"],
        )
        for name in ("Rowing", "Singing")
    )  # fmt: skip
    with database.write() as session:
        publish(session, [council, provider, hall, first, second])
    return Club(provider, first, second)


def renamed(activity: ActivityDocument, name: str) -> ActivityDocument:
    return activity.model_copy(update={"name": name})


def kept(database: Database) -> list[tuple[int, UUID]]:
    """The cards that the database holds: their numbers, and whose they are."""
    with database.read() as session:
        columns = (IndexCard.sequence, IndexCard.activity_id)
        statement = select(*columns).order_by(col(IndexCard.sequence), col(IndexCard.position))
        return [(number, activity) for number, activity in session.exec(statement)]


def test_what_a_publication_left_is_taken_in_without_the_tables(
    follower: Follower, club: Club
) -> None:
    assert follower.read() == []
    assert follower.shown() == ["Rowing", "Singing"]
    with follower.database.write() as session:
        publish(session, [renamed(club.first, "Rowing at dusk")])
    assert follower.read() == []
    assert follower.shown() == ["Rowing at dusk", "Singing"]


def test_a_provider_with_a_new_name_leaves_the_cards_of_its_activities(
    follower: Follower, club: Club
) -> None:
    follower.read()
    with follower.database.write() as session:
        publish(session, [club.provider.model_copy(update={"name": "Three Oars"})])
    assert follower.read() == []
    assert follower.shown() == ["Rowing", "Singing"]
    assert b"Three Oars" in follower.index.snapshot().summaries.read(3, "en")


def test_a_card_counts_for_its_own_change_only(
    follower: Follower, club: Club, filing: Callable[[Writing], None]
) -> None:
    follower.read()
    with follower.database.write() as session:
        publish(session, [renamed(club.first, "Early"), renamed(club.second, "Late")])
    follower.database.before_commit.remove(filing)
    with follower.database.write() as session:
        publish(session, [renamed(club.first, "Earlier")])
    assert follower.read() == [club.first.id]
    assert follower.shown() == ["Earlier", "Late"]


def test_a_card_of_another_day_does_not_count(follower: Follower, club: Club) -> None:
    follower.database.before_commit[:] = [
        lambda session: file_cards(session, TODAY - timedelta(days=1))
    ]
    with follower.database.write() as session:
        publish(session, [renamed(club.first, "Yesterday")])
    follower.read()
    assert follower.asked == [club.first.id]
    assert follower.shown() == ["Singing", "Yesterday"]


def test_a_card_of_other_code_does_not_count(
    follower: Follower, club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_file, "build", lambda: "other code")
    assert sorted(follower.read()) == sorted([club.first.id, club.second.id])
    assert follower.shown() == ["Rowing", "Singing"]


def test_of_many_activities_at_once_no_cards_are_made(
    follower: Follower, club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_file, "MOST", 1)
    follower.read()
    with follower.database.write() as session:
        publish(session, [renamed(club.first, "One"), renamed(club.second, "Two")])
    assert sorted(follower.read()) == sorted([club.first.id, club.second.id])
    assert follower.shown() == ["One", "Two"]


def test_what_is_hidden_or_closed_leaves_no_card(follower: Follower, club: Club) -> None:
    follower.read()
    before = kept(follower.database)
    with follower.database.write() as session:
        hide_activity(session, club.first.id, since=TODAY)
    with follower.database.write() as session:
        close_activity(session, club.second.id)
    follower.read()
    assert follower.shown() == []
    assert kept(follower.database) == before


def test_what_is_undone_leaves_no_card(follower: Follower, club: Club) -> None:
    before = kept(follower.database)

    def fail(_: Writing) -> None:
        raise RuntimeError

    follower.database.before_commit.append(fail)
    with pytest.raises(RuntimeError), follower.database.write() as session:
        publish(session, [renamed(club.first, "Undone")])
    assert kept(follower.database) == before
    follower.read()
    assert follower.shown() == ["Rowing", "Singing"]


def test_what_stays_as_it_is_leaves_no_card(follower: Follower, club: Club) -> None:
    before = kept(follower.database)
    with follower.database.write() as session:
        publish(session, [club.first])
    assert kept(follower.database) == before


def test_old_cards_go(database: Database, club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IndexCard, "KEPT_FOR", 2)
    for number in range(4):
        with database.write() as session:
            publish(session, [renamed(club.first, f"Rowing {number}")])
    assert kept(database) == [(4, club.first.id), (5, club.first.id)]


@pytest.mark.usefixtures("club")
def test_a_card_does_not_tell_a_hidden_address(database: Database) -> None:
    with database.read() as session:
        packed = session.exec(select(IndexCard.card)).all()
        assert session.exec(select(func.count()).select_from(IndexCard)).one() == 2
    assert all(b"CW1" in card for card in packed)
    assert not any(secret in card for card in packed for secret in (b"Hidden", b"2AB", b"Hall"))
