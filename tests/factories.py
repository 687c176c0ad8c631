"""Documents with sensible contents; whatever a test is about is given by name."""

from itertools import count
from typing import Any

from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.documents.prices import PriceDocument
from app.catalogue.documents.sessions import SessionDocument
from app.database import uuid7

_numbers = count(1)


def make_council(**over: Any) -> CouncilDocument:
    """A council that is served."""
    number = next(_numbers)
    return CouncilDocument.model_validate(
        {
            "id": uuid7(),
            "slug": f"council-{number}",
            "name": f"Council {number}",
            "served": True,
            "area": {"name": f"Area {number}", "tier": "unitary", "gss": f"E{number:08}"},
            **over,
        }
    )


def make_provider(council: CouncilDocument, **over: Any) -> ProviderDocument:
    """A provider at home in a council."""
    number = next(_numbers)
    return ProviderDocument.model_validate(
        {
            "id": uuid7(),
            "slug": f"provider-{number}",
            "name": f"Provider {number}",
            "description": "We run activities.",
            "council_id": council.id,
            "contacts": [{"phone": "01632 960001"}],
            **over,
        }
    )


def make_venue(provider: ProviderDocument, **over: Any) -> VenueDocument:
    """A venue of a provider's, in the middle of Crewe."""
    number = next(_numbers)
    return VenueDocument.model_validate(
        {
            "id": uuid7(),
            "slug": f"venue-{number}",
            "provider_id": provider.id,
            "name": f"Hall {number}",
            "address": {"lines": ["1 High Street"], "town": "Crewe", "postcode": "CW1 2AB"},
            "latitude": 53.0982,
            "longitude": -2.4419,
            **over,
        }
    )


def make_session(venue: VenueDocument | None = None, **over: Any) -> SessionDocument:
    """A session on Tuesday mornings, online if no venue is given."""
    place = {"place": "venue", "venue_id": venue.id} if venue else {"place": "online"}
    when = {"starts_at": "10:00", "ends_at": "12:00"}
    if "repeats" not in over:
        when["day"] = "tue"
    return SessionDocument.model_validate({"id": uuid7(), **place, **when, **over})


def make_price(**over: Any) -> PriceDocument:
    """A price of £20 a session; `unit` and `amount_pence` change its one part."""
    part = {"part": "support", "unit": "session", "amount_pence": 2_000}
    part |= {name: over.pop(name) for name in ("unit", "amount_pence") if name in over}
    return PriceDocument.model_validate({"id": uuid7(), "parts": [part], **over})


def make_activity(provider: ProviderDocument, **over: Any) -> ActivityDocument:
    """An activity of a provider's that says no more than it must."""
    number = next(_numbers)
    return ActivityDocument.model_validate(
        {
            "id": uuid7(),
            "slug": f"activity-{number}",
            "provider_id": provider.id,
            "name": f"Activity {number}",
            "summary": "Something to do.",
            "description": "We meet and do something.",
            "confirmed_on": "2026-03-01",
            **over,
        }
    )
