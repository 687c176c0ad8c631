"""What a provider does to its own activities."""

from collections.abc import Callable
from datetime import date
from typing import cast
from uuid import UUID

from fastapi import Response

from app.accounts.access import NotAllowed
from app.accounts.audit import record
from app.accounts.editing import Precondition
from app.accounts.idempotency import Made, Once
from app.accounts.principals import SYSTEM, Actor, ProviderAccess
from app.catalogue.commands import close_activity as close_in_catalogue
from app.catalogue.commands import hide_activity, publish
from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.activities import Alert, Closure
from app.catalogue.documents.sessions import Capacity
from app.catalogue.models import Activity
from app.database import Writing
from app.listings.access import ListingAccess, NoSuchListing
from app.listings.activities.drafts import (
    ActivityChange,
    ActivityDraft,
    changed_activity,
    copy_of,
    foreign_faults,
    new_activity,
    told_faults,
)
from app.listings.activities.publishing import let_out
from app.listings.activities.queries import own_venues, show, taken_ids
from app.listings.activities.schemas import (
    AlertReport,
    CapacityReport,
    Closing,
    ContractFacts,
    ManagedActivity,
    Pause,
)
from app.listings.copies import Held, begin, find, hold, take
from app.listings.differences import UNTOLD, fields_changed
from app.listings.letters import tell_officers
from app.listings.slugs import free_slug, one_at_a_time, slug_of
from app.listings.stages import NotPossibleNow, after
from app.listings.trust import find_trust, is_trusted
from app.problems import Fault, Malformed


def _hold(session: Writing, access: ListingAccess) -> Held:
    held = hold(session, "activity", access.id)
    if held is None:
        raise NoSuchListing
    return held


def _document(held: Held) -> ActivityDocument:
    return cast("ActivityDocument", held.document)


def _shown(
    session: Writing, response: Response, access: ListingAccess, today: date
) -> ManagedActivity:
    """The activity as it stands after what was done to it."""
    session.flush()
    held = find(session, "activity", access.id)
    if held is None:
        raise NoSuchListing
    return show(session, response, held, today)


def _note(
    session: Writing, held: Held, actor: Actor, what: str, **details: str | list[str]
) -> None:
    record(
        session,
        actor,
        f"activity.{what}",
        "activity",
        held.id,
        council_id=held.listing.council_id,
        **details,
    )


def refuse_foreign(session: Writing, document: ActivityDocument) -> None:
    """Refuse venues, sessions and prices of others."""
    venues = own_venues(session, document.provider_id)
    faults = foreign_faults(document, venues, taken_ids(session, [document])[document.id])
    if faults:
        raise Malformed(faults)


# Drafts and changes


def create_activity(
    session: Writing, access: ProviderAccess, once: Once, draft: ActivityDraft, today: date
) -> Response:
    """Make a draft; the answer to the same request sent again is the same."""

    def make(slug: str) -> ActivityDocument:
        return new_activity(draft, access.provider_id, slug, today)

    return _once_made(session, access, once, draft.name, "created", make, today)


def copy_activity(session: Writing, access: ListingAccess, once: Once, today: date) -> Response:
    """Make a draft that says what another activity says."""
    original = _document(_hold(session, access))

    def make(slug: str) -> ActivityDocument:
        return copy_of(original, slug, today)

    return _once_made(session, access.provider, once, original.name, "copied", make, today)


def _once_made(  # noqa: PLR0913, PLR0917 - each says one thing of what is made.
    session: Writing,
    access: ProviderAccess,
    once: Once,
    name: str,
    action: str,
    document_with: Callable[[str], ActivityDocument],
    today: date,
) -> Response:
    def make() -> Made:
        document = document_with(free_slug(session, Activity, slug_of(name), None))
        refuse_foreign(session, document)
        held = begin(session, "activity", document, access.council_id, access.actor, action)
        _note(session, held, access.actor, action)
        session.flush()
        shown = Response()
        managed = show(session, shown, held, today)
        location = f"/v1/manage/activities/{held.id}"
        return managed, {"ETag": shown.headers["ETag"], "Location": location}

    return once.answer(session, access.actor, make)


