"""Councils, providers and activities from a folder of JSON files: the sample's own format.

`councils/*.json` holds a council each. Every other `*.json` holds a provider with its venues and
activities. They are the documents of `catalogue.documents`, with these conveniences:

- `id` may be left out. A record is then found again by its slug, a session or price by its place
  in the list.
- A provider names its `council`, a session its `venue`, by slug. A session may have a `key`, by
  which a price names its `sessions`.
- A date may be written as days from the day of loading: `confirmed_days_ago: 12` for
  `confirmed_on`, `until_days_ahead: 30` for `until`, `dates_days_ahead: [7, 21]` for `dates`.
- `closed: true` stands beside an activity that was closed for good.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.database import uuid7
from app.problems import faults_of

_DATE_FIELDS = {
    "confirmed": "confirmed_on",
    "declared": "declared_on",
    "checked": "checked_on",
    "starts": "starts_on",
    "ends": "ends_on",
    "reopens": "reopens_on",
    "closed_from": "closed_from",
    "as_of": "as_of",
    "until": "until",
    "valid_from": "valid_from",
    "valid_to": "valid_to",
    "week_of": "week_of",
    "dates": "dates",
}

FARTHEST_DAYS = 36_500
"""How far from the day of loading a date may lie: a hundred years."""


class FilesError(Exception):
    """Files that cannot be read as a catalogue. `faults` names each file, place and reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class CatalogueFiles:
    """What a folder holds, as documents."""

    councils: list[CouncilDocument] = field(default_factory=list)
    providers: list[ProviderDocument] = field(default_factory=list)
    venues: list[VenueDocument] = field(default_factory=list)
    activities: list[ActivityDocument] = field(default_factory=list)
    closed: set[UUID] = field(default_factory=set)
    """The activities that were closed for good."""


@dataclass(frozen=True)
class KnownIds:
    """The ids that records without one in the files already have, by slug."""

    councils: Mapping[str, UUID] = field(default_factory=dict)
    providers: Mapping[str, UUID] = field(default_factory=dict)
    venues: Mapping[str, UUID] = field(default_factory=dict)
    activities: Mapping[str, UUID] = field(default_factory=dict)
    sessions: Mapping[UUID, list[UUID]] = field(default_factory=dict)
    prices: Mapping[UUID, list[UUID]] = field(default_factory=dict)


NOTHING_KNOWN = KnownIds()


def read_folder(folder: Path, today: date, known: KnownIds = NOTHING_KNOWN) -> CatalogueFiles:
    """Read a folder of files, in the order of their names.

    Args:
        folder: holds `councils/` and the providers' files, in folders as one likes.
        today: the day from which relative dates count.
        known: the ids of what is in the catalogue already.

    Raises:
        FilesError: with every fault of every file, not only the first.
    """
    reader = _Reader(today, known)
    paths = sorted(folder.rglob("*.json"))
    if not paths:
        raise FilesError([f"{folder}: there is no .json file in this folder."])
    for path in sorted(paths, key=lambda path: path.parent.name != "councils"):
        reader.read(path, _Place(str(path.relative_to(folder))))
    reader.refuse_clashes()
    if reader.faults:
        raise FilesError(reader.faults)
    return reader.files


@dataclass(frozen=True)
class _Place:
    """A place in a file: the file's name and a JSON Pointer (RFC 6901)."""

    file: str
    pointer: str = ""

    def __truediv__(self, part: str | int) -> "_Place":
        return _Place(self.file, f"{self.pointer}/{part}")

    def __str__(self) -> str:
        return f"{self.file}: {self.pointer}" if self.pointer else self.file


_Document = CouncilDocument | ProviderDocument | VenueDocument | ActivityDocument


