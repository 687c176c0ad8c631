"""A document as a list of statements that people read: each with a label and a text.

A statement has a place, a JSON Pointer in which the entries of a list are known by their code or
id, so that the same statement of two documents stands at the same place in both.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from app.catalogue.documents import ActivityDocument, ProviderDocument, VenueDocument
from app.catalogue.documents.base import Contact, Statement
from app.catalogue.documents.prices import PriceDocument, PricePart
from app.catalogue.documents.sessions import Capacity, SessionDocument, StaffRatio
from app.catalogue.occurrences import describe_times
from app.catalogue.rows import CODES, STATEMENTS
from app.vocabulary.terms import vocabulary

VALUES = {"yes": "Yes", "partly": "Partly", "no": "No"}

PLACES = {"venue": "At a venue", "online": "Online", "comes_to_you": "At people's homes"}

PAYERS = {
    "anyone": "Everyone",
    "direct_payment": "People with a direct payment",
    "self_funder": "People who pay for themselves",
    "council": "The council",
}

ROUTES = {
    "framework": "Framework",
    "contract": "Contract",
    "spot": "Spot purchase",
    "grant": "Grant",
    "none": "None",
}

LABELS = {
    "slug": "Address of the page",
    "name": "Name",
    "summary": "Summary",
    "description": "Description",
    "easy_read": "Easy Read",
    "open_to": "Who may come",
    "how_to_start_note": "How to start, in words",
    "cohorts": "Who it is for",
    "outcomes": "What people get out of it",
    "activity_types": "What one does there",
    "settings": "Setting",
    "attendance": "How people come along",
    "how_to_start": "How to start",
    "languages": "Language",
    "support_modes": "Way of supporting",
    "support_needs": "Support",
    "communication": "Communication",
    "funding": "Way of paying",
    "preferences": "Preference",
    "travel": "Getting there",
    "legal_form": "Legal form",
    "charity_number": "Charity number",
    "company_number": "Company number",
    "council_id": "Home council",
    "provider_id": "Provider",
    "directions": "Directions",
    "uprn": "Property reference (UPRN)",
    "features": "Access",
}
"""What a field is called. The words of the vocabulary stand beside it."""


class Said(NamedTuple):
    """One statement of a document."""

    place: str
    label: str
    text: str


Venues = Mapping[UUID, str]
"""The names of venues by id, to say where a session is."""


def activity_statements(document: ActivityDocument, venues: Venues) -> Iterator[Said]:
    """All that an activity says, in the order of its page."""
    yield from _words(document)
    yield from _people(document)
    yield from _terms(document)
    for session in document.sessions:
        yield from _session(session, venues)
    for price in document.prices:
        yield from _price(price)
    yield from _policies(document)
    yield from _areas(document)
    yield from _contacts(document.contacts)
    yield from _told(document)
    yield from _declared(document)


def _words(document: ActivityDocument) -> Iterator[Said]:
    for name in ("name", "summary", "description"):
        yield _plain(name, getattr(document, name))
    yield from _easy_read(document)
    if document.how_to_start_note:
        yield _plain("how_to_start_note", document.how_to_start_note)


def _people(document: ActivityDocument) -> Iterator[Said]:
    if document.open_to:
        yield _plain("open_to", _label("open_to", document.open_to))
    for name, what in (("minimum", "Youngest age"), ("maximum", "Oldest age")):
        if (age := getattr(document.ages, name)) is not None:
            yield Said(f"/ages/{name}", what, str(age))


def _terms(document: ActivityDocument) -> Iterator[Said]:
    for name, scheme in CODES.items():
        for code in getattr(document, name):
            yield Said(f"/{name}/{code}", LABELS[name], _label(scheme, code))
    for outcome in document.outcomes:
        kind = "Main outcome" if outcome.primary else "Also"
        text = f"{kind}: {_label('outcome', outcome.code)}"
        yield Said(f"/outcomes/{outcome.code}", LABELS["outcomes"], text)
    for name, scheme in STATEMENTS.items():
        for stated in getattr(document, name):
            yield _stated(name, scheme, stated)


def _declared(document: ActivityDocument) -> Iterator[Said]:
    for declared in document.declarations:
        text = f"{_label('declaration', declared.code)}, {_day(declared.declared_on)}"
        text += f" ({declared.evidence})" if declared.evidence else ""
        yield Said(f"/declarations/{declared.code}", "Declaration", text)
    for index, contract in enumerate(document.contracts):
        dates = _span(contract.starts_on, contract.ends_on)
        facts = (ROUTES[contract.route], contract.lot, contract.council_gss, dates)
        yield Said(f"/contracts/{index}", "Contract", ", ".join(one for one in facts if one))


def provider_statements(document: ProviderDocument) -> Iterator[Said]:
    """All that a provider says of itself."""
    names = ("name", "description", "legal_form", "charity_number", "company_number")
    for name in names:
        if value := getattr(document, name):
            yield _plain(name, str(value).replace("_", " ") if name == "legal_form" else value)
    if document.easy_read:
        yield Said("/easy_read", "Description in Easy Read", document.easy_read)
    yield from _contacts(document.contacts)


def venue_statements(document: VenueDocument) -> Iterator[Said]:
    """All that is said of a venue."""
    address = document.address
    yield _plain("name", document.name)
    lines = (*address.lines, address.town, address.county, address.postcode)
    yield Said("/address", "Address", ", ".join(line for line in lines if line))
    if document.uprn:
        yield _plain("uprn", document.uprn)
    yield Said("/point", "Point on the map", f"{document.latitude}, {document.longitude}")
    shown = "The district alone" if document.shows == "district" else "The whole address"
    yield Said("/shows", "What people see of the address", shown)
    for feature in document.features:
        yield _stated("features", "access", feature)
    if document.directions:
        yield _plain("directions", document.directions)


def _plain(name: str, text: str) -> Said:
    return Said(f"/{name}", LABELS[name], text)


def _label(scheme: str, code: str) -> str:
    return vocabulary().term(scheme, code).label


def _stated(name: str, scheme: str, stated: Any) -> Said:  # noqa: ANN401 - a statement with a code of any scheme.
    assert isinstance(stated, Statement)  # noqa: S101 - tells mypy the rest.
    code: str = stated.code  # type: ignore[attr-defined] # Each kind of statement has one.
    text = VALUES[stated.value] + (f" ({stated.note})" if stated.note else "")
    return Said(f"/{name}/{code}", f"{LABELS[name]}: {_label(scheme, code)}", text)


def _easy_read(document: ActivityDocument) -> Iterator[Said]:
    for name in ("name", "summary", "description", "how_to_start"):
        if words := getattr(document.easy_read, name):
            what = LABELS[name].lower()
            yield Said(f"/easy_read/{name}", f"Easy Read, {what}", words)


def _session(session: SessionDocument, venues: Venues) -> Iterator[Said]:
    place = f"/sessions/{session.id}"
    name = f"Session {session.label}" if session.label else "Session"
    yield Said(f"{place}/times", name, describe_times(session))
    where = PLACES[session.place]
    if session.venue_id:
        where = f"{where}: {venues.get(session.venue_id, 'not known here')}"
    yield Said(f"{place}/place", f"{name}, where", where)
    if session.week_of:
        yield Said(f"{place}/week_of", f"{name}, in the weeks of", _day(session.week_of))
    if session.dates:
        days = ", ".join(_day(day) for day in session.dates)
        yield Said(f"{place}/dates", f"{name}, dates", days)
    if session.term_time_only:
        yield Said(f"{place}/term_time_only", f"{name}, when", "In school terms only")
    if dates := _span(session.valid_from, session.valid_to):
        yield Said(f"{place}/valid", f"{name}, for how long", dates)
    if session.bank_holidays:
        rule = _label("bank_holiday_rule", session.bank_holidays)
        yield Said(f"{place}/bank_holidays", f"{name}, bank holidays", rule)
    if session.staff_ratio:
        yield Said(f"{place}/staff_ratio", f"{name}, staff", _ratio(session.staff_ratio))
    if size := session.group_size:
        text = f"{size.minimum or 'any'} to {size.maximum or 'any'} people"
        yield Said(f"{place}/group_size", f"{name}, group", text)
    if session.capacity:
        yield Said(f"{place}/capacity", f"{name}, places", _capacity(session.capacity))


def _price(price: PriceDocument) -> Iterator[Said]:
    place = f"/prices/{price.id}"
    name = f"Price ({price.label})" if price.label else "Price"
    yield Said(f"{place}/payer", f"{name}, who pays it", PAYERS[price.payer])
    for index, part in enumerate(price.parts):
        what = f"{name}, {_label('price_part', part.part).lower()}"
        yield Said(f"{place}/parts/{index}", what, _part(part))
    if price.session_ids:
        held = ", ".join(str(one) for one in price.session_ids)
        yield Said(f"{place}/session_ids", f"{name}, for these sessions", held)
    if price.weeks_per_year:
        weeks = f"{price.weeks_per_year} weeks a year"
        yield Said(f"{place}/weeks_per_year", f"{name}, weeks", weeks)
    if dates := _span(price.valid_from, price.valid_to):
        yield Said(f"{place}/valid", f"{name}, for how long", dates)


def _part(part: PricePart) -> str:
    unit = _label("price_unit", part.unit)
    amount = unit if part.amount_pence is None else f"£{part.amount_pence / 100:,.2f}, {unit}"
    chosen = "" if part.required == "always" else ", if chosen"
    ratio = ""
    if part.staff_ratio:
        effect = "in place of the support" if part.ratio_effect == "replaces" else "on top"
        ratio = f", with {_ratio(part.staff_ratio)} {effect}"
    return f"{amount}{chosen}{ratio}"


def _policies(document: ActivityDocument) -> Iterator[Said]:
    policies = document.policies
    if policies.absence:
        rule = _label("absence_rule", policies.absence)
        yield Said("/policies/absence", "When somebody is away", rule)
    if policies.notice_weeks is not None:
        weeks = f"{policies.notice_weeks} weeks"
        yield Said("/policies/notice_weeks", "Notice to leave", weeks)
    if policies.trial:
        trial = {"free": "Yes, free", "paid": "Yes, paid", "none": "No"}[policies.trial]
        yield Said("/policies/trial", "Trying it first", trial)
    if policies.if_closed:
        yield Said("/policies/if_closed", "When the provider must close", policies.if_closed)


def _areas(document: ActivityDocument) -> Iterator[Said]:
    for field, what in (("served_areas", "Area served"), ("pick_up_areas", "Pick-up area")):
        for index, area in enumerate(getattr(document, field)):
            facts = [area.name, area.gss, " ".join(area.outcodes)]
            if area.miles:
                facts.append(f"{area.miles:g} miles around {area.latitude}, {area.longitude}")
            text = ", ".join(one for one in (area.kind, *facts) if one)
            yield Said(f"/{field}/{index}", what, text)


def _contacts(contacts: list[Contact]) -> Iterator[Said]:
    for index, contact in enumerate(contacts):
        facts = (contact.phone, contact.text_phone, contact.email, contact.website)
        text = ", ".join(one for one in facts if one) or "nothing stated"
        yield Said(f"/contacts/{index}", f"Contact for {contact.role}", text)


def _told(document: ActivityDocument) -> Iterator[Said]:
    """What the provider tells at once."""
    if document.capacity:
        yield Said("/capacity", "Places", _capacity(document.capacity))
    if alert := document.alert:
        text = f"{alert.text} (until {_day(alert.until)})"
        text += f" Easy Read: {alert.easy_read}" if alert.easy_read else ""
        yield Said("/alert", "Alert", text)
    if closure := document.closure:
        until = _day(closure.reopens_on) if closure.reopens_on else "not known"
        text = f"{closure.reason} (from {_day(closure.closed_from)}, until {until})"
        text += f" Easy Read: {closure.easy_read}" if closure.easy_read else ""
        yield Said("/closure", "Closed for now", text)


def _capacity(capacity: Capacity) -> str:
    places = "" if capacity.places is None else f", {capacity.places} places"
    return f"{_label('capacity', capacity.status)}{places} ({_day(capacity.as_of)})"


def _ratio(ratio: StaffRatio) -> str:
    return f"{ratio.staff} staff to {ratio.people} people"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _span(first: date | None, last: date | None) -> str:
    parts = (first and f"from {_day(first)}", last and f"until {_day(last)}")
    return " ".join(part for part in parts if part)