def change_activity(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: Writing,
    response: Response,
    access: ListingAccess,
    precondition: Precondition,
    change: ActivityChange,
    today: date,
) -> ManagedActivity:
    """Change the working copy; what is live stays as it is until the change is approved."""
    held = _hold(session, access)
    precondition.require_tag(held.tag)
    before = _document(held)
    document = changed_activity(before, change)
    if faults := told_faults(before, document):
        raise Malformed(faults)
    refuse_foreign(session, document)
    fields = sorted(fields_changed(before, document))
    if fields:
        take(session, held, "edit", access.actor, document=document)
        _note(session, held, access.actor, "edited", fields=fields)
    return _shown(session, response, access, today)


def delete_change(session: Writing, access: ListingAccess, precondition: Precondition) -> None:
    """Delete a draft, or the change of a live activity, which stays as it is."""
    held = _hold(session, access)
    precondition.require_tag(held.tag)
    take(session, held, "discard", access.actor, document=cast("ActivityDocument", held.live))
    _note(session, held, access.actor, "discarded")
    if held.live is None:
        session.flush()
        session.delete(held.listing)


# On its way to the public


def submit_activity(
    session: Writing, response: Response, access: ListingAccess, today: date
) -> ManagedActivity:
    """Hand the working copy to the council; a trusted provider's goes out at once.

    Whoever submits says that all of it is right today. Submitted again it stays as it is.
    """
    one_at_a_time(session)
    held = _hold(session, access)
    if held.listing.stage != "submitted":
        submit_held(session, held, access.actor, today)
    return _shown(session, response, access, today)


def submit_held(session: Writing, held: Held, actor: Actor, today: date) -> None:
    """Hand the working copy of an activity that is held to the council.

    Raises:
        NotPossibleNow: there is nothing to submit.
        Malformed: something in it belongs to others.
    """
    document = _document(held).model_copy(update={"confirmed_on": today})
    if held.live is not None and not fields_changed(held.live, document) - UNTOLD:
        raise NotPossibleNow("There is no change to submit. Edit the listing first.")
    refuse_foreign(session, document)
    trusted = is_trusted(find_trust(session, held.listing.council_id), held, document)
    if not trusted:
        tell_officers(session, held.listing.council_id)
    take(session, held, "submit", actor, document=document)
    _note(session, held, actor, "submitted")
    if trusted:
        let_out(session, held, document, SYSTEM, "trusted")
        _note(session, held, SYSTEM, "approved", because="trusted")


def withdraw_activity(
    session: Writing, response: Response, access: ListingAccess, today: date
) -> ManagedActivity:
    """Take back what was submitted, to go on working on it."""
    held = _hold(session, access)
    if held.listing.stage != "withdrawn":
        take(session, held, "withdraw", access.actor)
        _note(session, held, access.actor, "withdrawn")
    return _shown(session, response, access, today)


# At once


def _tell(
    session: Writing, held: Held, actor: Actor, action: str, document: ActivityDocument
) -> None:
    """Put what is told at once into what the public sees, and into the history."""
    take(session, held, "tell", actor, action=action, document=document)
    publish(session, [document])
    if held.hidden_from is not None and action != "confirm":
        # Publishing shows it again; only somebody who says that all of it is right may do that.
        hide_activity(session, held.id, since=held.hidden_from)
    _note(session, held, actor, action)


def _live(held: Held) -> ActivityDocument:
    """What the public sees; before anything is live, or after, there is nobody to tell."""
    after(held.standing, "tell")
    return cast("ActivityDocument", held.live)


def report_capacity(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: Writing,
    response: Response,
    access: ListingAccess,
    precondition: Precondition,
    report: CapacityReport,
    today: date,
) -> ManagedActivity:
    """Say whether there is a place: of the whole activity, or of one session."""
    held = _hold(session, access)
    precondition.require_tag(held.tag)
    document = cast("ActivityDocument", held.live or held.document)
    capacity = Capacity(status=report.status, places=report.places, as_of=today)
    if report.session_id is None:
        told = document.model_copy(update={"capacity": capacity})
    elif any(one.id == report.session_id for one in document.sessions):
        sessions = [
            one.model_copy(update={"capacity": capacity}) if one.id == report.session_id else one
            for one in document.sessions
        ]
        told = document.model_copy(update={"sessions": sessions})
    else:
        raise Malformed([NO_SUCH_SESSION])
    if held.live is None:
        take(session, held, "edit", access.actor, action="capacity", document=told)
        _note(session, held, access.actor, "capacity")
    else:
        _tell(session, held, access.actor, "capacity", told)
    return _shown(session, response, access, today)


NO_SUCH_SESSION = Fault(
    **{"in": "body"},
    name="/session_id",
    code="unknown_session",
    message="The activity has no such session.",
)