class _Reader:
    """One pass over a folder; it collects the documents and the faults, which repeat no value."""

    def __init__(self, today: date, known: KnownIds) -> None:
        self.today = today
        self.known = known
        self.files = CatalogueFiles()
        self.faults: list[str] = []
        self.councils: dict[str, UUID] = dict(known.councils)
        self.venue_ids: set[UUID] = set(known.venues.values())
        self.stand_ins: set[UUID] = set()
        self.marks: list[tuple[tuple[str, str, object], _Place]] = []
        """What only one record may have, with where it stands: kind, field and value."""

    def refuse(self, place: _Place, message: str) -> None:
        """Remember a fault."""
        self.faults.append(f"{place}: {message}")

    @contextmanager
    def at(self, place: _Place) -> Iterator[None]:
        """Remember what is refused meanwhile as faults of a place, and go on after it."""
        try:
            yield
        except ValidationError as error:
            errors = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
            for fault in faults_of(errors):
                below = _Place(place.file, place.pointer + (fault.name or ""))
                self.refuse(below, fault.message)
        except RecursionError:
            self.refuse(place, "This is nested too deeply.")

    def read(self, path: Path, place: _Place) -> None:
        """Read one file; a fault in it is remembered and the next file is read all the same."""
        with self.at(place):
            try:
                content = _object_in(path)
            except ValueError as error:
                self.refuse(place, str(error))
                return
            settled = _record(self.settled(content, place))
            if path.parent.name == "councils":
                self.read_council(settled, place)
            else:
                self.read_provider(settled, place)

    def read_council(self, content: dict[str, Any], place: _Place) -> None:
        """Read the file of a council."""
        content.setdefault("id", _known_id(self.known.councils, content))
        slug = content.get("slug")
        if isinstance(slug, str):
            # Should the rest be refused, its providers are not to blame for that.
            self.councils[slug] = self.stand_in()
        with self.at(place):
            council = CouncilDocument.model_validate(content)
            self.councils[council.slug] = council.id
            self.files.councils.append(council)
            self.mark("council", council, self.known.councils, place)
            if council.area.gss:
                self.marks.append((("council", "gss", council.area.gss), place / "area"))

    def read_provider(self, content: dict[str, Any], place: _Place) -> None:
        """Read the file of a provider, with its venues and activities."""
        if content.keys() - {"provider", "venues", "activities"}:
            self.refuse(place, "Only provider, venues and activities stand here.")
        provider = _record(content.get("provider"))
        provider.setdefault("id", _known_id(self.known.providers, provider))
        here = place / "provider"
        if "council" in provider:
            slug = provider.pop("council")
            council_id = self.find("council", self.councils, slug, here / "council")
            provider["council_id"] = council_id or self.stand_in()
        provider_id = self.stand_in()
        with self.at(here):
            document = ProviderDocument.model_validate(provider)
            provider_id = document.id
            self.files.providers.append(document)
            self.mark("provider", document, self.known.providers, here)
            if document.council_id not in {*self.councils.values(), *self.stand_ins}:
                self.refuse(here / "council_id", "There is no such council here.")
        venues: dict[str, UUID] = {}
        for here, venue in self.records(content, "venues", place):
            self.read_venue({**venue, "provider_id": provider_id}, venues, here)
        for here, activity in self.records(content, "activities", place):
            self.read_activity({**activity, "provider_id": provider_id}, venues, here)

    def read_venue(self, venue: dict[str, Any], venues: dict[str, UUID], place: _Place) -> None:
        """Read a venue, and note its id by its slug."""
        venue.setdefault("id", _known_id(self.known.venues, venue))
        slug = venue.get("slug")
        if isinstance(slug, str):
            # Should the rest be refused, its sessions are not to blame for that.
            venues[slug] = self.stand_in()
        with self.at(place):
            document = VenueDocument.model_validate(venue)
            venues[document.slug] = document.id
            self.venue_ids.add(document.id)
            self.files.venues.append(document)
            self.mark("venue", document, self.known.venues, place)

    def read_activity(
        self, activity: dict[str, Any], venues: Mapping[str, UUID], place: _Place
    ) -> None:
        """Read an activity, whose sessions name the provider's venues by slug."""
        closed = activity.pop("closed", False)
        if not isinstance(closed, bool):
            self.refuse(place / "closed", "This should be true or false.")
        activity.setdefault("id", _known_id(self.known.activities, activity))
        keys = self.settle_sessions(activity, venues, place / "sessions")
        self.settle_prices(activity, keys, place / "prices")
        with self.at(place):
            document = ActivityDocument.model_validate(activity)
            self.files.activities.append(document)
            if closed is True:
                self.files.closed.add(document.id)
            self.mark("activity", document, self.known.activities, place)
            for index, session in enumerate(document.sessions):
                mark = ("session", "id", session.id)
                self.marks.append((mark, place / "sessions" / index))
            for index, price in enumerate(document.prices):
                self.marks.append((("price", "id", price.id), place / "prices" / index))

    def settle_sessions(
        self, activity: Mapping[str, Any], venues: Mapping[str, UUID], place: _Place
    ) -> dict[str, UUID]:
        """Give sessions their ids and those of their venues; the answer is their ids by key."""
        known = _known_children(self.known.sessions, activity)
        keys: dict[str, UUID] = {}
        for index, session in enumerate(_records(activity.get("sessions"))):
            session.setdefault("id", known[index] if index < len(known) else uuid7())
            if "key" in session:
                key = session.pop("key")
                if not isinstance(key, str) or key in keys:
                    self.refuse(place / index / "key", "A key is text, and one session's alone.")
                else:
                    keys[key] = session["id"]
            if "venue" in session:
                here = place / index / "venue"
                session["venue_id"] = self.find("venue", venues, session.pop("venue"), here)
                session["venue_id"] = session["venue_id"] or self.stand_in()
        return keys

    def settle_prices(
        self, activity: Mapping[str, Any], keys: Mapping[str, UUID], place: _Place
    ) -> None:
        """Give prices their ids and those of their sessions."""
        known = _known_children(self.known.prices, activity)
        for index, price in enumerate(_records(activity.get("prices"))):
            price.setdefault("id", known[index] if index < len(known) else uuid7())
            if isinstance(price.get("sessions"), list):
                here = place / index / "sessions"
                found = [
                    self.find("session", keys, key, here / at)
                    for at, key in enumerate(price.pop("sessions"))
                ]
                price["session_ids"] = [one for one in found if one is not None]

    def find(self, noun: str, ids: Mapping[str, UUID], name: object, place: _Place) -> UUID | None:
        """The id behind a slug or key; where there is none, that is a fault."""
        found = ids.get(name) if isinstance(name, str) else None
        if found is None:
            self.refuse(place, f"There is no such {noun} here.")
        return found

    def stand_in(self) -> UUID:
        """An id in place of one that cannot be found, so that other faults are found too."""
        made = uuid7()
        self.stand_ins.add(made)
        return made

    def records(
        self, content: Mapping[str, Any], name: str, place: _Place
    ) -> Iterator[tuple[_Place, dict[str, Any]]]:
        """The records of a list, each with its place."""
        items = content.get(name, [])
        if not isinstance(items, list):
            self.refuse(place / name, "This should be a list.")
            return
        for index, item in enumerate(items):
            yield place / name / index, _record(item)

    def mark(
        self, kind: str, document: _Document, known: Mapping[str, UUID], place: _Place
    ) -> None:
        """Note what no other record of the kind may have, here or in the catalogue."""
        self.marks.append(((kind, "id", document.id), place))
        self.marks.append(((kind, "slug", document.slug), place))
        if known.get(document.slug, document.id) != document.id:
            self.refuse(place / "slug", f"Another {kind} in the catalogue has this slug.")

    def refuse_clashes(self) -> None:
        """Remember a fault for what two records have, and for venues that are not there."""
        first: dict[tuple[str, str, object], _Place] = {}
        for mark, place in self.marks:
            if mark in first:
                kind, name, _ = mark
                self.refuse(place / name, f"Another {kind} has this {name}: {first[mark]}.")
            first.setdefault(mark, place)
        places = {mark: place for mark, place in self.marks if mark[:2] == ("session", "id")}
        for activity in self.files.activities:
            for session in activity.sessions:
                if session.venue_id not in {None, *self.venue_ids, *self.stand_ins}:
                    place = places["session", "id", session.id]
                    self.refuse(place / "venue_id", "There is no such venue here.")

    def settled(self, value: Any, place: _Place) -> Any:  # noqa: ANN401 - any JSON value, in and out.
        """The same JSON with days before or after the day of loading turned into dates."""
        if isinstance(value, list):
            return [self.settled(item, place / index) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return dict(self.settled_pair(key, item, place) for key, item in value.items())
        return value

    def settled_pair(self, key: str, value: Any, place: _Place) -> tuple[str, Any]:  # noqa: ANN401 - any JSON value, in and out.
        """A member of a JSON object, with its date settled if it holds one."""
        for suffix, sign in (("_days_ago", -1), ("_days_ahead", 1)):
            if key.endswith(suffix):
                name = _DATE_FIELDS.get(key.removesuffix(suffix))
                if name is None:
                    self.refuse(place, "There is no such date to be told in days.")
                    return key, value
                here = place / key
                if isinstance(value, list):
                    return name, [
                        self.date_from(one, sign, here / index) for index, one in enumerate(value)
                    ]
                return name, self.date_from(value, sign, here)
        return key, self.settled(value, place / key)

    def date_from(self, days: object, sign: int, place: _Place) -> str:
        """The date so many days before or after the day of loading."""
        if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= FARTHEST_DAYS:
            self.refuse(place, f"Days are a whole number from 0 to {FARTHEST_DAYS}.")
            days = 0
        return (self.today + timedelta(days=sign * days)).isoformat()


def _object_in(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"It cannot be read as UTF-8 text ({type(error).__name__}).") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"This is not JSON: {error.msg} at line {error.lineno}.") from None
    except ValueError:
        raise ValueError("A number in it is too long.") from None
    if isinstance(content, dict):
        return content
    raise ValueError("The file should hold one JSON object.")


def _record(value: object) -> dict[str, Any]:
    """A JSON object, or an empty one in place of anything else: then all of it is missing."""
    return dict(value) if isinstance(value, dict) else {}


def _records(value: object) -> Sequence[dict[str, Any]]:
    """The objects of a list; what else stands there is left to the document to refuse."""
    if not isinstance(value, list):
        return []
    return [item if isinstance(item, dict) else {} for item in value]


def _known_id(ids: Mapping[str, UUID], record: Mapping[str, Any]) -> UUID:
    """The id that a record without one already has by its slug, else a new one."""
    slug = record.get("slug")
    return (ids.get(slug) if isinstance(slug, str) else None) or uuid7()


def _known_children(ids: Mapping[UUID, list[UUID]], activity: Mapping[str, Any]) -> list[UUID]:
    """The ids that the sessions or prices of an activity already have, by their places."""
    try:
        return ids.get(UUID(str(activity["id"])), [])
    except ValueError:
        return []
