"""Importing a provider's activities out of a file: all of it or nothing.

The file is read and checked before any transaction that writes begins.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from fastapi import Response
from sqlmodel import Session, col, select

from app.accounts.audit import record
from app.accounts.principals import ProviderAccess
from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.base import Origin
from app.catalogue.models import Provider
from app.database import Database, Writing
from app.database import Reading as ReadTransaction
from app.listings.activities.commands import submit_held
from app.listings.activities.drafts import changed_activity, foreign_faults, new_activity
from app.listings.activities.queries import own_venues, taken_ids
from app.listings.copies import Held, begin_many, find_many, hold, take
from app.listings.imports.columns import COLUMNS
from app.listings.imports.reading import Incoming, Reading, read_records, read_rows, repeated
from app.listings.imports.schemas import ImportFault, ImportParams, ImportReport
from app.listings.imports.table import CellFault, harmless, read_table
from app.listings.models import Listing
from app.listings.slugs import one_at_a_time, slug_of
from app.problems import Fault, Malformed

MOST_FAULTS = 200
MOST_SUBMITTED = 500
"""So many activities may be submitted with one file; officers look at each of them."""

TOO_MANY = f"At most {MOST_SUBMITTED} activities can be submitted at once. Leave out `submit`."


class NotImported(Malformed):
    """The file has faults, so nothing of it was imported. `errors` names rows and columns."""

    code = "not_imported"

    def __init__(self, faults: Sequence[CellFault]) -> None:
        """Carry the first faults; each with its row and its column."""
        named = [
            Fault(
                **{"in": "body"},
                name=f"/rows/{one.row}" + (f"/{one.column.strip('/')}" if one.column else ""),
                code=one.code,
                message=one.message,
            )
            for one in faults[:MOST_FAULTS]
        ]
        super().__init__(named)


@dataclass(frozen=True)
class Sent:
    """A file as it was sent."""

    media_type: str
    content: bytes


@dataclass
class Plan:
    """What an import is about to do."""

    new: list[tuple[Incoming, ActivityDocument]]
    changed: list[tuple[Held, ActivityDocument]]
    unchanged: int
    faults: list[CellFault]


def import_activities(
    database: Database, access: ProviderAccess, sent: Sent, params: ImportParams, today: date
) -> ImportReport:
    """Make drafts of what is new in a file, and changes of what differs.

    An activity is found again by its reference.

    Raises:
        NotImported: something in the file has to be put right; nothing was changed.
    """
    with database.read() as session:
        reading = _read(sent, _venues(session, access.provider_id))
        plan = _planned(session, access, reading, today)
    if params.submit and len(reading.activities) > MOST_SUBMITTED:
        plan.faults.append(CellFault(0, None, "too_many", TOO_MANY))
    faults = sorted([*reading.faults, *plan.faults], key=lambda one: one.row)
    if params.dry_run:
        return _report(reading, plan, faults, dry_run=True)
    if faults:
        raise NotImported(faults)
    with database.write() as writing:
        return _write(writing, access, reading, params, today)


def _venues(session: Session, provider_id: UUID) -> dict[str, UUID]:
    """The provider's venues by id, slug and name, each in lower case."""
    found: dict[str, UUID] = {}
    for key, held in find_many(session, "venue", own_venues(session, provider_id)).items():
        document = held.document
        names = (document.name, document.slug, str(key))
        found |= {name.casefold(): key for name in names}
    return found


def _read(sent: Sent, venues: dict[str, UUID]) -> Reading:
    if sent.media_type == "text/csv":
        return read_rows(read_table(sent.content), venues)
    try:
        content = json.loads(sent.content)
    except (ValueError, RecursionError):
        message = "The file is not JSON in UTF-8."
        return Reading(0, faults=[CellFault(0, None, "json_invalid", message)])
    reading = read_records(content)
    reading.faults += repeated(reading.activities)
    return reading


