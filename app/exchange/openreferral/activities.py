"""Activities as the standard's services."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from app.catalogue import rows
from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.activities import Closure
from app.catalogue.documents.prices import PriceDocument, PricePart
from app.catalogue.documents.sessions import Capacity
from app.catalogue.public import Entry
from app.catalogue.public.references import first_contact
from app.exchange.openreferral.identity import derived_id
from app.exchange.openreferral.locations import areas, places
from app.exchange.openreferral.moments import written
from app.exchange.openreferral.organizations import contacts, organization, phones
from app.exchange.openreferral.schedules import schedules
from app.exchange.openreferral.schemas import (
    FeedCapacity,
    FeedCost,
    FeedDeclared,
    FeedFunding,
    FeedLanguage,
    FeedService,
    FeedUnit,
    Status,
)
from app.exchange.openreferral.taxonomies import NOT_STATED_OF_LISTINGS, attributes
from app.vocabulary.terms import vocabulary

PAYERS = {
    "anyone": None,
    "direct_payment": "For people with a direct payment",
    "self_funder": "For people who pay for themselves",
    "council": "For councils",
}


def service(
    entry: Entry, *, live: bool, changed: datetime, today: date, whole: bool
) -> FeedService:
    """An activity.

    Args:
        entry: with all of others that it is shown with.
        live: whether it is in the catalogue. One that is not tells what it was and no more.
        changed: when the public last saw something else.
        today: the day it is in London.
        whole: with everything that it has several of.
    """
    activity = entry.activity
    fields: dict[str, Any] = {
        "id": activity.id,
        "organization_id": activity.provider_id,
        "name": activity.name,
        "description": activity.description,
        "status": status_of(activity.closure, live=live, today=today),
        "last_modified": written(changed),
        "organization": organization(entry.provider, entry.council if whole and live else None),
    }
    if live:
        fields |= _scalars(entry, today)
    if live and whole:
        fields |= _lists(entry)
    return FeedService.model_validate(fields)


def status_of(closure: Closure | None, *, live: bool, today: date) -> Status:
    """The status on a day of an activity with or without a temporary closure."""
    if not live:
        return "inactive"
    if closure is None or today < closure.closed_from:
        return "active"
    over = closure.reopens_on is not None and closure.reopens_on <= today
    return "active" if over else "temporarily closed"


def _scalars(entry: Entry, today: date) -> dict[str, Any]:
    activity = entry.activity
    stated = activity.contacts or entry.provider.contacts
    first = first_contact(stated)
    alert = activity.alert
    return {
        "url": first.website,
        "email": first.email,
        "application_process": _application(activity),
        "eligibility_description": _eligibility(activity),
        "interpretation_services": _interpretation(activity),
        "minimum_age": activity.ages.minimum,
        "maximum_age": activity.ages.maximum,
        "assured_date": activity.confirmed_on,
        "alert": alert.text if alert and today <= alert.until else None,
        "x_summary": activity.summary,
        "x_easy_read": activity.easy_read.model_dump(exclude_none=True) or None,
        "x_capacity_status": activity.capacity
        and vocabulary().term("capacity", activity.capacity.status).label,
        "x_capacity_as_of": activity.capacity and activity.capacity.as_of,
    }


def _label(scheme: str, code: str) -> str:
    return vocabulary().term(scheme, code).label


def _application(activity: ActivityDocument) -> str | None:
    ways = [_label("how_to_start", code) for code in activity.how_to_start]
    return "\n".join(filter(None, ("; ".join(ways), activity.how_to_start_note))) or None


def _eligibility(activity: ActivityDocument) -> str | None:
    people = [_label("cohort", code) for code in activity.cohorts]
    limit = _label("open_to", activity.open_to) if activity.open_to else None
    return ". ".join(filter(None, ("; ".join(people), limit))) or None


def _interpretation(activity: ActivityDocument) -> str | None:
    ways = [
        _label("communication", one.code) for one in activity.communication if one.value != "no"
    ]
    return "; ".join(ways) or None


def _lists(entry: Entry) -> dict[str, Any]:
    activity = entry.activity
    stated = activity.contacts or entry.provider.contacts
    return {
        "phones": phones(activity.id, stated) or None,
        "contacts": contacts("service", activity.id, stated) or None,
        "schedules": schedules(activity) or None,
        "service_areas": areas(entry) or None,
        "service_at_locations": places(entry, whole=True) or None,
        "languages": [
            FeedLanguage(
                id=derived_id("language", activity.id, code),
                service_id=activity.id,
                name=_label("language", code),
                code=code,
            )
            for code in activity.languages
        ]
        or None,
        "funding": [
            FeedFunding(
                id=derived_id("funding", activity.id, one.code),
                service_id=activity.id,
                source=_label("funding", one.code),
            )
            for one in activity.funding
            if one.value != "no" and one.code not in NOT_STATED_OF_LISTINGS
        ]
        or None,
        "cost_options": [*_costs(activity)] or None,
        "attributes": attributes(activity.id, "service", _stated(activity)) or None,
        "capacities": [*_capacities(activity)] or None,
        "x_declarations": [
            FeedDeclared(name=_label("declaration", one.code), declared_on=one.declared_on)
            for one in activity.declarations
        ]
        or None,
    }


def _stated(activity: ActivityDocument) -> Iterator[tuple[str, str, str | None, str | None]]:
    for name, scheme in rows.CODES.items():
        for code in getattr(activity, name):
            yield scheme, code, None, None
    if activity.open_to:
        yield "open_to", activity.open_to, None, None
    for outcome in activity.outcomes:
        yield "outcome", outcome.code, "primary" if outcome.primary else None, None
    for name, scheme in rows.STATEMENTS.items():
        for one in getattr(activity, name):
            yield scheme, one.code, one.value, one.note


def _costs(activity: ActivityDocument) -> Iterator[FeedCost]:
    for price in activity.prices:
        for number, part in enumerate(price.parts):
            yield FeedCost(
                id=derived_id("cost_option", price.id, number),
                service_id=activity.id,
                valid_from=price.valid_from,
                valid_to=price.valid_to,
                option=". ".join(_conditions(price, part)),
                amount=None if part.amount_pence is None else part.amount_pence / 100,
                amount_description=_label("price_unit", part.unit),
                currency="gbp",
            )


def _conditions(price: PriceDocument, part: PricePart) -> Iterator[str]:
    yield _label("price_part", part.part)
    if price.label:
        yield price.label.rstrip(".")
    if payer := PAYERS[price.payer]:
        yield payer
    if part.required == "if_chosen":
        yield "If chosen"
    if ratio := part.staff_ratio:
        instead = "in place of the plain price" if part.ratio_effect == "replaces" else "on top"
        yield f"Where {ratio.staff} worker to {ratio.people} is needed, {instead}"


def _capacities(activity: ActivityDocument) -> Iterator[FeedCapacity]:
    stated: list[tuple[Any, Capacity | None]] = [(activity.id, activity.capacity)]
    stated += [(session.id, session.capacity) for session in activity.sessions]
    for owner, capacity in stated:
        if capacity is None or capacity.places is None:
            continue
        yield FeedCapacity(
            id=derived_id("capacity", owner),
            service_id=activity.id,
            unit=FeedUnit(id=derived_id("unit", "place"), name="place"),
            available=capacity.places,
            updated=capacity.as_of,
            description=_label("capacity", capacity.status),
        )
