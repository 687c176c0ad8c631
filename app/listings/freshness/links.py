"""The link in a reminder: it says that one activity is still right, and does nothing else.

Programs that look through mail follow its links, so following it changes nothing: it shows what it
is about and one button. The button says "still correct", once; pressed again it changes nothing.
"""

from datetime import date
from html import escape

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session, select

from app.accounts.audit import record
from app.accounts.opaque import digest_of
from app.accounts.principals import SYSTEM
from app.catalogue.commands import publish
from app.catalogue.documents import ActivityDocument
from app.catalogue.models import Activity, Provider
from app.catalogue.schemas import Reference
from app.database import Reading, Writing
from app.listings.copies import hold, take
from app.listings.freshness.schemas import Confirmation
from app.listings.models import Notice
from app.problems import NotFound


class LinkNotGood(NotFound):
    """The link is not one of ours, or not good any more."""

    code = "link_not_good"

    def __init__(self) -> None:
        super().__init__(
            "This link is not good any more. Sign in to confirm your listings, "
            "or wait for the next reminder."
        )


def _notice(session: Session, token: str, today: date) -> tuple[Notice, Activity]:
    notice = session.exec(select(Notice).where(Notice.digest == digest_of(token))).first()
    row = session.get(Activity, notice.activity_id) if notice else None
    if notice is None or row is None or notice.expires_on < today or row.status != "live":
        raise LinkNotGood
    return notice, row


def _shown(session: Session, notice: Notice, row: Activity) -> Confirmation:
    provider = session.get_one(Provider, row.provider_id)
    return Confirmation(
        activity=Reference(id=row.id, slug=row.slug, name=row.name),
        provider=Reference(id=provider.id, slug=provider.slug, name=provider.name),
        confirmed=row.confirmed_on > notice.confirmed_on,
        confirmed_on=row.confirmed_on,
        url=f"/v1/activities/{row.id}",
    )


def show_link(session: Reading, request: Request, token: str, today: date) -> Response:
    """What a link is about; nothing is changed.

    Raises:
        LinkNotGood: there is no such link, or not any more.
    """
    return _answer(request, _shown(session, *_notice(session, token, today)))


def use_link(session: Writing, request: Request, token: str, today: date) -> Response:
    """Say that the activity is still right, unless somebody said so since the reminder.

    Raises:
        LinkNotGood: there is no such link, or not any more.
    """
    notice, row = _notice(session, token, today)
    held = hold(session, "activity", row.id)
    live = held.live if held else None
    if held and isinstance(live, ActivityDocument) and live.confirmed_on == notice.confirmed_on:
        told = live.model_copy(update={"confirmed_on": today})
        take(session, held, "tell", SYSTEM, action="confirm_by_mail", document=told)
        publish(session, [told])
        council_id = held.listing.council_id
        record(
            session, SYSTEM, "activity.confirmed_by_mail", "activity", row.id, council_id=council_id
        )
    session.flush()
    session.refresh(row)
    return _answer(request, _shown(session, notice, row))


def _answer(request: Request, shown: Confirmation) -> Response:
    """A page for people, JSON for programs."""
    headers = {"Cache-Control": "private, no-store"}
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(page(shown), headers=headers)
    return JSONResponse(shown.model_dump(mode="json"), headers=headers)


def page(shown: Confirmation) -> str:
    """The page that a link shows, in sentences that are easy to read."""
    name, provider = escape(shown.activity.name), escape(shown.provider.name)
    day = f"{shown.confirmed_on.day} {shown.confirmed_on:%B %Y}"
    if shown.confirmed:
        body = (
            f"<p>Thank you. Somebody said on {day} that this is right:</p>"
            f"<p><strong>{name}</strong>, {provider}</p>"
            "<p>You need do nothing more.</p>"
        )
    else:
        body = (
            "<p>Is all of this still right?</p>"
            f"<p><strong>{name}</strong>, {provider}</p>"
            f"<p>Somebody last told us so on {day}.</p>"
            f'<p><a href="{escape(shown.url)}">See what it says</a></p>'
            '<form method="post"><button>Yes, it is still correct</button></form>'
            "<p>If something has changed, please sign in and change it.</p>"
        )
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Is this still right?</title></head><body><h1>Care Finder</h1>{body}</body></html>"
    )
