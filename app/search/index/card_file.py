"""Cards that a publication leaves in the database, so that each worker need not make them anew.

A transaction that publishes a few activities works out their cards before its commit; whoever
follows the clock takes them in as they are. They are a help and no record: a card counts only for
the change that it came with, on its day and for its version of the code, and what has none is
read from the catalogue's tables.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import chain
from uuid import UUID

from sqlmodel import Session, col, select

from app.caching import build
from app.catalogue.loading import live_activities
from app.clock import noted, number_row
from app.database import Writing
from app.search.index.cards import Card
from app.search.index.facts import Indexable
from app.search.models import IndexCard

MOST = 128
"""Of a transaction that changes more activities, no cards are made: it would be held up by them."""


def made_cards(
    session: Session, today: date, ids: Collection[UUID] | None = None
) -> Iterator[list[Card]]:
    """The cards of live activities as the tables have them, some at a time.

    Args:
        session: one transaction.
        today: the day it is in London.
        ids: only these; all if not given.
    """
    for chunk in live_activities(session, today, ids):
        yield [Card.of(Indexable(*one), today) for one in chunk]


def filed_cards(
    session: Session, after: int, numbers: Mapping[UUID, int], today: date
) -> dict[UUID, Card]:
    """The cards that came with some changes, as far as there are any that hold today.

    Args:
        session: one transaction.
        after: the number of the clock behind which to look.
        numbers: of each changed activity the number of its last change.
        today: the day it is in London.
    """
    statement = select(IndexCard.activity_id, IndexCard.sequence, IndexCard.card).where(
        col(IndexCard.sequence) > after,
        col(IndexCard.day) == today,
        col(IndexCard.build) == build(),
    )
    return {
        activity: Card.unpacked(card)
        for activity, number, card in session.exec(statement)
        if numbers.get(activity) == number
    }


def file_cards(session: Writing, today: date) -> None:
    """Work out what becomes of the activities that a transaction changed, before its commit.

    Nothing is locked by this but what the transaction holds already.

    Args:
        session: the transaction, in which all else is done.
        today: the day it is in London.
    """
    ids = {UUID(one) for one in noted(session, "activity")}
    if not 0 < len(ids) <= MOST:
        return
    session.flush()
    # Reading with a session of its own leaves alone what the transaction still holds.
    with Session(session.connection()) as reading:
        for card in chain.from_iterable(made_cards(reading, today, ids)):
            values = {"day": today, "build": build(), "card": card.packed()}
            own = {"activity_id": card.id, **values}
            number_row(session, "activity", card.id, IndexCard, own)
