"""Rows and JSON as drafts of activities, with every fault by its row and column. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.listings.activities.drafts import ActivityDraft
from app.listings.bodies import read_strictly
from app.listings.imports.columns import (
    ACTIVITY,
    OUTCOMES,
    SEPARATOR,
    SESSION,
    STATED,
    Cells,
    Column,
    Content,
    Shape,
)
from app.listings.imports.table import CellFault, Table
from app.problems import faults_of

LONGEST_REFERENCE = 120


@dataclass(frozen=True)
class Incoming:
    """One activity of a file: its reference, its draft and the row at which it begins."""

    reference: str
    row: int
    draft: ActivityDraft


@dataclass
class Reading:
    """What a file says, and what is wrong with it."""

    rows: int
    activities: list[Incoming] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


Venues = Mapping[str, UUID]
"""The provider's venues by id, slug and name, each in lower case."""


def read_rows(table: Table, venues: Venues) -> Reading:
    """The activities of a table: rows with one reference are the sessions of one activity."""
    reading = Reading(rows=len(table.rows), faults=list(table.faults))
    groups: dict[str, list[tuple[int, Cells]]] = {}
    for row, cells in table.rows:
        reference = cells.get("reference", "")
        if not 1 <= len(reference) <= LONGEST_REFERENCE:
            message = f"Give each activity a reference of 1 to {LONGEST_REFERENCE} characters."
            reading.faults.append(CellFault(row, "reference", "missing", message))
            continue
        groups.setdefault(reference, []).append((row, cells))
    for reference, rows in groups.items():
        _read_group(reading, reference, rows, venues)
    return reading


def _read_group(
    reading: Reading, reference: str, rows: Sequence[tuple[int, Cells]], venues: Venues
) -> None:
    first_row, first = rows[0]
    faults = list(_contradictions(rows))
    content: Content = {}
    for column in ACTIVITY:
        _put(content, column, first.get(column.name, ""), first_row, faults)
    _put_lists(content, first)
    _put_price(content, first)
    sessions = [
        (row, session)
        for row, cells in rows
        if (session := _session(row, cells, venues, faults)) is not None
    ]
    content["sessions"] = [session for _, session in sessions]
    if not faults:
        places = _places(first_row, [row for row, _ in sessions])
        draft = _draft(content, faults, places)
        if draft is not None:
            reading.activities.append(Incoming(reference, first_row, draft))
    reading.faults += faults


def _contradictions(rows: Sequence[tuple[int, Cells]]) -> Iterator[CellFault]:
    first_row, first = rows[0]
    for row, cells in rows[1:]:
        for column in ACTIVITY:
            value = cells.get(column.name, "")
            if value and value != first.get(column.name, ""):
                message = f"Row {first_row} says otherwise of the same activity."
                yield CellFault(row, column.name, "contradiction", message)


def _put(content: Content, column: Column, cell: str, row: int, faults: list[CellFault]) -> None:
    """Put a cell into the content, at the place of its column."""
    if not cell:
        return
    try:
        value = _value(column, cell)
    except ValueError as error:
        faults.append(CellFault(row, column.name, "cell", str(error)))
        return
    if column.name in {*OUTCOMES, *(one for names in STATED.values() for one in names)}:
        return
    if column.place.startswith(("/prices", "/contacts")):
        if column.place.startswith("/contacts"):
            contact: Content = content.setdefault("contacts", [{}])[0]
            contact[column.place.rsplit("/", 1)[1]] = value
        return
    *parents, last = column.place.strip("/").split("/")
    target = content
    for parent in parents:
        target = target.setdefault(parent, {})
    target[last] = value


def _value(column: Column, cell: str) -> Any:  # noqa: ANN401 - whatever the column holds.
    return _READERS[column.shape](cell)


def _entries(cell: str) -> list[str]:
    return [one.strip() for one in cell.split(SEPARATOR) if one.strip()]


