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
from collections.abc import Iterator, Mapping
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
        reader.read(path, path.relative_to(folder))
    reader.refuse_twins()
    if reader.faults:
        raise FilesError(reader.faults)
    return reader.files


class _Reader:
    """One pass over a folder; it collects the documents and the faults."""

    def __init__(self, today: date, known: KnownIds) -> None:
        self.today = today
        self.known = known
        self.files = CatalogueFiles()
        self.faults: list[str] = []
        self.councils: dict[str, UUID] = dict(known.councils)

    def read(self, path: Path, name: Path) -> None:
        """Read one file; a fault in it is remembered and the next file is read all the same."""
        try:
            content = settle_dates(_object_in(path), self.today)
            if path.parent.name == "councils":
                self._read_council(content, name)
            else:
                self._read_provider(content, name)
        except (OSError, UnicodeDecodeError) as error:
            self.faults.append(f"{name}: it cannot be read as UTF-8 text ({type(error).__name__}).")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.faults.append(f"{name}: {_why(error)}")

    def _read_council(self, content: dict[str, Any], name: Path) -> None:
        slug = content["slug"]
        content.setdefault("id", self.known.councils.get(slug) or uuid7())
        with _Faults(self.faults, name, ""):
            council = CouncilDocument.model_validate(content)
            self.councils[slug] = council.id
            self.files.councils.append(council)

    def _read_provider(self, content: dict[str, Any], name: Path) -> None:
        unknown = content.keys() - {"provider", "venues", "activities"}
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))} is not known here")
        provider = dict(content["provider"])
        provider.setdefault("id", self.known.providers.get(provider["slug"]) or uuid7())
        if "council" in provider:
            provider["council_id"] = _refer(self.councils, provider.pop("council"), "council")
        with _Faults(self.faults, name, "/provider"):
            self.files.providers.append(ProviderDocument.model_validate(provider))
        venues: dict[str, UUID] = {}
        for index, venue in enumerate(content.get("venues", [])):
            venue.setdefault("id", self.known.venues.get(venue["slug"]) or uuid7())
            venues[venue["slug"]] = venue["id"]
            with _Faults(self.faults, name, f"/venues/{index}"):
                self.files.venues.append(
                    VenueDocument.model_validate({**venue, "provider_id": provider["id"]})
                )
        for index, activity in enumerate(content.get("activities", [])):
            with _Faults(self.faults, name, f"/activities/{index}"):
                self._read_activity(activity, provider["id"], venues)

    def _read_activity(
        self, activity: dict[str, Any], provider_id: UUID, venues: Mapping[str, UUID]
    ) -> None:
        closed = activity.pop("closed", False)
        activity.setdefault("id", self.known.activities.get(activity["slug"]) or uuid7())
        known_id = UUID(str(activity["id"]))
        sessions = self.known.sessions.get(known_id, [])
        prices = self.known.prices.get(known_id, [])
        keys: dict[str, UUID] = {}
        for index, session in enumerate(activity.get("sessions", [])):
            made = sessions[index] if index < len(sessions) else uuid7()
            session.setdefault("id", made)
            if "key" in session:
                keys[session.pop("key")] = session["id"]
            if "venue" in session:
                session["venue_id"] = _refer(venues, session.pop("venue"), "venue")
        for index, price in enumerate(activity.get("prices", [])):
            made = prices[index] if index < len(prices) else uuid7()
            price.setdefault("id", made)
            if "sessions" in price:
                price["session_ids"] = [
                    _refer(keys, key, "session") for key in price.pop("sessions")
                ]
        document = ActivityDocument.model_validate({**activity, "provider_id": provider_id})
        self.files.activities.append(document)
        if closed:
            self.files.closed.add(document.id)

    def refuse_twins(self) -> None:
        """Remember a fault for each slug or id that stands for two records of a kind."""
        for kind, documents in (
            ("council", self.files.councils),
            ("provider", self.files.providers),
            ("venue", self.files.venues),
            ("activity", self.files.activities),
        ):
            for attribute in ("slug", "id"):
                seen: set[object] = set()
                for document in documents:
                    value = getattr(document, attribute)
                    if value in seen:
                        self.faults.append(f"Two records of the kind {kind} have {value}.")
                    seen.add(value)


class _Faults:
    """Turns a refused document into faults that name the file and the place in it."""

    def __init__(self, faults: list[str], name: Path, pointer: str) -> None:
        self.faults = faults
        self.where = f"{name}: {pointer}"

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: object, _trace: object) -> bool:
        if isinstance(error, ValidationError):
            for fault in faults_of(
                [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
            ):
                self.faults.append(f"{self.where}{fault.name or ''}: {fault.message}")
            return True
        if isinstance(error, (ValueError, KeyError, TypeError, AttributeError)):
            self.faults.append(f"{self.where}: {_why(error)}")
            return True
        return False


def _object_in(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(content, dict):
        return content
    raise ValueError("the file should hold one JSON object")


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"this is not JSON: {error.msg} at line {error.lineno}."
    if isinstance(error, KeyError):
        return f"{error.args[0]} is needed."
    if isinstance(error, ValueError):
        return f"{error}."
    return "a value is not of the shape that is wanted here."


def _refer(ids: Mapping[str, UUID], slug: str, noun: str) -> UUID:
    if slug not in ids:
        raise ValueError(f"there is no {noun} {slug!r} here")
    return ids[slug]


def settle_dates(value: Any, today: date) -> Any:  # noqa: ANN401 - any JSON value, in and out.
    """The same JSON with days before or after today turned into dates."""
    if isinstance(value, list):
        return [settle_dates(item, today) for item in value]
    if isinstance(value, dict):
        return dict(_settled(value, today))
    return value


def _settled(value: Mapping[str, Any], today: date) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        for suffix, sign in (("_days_ago", -1), ("_days_ahead", 1)):
            if key.endswith(suffix):
                name = key.removesuffix(suffix)
                if name not in _DATE_FIELDS:
                    raise ValueError(f"{key} is not known here")
                yield _DATE_FIELDS[name], _date_from(item, today, sign)
                break
        else:
            yield key, settle_dates(item, today)


def _date_from(days: Any, today: date, sign: int) -> str | list[str]:  # noqa: ANN401 - any JSON.
    if isinstance(days, list):
        return [str(_date_from(one, today, sign)) for one in days]
    if not isinstance(days, int) or not 0 <= days <= 36_500:  # noqa: PLR2004 - a hundred years.
        raise ValueError("days before or after the day of loading are a whole number")
    return (today + timedelta(days=sign * days)).isoformat()
