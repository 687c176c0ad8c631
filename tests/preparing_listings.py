"""What has to be there before an operation on listings can answer well."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import preparing
from fastapi import FastAPI
from sqlmodel import select

from app.accounts.opaque import digest_of, make_secret
from app.accounts.principals import SYSTEM
from app.catalogue.documents import VenueDocument
from app.catalogue.models import Activity, Provider
from app.database import Writing, utc_now, uuid7
from app.listings.activities.drafts import ActivityDraft, new_activity
from app.listings.activities.publishing import let_out
from app.listings.copies import Held, begin, take
from app.listings.models import Claim, Notice, Proposal
from app.listings.moderation.queries import find_subject, review_tag

TODAY = date(2026, 3, 16)
NEIGHBOUR = "tidewrack-trust"
"""A provider of the same council that nobody here manages."""


def _provider(session: Writing, slug: str) -> Provider:
    return session.exec(select(Provider).where(Provider.slug == slug)).one()


def _draft(session: Writing, provider: str) -> Held:
    row = _provider(session, provider)
    draft = ActivityDraft(name="Clay", summary="We make pots.", description="We make pots.")
    slug = f"clay-{uuid7().hex[-12:]}"
    document = new_activity(draft, row.id, slug, TODAY)
    return begin(session, "activity", document, row.council_id, SYSTEM)


def activity(app: FastAPI, stage: str, provider: str = preparing.PROVIDER) -> UUID:
    """The id of a new activity: a `draft`, `submitted` or `live`."""
    with app.state.database.write() as session:
        held = _draft(session, provider)
        if stage != "draft":
            take(session, held, "submit", SYSTEM)
        if stage == "live":
            document: Any = held.document
            let_out(session, held, document, SYSTEM, "approve")
        return held.id


def venue(app: FastAPI, provider: str = preparing.PROVIDER) -> UUID:
    """The id of a new venue."""
    with app.state.database.write() as session:
        row = _provider(session, provider)
        document = VenueDocument.model_validate(
            {
                "id": uuid7(),
                "slug": f"hall-{uuid7().hex[-12:]}",
                "provider_id": row.id,
                "name": "The Hall",
                "address": {"lines": ["1 High Street"], "town": "Maldon", "postcode": "CM9 5AA"},
                "latitude": 51.73,
                "longitude": 0.67,
            }
        )
        return begin(session, "venue", document, row.council_id, SYSTEM).id


def claim(app: FastAPI) -> UUID:
    """The id of a claim of the neighbour that waits."""
    person = preparing.make_person(app)
    with app.state.database.write() as session:
        row = Claim(
            provider_id=_provider(session, NEIGHBOUR).id,
            account_id=person.id,
            message="I work there.",
            stage="submitted",
            submitted_at=utc_now(),
        )
        session.add(row)
        return row.id


def proposal(app: FastAPI) -> UUID:
    """The id of a proposal of the neighbour's that waits."""
    with app.state.database.write() as session:
        row = Proposal(
            provider_id=_provider(session, NEIGHBOUR).id,
            kind="term",
            scheme="activity_type",
            name="Beekeeping",
            why="We keep bees.",
            stage="submitted",
            submitted_at=utc_now(),
        )
        session.add(row)
        return row.id


def reminder(app: FastAPI) -> str:
    """The code in the link of a reminder."""
    token = make_secret("confirm")
    key = activity(app, "live")
    with app.state.database.write() as session:
        row = session.get_one(Activity, key)
        notice = Notice(
            activity_id=key,
            confirmed_on=row.confirmed_on,
            number=1,
            digest=digest_of(token),
            sent_on=TODAY,
            expires_on=date(2026, 6, 1),
        )
        session.add(notice)
    return token


def tag_of(app: FastAPI, kind: Any, key: UUID) -> str:
    """The ETag of what an officer looks at."""
    with app.state.database.read() as session:
        subject = find_subject(session, kind, key)
        assert subject is not None
        return review_tag(session, subject)


def _activity(stage: str) -> Callable[[FastAPI], preparing.Prepared]:
    return lambda app: preparing.Prepared({"activity": str(activity(app, stage))})


def _waiting(app: FastAPI) -> preparing.Prepared:
    key = activity(app, "submitted", NEIGHBOUR)
    replaced = {"kind": "activities", "id": str(key)}
    return preparing.Prepared(replaced, headers={"If-Match": tag_of(app, "activities", key)})


def _reviewed(app: FastAPI) -> preparing.Prepared:
    # It is read several times, and has to be the same each time.
    if not hasattr(app.state, "reviewed"):
        app.state.reviewed = _waiting(app).replaced
    return preparing.Prepared(app.state.reviewed)


def _venue(app: FastAPI) -> preparing.Prepared:
    return preparing.Prepared({"venue": str(venue(app))})


def _newcomer(app: FastAPI) -> preparing.Prepared:
    """Somebody who has asked for nothing yet: what waits of one person is limited."""
    return preparing.Prepared(headers=preparing.make_person(app).headers)


def _reminded(app: FastAPI) -> preparing.Prepared:
    return preparing.Prepared({"token": reminder(app)})


def _revision(app: FastAPI) -> preparing.Prepared:
    return preparing.Prepared({"activity": str(activity(app, "draft")), "revision": "1"})


PREPARATIONS: dict[str, Callable[[FastAPI], preparing.Prepared]] = {
    "register_provider": _newcomer,
    "claim_provider": lambda app: preparing.Prepared(
        {"provider": NEIGHBOUR}, headers=preparing.make_person(app).headers
    ),
    "change_own_activity": _activity("draft"),
    "delete_activity_change": _activity("draft"),
    "submit_activity": _activity("draft"),
    "withdraw_activity": _activity("submitted"),
    "pause_activity": _activity("live"),
    "resume_activity": _activity("live"),
    "close_activity": _activity("live"),
    "put_capacity": _activity("live"),
    "put_alert": _activity("live"),
    "confirm_activity": _activity("live"),
    "put_contracts": _activity("live"),
    "get_activity_revision": _revision,
    "change_venue": _venue,
    "delete_venue": _venue,
    "get_review": _reviewed,
    "approve": _waiting,
    "request_changes": _waiting,
    "reject": _waiting,
    "show_confirmation": _reminded,
    "confirm_by_mail": _reminded,
}
"""By operation id."""
