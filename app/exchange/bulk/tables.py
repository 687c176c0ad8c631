"""Records as rows of CSV (RFC 4180) that a spreadsheet takes for text and never for a formula."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]
Row = Mapping[str, object]

FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What begins a formula in some spreadsheet, also in full width."""

LISTED = "; "
"""What stands between several values in one cell."""

BYTE_ORDER_MARK = "\ufeff"
"""Without it, a spreadsheet takes the text for that of another alphabet."""

LISTS = (
    *("cohorts", "outcomes", "activity_types", "settings", "attendance", "how_to_start"),
    *("languages", "support_modes", "support_needs", "communication", "funding"),
    *("preferences", "travel"),
)

ACTIVITY_COLUMNS = (
    *("id", "slug", "name", "summary", "description", "provider_id", "provider"),
    *("council_gss", "council", "open_to", *LISTS, "how_to_start_note"),
    *("minimum_age", "maximum_age", "phone", "text_phone", "email", "website"),
    *("venues", "online", "comes_to_you", "served_areas", "pick_up_areas"),
    *("capacity", "places", "capacity_as_of", "absence", "notice_weeks", "trial"),
    *("alert", "alert_until", "closed_from", "reopens_on", "closure"),
    *("confirmed_on", "published_at", "etag", "url"),
)
SESSION_COLUMNS = (
    *("activity_id", "activity", "session_id", "label", "times", "place", "repeats"),
    *("day", "week_of", "nth", "dates", "starts_at", "ends_at", "term_time_only"),
    *("valid_from", "valid_to", "bank_holidays", "workers", "people"),
    *("group_minimum", "group_maximum", "capacity", "places", "capacity_as_of"),
    *("venue_id", "venue", "address", "town", "postcode", "point", "access", "directions"),
)
PRICE_COLUMNS = (
    *("activity_id", "activity", "price_id", "label", "payer", "session_ids"),
    *("weeks_per_year", "valid_from", "valid_to", "part", "unit", "amount_pence", "currency"),
    *("required", "workers", "people", "ratio_effect"),
)


def harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula.

    One that begins as a formula does, spaces aside, gets an apostrophe in front, and so does one
    that begins with an apostrophe before such a beginning: taking one apostrophe away gives back
    what was there.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    begins = text.lstrip(" \u00a0'")[:1] or text.lstrip(" ")[:1]
    return f"'{text}" if begins in FORMULA_STARTS and begins else text


def table(
    columns: Sequence[str], lines: Iterable[bytes], rows: Callable[[Record], Iterable[Row]]
) -> Iterator[bytes]:
    """A table as text in UTF-8, a row at a time, its heads first."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(BYTE_ORDER_MARK)
    writer.writerow(columns)
    for line in lines:
        for row in rows(json.loads(line)):
            writer.writerow([harmless(row.get(column)) for column in columns])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    # Nothing is left but the heads of a table without rows.
    yield out.getvalue().encode()


def _codes(terms: Iterable[Record]) -> str:
    """Codes in one cell; one that is stated partly, or not to be there, says so."""
    return LISTED.join(
        term["code"] if term.get("value", "yes") == "yes" else f"{term['code']}:{term['value']}"
        for term in terms
    )


def _code(term: Record | None) -> str | None:
    return str(term["code"]) if term else None


def activity_rows(record: Record) -> Iterator[Row]:
    """An activity's one row."""
    contacts = record["contacts"]
    for_enquiries = [one for one in contacts if one["role"] == "enquiries"]
    contact: Record = next(iter([*for_enquiries, *contacts]), {})
    capacity = record["capacity"] or {}
    alert, closure = record["alert"] or {}, record["closure"] or {}
    places = {session["place"] for session in record["sessions"]}
    yield {
        **{name: record[name] for name in ACTIVITY_COLUMNS if name in record},
        **{name: _codes(record[name]) for name in LISTS},
        "provider_id": record["provider"]["id"],
        "provider": record["provider"]["name"],
        "council_gss": record["council"]["gss"],
        "council": record["council"]["name"],
        "open_to": _code(record["open_to"]),
        "minimum_age": record["ages"]["minimum"],
        "maximum_age": record["ages"]["maximum"],
        **{name: contact.get(name) for name in ("phone", "text_phone", "email", "website")},
        "venues": LISTED.join(_venue_name(venue) for venue in record["venues"]),
        "online": "online" in places,
        "comes_to_you": "comes_to_you" in places,
        "served_areas": LISTED.join(area["name"] for area in record["served_areas"]),
        "pick_up_areas": LISTED.join(area["name"] for area in record["pick_up_areas"]),
        "capacity": _code(capacity.get("status")),
        "places": capacity.get("places"),
        "capacity_as_of": capacity.get("as_of"),
        "absence": _code(record["policies"]["absence"]),
        "notice_weeks": record["policies"]["notice_weeks"],
        "trial": record["policies"]["trial"],
        "alert": alert.get("text"),
        "alert_until": alert.get("until"),
        "closed_from": closure.get("closed_from"),
        "reopens_on": closure.get("reopens_on"),
        "closure": closure.get("reason"),
    }


def _venue_name(venue: Record) -> str:
    return f"{venue['name'] or venue['town']} ({venue['postcode_district']})"


def session_rows(record: Record) -> Iterator[Row]:
    """A row for each of an activity's sessions, with its venue."""
    venues = {venue["id"]: venue for venue in record["venues"]}
    for session in record["sessions"]:
        venue = venues.get(session["venue_id"]) or {}
        address = venue.get("address") or {}
        capacity = session["capacity"] or {}
        ratio, size = session["staff_ratio"] or {}, session["group_size"] or {}
        yield {
            **session,
            "activity_id": record["id"],
            "activity": record["name"],
            "session_id": session["id"],
            "nth": LISTED.join(_ORDINALS[nth] for nth in session["nth"]),
            "dates": LISTED.join(session["dates"]),
            "bank_holidays": _code(session["bank_holidays"]),
            "workers": ratio.get("staff"),
            "people": ratio.get("people"),
            "group_minimum": size.get("minimum"),
            "group_maximum": size.get("maximum"),
            "capacity": _code(capacity.get("status")),
            "places": capacity.get("places"),
            "capacity_as_of": capacity.get("as_of"),
            "venue": venue.get("name"),
            "address": ", ".join(address.get("lines", ())),
            "town": venue.get("town"),
            "postcode": address.get("postcode") or venue.get("postcode_district"),
            # Latitude and longitude in one cell: a longitude alone would begin with a minus.
            "point": f"{venue['latitude']},{venue['longitude']}" if venue else None,
            "access": _codes(venue.get("access", ())),
            "directions": venue.get("directions"),
        }


_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def price_rows(record: Record) -> Iterator[Row]:
    """A row for each part of an activity's prices."""
    for price in record["prices"]:
        for part in price["parts"]:
            ratio = part["staff_ratio"] or {}
            yield {
                **price,
                **part,
                "activity_id": record["id"],
                "activity": record["name"],
                "price_id": price["id"],
                "session_ids": LISTED.join(price["session_ids"]),
                "part": _code(part["part"]),
                "unit": _code(part["unit"]),
                "workers": ratio.get("staff"),
                "people": ratio.get("people"),
            }