def _planned(session: Session, access: ProviderAccess, reading: Reading, today: date) -> Plan:
    """What the activities of a file come to, beside what is there already."""
    statement = select(Listing.reference, Listing.id).where(
        Listing.provider_id == access.provider_id, col(Listing.reference).is_not(None)
    )
    ids = dict(session.exec(statement).all())
    wanted = [ids[one.reference] for one in reading.activities if one.reference in ids]
    known = find_many(session, "activity", wanted)
    plan = Plan([], [], 0, [])
    documents: list[tuple[Incoming, Held | None, ActivityDocument]] = []
    for one in reading.activities:
        held = known.get(ids[one.reference]) if one.reference in ids else None
        try:
            documents.append((one, held, _document(access, one, held, today)))
        except Malformed as problem:
            plan.faults += _faults(one, cast("Any", problem.extensions["errors"]))
    venues = own_venues(session, access.provider_id)
    taken = taken_ids(session, [document for _, _, document in documents])
    for one, held, document in documents:
        strange = foreign_faults(document, venues, taken[document.id])
        plan.faults += _faults(one, [fault.model_dump(by_alias=True) for fault in strange])
        if held is None:
            plan.new.append((one, document))
        elif held.life == "closed":
            message = "This activity was closed for good. Give the new one another reference."
            plan.faults.append(CellFault(one.row, "reference", "closed", message))
        elif document == held.document:
            plan.unchanged += 1
        else:
            plan.changed.append((held, document))
    return plan


def _faults(one: Incoming, errors: Iterable[Mapping[str, Any]]) -> list[CellFault]:
    return [CellFault(one.row, fault["name"], fault["code"], fault["message"]) for fault in errors]


def _document(
    access: ProviderAccess, one: Incoming, held: Held | None, today: date
) -> ActivityDocument:
    if held is None:
        new = new_activity(one.draft, access.provider_id, slug_of(one.draft.name), today)
        source = f"provider:{access.provider_id}"
        return new.model_copy(update={"origin": Origin(source=source, source_id=one.reference)})
    before = cast("ActivityDocument", held.document)
    # A file knows no ids: the sessions and prices keep theirs by their places.
    kept = {
        name: [
            entry.model_copy(update={"id": old.id})
            for entry, old in zip(entries, getattr(before, name), strict=False)
        ]
        + list(entries[len(getattr(before, name)) :])
        for name in ("sessions", "prices")
        if (entries := getattr(one.draft, name))
    }
    return changed_activity(before, one.draft.model_copy(update=kept))


def _write(
    session: Writing, access: ProviderAccess, reading: Reading, params: ImportParams, today: date
) -> ImportReport:
    if params.submit:
        one_at_a_time(session)
    # Whoever imports for the same provider at the same moment waits here.
    session.get(Provider, access.provider_id, with_for_update=True)
    plan = _planned(session, access, reading, today)
    if plan.faults:
        raise NotImported(plan.faults)
    drafts = [(document, incoming.reference) for incoming, document in plan.new]
    done = begin_many(session, drafts, access.provider_id, access.council_id, access.actor)
    for planned, document in plan.changed:
        held = cast("Held", hold(session, "activity", planned.id))
        take(session, held, "edit", access.actor, action="imported", document=document)
        done.append(held)
    if params.submit:
        for held in done:
            if held.listing.stage != "submitted":
                submit_held(session, held, access.actor, today)
    record(
        session,
        access.actor,
        "activities.imported",
        "provider",
        access.provider_id,
        council_id=access.council_id,
        created=len(plan.new),
        changed=len(plan.changed),
    )
    return _report(reading, plan, [], dry_run=False)


def _report(
    reading: Reading, plan: Plan, faults: Sequence[CellFault], *, dry_run: bool
) -> ImportReport:
    return ImportReport(
        dry_run=dry_run,
        rows=reading.rows,
        created=len(plan.new),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        faults_total=len(faults),
        faults=[ImportFault(**one._asdict()) for one in faults[:MOST_FAULTS]],
    )


def template(session: ReadTransaction, access: ProviderAccess) -> Response:
    """A table to write over: the columns, and one activity at a venue of the provider's."""
    names = sorted(
        held.document.name
        for held in find_many(session, "venue", own_venues(session, access.provider_id)).values()
    )
    example = {column.name: column.example for column in COLUMNS}
    example |= {"session_venue": names[0]} if names else {"session_place": "online"}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in COLUMNS)
    writer.writerow(harmless(example[column.name]) for column in COLUMNS)
    return Response(
        # With the mark in front, spreadsheets take it for the UTF-8 that it is.
        text.getvalue().encode("utf-8-sig"),
        media_type="text/csv",
        headers={
            "Content-Disposition": 'attachment; filename="activities.csv"',
            "Cache-Control": "private, no-store",
        },
    )
