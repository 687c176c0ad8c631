"""Ids and addresses of what the standard wants to have an id and our catalogue gives none."""

from uuid import UUID, uuid5

from app.catalogue.models import ONLINE

Place = tuple[UUID, UUID | None]
"""An activity and one of its venues; None stands for online."""

PREFIX = "/open-referral-uk/v3"
"""Where the feed lies."""

_SPACE = UUID("5c6a9a52-7f0e-4a53-9d0c-6b1f7d3a2e88")
"""The space in which derived ids are made; with another one every id of the feed would change."""

_REST = (1 << 80) - 1
"""The bits of an id behind the 48 that it begins with."""

GSS_ADDRESS = "http://statistics.data.gov.uk/id/statistical-geography/"
"""The address of an area in the register of the ONS, without its code."""

ENGLAND = "E92000001"


def derived_id(*parts: object) -> UUID:
    """An id that depends on these parts alone, so that it is the same in every deployment."""
    return uuid5(_SPACE, "\x1f".join(str(part) for part in parts))


def taxonomy_id(scheme: str) -> UUID:
    """The id of a vocabulary's scheme."""
    return derived_id("taxonomy", scheme)


def term_id(scheme: str, code: str) -> UUID:
    """The id of a term."""
    return derived_id("term", scheme, code)


def place_id(activity: UUID, venue: UUID | None) -> UUID:
    """The id of an activity at a venue, or online where none is named.

    It begins as the activity's does, so that the activity is found again by it, and is of
    version 8, which leaves the rest to whoever makes it (RFC 9562, section 5.8).
    """
    rest = derived_id("service_at_location", activity, venue or "online").int & _REST
    value = activity.int & ~_REST | rest
    value = value & ~(0xF << 76) | 0x8 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def activities_of(place: UUID) -> tuple[UUID, UUID]:
    """The first and the last id that the activity of a `place_id` can have."""
    return UUID(int=place.int & ~_REST), UUID(int=place.int | _REST)


def venue_or_online(stored: UUID) -> UUID | None:
    """The venue of a place as the catalogue stores it; None where it is online."""
    return None if stored == ONLINE else stored


def area_address(gss: str) -> str:
    """The address of an area with a GSS code."""
    return f"{GSS_ADDRESS}{gss}"
