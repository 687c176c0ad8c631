"""What the index knows of one activity, on a day: numbers to compare, and words to look for."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.catalogue import rows
from app.catalogue.documents import VenueDocument
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.freshness import believed_capacity
from app.catalogue.occurrences import DAYS, time_bands
from app.catalogue.pricing import attendance_pence
from app.catalogue.public import Entry
from app.search.index.bits import bit_numbers, mask_of
from app.search.index.columns import NEVER, SHADES
from app.search.index.stated import group_size_says, price_set
from app.search.index.times import HOUR, PARTS, day_number, lying_in, sharing
from app.search.text.postings import Fields
from app.vocabulary.terms import vocabulary

NOT_KNOWN = -1
"""Stands for a number that is not stated."""

NO_LIMIT = 200
"""Stands for an upper age limit that is not stated."""

AT_VENUE, ONLINE, COMES_TO_YOU, BLANK = range(4)
PLACES = {"venue": AT_VENUE, "online": ONLINE, "comes_to_you": COMES_TO_YOU}
BANK_HOLIDAY = 7
"""The number of the bit that says that a session runs on bank holidays too."""

LABELLED = ("cohorts", "activity_types", "settings")

Facts = dict[str, Any]


@dataclass(frozen=True)
class Indexable:
    """An activity as the index takes it in."""

    entry: Entry
    published_at: datetime


def still_to_come(sessions: Sequence[SessionDocument], today: date) -> list[SessionDocument]:
    """The sessions that have not ended; a dated one keeps only the dates still to come.

    A dated session with dates on several weekdays becomes one for each weekday.
    """
    found = []
    for session in sessions:
        if session.valid_to is not None and session.valid_to < today:
            continue
        if session.repeats != "dated":
            found.append(session)
            continue
        by_day: dict[int, list[date]] = {}
        for day in session.dates:
            if day >= today:
                by_day.setdefault(day.weekday(), []).append(day)
        found += [session.model_copy(update={"dates": days}) for days in by_day.values()]
    return found


def activity_facts(one: Indexable, today: date) -> Facts:
    """The numbers of an activity."""
    activity = one.entry.activity
    facts: Facts = {
        scheme: mask_of(scheme, getattr(activity, name)) for name, scheme in rows.CODES.items()
    }
    facts["outcome"] = mask_of("outcome", [term.code for term in activity.outcomes])
    facts["open_to"] = mask_of("open_to", [activity.open_to] if activity.open_to else [])
    facts["outcome_primary"] = mask_of(
        "outcome", [term.code for term in activity.outcomes if term.primary]
    )
    for name, scheme in rows.STATEMENTS.items():
        statements = getattr(activity, name)
        facts[scheme], facts[f"{scheme}_maybe"] = _stated(scheme, statements)
        facts |= {f"{scheme}_{shade}": _shade(scheme, statements, shade) for shade in SHADES}
    ages, closure = activity.ages, activity.closure
    believed = believed_capacity(activity.capacity, today)
    return {
        **facts,
        "id_high": activity.id.int >> 64,
        "id_low": activity.id.int & (1 << 64) - 1,
        "slug": number_of(activity.slug),
        "provider": number_of(str(one.entry.provider.id)),
        "provider_slug": number_of(one.entry.provider.slug),
        "ages_stated": ages.minimum is not None or ages.maximum is not None,
        "minimum_age": ages.minimum or 0,
        "maximum_age": NO_LIMIT if ages.maximum is None else ages.maximum,
        "confirmed": activity.confirmed_on.toordinal(),
        "published": int(one.published_at.timestamp() * 1_000_000),
        "closed_from": closure.closed_from.toordinal() if closure else 0,
        "reopens_on": closure.reopens_on.toordinal() if closure and closure.reopens_on else NEVER,
        "own_capacity": 1 << bit_numbers("capacity")[believed.status if believed else "unknown"],
        "own_capacity_day": believed.as_of.toordinal() if believed else 0,
        "own_price_set": price_set(activity.prices, None),
    }


def number_of(name: str) -> int:
    """A number that stands for a slug or an id; hardly ever do two of a nation's share one."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


def _stated(scheme: str, statements: Sequence[Any]) -> tuple[int, int]:
    """The bits that are stated yes, and those that are not stated no."""
    yes = mask_of(scheme, [one.code for one in statements if one.value == "yes"])
    no = mask_of(scheme, [one.code for one in statements if one.value == "no"])
    every = mask_of(scheme, vocabulary().scheme(scheme).codes)
    return yes, every & ~no