def report_alert(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: Writing,
    response: Response,
    access: ListingAccess,
    precondition: Precondition,
    report: AlertReport,
    today: date,
) -> ManagedActivity:
    """Say something that people should know now, or take it away."""
    held = _hold(session, access)
    precondition.require_tag(held.tag)
    alert = None
    if report.text is not None:
        if report.until is None or report.until < today:
            raise Malformed([NO_LAST_DAY])
        alert = Alert(text=report.text, easy_read=report.easy_read, until=report.until)
    told = _live(held).model_copy(update={"alert": alert})
    _tell(session, held, access.actor, "alert", told)
    return _shown(session, response, access, today)


NO_LAST_DAY = Fault(
    **{"in": "body"},
    name="/until",
    code="last_day",
    message="Say until when it is shown: today or a later day.",
)


def confirm_activity(
    session: Writing, response: Response, access: ListingAccess, today: date
) -> ManagedActivity:
    """Say that all of it is still right. A hidden activity is seen again."""
    held = _hold(session, access)
    confirm(session, held, access.actor, today)
    return _shown(session, response, access, today)


def confirm(session: Writing, held: Held, actor: Actor, today: date) -> None:
    """Note that a live activity was right on a day; said again, nothing changes."""
    live = _live(held)
    if live.confirmed_on >= today and not held.hidden(today):
        return
    _tell(session, held, actor, "confirm", live.model_copy(update={"confirmed_on": today}))


def pause_activity(
    session: Writing, response: Response, access: ListingAccess, pause: Pause, today: date
) -> ManagedActivity:
    """Close it for some time: it stays in the catalogue, marked with the reason and the date."""
    held = _hold(session, access)
    if pause.until is not None and pause.until <= today:
        raise Malformed([NO_LATER_DAY])
    closure = Closure(
        reason=pause.reason,
        easy_read=pause.easy_read,
        closed_from=today,
        reopens_on=pause.until,
    )
    told = _live(held).model_copy(update={"closure": closure})
    _tell(session, held, access.actor, "pause", told)
    return _shown(session, response, access, today)


NO_LATER_DAY = Fault(
    **{"in": "body"},
    name="/until",
    code="later_day",
    message="It opens again on a later day than today.",
)


def resume_activity(
    session: Writing, response: Response, access: ListingAccess, today: date
) -> ManagedActivity:
    """Open it again."""
    held = _hold(session, access)
    live = _live(held)
    if live.closure is not None:
        _tell(session, held, access.actor, "resume", live.model_copy(update={"closure": None}))
    return _shown(session, response, access, today)


def close_activity(
    session: Writing, response: Response, access: ListingAccess, closing: Closing, today: date
) -> ManagedActivity:
    """Close it for good: it leaves the catalogue at once, and its id says that it is gone."""
    held = _hold(session, access)
    if held.life != "closed":
        if closing.replaced_by is not None:
            _refuse_replacement(session, held, closing.replaced_by)
        take(session, held, "close", access.actor, document=cast("ActivityDocument", held.live))
        close_in_catalogue(session, held.id, replaced_by=closing.replaced_by)
        _note(session, held, access.actor, "closed")
    return _shown(session, response, access, today)


def _refuse_replacement(session: Writing, held: Held, wanted: UUID) -> None:
    other = session.get(Activity, wanted)
    mine = other is not None and other.provider_id == held.listing.provider_id
    if not mine or other is None or other.status != "live" or other.id == held.id:
        raise Malformed([NO_REPLACEMENT])


NO_REPLACEMENT = Fault(
    **{"in": "body"},
    name="/replaced_by",
    code="unknown_activity",
    message="There is no other live activity of yours with this id.",
)


# The council's own


def put_contracts(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: Writing,
    response: Response,
    access: ListingAccess,
    precondition: Precondition,
    facts: ContractFacts,
    today: date,
) -> ManagedActivity:
    """Say how councils buy from an activity. Only officers of its provider's council may."""
    account = access.provider.account
    if access.provider.council_id not in account.councils:
        raise NotAllowed("Contract facts are written by officers of the council.")
    held = _hold(session, access)
    precondition.require_tag(held.tag)
    document = cast("ActivityDocument", held.live or held.document)
    told = document.model_copy(update={"contracts": facts.contracts})
    if held.live is None:
        take(session, held, "edit", account.actor, action="contracts", document=told)
        _note(session, held, account.actor, "contracts")
    else:
        _tell(session, held, account.actor, "contracts", told)
    return _shown(session, response, access, today)
