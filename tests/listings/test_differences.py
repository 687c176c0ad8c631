"""What differs between two documents: nothing is missed, and people can read it."""

from typing import Any

import pytest
from factories import (
    make_activity,
    make_council,
    make_price,
    make_provider,
    make_session,
    make_venue,
)

from app.catalogue.documents import ActivityDocument, ProviderDocument, VenueDocument
from app.listings.differences import UNTOLD, differences, fields_changed

COUNCIL = make_council()
PROVIDER = make_provider(COUNCIL)
VENUE = make_venue(PROVIDER)
SESSION = make_session(VENUE)
PRICE = make_price()
BEFORE = make_activity(PROVIDER, sessions=[SESSION], prices=[PRICE], cohorts=["dementia"])
NAMES = {VENUE.id: VENUE.name}

CHANGES: dict[str, Any] = {
    "name": "Another name",
    "summary": "Another summary.",
    "description": "Other words.",
    "easy_read": {"summary": "Easy."},
    "cohorts": ["dementia", "autism"],
    "open_to": "anyone",
    "outcomes": [{"code": "interests", "primary": True}],
    "activity_types": ["gardening"],
    "settings": ["outdoors"],
    "attendance": ["regular"],
    "how_to_start": ["contact_provider"],
    "how_to_start_note": "Ring us.",
    "languages": ["en"],
    "support_modes": [{"code": "one_to_one"}],
    "support_needs": [{"code": "medication", "value": "partly", "note": "Reminders"}],
    "communication": [{"code": "makaton"}],
    "funding": [{"code": "direct_payment"}],
    "preferences": [{"code": "women_only", "note": "By request."}],
    "travel": [{"code": "provider_transport", "value": "no"}],
    "ages": {"minimum": 18},
    "sessions": [],
    "prices": [],
    "policies": {"notice_weeks": 2},
    "served_areas": [{"kind": "england", "name": "England"}],
    "pick_up_areas": [{"kind": "outcodes", "name": "Crewe", "outcodes": ["CW1"]}],
    "contacts": [{"phone": "01632 960002"}],
    "capacity": {"status": "full", "as_of": "2026-03-16"},
    "alert": {"text": "Bring boots.", "until": "2026-03-20"},
    "closure": {"reason": "Flood.", "closed_from": "2026-03-16"},
    "declarations": [{"code": "public_liability", "declared_on": "2026-01-01"}],
    "contracts": [{"council_gss": "E10000012", "route": "spot"}],
}
"""A change of each field."""


def changed(**over: Any) -> ActivityDocument:
    return ActivityDocument.model_validate({**BEFORE.model_dump(mode="json"), **over})


def test_every_field_that_can_change_is_tried() -> None:
    told_elsewhere = UNTOLD | {"provider_id"}
    assert set(CHANGES) == ActivityDocument.model_fields.keys() - told_elsewhere


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_of_any_field_is_told_under_its_name(field: str) -> None:
    try:
        after = changed(**{field: CHANGES[field]})
    except ValueError as error:
        pytest.fail(str(error))
    found = differences(BEFORE, after, NAMES)
    assert found
    assert all(one.place.split("/")[1] == field for one in found)
    assert all(one.label and (one.before or one.after) for one in found)


def test_what_is_the_same_differs_in_nothing() -> None:
    assert differences(BEFORE, changed(), NAMES) == []
    # Every submission says anew that all is right: that is no change to look at.
    assert differences(BEFORE, changed(confirmed_on="2026-03-16"), NAMES) == []


def test_it_is_told_in_words() -> None:
    later = {**SESSION.model_dump(mode="json"), "starts_at": "10:30"}
    part = {"part": "support", "unit": "session", "amount_pence": 2_500}
    dearer = {**PRICE.model_dump(mode="json"), "parts": [part]}
    after = changed(sessions=[later], prices=[dearer], cohorts=["autism"])
    told = [
        (one.label, one.change, one.before, one.after) for one in differences(BEFORE, after, NAMES)
    ]
    assert told == [
        ("Who it is for", "added", None, "Autism"),
        (
            "Session",
            "changed",
            "Every Tuesday, 10am to 12 noon.",
            "Every Tuesday, 10.30am to 12 noon.",
        ),
        ("Price, support and activity", "changed", "£20.00, per session", "£25.00, per session"),
        ("Who it is for", "removed", "Dementia or memory loss", None),
    ]


def test_another_order_is_named_although_the_words_are_the_same() -> None:
    two = changed(cohorts=["dementia", "autism"])
    swapped = two.model_copy(update={"cohorts": ["autism", "dementia"]})
    (difference,) = differences(two, swapped, NAMES)
    assert (difference.place, difference.change) == ("/cohorts", "changed")


def test_all_of_what_is_new_is_added() -> None:
    found = differences(None, BEFORE, NAMES)
    assert {one.change for one in found} == {"added"}
    assert f"/sessions/{SESSION.id}/place" in {one.place for one in found}
    where = next(one for one in found if one.place.endswith("/place"))
    assert where.after == f"At a venue: {VENUE.name}"


VENUE_CHANGES: dict[str, Any] = {
    "name": "Hall",
    "address": {"lines": ["2 High Street"], "town": "Crewe", "postcode": "CW1 2AB"},
    "uprn": "12345",
    "latitude": 53.2,
    "longitude": -2.5,
    "shows": "district",
    "features": [{"code": "hoist", "value": "no"}],
    "directions": "Left at the mill.",
}
PROVIDER_CHANGES: dict[str, Any] = {
    "name": "Another",
    "description": "Other words.",
    "easy_read": "Easy.",
    "legal_form": "charity",
    "charity_number": "1234567",
    "company_number": "01234567",
    "contacts": [],
}


@pytest.mark.parametrize("field", VENUE_CHANGES)
def test_a_change_of_any_field_of_a_venue_is_told(field: str) -> None:
    content = {**VENUE.model_dump(mode="json"), field: VENUE_CHANGES[field]}
    after = VenueDocument.model_validate(content)
    assert fields_changed(VENUE, after) == {field}
    assert differences(VENUE, after, {}) != []


@pytest.mark.parametrize("field", PROVIDER_CHANGES)
def test_a_change_of_any_field_of_a_provider_is_told(field: str) -> None:
    content = {**PROVIDER.model_dump(mode="json"), field: PROVIDER_CHANGES[field]}
    after = ProviderDocument.model_validate(content)
    assert differences(PROVIDER, after, {}) != []