def _shade(scheme: str, statements: Sequence[Any], value: str) -> int:
    return mask_of(scheme, [one.code for one in statements if one.value == value])


def session_facts(
    one: Indexable, to_come: Sequence[SessionDocument], today: date
) -> list[tuple[Facts, VenueDocument | None]]:
    """The numbers of each session still to come, with its venue; else those of a blank one."""
    activity = one.entry.activity
    whole = {session.id: session for session in activity.sessions}
    found = []
    sessions: list[SessionDocument | None] = [*to_come] or [None]
    for session in sessions:
        venue = one.entry.venues[session.venue_id] if session and session.venue_id else None
        capacity = (session.capacity if session else None) or activity.capacity
        believed = believed_capacity(capacity, today)
        # A course is paid for as a whole, whatever part of it lies on other days or is over.
        price = attendance_pence(activity.prices, whole[session.id] if session else None, today)
        yes, maybe = _stated("access", venue.features if venue else [])
        facts: Facts = {
            "place": PLACES[session.place] if session else BLANK,
            "days": _days(session),
            "starts": _minutes(session.starts_at) if session else NOT_KNOWN,
            "ends": _minutes(session.ends_at) if session else NOT_KNOWN,
            "time_band": mask_of("time_band", time_bands(session)) if session else 0,
            "access": yes,
            "access_maybe": maybe,
            "capacity": 1 << bit_numbers("capacity")[believed.status if believed else "unknown"],
            "price": NOT_KNOWN if price is None else price,
            **{
                f"access_{shade}": _shade("access", venue.features if venue else [], shade)
                for shade in SHADES
            },
            **_mode_facts(activity.support_modes, session),
            **_slot_facts(session),
            "last_day": _last_day(session),
            "capacity_day": believed.as_of.toordinal() if believed else 0,
            "price_set": price_set(activity.prices, whole[session.id] if session else None),
        }
        found.append((facts, venue))
    return found


def _mode_facts(statements: Sequence[Any], session: SessionDocument | None) -> Facts:
    """What holds of ways of being supported: what the session itself says goes first."""
    values = {one.code: one.value for one in statements} | group_size_says(session)
    return {
        name: mask_of("support_mode", [code for code, value in values.items() if value == shade])
        for name, shade in (("mode", "yes"), ("mode_partly", "partly"), ("mode_no", "no"))
    }


def _slot_facts(session: SessionDocument | None) -> Facts:
    if session is None:
        return {"day": NOT_KNOWN, "slots": 0, "inside": 0, "inside_wider": 0}
    day, starts, ends = day_number(session), _minutes(session.starts_at), _minutes(session.ends_at)
    return {
        "day": day,
        "slots": sharing(day, starts, ends) << (PARTS * day),
        "inside": lying_in(day, starts, ends),
        "inside_wider": lying_in(day, starts, ends, HOUR),
    }


def _last_day(session: SessionDocument | None) -> int:
    """The last day that a session may run on; dated ones end with their dates."""
    if session is None:
        return NEVER
    ends = [session.valid_to, max(session.dates, default=None)]
    return min((day.toordinal() for day in ends if day), default=NEVER)


def _minutes(at: Any) -> int:  # noqa: ANN401 - a time of day.
    minutes: int = at.hour * 60 + at.minute
    return minutes


def _days(session: SessionDocument | None) -> int:
    if session is None:
        return 0
    days = {day.weekday() for day in session.dates}
    if session.day is not None:
        days.add(DAYS.index(session.day))
    bits = sum(1 << day for day in days)
    return bits | (1 << BANK_HOLIDAY if session.bank_holidays == "open" else 0)


def text_fields(entry: Entry) -> Fields:
    """The words of an activity, by where they stand."""
    activity, terms = entry.activity, vocabulary()
    coded = [
        *((rows.CODES[name], code) for name in LABELLED for code in getattr(activity, name)),
        *(("outcome", outcome.code) for outcome in activity.outcomes),
    ]
    places = [
        venue.address.town if venue.shows == "district" else f"{venue.name} {venue.address.town}"
        for venue in entry.venues.values()
    ]
    return Fields(
        name=activity.name,
        labels=" ".join(terms.term(scheme, code).label for scheme, code in coded),
        provider=entry.provider.name,
        venue=" ".join(places),
        summary=activity.summary,
        description=activity.description,
    )
