"""Sessions as iCalendar (RFC 5545), for people's own calendars and for those that subscribe.

A session that repeats is one event with its rule, without the days on which it does not run. Its
UID stays for as long as the session does, and its SEQUENCE grows with every change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
)

from app.catalogue.documents import VenueDocument
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import (
    days_in_turn,
    describe_times,
    local_days,
    local_span,
    running_days,
)
from app.catalogue.public.activities import Entry
from app.catalogue.public.references import first_contact
from app.catalogue.public.venues import postcode_district
from app.catalogue.public.wording import in_language
from app.parameters import LONDON, Language
from app.vocabulary.schemas import coded

MEDIA_TYPE = "text/calendar"
YEARS = 3
"""How many calendar years a calendar covers, this one included."""

REFRESH_EVERY = timedelta(hours=12)
"""How often a calendar that subscribes should ask again."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Revision:
    """Which state of an activity is shown: a number that only ever grows, and since when."""

    number: int
    at: datetime


@dataclass(frozen=True)
class Window:
    """The days that a calendar covers, both included."""

    first: date
    last: date


def window_of(today: date, published_on: date) -> Window:
    """This year and the two after it; nothing before the activity came into the catalogue.

    The window moves once a year and not every day, so that a calendar that subscribes to it sees
    what has changed and nothing else.
    """
    first = max(date(today.year, 1, 1), min(published_on, today))
    return Window(first, date(today.year + YEARS - 1, 12, 31))


def activity_calendar(entry: Entry, window: Window, revision: Revision, lang: Language) -> bytes:
    """Every session of an activity, as iCalendar in UTF-8.

    Args:
        entry: the activity with its provider, council and venues.
        window: the days that it covers.
        revision: which state of the activity this is.
        lang: of the words.
    """
    events = [
        event
        for session in entry.activity.sessions
        for event in session_events(entry, session, window, revision, lang)
    ]
    return calendar_of(_name(entry, lang), events)


