"""Letting a working copy out: it becomes what the public sees."""

from app.accounts.principals import Actor
from app.catalogue.commands import AnyDocument, publish
from app.catalogue.documents import ActivityDocument
from app.catalogue.models import Activity, Venue
from app.database import Writing
from app.listings.copies import Held, hold, take
from app.listings.slugs import free_slug


def let_out(  # noqa: PLR0913, PLR0917 - each is a part of it.
    session: Writing,
    held: Held,
    document: ActivityDocument,
    actor: Actor,
    action: str,
    reason: str | None = None,
) -> None:
    """Publish a submitted activity, together with the venues that are new with it.

    Args:
        session: the transaction in which it is held.
        held: the activity.
        document: its working copy.
        actor: who decides so.
        action: the step's name in the history.
        reason: what is said about it.
    """
    venues = new_venues(session, document)
    if held.live is None:
        slug = free_slug(session, Activity, document.slug, held.id)
        document = document.model_copy(update={"slug": slug})
    take(session, held, "approve", actor, action=action, document=document, reason=reason)
    shown: list[AnyDocument] = [document]
    for venue in venues:
        slug = free_slug(session, Venue, venue.document.slug, venue.id)
        let = venue.document.model_copy(update={"slug": slug})
        take(session, venue, "submit", actor, document=let)
        take(session, venue, "approve", actor, document=let)
        shown.append(let)
    publish(session, shown)


def new_venues(session: Writing, document: ActivityDocument) -> list[Held]:
    """The venues of an activity that the public has not seen yet."""
    ids = {one.venue_id for one in document.sessions if one.venue_id}
    found = [hold(session, "venue", key) for key in sorted(ids)]
    return [one for one in found if one is not None and one.live is None]
