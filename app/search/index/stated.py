"""What an activity states, kept in few bytes, so that it can be explained without the database."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.catalogue import rows
from app.catalogue.documents import VenueDocument
from app.catalogue.documents.prices import PriceDocument, PricePart
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.freshness import freshness
from app.catalogue.pricing import sessions_paid_for
from app.catalogue.public import Entry

SMALL_GROUP = 6
"""A group of up to so many people is small."""


def price_set(prices: Sequence[PriceDocument], session: SessionDocument | None) -> bytes:
    """The prices that hold for a session, with all of it that they depend on, as JSON.

    Sessions that cost the same have the same text. What is null or false is left out: a nation has
    hundreds of thousands of these.
    """
    own = [
        price
        for price in prices
        if not price.session_ids or (session is not None and session.id in price.session_ids)
    ]
    units = {part.unit for price in own for part in price.parts}
    timed = session is not None and "hour" in units
    ratio = session.staff_ratio if session else None
    found = {
        "minutes": _length(session) if session is not None and timed else None,
        "ratio": [ratio.staff, ratio.people] if ratio else None,
        "prices": [_price(price, session) for price in own],
    }
    return json.dumps(_said(found), separators=(",", ":")).encode()


def _said(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is neither null nor false."""
    return {
        name: value for name, value in found.items() if value is not None and value is not False
    }


def _price(price: PriceDocument, session: SessionDocument | None) -> dict[str, Any]:
    shared = any(part.unit in {"course", "term"} for part in price.parts)
    found = {
        "payer": price.payer,
        "weeks": price.weeks_per_year,
        "from": price.valid_from.isoformat() if price.valid_from else None,
        "to": price.valid_to.isoformat() if price.valid_to else None,
        "sessions": sessions_paid_for(price, session) if shared else None,
        "parts": [_said(_part(part)) for part in price.parts],
    }
    return _said(found)


def _part(part: PricePart) -> dict[str, Any]:
    ratio = part.staff_ratio
    return {
        "part": part.part,
        "unit": part.unit,
        "pence": part.amount_pence,
        "chosen": part.required == "if_chosen",
        "ratio": [ratio.staff, ratio.people] if ratio else None,
        "adds": part.ratio_effect == "adds",
    }


def _length(session: SessionDocument) -> int:
    starts, ends = session.starts_at, session.ends_at
    return (ends.hour - starts.hour) * 60 + ends.minute - starts.minute


def group_size_says(session: SessionDocument | None) -> dict[str, str]:
    """What a session's own ratio and group size say of ways of being supported."""
    said: dict[str, str] = {}
    if session is None:
        return said
    ratio, size = session.staff_ratio, session.group_size
    if ratio and (ratio.staff, ratio.people) == (1, 1):
        said["one_to_one"] = "yes"
    if ratio and (ratio.staff, ratio.people) == (2, 1):
        said["two_to_one"] = "yes"
    if size and size.maximum is not None and size.maximum <= SMALL_GROUP:
        said |= {"small_group": "yes", "large_group": "no"}
    elif size and size.minimum is not None and size.minimum > SMALL_GROUP:
        said |= {"small_group": "no", "large_group": "yes"}
    return said


def statement(entry: Entry, sessions: Sequence[SessionDocument | None], today: date) -> bytes:
    """What explaining needs besides the columns, as JSON; a session for each row, in order."""
    activity = entry.activity
    fresh = freshness(activity.confirmed_on, today, entry.council.freshness)
    notes = {
        f"{scheme}/{one.code}": one.note
        for name, scheme in rows.STATEMENTS.items()
        for one in getattr(activity, name)
        if one.note
    }
    trial = activity.policies.trial
    found = {
        "name": activity.name,
        "days": [entry.council.freshness.fresh, entry.council.freshness.due],
        "fresh": fresh.code,
        "notes": notes,
        "absence": activity.policies.absence,
        "trial": trial,
        "capacity": _capacity(activity.capacity),
        "closure": activity.closure.model_dump(mode="json") if activity.closure else None,
        "ages": [activity.ages.minimum, activity.ages.maximum],
        "sessions": [
            _session(one, entry.venues.get(one.venue_id) if one.venue_id else None)
            for one in sessions
            if one is not None
        ],
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _session(session: SessionDocument, venue: VenueDocument | None) -> dict[str, Any]:
    found = {
        "id": str(session.id),
        "repeats": session.repeats,
        "nth": list(session.nth),
        "term": session.term_time_only,
        "capacity": _capacity(session.capacity),
        "bank_holidays": session.bank_holidays,
        "dates": [day.isoformat() for day in session.dates],
        "from": session.valid_from.isoformat() if session.valid_from else None,
    }
    if venue is not None:
        notes = {f"access/{one.code}": one.note for one in venue.features if one.note}
        # The note of a hidden venue's feature may tell where it is.
        found["notes"] = notes if venue.shows == "address" else {}
    return found


def _capacity(capacity: Any) -> dict[str, Any] | None:  # noqa: ANN401 - of an activity, or none.
    return capacity.model_dump(mode="json") if capacity else None