def calendar_of(name: str, events: Iterable[Event]) -> bytes:
    """Events as one calendar with London's clocks, in UTF-8.

    Args:
        name: what a calendar application calls it.
        events: may be none.
    """
    made = Calendar()
    made.add("prodid", "-//Care Finder//Day opportunities//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("name", name)
    # Most applications know these older names alone.
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", LONDON.key)
    made.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT12H")
    made.add_component(_london())
    for event in events:
        made.add_component(event)
    ical: bytes = made.to_ical()
    return ical


def session_events(
    entry: Entry, session: SessionDocument, window: Window, revision: Revision, lang: Language
) -> list[Event]:
    """A session as events: one that repeats, and one for each day that stands by itself.

    Set dates stand by themselves, because many applications overlook lists of dates. So does a
    day on which the clocks change while the session runs: it lasts longer or shorter than others.
    """
    local = local_days(entry.council)
    closure = entry.activity.closure
    days = [*running_days(session, window.first, window.last, closure=closure, local=local)]
    alone = [day for day in days if session.repeats == "dated" or _clocks_change(session, day)]
    series = [day for day in days if day not in alone]
    told = _told(entry, session, revision, lang)
    made = [_series(session, series, told)] if series else []
    return made + [_single(session, day, told) for day in alone]


def _series(session: SessionDocument, days: Sequence[date], told: dict[str, Any]) -> Event:
    """One event on all these days, in order, by the session's own rule."""
    event = _event(session, days[0], told)
    event.add("uid", str(session.id))
    if len(days) > 1:
        event.add("rrule", {**_rule(session), "until": _start(session, days[-1]).astimezone(UTC)})
    runs = set(days)
    left_out = [day for day in days_in_turn(session, days[0], days[-1]) if day not in runs]
    if left_out:
        event.add("exdate", [_start(session, day) for day in left_out])
    return event


def _single(session: SessionDocument, day: date, told: dict[str, Any]) -> Event:
    """An event on one day alone."""
    event = _event(session, day, told)
    event.add("uid", f"{session.id}-{day:%Y%m%d}")
    return event


def _event(session: SessionDocument, day: date, told: dict[str, Any]) -> Event:
    event = Event()
    for name, value in told.items():
        event.add(name, value)
    starts, ends = local_span(session, day)
    event.add("dtstart", starts)
    # In the hour that the clocks leave out, a session can end no later than it starts.
    if ends.astimezone(UTC) > starts.astimezone(UTC):
        event.add("dtend", ends)
    return event


def _start(session: SessionDocument, day: date) -> datetime:
    return local_span(session, day)[0]


def _clocks_change(session: SessionDocument, day: date) -> bool:
    """Whether London's clocks change between a session's start and its end."""
    starts, ends = local_span(session, day)
    return starts.utcoffset() != ends.utcoffset()


def _rule(session: SessionDocument) -> dict[str, Any]:
    code = (session.day or "")[:2].upper()
    if session.repeats == "monthly":
        return {"freq": "MONTHLY", "byday": [f"{nth}{code}" for nth in session.nth]}
    if session.repeats == "fortnightly":
        return {"freq": "WEEKLY", "interval": 2, "byday": code, "wkst": "MO"}
    return {"freq": "WEEKLY", "byday": code}


# What each event tells


def _told(
    entry: Entry, session: SessionDocument, revision: Revision, lang: Language
) -> dict[str, Any]:
    """What every event of a session tells, by property."""
    contact = first_contact(entry.activity.contacts or entry.provider.contacts)
    name = _name(entry, lang)
    told: dict[str, Any] = {
        # Without a method, the stamp is that of the last change (RFC 5545, 3.8.7.2).
        "dtstamp": revision.at,
        "last-modified": revision.at,
        "sequence": revision.number,
        "summary": f"{name}: {session.label}" if session.label else name,
        "description": "\n".join(_lines(entry, session, lang)),
        "location": _location(entry, session, lang),
        "status": "CONFIRMED",
    }
    venue = entry.venues[session.venue_id] if session.venue_id else None
    if venue and venue.shows == "address":
        told["geo"] = (venue.latitude, venue.longitude)
    reach = ", ".join(filter(None, (contact.phone, contact.email)))
    if reach:
        told["contact"] = f"{entry.provider.name}, {reach}"
    if contact.website:
        told["url"] = contact.website
    return told


def _name(entry: Entry, lang: Language) -> str:
    return in_language(lang, entry.activity.name, entry.activity.easy_read.name)


def _location(entry: Entry, session: SessionDocument, lang: Language) -> str:
    if session.place == "online":
        return "Online"
    if session.place == "comes_to_you":
        return "They come to you"
    venue = entry.venues[session.venue_id] if session.venue_id else None
    return _place(venue, lang) if venue else ""


def _place(venue: VenueDocument, lang: Language) -> str:
    """Where a venue is, as far as it is shown to everybody."""
    if venue.shows == "district":
        ask = in_language(lang, "ask for the address", "ask them where it is")
        return f"{venue.address.town}, {postcode_district(venue)} ({ask})"
    address = venue.address
    return ", ".join((venue.name, *address.lines, address.town, address.postcode))


def _lines(entry: Entry, session: SessionDocument, lang: Language) -> list[str]:
    """What somebody wants to read when the day comes, a line for each thing."""
    activity, easy = entry.activity, entry.activity.easy_read
    contact = first_contact(activity.contacts or entry.provider.contacts)
    starting = [coded("how_to_start", code, lang).label for code in activity.how_to_start]
    if activity.how_to_start_note:
        starting.append(in_language(lang, activity.how_to_start_note, easy.how_to_start))
    reach = [one for one in (contact.phone, contact.email, contact.website) if one]
    venue = entry.venues[session.venue_id] if session.venue_id else None
    shown = venue is not None and venue.shows == "address"
    return [
        in_language(lang, activity.summary, easy.summary),
        describe_times(session),
        *_about_days(entry, session, lang),
        *([f"How to start: {'; '.join(starting)}"] if starting else []),
        *([f"Getting there: {venue.directions}"] if venue and shown and venue.directions else []),
        f"{entry.provider.name}: {', '.join(reach)}" if reach else entry.provider.name,
        in_language(
            lang,
            f"The provider confirmed this on {in_words(activity.confirmed_on)}. "
            "Check with them before you travel.",
            f"They told us this on {in_words(activity.confirmed_on)}. "
            "Check with them before you go.",
        ),
    ]


def _about_days(entry: Entry, session: SessionDocument, lang: Language) -> list[str]:
    """On which of its days it does not run, and why."""
    lines = []
    if session.bank_holidays:
        rule = coded("bank_holiday_rule", session.bank_holidays, lang).label
        lines.append(in_language(lang, f"Bank holidays: {rule[0].lower()}{rule[1:]}.", rule))
    else:
        lines.append(
            in_language(
                lang,
                "Bank holidays: not stated, so they are left out here. Ask the provider.",
                "We do not know about bank holidays. Please ask them.",
            )
        )
    if session.term_time_only and not entry.council.school_terms:
        lines.append(
            in_language(
                lang,
                "School terms are not known here. Ask the provider for the dates.",
                "We do not know the school terms. Please ask them.",
            )
        )
    closure = entry.activity.closure
    if closure:
        since = in_words(closure.closed_from)
        until = f" until {in_words(closure.reopens_on)}" if closure.reopens_on else ""
        reason = in_language(lang, closure.reason, closure.easy_read)
        lines.append(
            in_language(
                lang,
                f"Closed from {since}{until}. {reason}",
                f"It is closed from {since}{until}. {reason}",
            )
        )
    return lines


def in_words(day: date) -> str:
    """A day as people write it, as in "1 March 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _london() -> Timezone:
    """London's clocks by the rules that have held since 1996."""
    winter, summer = timedelta(0), timedelta(hours=1)
    zone = Timezone()
    zone.add("tzid", LONDON.key)
    for part, begins, month, before, after, name in (
        (TimezoneDaylight(), datetime(1996, 3, 31, 1), 3, winter, summer, "BST"),  # noqa: DTZ001 - local by definition.
        (TimezoneStandard(), datetime(1996, 10, 27, 2), 10, summer, winter, "GMT"),  # noqa: DTZ001 - local by definition.
    ):
        part.add("dtstart", begins)
        part.add("rrule", {"freq": "YEARLY", "bymonth": month, "byday": "-1SU"})
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        zone.add_component(part)
    return zone
