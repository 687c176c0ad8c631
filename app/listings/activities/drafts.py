"""What a provider writes of an activity, and putting it into the document.

What a provider does not write is not here, and so refused: ids and slugs are ours, places and
alerts go out by operations of their own, and contract facts are the council's.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from pydantic import Field

from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.activities import (
    ActivityWords,
    Ages,
    CommunicationStatement,
    Declaration,
    FundingStatement,
    OutcomeStatement,
    PreferenceStatement,
    ServedArea,
    SupportModeStatement,
    SupportNeedStatement,
    TravelStatement,
)
from app.catalogue.documents.base import Contact, LongLine, ShortLine, Words
from app.catalogue.documents.prices import Policies, PriceDocument
from app.catalogue.documents.sessions import SessionDocument
from app.database import uuid7
from app.listings.bodies import Body, merged, read_document
from app.problems import Fault
from app.vocabulary.codes import (
    ActivityTypeCode,
    AttendanceCode,
    CohortCode,
    HowToStartCode,
    LanguageCode,
    OpenToCode,
    SettingCode,
)

MOST_CODES = 100
"""No vocabulary has more terms that an activity could state."""


class SessionDraft(SessionDocument):
    """A session as a provider writes it; one that is new needs no id."""

    id: UUID = Field(default_factory=uuid7, description="Keep it when you change a session.")


class PriceDraft(PriceDocument):
    """A price as a provider writes it; one that is new needs no id."""

    id: UUID = Field(default_factory=uuid7, description="Keep it when you change a price.")


class ActivityChange(Body):
    """A change of an activity, as a JSON merge patch (RFC 7396).

    What is left out stays. Null takes a statement back. A list takes the place of the whole
    list; sessions and prices that are sent with their `id` keep it.
    """

    name: ShortLine | None = None
    summary: LongLine | None = None
    description: Words | None = None
    easy_read: ActivityWords | None = None
    cohorts: list[CohortCode] | None = Field(None, max_length=MOST_CODES)
    open_to: OpenToCode | None = None
    outcomes: list[OutcomeStatement] | None = Field(None, max_length=MOST_CODES)
    activity_types: list[ActivityTypeCode] | None = Field(None, max_length=MOST_CODES)
    settings: list[SettingCode] | None = Field(None, max_length=MOST_CODES)
    attendance: list[AttendanceCode] | None = Field(None, max_length=MOST_CODES)
    how_to_start: list[HowToStartCode] | None = Field(None, max_length=MOST_CODES)
    how_to_start_note: Words | None = None
    languages: list[LanguageCode] | None = Field(None, max_length=MOST_CODES)
    support_modes: list[SupportModeStatement] | None = Field(None, max_length=MOST_CODES)
    support_needs: list[SupportNeedStatement] | None = Field(None, max_length=MOST_CODES)
    communication: list[CommunicationStatement] | None = Field(None, max_length=MOST_CODES)
    funding: list[FundingStatement] | None = Field(None, max_length=MOST_CODES)
    preferences: list[PreferenceStatement] | None = Field(None, max_length=MOST_CODES)
    travel: list[TravelStatement] | None = Field(None, max_length=MOST_CODES)
    ages: Ages | None = None
    sessions: list[SessionDraft] | None = Field(None, max_length=100)
    prices: list[PriceDraft] | None = Field(None, max_length=30)
    policies: Policies | None = None
    served_areas: list[ServedArea] | None = Field(None, max_length=50)
    pick_up_areas: list[ServedArea] | None = Field(None, max_length=50)
    contacts: list[Contact] | None = Field(None, max_length=10)
    declarations: list[Declaration] | None = Field(None, max_length=MOST_CODES)


class ActivityDraft(ActivityChange):
    """A new activity: a name and some words at least; all else can follow."""

    name: ShortLine
    summary: LongLine
    description: Words


WRITABLE = frozenset(ActivityChange.model_fields)
"""The fields that providers write; a council may trust each of them."""

AT_ONCE = frozenset({"capacity", "alert", "closure", "confirmed_on"})
"""The fields that operations of their own change at once."""


def new_activity(draft: ActivityDraft, provider_id: UUID, slug: str, day: date) -> ActivityDocument:
    """The document of a new activity.

    Raises:
        Malformed: its parts do not fit together.
    """
    given = {"id": str(uuid7()), "slug": slug, "provider_id": str(provider_id)}
    return read_document(
        ActivityDocument, merged({**given, "confirmed_on": day.isoformat()}, draft)
    )


def changed_activity(document: ActivityDocument, change: ActivityChange) -> ActivityDocument:
    """The document with a change put in.

    Raises:
        Malformed: its parts do not fit together afterwards.
    """
    content = merged(document.model_dump(mode="json"), change)
    told = {one.id: one.capacity for one in document.sessions if one.capacity}
    for written, session in zip(change.sessions or (), content["sessions"], strict=False):
        # Places are told by an operation of their own, so whoever leaves them out means nothing.
        if written.id in told and "capacity" not in written.model_fields_set:
            session["capacity"] = told[written.id].model_dump(mode="json")
    return read_document(ActivityDocument, content)


def copy_of(document: ActivityDocument, slug: str, day: date) -> ActivityDocument:
    """A new activity that says the same, with ids of its own.

    What holds for the one alone does not come along: contracts, places, an alert, a closure.
    """
    ids = {session.id: uuid7() for session in document.sessions}
    sessions = [
        one.model_copy(update={"id": ids[one.id], "capacity": None}) for one in document.sessions
    ]
    prices = [
        one.model_copy(update={"id": uuid7(), "session_ids": [ids[key] for key in one.session_ids]})
        for one in document.prices
    ]
    return document.model_copy(
        update={
            "id": uuid7(),
            "slug": slug,
            "origin": None,
            "sessions": sessions,
            "prices": prices,
            "contracts": [],
            "capacity": None,
            "alert": None,
            "closure": None,
            "confirmed_on": day,
        }
    )


def foreign_faults(
    document: ActivityDocument,
    venues: Collection[UUID],
    taken: Collection[UUID],
) -> list[Fault]:
    """What in a document belongs to others.

    Args:
        document: as its provider wants it.
        venues: the provider's own.
        taken: ids of sessions and prices that other activities have.
    """
    faults = []
    for index, session in enumerate(document.sessions):
        if session.venue_id is not None and session.venue_id not in venues:
            message = "There is no such venue of yours. Make it first."
            faults.append(_fault(f"/sessions/{index}/venue_id", "unknown_venue", message))
        if session.id in taken:
            faults.append(_fault(f"/sessions/{index}/id", "id_taken", "Leave the id out."))
    for index, price in enumerate(document.prices):
        if price.id in taken:
            faults.append(_fault(f"/prices/{index}/id", "id_taken", "Leave the id out."))
    return faults


def told_faults(before: ActivityDocument, after: ActivityDocument) -> list[Fault]:
    """Places of sessions that a change would alter; they are told at once, by their own operation.

    A session that is new may come with its places.
    """
    told = {session.id: session.capacity for session in before.sessions}
    message = "Tell places with PUT …/capacity, and leave them here as they are."
    return [
        _fault(f"/sessions/{index}/capacity", "told_at_once", message)
        for index, session in enumerate(after.sessions)
        if session.id in told and session.capacity != told[session.id]
    ]


def _fault(name: str, code: str, message: str) -> Fault:
    return Fault(**{"in": "body"}, name=name, code=code, message=message)