def _whole(cell: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", cell):
        raise ValueError("This should be a whole number.")
    return int(cell)


def _pence(cell: str) -> int:
    try:
        pence = Decimal(cell.removeprefix("£").replace(",", "").strip()) * 100
    except InvalidOperation:
        raise ValueError("This should be an amount in pounds, as 24.50.") from None
    if not pence.is_finite() or pence != pence.to_integral_value():
        raise ValueError("This should be an amount in pounds and whole pence, as 24.50.")
    return int(pence)


def _date(cell: str) -> str:
    """A date, also as spreadsheets here write it: 31/12/2026."""
    if found := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", cell):
        day, month, year = found.groups()
        return f"{year}-{int(month):02}-{int(day):02}"
    return cell


def _time(cell: str) -> str:
    """A time of day, also without its leading zero or with seconds of nought."""
    found = re.fullmatch(r"([0-9]{1,2})[:.]([0-9]{2})(:00)?", cell)
    return f"{int(found[1]):02}:{found[2]}" if found else cell


def _numbers(cell: str) -> list[int]:
    return [_whole(one) for one in _entries(cell)]


_READERS: Mapping[Shape, Callable[[str], Any]] = {
    "text": str,
    "code": str.casefold,
    "codes": _entries,
    "dates": _entries,
    "number": _whole,
    "numbers": _numbers,
    "pounds": _pence,
    "date": _date,
    "time": _time,
}


def _put_lists(content: Content, cells: Cells) -> None:
    """The lists that several columns fill together."""
    outcomes = [
        {"code": code, "primary": name == OUTCOMES[0]}
        for name in OUTCOMES
        for code in _entries(cells.get(name, ""))
    ]
    if outcomes:
        content["outcomes"] = outcomes
    for name, columns in STATED.items():
        stated = [
            {"code": code, "value": column.rsplit("_", 1)[1]}
            for column in columns
            for code in _entries(cells.get(column, ""))
        ]
        if stated:
            content[name] = stated


def _put_price(content: Content, cells: Cells) -> None:
    pounds, unit = cells.get("price_pounds", ""), cells.get("price_unit", "").casefold()
    if not pounds and not unit:
        return
    part: Content = {"part": "support", "unit": unit or "session"}
    if pounds:
        try:
            part["amount_pence"] = _pence(pounds)
        except ValueError:
            # It was told as a fault of its cell already.
            return
    elif unit == "free":
        part["amount_pence"] = 0
    price: Content = {"parts": [part]}
    if payer := cells.get("price_payer", "").casefold():
        price["payer"] = payer
    content["prices"] = [price]


def _session(row: int, cells: Cells, venues: Venues, faults: list[CellFault]) -> Content | None:
    """The session of a row; None where the row names none."""
    if not any(cells.get(column.name) for column in SESSION):
        return None
    session: Content = {}
    for column in SESSION:
        _put(session, column, cells.get(column.name, ""), row, faults)
    venue = session.pop("venue_id", None)
    if venue is not None:
        found = venues.get(venue.casefold())
        if found is None:
            message = "You have no venue with this name, slug or id. Make it first."
            faults.append(CellFault(row, "session_venue", "unknown_venue", message))
        session["venue_id"] = str(found)
    for needed in ("starts_at", "ends_at"):
        if needed not in session:
            name = f"session_{needed.removesuffix('_at')}"
            if not any(one.row == row and one.column == name for one in faults):
                faults.append(CellFault(row, name, "missing", "This is needed."))
    return session


def _places(first_row: int, session_rows: Sequence[int]) -> list[tuple[str, int, str]]:
    """Where in the content each column's cells went: a prefix, the row and the column."""
    places = [(column.place, first_row, column.name) for column in ACTIVITY]
    for index, row in enumerate(session_rows):
        places += [(f"/sessions/{index}{one.place}", row, one.name) for one in SESSION]
        places.append((f"/sessions/{index}", row, "session_repeats"))
    places += [("/prices", first_row, "price_unit"), ("/ages", first_row, "minimum_age")]
    places.append(("/contacts", first_row, "phone"))
    return sorted(places, key=lambda place: -len(place[0]))


def _draft(
    content: Content, faults: list[CellFault], places: Sequence[tuple[str, int, str]]
) -> ActivityDraft | None:
    try:
        return read_strictly(ActivityDraft, content)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        for fault in faults_of([{**one, "loc": ("body", *one["loc"])} for one in errors]):
            pointer = fault.name or ""
            row, column = next(
                (
                    (row, name)
                    for place, row, name in places
                    if pointer == place or pointer.startswith(f"{place}/")
                ),
                (places[-1][1], None),
            )
            faults.append(CellFault(row, column, fault.code, fault.message))
        return None


# JSON


def read_records(content: Any) -> Reading:  # noqa: ANN401 - any JSON value.
    """The activities of a JSON import; a fault's row counts them from 1, its column points in."""
    records = content.get("activities") if isinstance(content, dict) else None
    if not isinstance(records, list) or set(content) != {"activities"}:
        message = 'Send an object with one member, "activities": a list of drafts.'
        return Reading(0, faults=[CellFault(0, None, "shape", message)])
    reading = Reading(rows=len(records))
    for number, record in enumerate(records, start=1):
        _read_record(reading, number, record)
    return reading


def _read_record(reading: Reading, number: int, record: Any) -> None:  # noqa: ANN401 - any JSON value.
    if not isinstance(record, dict):
        message = "This should be an object: a draft with a reference."
        reading.faults.append(CellFault(number, None, "shape", message))
        return
    rest = dict(record)
    reference = rest.pop("reference", None)
    if not isinstance(reference, str) or not 1 <= len(reference) <= LONGEST_REFERENCE:
        message = f"Give each activity a reference of 1 to {LONGEST_REFERENCE} characters."
        reading.faults.append(CellFault(number, "/reference", "missing", message))
        return
    try:
        draft = read_strictly(ActivityDraft, rest)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        reading.faults += [
            CellFault(number, fault.name, fault.code, fault.message)
            for fault in faults_of([{**one, "loc": ("body", *one["loc"])} for one in errors])
        ]
        return
    reading.activities.append(Incoming(reference, number, draft))


def repeated(activities: Iterable[Incoming]) -> Iterator[CellFault]:
    """The activities of a JSON import whose reference another has too."""
    first: dict[str, int] = {}
    for one in activities:
        if one.reference in first:
            message = f"Activity {first[one.reference]} has the same reference."
            yield CellFault(one.row, "/reference", "repeated", message)
        first.setdefault(one.reference, one.row)
