"""What a provider does to its venues.

A venue comes to the public with the first activity there. A change of one that live activities use
counts as a change of each of them, so it waits for an officer; any other is made at once.
"""

from typing import Any, cast

from fastapi import Response

from app.accounts.audit import record
from app.accounts.editing import Precondition
from app.accounts.idempotency import Made, Once
from app.accounts.principals import SYSTEM, Actor, ProviderAccess
from app.catalogue.commands import publish
from app.catalogue.documents import VenueDocument
from app.catalogue.models import Venue
from app.database import Writing, uuid7
from app.geo.gazetteer import sectors
from app.geo.postcode import sector_of
from app.listings.access import ListingAccess, NoSuchVenue
from app.listings.bodies import merged, read_document
from app.listings.copies import Held, begin, find, hold, take
from app.listings.letters import tell_officers
from app.listings.slugs import free_slug, slug_of
from app.listings.stages import NotPossibleNow
from app.listings.trust import find_trust, is_trusted
from app.listings.venues.queries import activities_at, named_in_drafts, show_venue
from app.listings.venues.schemas import ManagedVenue, VenueChange, VenueDraft
from app.problems import Fault, Malformed

NO_POINT = Fault(
    **{"in": "body"},
    name="/address/postcode",
    code="unknown_postcode",
    message="This postcode is not known here. Give latitude and longitude too.",
)


def _placed(content: dict[str, Any], postcode: str) -> dict[str, Any]:
    """The content with a point: the middle of the postcode's sector where none is given."""
    if content.get("latitude") is not None and content.get("longitude") is not None:
        return content
    cell = sectors().find(sector_of(postcode))
    if cell is None:
        raise Malformed([NO_POINT])
    return {**content, "latitude": cell.latitude, "longitude": cell.longitude}


def _note(session: Writing, held: Held, actor: Actor, what: str) -> None:
    council_id = held.listing.council_id
    record(session, actor, f"venue.{what}", "venue", held.id, council_id=council_id)


def create_venue(
    session: Writing, access: ProviderAccess, once: Once, draft: VenueDraft
) -> Response:
    """Make a venue that the provider's activities can name."""

    def make() -> Made:
        slug = free_slug(session, Venue, slug_of(draft.name), None)
        own = {"id": str(uuid7()), "slug": slug, "provider_id": str(access.provider_id)}
        content = _placed(merged(own, draft), draft.address.postcode)
        document = read_document(VenueDocument, content)
        held = begin(session, "venue", document, access.council_id, access.actor)
        _note(session, held, access.actor, "created")
        session.flush()
        shown = Response()
        managed = show_venue(session, shown, held)
        return managed, {"ETag": shown.headers["ETag"], "Location": managed.url}

    return once.answer(session, access.actor, make)


def change_venue(
    session: Writing,
    response: Response,
    access: ListingAccess,
    precondition: Precondition,
    change: VenueChange,
) -> ManagedVenue:
    """Change a venue: at once, or where live activities use it once an officer agrees."""
    held = _hold(session, access)
    precondition.require_tag(held.tag)
    before = cast("VenueDocument", held.document)
    document = _changed(before, change)
    if document != before:
        _put(session, held, access.actor, document)
    session.flush()
    return show_venue(session, response, cast("Held", find(session, "venue", held.id)))


def _changed(before: VenueDocument, change: VenueChange) -> VenueDocument:
    """The venue with a change put in; one that moves and names no point is placed anew."""
    content = merged(before.model_dump(mode="json"), change)
    moved = content.get("address", {}).get("postcode") != before.address.postcode
    if moved and not {"latitude", "longitude"} & change.model_fields_set:
        content = {**content, "latitude": None, "longitude": None}
    if content.get("latitude") is None or content.get("longitude") is None:
        content = _placed(content, content["address"]["postcode"])
    return read_document(VenueDocument, content)


def _put(session: Writing, held: Held, actor: Actor, document: VenueDocument) -> None:
    take(session, held, "edit", actor, document=document)
    _note(session, held, actor, "edited")
    if held.live is None:
        return
    trust = find_trust(session, held.listing.council_id)
    used = bool(activities_at(session, [held.id])[held.id])
    at_once = not used or is_trusted(trust, held, document)
    if not at_once and held.listing.stage != "submitted":
        tell_officers(session, held.listing.council_id)
    take(session, held, "submit", actor, document=document)
    if at_once:
        decider = SYSTEM if used else actor
        take(session, held, "approve", decider, document=document)
        publish(session, [document])
        _note(session, held, decider, "approved")


def delete_venue(session: Writing, access: ListingAccess, precondition: Precondition) -> None:
    """Take a venue away that no activity uses, nor any draft."""
    held = _hold(session, access)
    precondition.require_tag(held.tag)
    used = activities_at(session, [held.id])[held.id]
    if used or named_in_drafts(session, held.listing.provider_id, held.id):
        raise NotPossibleNow("Activities have sessions there. Change or delete those first.")
    _note(session, held, access.actor, "deleted")
    if held.live is None:
        session.delete(held.listing)
    else:
        # Closed activities still refer to it, so that it stays and is shown nowhere.
        take(session, held, "close", access.actor, document=held.live)


def _hold(session: Writing, access: ListingAccess) -> Held:
    held = hold(session, "venue", access.id)
    if held is None or held.life == "closed":
        raise NoSuchVenue
    return held
