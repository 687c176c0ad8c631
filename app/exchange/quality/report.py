"""How good a feed is: what is filled, how fresh, and what is broken. Values in, values out."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.exchange.quality.harvest import Item, Pulled

FIELDS = (
    *("description", "url", "email", "organization", "status", "last_modified"),
    *("assured_date", "minimum_age", "maximum_age", "schedules", "service_areas"),
    *("service_at_locations", "languages", "funding", "cost_options", "contacts"),
    *("attributes", "phones", "eligibility_description", "accessibility"),
)
"""What helps somebody to decide; each is counted over the services that were read whole."""

FRESH_DAYS, OLD_DAYS = 91, 365
"""The standard asks for an assurance within three months; after a year nobody relies on it."""

SHOWN = 5
"""How many places of each fault are named."""

_MARKUP = re.compile(
    r"<(p|br|b|i|a|ul|li|div|span|strong)\b[^>]*>|&(nbsp|amp|lt|gt|#\d+);", re.IGNORECASE
)
_GARBLED = re.compile(
    r"\u00e2\u20ac|\u00c3[\u0080-\u00bf\u2018-\u203a]|\ufffd|\u00c2[\u00a0\u00a3]"
)
_WEBSITE = re.compile(r"https?://[^\s/]+\.[^\s]+")
_WORDY_DAYS = re.compile(r"[A-Za-z]{3,}")

LATITUDES, LONGITUDES = (49.0, 61.0), (-9.0, 2.5)


class Fault(BaseModel):
    """One kind of thing that is wrong, how often, and where for example."""

    what: str
    count: int
    where: list[str] = Field(description="The ids of some services in which it is.")


class Freshness(BaseModel):
    """How long ago services were assured, by `assured_date`."""

    within_three_months: int
    within_a_year: int
    older: int
    not_stated: int


class Report(BaseModel):
    """What was found of a feed."""

    address: str
    version: str | None
    services: int = Field(description="How many services its pages hold, each counted once.")
    read_whole: int = Field(description="How many of them were read with everything nested.")
    complete_pull: bool = Field(description="Whether all pages were read, within the bounds.")
    stated_total: int | None
    statuses: dict[str, int]
    completeness: dict[str, float] = Field(description="By field, the share that has it, 0 to 1.")
    average_completeness: float
    freshness: Freshness
    newest_change: str | None
    faults: list[Fault]
    honoured: dict[str, bool | None] = Field(
        description="What it makes of parameters and paths; null where that cannot be told."
    )
    requests: int
    failed_requests: int
    slowest_milliseconds: float


def report_of(pulled: Pulled, today: date) -> Report:
    """The report on what was pulled of a feed."""
    services = pulled.services or pulled.listed
    listed = {str(one.get("id")): one for one in pulled.listed}
    filled = {name: _share(services, name) for name in FIELDS}
    changes = [str(one["last_modified"]) for one in listed.values() if one.get("last_modified")]
    version = pulled.details.get("version")
    return Report(
        address=pulled.base,
        version=None if version is None else str(version),
        services=len(listed),
        read_whole=len(pulled.services),
        complete_pull=pulled.whole,
        stated_total=pulled.stated_total,
        statuses=dict(Counter(str(one.get("status", "not stated")) for one in listed.values())),
        completeness=filled,
        average_completeness=round(sum(filled.values()) / len(filled), 3),
        freshness=_freshness(services, today),
        newest_change=max(changes, default=None),
        faults=_faults(pulled, services),
        honoured=pulled.probes,
        requests=len(pulled.answers),
        failed_requests=len(pulled.failures),
        slowest_milliseconds=round(max((one.milliseconds for one in pulled.answers), default=0), 1),
    )


def _share(services: Sequence[Item], name: str) -> float:
    # What was removed is told with its name alone, and says nothing of how well a feed is kept.
    live = [one for one in services if one.get("status") not in {"inactive", "defunct"}]
    having = sum(any(_filled(value) for value in _every(one, name)) for one in live)
    return round(having / len(live), 3) if live else 0.0


def _filled(value: object) -> bool:
    return value not in (None, "", [], {}, -1)


def _every(value: Any, name: str) -> Iterator[Any]:  # noqa: ANN401 - whatever a feed sends.
    """Every value of a key, however deep it lies."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == name:
                yield item
            yield from _every(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _every(item, name)


def _freshness(services: Sequence[Item], today: date) -> Freshness:
    counted: Counter[str] = Counter()
    for one in services:
        try:
            age = (today - date.fromisoformat(str(one.get("assured_date"))[:10])).days
        except ValueError:
            counted["not_stated"] += 1
            continue
        name = "within_three_months" if age <= FRESH_DAYS else "within_a_year"
        counted[name if age <= OLD_DAYS else "older"] += 1
    names = ("within_three_months", "within_a_year", "older", "not_stated")
    return Freshness(**{name: counted[name] for name in names})


def _faults(pulled: Pulled, services: Sequence[Item]) -> list[Fault]:
    places: dict[str, list[str]] = {}
    for one in services:
        for what in dict.fromkeys(faults_of(one)):
            places.setdefault(what, []).append(str(one.get("id")))
    ids = [str(one.get("id")) for one in pulled.listed]
    if twice := [key for key, count in Counter(ids).items() if count > 1]:
        places["the pages hold a service twice"] = twice
    known = set(ids)
    if pulled.whole and pulled.stated_total is not None and pulled.stated_total != len(known):
        places["the pages do not hold as many services as they say"] = [""]
    for failed in pulled.failures:
        status = failed.status or "no answer"
        places.setdefault(f"a request fails: {status}", []).append(failed.address)
    found = [
        Fault(what=what, count=len(where), where=[place for place in where[:SHOWN] if place])
        for what, where in places.items()
    ]
    return sorted(found, key=lambda fault: -fault.count)


def faults_of(service: Item) -> Iterator[str]:
    """What is wrong with one service, as far as it can be seen in it alone."""
    if not service.get("name"):
        yield "no name"
    if not (service.get("organization") or service.get("organization_id")):
        yield "no organization"
    if not _is_uuid(service.get("id")):
        yield "an id that is no UUID"
    yield from _faults_of_values(service, "")
    yield from _faults_of_references(service)


def _is_uuid(value: object) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


def _faults_of_values(value: Any, key: str) -> Iterator[str]:  # noqa: ANN401 - whatever a feed sends.
    if value is None:
        yield f"null in place of nothing: {key}"
    elif value in ("", [], {}):
        yield f"empty in place of nothing: {key}"
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _faults_of_values(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _faults_of_values(item, key)
    elif isinstance(value, str):
        yield from _faults_of_text(value, key)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _faults_of_number(value, key)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _is_zoned(text: str) -> bool:
    moment = _moment(text)
    return moment is None or moment.utcoffset() is not None


_FORMS: tuple[tuple[frozenset[str], str, Callable[[str], object]], ...] = (
    (frozenset({"last_modified"}), "no date and time", _moment),
    (frozenset({"last_modified"}), "no time zone", _is_zoned),
    (
        frozenset({"assured_date", "valid_from", "valid_to", "dtstart", "updated"}),
        "no date",
        _moment,
    ),
    (
        frozenset({"opens_at", "closes_at"}),
        "no time of day",
        lambda text: re.match(r"[0-2][0-9]:[0-5][0-9]", text),
    ),
    (
        frozenset({"url", "uri", "website", "logo", "term_uri", "schedule_link"}),
        "no web address",
        lambda text: text.startswith("urn:") or _WEBSITE.fullmatch(text),
    ),
    (frozenset({"email"}), "no e-mail address", lambda text: "@" in text),
    (frozenset({"byday"}), "days in words", lambda text: not _WORDY_DAYS.search(text)),
    (frozenset({"amount"}), "an amount that is no number", lambda _: False),
)
"""The forms that texts should have: of which fields, what is wrong else, and what tells."""


def _faults_of_text(text: str, key: str) -> Iterator[str]:
    if _MARKUP.search(text):
        yield f"markup in a text: {key}"
    if _GARBLED.search(text):
        yield f"text of a wrong character set: {key}"
    for keys, wrong, fits in _FORMS:
        if key in keys and not fits(text):
            yield f"{wrong}: {key}"


def _faults_of_number(number: float, key: str) -> Iterator[str]:
    if key == "latitude" and not LATITUDES[0] <= number <= LATITUDES[1]:
        yield "a latitude outside Great Britain"
    if key == "longitude" and not LONGITUDES[0] <= number <= LONGITUDES[1]:
        yield "a longitude outside Great Britain"
    if key in {"minimum_age", "maximum_age"} and number < 0:
        yield "an age below zero"


def _faults_of_references(service: Item) -> Iterator[str]:
    own = service.get("id")
    organization = service.get("organization")
    stated = service.get("organization_id")
    if isinstance(organization, Mapping) and stated and organization.get("id") != stated:
        yield "organization_id names another organization than the nested one"
    for key in ("schedules", "cost_options", "contacts", "service_areas", "languages"):
        for item in service.get(key) or ():
            if isinstance(item, Mapping) and item.get("service_id") not in (None, own):
                yield f"a broken reference: service_id in {key}"
    for attribute in _every(service, "attributes"):
        for one in attribute if isinstance(attribute, list) else ():
            term = one.get("taxonomy_term") if isinstance(one, Mapping) else None
            named = one.get("taxonomy_term_id") if isinstance(one, Mapping) else None
            if not isinstance(term, Mapping) and not named:
                yield "an attribute without a term"
            elif isinstance(term, Mapping) and named not in (None, term.get("id")):
                yield "a broken reference: taxonomy_term_id"
