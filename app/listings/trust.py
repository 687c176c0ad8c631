"""What a council lets out without looking first."""

from uuid import UUID

from sqlmodel import Session, select

from app.listings.copies import Held
from app.listings.differences import UNTOLD, Listed, fields_changed
from app.listings.models import CouncilTrust


def find_trust(session: Session, council_id: UUID) -> CouncilTrust | None:
    """What a council has decided; None if nothing yet."""
    return session.exec(select(CouncilTrust).where(CouncilTrust.council_id == council_id)).first()


def is_trusted(trust: CouncilTrust | None, held: Held, document: Listed) -> bool:
    """Whether a change goes out at once: its provider is trusted, or each field that it changes.

    Fields are those of activities. What is new is looked at unless its provider is trusted.
    """
    if trust is None:
        return False
    if str(held.listing.provider_id) in trust.providers:
        return True
    if held.live is None or held.kind != "activity":
        return False
    return fields_changed(held.live, document) - UNTOLD <= set(trust.fields)
