"""What documents refuse, and that they say why without repeating what they were given."""

from typing import Any

import pytest
from factories import make_activity, make_council, make_price, make_provider, make_venue
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import validator_for
from pydantic import ValidationError

from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.documents.activities import Ages, PreferenceStatement, ServedArea
from app.catalogue.documents.base import Contact, Document
from app.catalogue.documents.councils import AreaDocument, FreshnessDays, PaymentRule
from app.catalogue.documents.prices import PriceDocument, PricePart
from app.catalogue.documents.sessions import GroupSize, SessionDocument
from app.database import uuid7
from app.problems import faults_of

ID = "01a16aef-b40a-7038-b1fc-00eb3a25b7f9"
COUNCIL = make_council()
PROVIDER = make_provider(COUNCIL)
VENUE = make_venue(PROVIDER)

ONE = {"id": ID, "place": "online", "starts_at": "10:00", "ends_at": "12:00"}
WEEKLY = {**ONE, "day": "tue"}
FORTNIGHTLY = {**WEEKLY, "repeats": "fortnightly", "week_of": "2026-03-16"}
MONTHLY = {**WEEKLY, "repeats": "monthly", "nth": [1, -1]}
DATED = {**ONE, "repeats": "dated", "dates": ["2026-03-16", "2026-04-16"]}
SUPPORT = {"part": "support", "unit": "session", "amount_pence": 2_000}
FREE = {"part": "support", "unit": "free", "amount_pence": 0}
RATIO = {**SUPPORT, "staff_ratio": {"staff": 2, "people": 1}, "ratio_effect": "replaces"}
PRICE = {"id": ID, "parts": [SUPPORT]}


def refusals(kind: type[Document], value: Any) -> list[tuple[str | None, str]]:
    """The pointers and messages with which a document refuses a value; none if it takes it."""
    try:
        kind.model_validate(value)
    except ValidationError as refused:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in refused.errors()]
        return [(fault.name, fault.message) for fault in faults_of(errors)]
    return []


PATTERN = "Weekly needs day; fortnightly day and week_of; monthly day and nth; dated dates."
PLACE = "A session at a venue names its venue; any other names none."
ZONE = "Times are local: leave out the zone."
BACKWARDS = "A session ends after it starts, on the same day."
ONCE = "Each entry of nth and of dates may stand there once."


@pytest.mark.parametrize(
    "session",
    [
        WEEKLY,
        FORTNIGHTLY,
        MONTHLY,
        DATED,
        {**WEEKLY, "place": "comes_to_you"},
        {**WEEKLY, "place": "venue", "venue_id": ID},
        {**WEEKLY, "valid_from": "2026-03-16", "valid_to": "2026-03-16"},
    ],
)
def test_each_pattern_of_a_session_is_taken(session: dict[str, Any]) -> None:
    assert refusals(SessionDocument, session) == []


@pytest.mark.parametrize(
    ("session", "message"),
    [
        (ONE, PATTERN),
        ({**WEEKLY, "week_of": "2026-03-16"}, PATTERN),
        ({**WEEKLY, "nth": [1]}, PATTERN),
        ({**WEEKLY, "dates": ["2026-03-16"]}, PATTERN),
        ({**FORTNIGHTLY, "week_of": None}, PATTERN),
        ({**FORTNIGHTLY, "day": None}, PATTERN),
        ({**MONTHLY, "nth": []}, PATTERN),
        ({**MONTHLY, "day": None}, PATTERN),
        ({**DATED, "dates": []}, PATTERN),
        ({**DATED, "day": "tue"}, PATTERN),
        ({**MONTHLY, "nth": [1, 1]}, ONCE),
        ({**DATED, "dates": ["2026-03-16", "2026-03-16"]}, ONCE),
        ({**WEEKLY, "place": "venue"}, PLACE),
        ({**WEEKLY, "venue_id": ID}, PLACE),
        ({**WEEKLY, "place": "comes_to_you", "venue_id": ID}, PLACE),
        ({**WEEKLY, "ends_at": "10:00"}, BACKWARDS),
        ({**WEEKLY, "ends_at": "09:59"}, BACKWARDS),
        ({**WEEKLY, "starts_at": "10:00Z", "ends_at": "12:00Z"}, ZONE),
        ({**WEEKLY, "starts_at": "10:00Z"}, ZONE),
        ({**WEEKLY, "ends_at": "12:00+01:00"}, ZONE),
        (
            {**WEEKLY, "valid_from": "2026-03-16", "valid_to": "2026-03-15"},
            "A session stops being valid after it starts being valid.",
        ),
    ],
)
def test_a_session_that_contradicts_itself_is_refused(
    session: dict[str, Any], message: str
) -> None:
    assert refusals(SessionDocument, session) == [("", message)]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"nth": [5]}, "/nth/0"),
        ({"day": "Tuesday"}, "/day"),
        ({"repeats": "daily"}, "/repeats"),
        ({"starts_at": "25:00"}, "/starts_at"),
        ({"label": ""}, "/label"),
        ({"label": "x" * 121}, "/label"),
        ({"bank_holidays": "perhaps"}, "/bank_holidays"),
        ({"staff_ratio": {"staff": 0, "people": 3}}, "/staff_ratio/staff"),
        ({"capacity": {"status": "open", "places": -1, "as_of": "2026-03-16"}}, "/capacity/places"),
        ({"capacity": {"status": "open"}}, "/capacity/as_of"),
    ],
)
def test_a_fault_of_a_session_names_its_place(change: dict[str, Any], pointer: str) -> None:
    assert [name for name, _ in refusals(SessionDocument, {**MONTHLY, **change})] == [pointer]


OPEN_AMOUNT = "A donation or a price on request has no amount; any other unit has."
EFFECT = "A part for a staffing ratio says whether it replaces or adds."


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (SUPPORT, None),
        (FREE, None),
        (RATIO, None),
        ({**SUPPORT, "amount_pence": 0}, None),
        ({"part": "support", "unit": "donation"}, None),
        ({"part": "meal", "unit": "on_request"}, None),
        ({**SUPPORT, "amount_pence": None}, OPEN_AMOUNT),
        ({**SUPPORT, "unit": "donation"}, OPEN_AMOUNT),
        ({**SUPPORT, "unit": "on_request", "amount_pence": 0}, OPEN_AMOUNT),
        ({**FREE, "amount_pence": 1}, "What is free costs 0."),
        ({**RATIO, "ratio_effect": None}, EFFECT),
        ({**SUPPORT, "ratio_effect": "adds"}, EFFECT),
    ],
)
def test_a_price_part_has_the_amount_that_its_unit_needs(
    part: dict[str, Any], message: str | None
) -> None:
    assert refusals(PricePart, part) == ([("", message)] if message else [])


@pytest.mark.parametrize(
    ("price", "message"),
    [
        (PRICE, None),
        ({**PRICE, "parts": [SUPPORT, RATIO]}, None),
        ({**PRICE, "parts": [{**RATIO, "ratio_effect": "adds"}]}, None),
        (
            {**PRICE, "parts": [RATIO]},
            "A part that replaces the support part for some needs a support part for the rest.",
        ),
        (
            {**PRICE, "valid_from": "2026-03-16", "valid_to": "2026-03-15"},
            "A price stops being valid after it starts being valid.",
        ),
    ],
)
def test_a_price_agrees_with_itself(price: dict[str, Any], message: str | None) -> None:
    assert refusals(PriceDocument, price) == ([("", message)] if message else [])


def test_a_price_has_a_part_and_no_more_than_twenty() -> None:
    assert refusals(PriceDocument, {**PRICE, "parts": []})[0][0] == "/parts"
    assert refusals(PriceDocument, {**PRICE, "parts": [SUPPORT] * 21})[0][0] == "/parts"


AREA = (
    "A council or district needs gss; outcodes needs outcodes; "
    "radius needs latitude, longitude and miles; england needs nothing."
)
CENTRE = {"latitude": 53.1, "longitude": -2.4}


@pytest.mark.parametrize(
    ("area", "taken"),
    [
        ({"kind": "england"}, True),
        ({"kind": "council", "gss": "E06000049"}, True),
        ({"kind": "district", "gss": "E07000070"}, True),
        ({"kind": "outcodes", "outcodes": ["CW1", "EC1A"]}, True),
        ({"kind": "radius", **CENTRE, "miles": 5}, True),
        ({"kind": "england", "gss": "E06000049"}, False),
        ({"kind": "council"}, False),
        ({"kind": "district", "outcodes": ["CW1"]}, False),
        ({"kind": "council", "gss": "E06000049", "outcodes": ["CW1"]}, False),
        ({"kind": "outcodes", "outcodes": []}, False),
        ({"kind": "radius", "miles": 5}, False),
        ({"kind": "radius", **CENTRE}, False),
    ],
)
def test_an_area_states_what_its_kind_needs_and_nothing_else(
    area: dict[str, Any],
    taken: bool,  # noqa: FBT001 - a column of the table.
) -> None:
    expected = [] if taken else [("", AREA)]
    assert refusals(ServedArea, {"name": "Somewhere", **area}) == expected


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (GroupSize, {}, "A group size has a smallest or a largest number."),
        (GroupSize, {"minimum": 5, "maximum": 4}, "The smallest number is above the largest."),
        (GroupSize, {"minimum": 4, "maximum": 4}, None),
        (GroupSize, {"maximum": 4}, None),
        (Ages, {"minimum": 30, "maximum": 18}, "The lowest age is above the highest."),
        (Ages, {"minimum": 0, "maximum": 0}, None),
        (Ages, {}, None),
        (FreshnessDays, {"fresh": 180}, "Fresh ends before due, and due before stale."),
        (FreshnessDays, {"fresh": 30, "due": 60}, None),
        (
            PaymentRule,
            {"part": "meal", "pays": "yes", "ceiling_pence": 500},
            "A ceiling has an amount and a unit.",
        ),
        (
            PaymentRule,
            {"part": "meal", "pays": "yes", "ceiling_pence": 500, "ceiling_unit": "day"},
            None,
        ),
        (
            AreaDocument,
            {"name": "A", "tier": "unitary", "outcodes": [{"outcode": "CW1"}, {"outcode": "CW1"}]},
            "Each outcode may stand there once.",
        ),
    ],
)
def test_figures_that_contradict_each_other_are_refused(
    kind: type[Document], value: dict[str, Any], message: str | None
) -> None:
    assert refusals(kind, value) == ([("", message)] if message else [])


@pytest.mark.parametrize(
    ("statement", "taken"),
    [
        ({"code": "women_only"}, False),
        ({"code": "men_only"}, False),
        ({"code": "women_only", "note": "Many of us left violent homes."}, True),
        ({"code": "men_only", "value": "no"}, True),
        ({"code": "women_only", "value": "partly"}, True),
        ({"code": "own_age"}, True),
    ],
)
def test_a_session_for_one_sex_alone_says_why(
    statement: dict[str, str],
    taken: bool,  # noqa: FBT001 - a column of the table.
) -> None:
    message = "Say in the note why this is for one sex only (Equality Act 2010)."
    assert refusals(PreferenceStatement, statement) == ([] if taken else [("", message)])


SESSION = SessionDocument.model_validate(WEEKLY)
DECLARED = {"code": "dbs_checks", "declared_on": "2026-03-01"}


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("cohorts", "autism"),
        ("activity_types", "gaming"),
        ("settings", "mainstream_venue"),
        ("attendance", "drop_in"),
        ("how_to_start", "turn_up"),
        ("languages", "gu"),
        ("outcomes", {"code": "interests"}),
        ("support_modes", {"code": "one_to_one"}),
        ("support_needs", {"code": "personal_care"}),
        ("communication", {"code": "bsl"}),
        ("funding", {"code": "direct_payment"}),
        ("preferences", {"code": "own_age"}),
        ("travel", {"code": "own_transport"}),
        ("sessions", WEEKLY),
        ("prices", PRICE),
        ("declarations", DECLARED),
    ],
)
def test_nothing_stands_twice_in_a_list_of_an_activity(name: str, entry: Any) -> None:
    whole = make_activity(PROVIDER).model_dump(mode="json")
    assert refusals(ActivityDocument, {**whole, name: [entry]}) == []
    message = f"Each entry of {name} may stand there once."
    assert refusals(ActivityDocument, {**whole, name: [entry, entry]}) == [("", message)]


def test_a_term_stands_once_even_with_two_values() -> None:
    whole = make_activity(PROVIDER).model_dump(mode="json")
    twice = [{"code": "bsl", "value": "yes"}, {"code": "bsl", "value": "no"}]
    (refusal,) = refusals(ActivityDocument, {**whole, "communication": twice})
    assert refusal == ("", "Each entry of communication may stand there once.")


def test_a_feature_of_a_venue_stands_once() -> None:
    whole = make_venue(PROVIDER).model_dump(mode="json")
    features = [{"code": "hoist", "value": "yes"}, {"code": "hoist", "value": "no"}]
    message = "Each feature may stand there once."
    assert refusals(VenueDocument, {**whole, "features": features}) == [("", message)]


def test_a_part_of_a_price_has_one_payment_rule() -> None:
    whole = COUNCIL.model_dump(mode="json")
    rules = [{"part": "meal", "pays": "yes"}, {"part": "meal", "pays": "no"}]
    message = "Each part of a price has one payment rule."
    assert refusals(CouncilDocument, {**whole, "payment_rules": rules}) == [("", message)]


def test_a_price_names_sessions_of_its_own_activity() -> None:
    whole = make_activity(PROVIDER, sessions=[SESSION]).model_dump(mode="json")
    own = make_price(session_ids=[SESSION.id]).model_dump(mode="json")
    assert refusals(ActivityDocument, {**whole, "prices": [own]}) == []
    others = {**own, "session_ids": [str(SESSION.id), str(uuid7())]}
    message = "A price names a session that this activity does not have."
    assert refusals(ActivityDocument, {**whole, "prices": [others]}) == [("", message)]


PHONE = "This should be a telephone number: digits and spaces."
EMAIL = "This should be an e-mail address."
WEBSITE = "This should be a web address that begins with http:// or https://."


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        ({"phone": "01632 960001"}, None),
        ({"phone": "+44 1632 960001"}, None),
        ({"text_phone": "07700900001"}, None),
        ({"phone": "01632 960001 ext 4"}, PHONE),
        ({"phone": "12345"}, PHONE),
        ({"phone": "01632-960001"}, PHONE),
        ({"text_phone": "a telephone"}, PHONE),
        ({"phone": "٠١٦٣٢ ٩٦٠٠٠١"}, PHONE),
        ({"email": "hello@example.org"}, None),
        ({"email": "hello@"}, EMAIL),
        ({"email": "hello@localhost"}, EMAIL),
        ({"email": "two words@example.org"}, EMAIL),
        ({"email": "a@b@example.org"}, EMAIL),
        ({"email": "hello@example..org"}, EMAIL),
        ({"website": "https://example.org/about?x=1"}, None),
        ({"website": "http://example.org"}, None),
        ({"website": "www.example.org"}, WEBSITE),
        ({"website": "ftp://example.org"}, WEBSITE),
        ({"website": "javascript:alert(1)"}, WEBSITE),
        ({"website": "https://localhost"}, WEBSITE),
        ({"website": "https://exa mple.org"}, WEBSITE),
    ],
)
def test_a_contact_can_be_used(contact: dict[str, str], message: str | None) -> None:
    (field,) = contact
    assert refusals(Contact, contact) == ([(f"/{field}", message)] if message else [])


@pytest.mark.parametrize("character", ["\0", "\x1b", "\r", "\x85", "\ud800"])
@pytest.mark.parametrize("field", ["name", "summary", "description"])
def test_no_text_holds_a_control_character(field: str, character: str) -> None:
    whole = make_activity(PROVIDER).model_dump(mode="json")
    ((pointer, message),) = refusals(ActivityDocument, {**whole, field: f"Tea{character}time"})
    assert pointer == f"/{field}"
    # Half of a pair is no text at all to the library, which says so first.
    assert message in {"Please leave out control characters.", "This is not valid text."}


@pytest.mark.parametrize("character", ["\n", "\t"])
def test_a_name_is_one_line_and_a_description_may_be_more(character: str) -> None:
    whole = make_activity(PROVIDER).model_dump(mode="json")
    text = f"Tea{character}time"
    assert refusals(ActivityDocument, {**whole, "description": text}) == []
    one_line = [("/name", "Please write this on one line.")]
    assert refusals(ActivityDocument, {**whole, "name": text}) == one_line


KINDS: list[tuple[type[Document], dict[str, Any]]] = [
    (ActivityDocument, make_activity(PROVIDER).model_dump(mode="json")),
    (ProviderDocument, PROVIDER.model_dump(mode="json")),
    (VenueDocument, VENUE.model_dump(mode="json")),
    (CouncilDocument, COUNCIL.model_dump(mode="json")),
]


@pytest.mark.parametrize(("kind", "whole"), KINDS)
def test_an_unknown_key_is_refused_and_not_repeated(
    kind: type[Document], whole: dict[str, Any]
) -> None:
    secret = {"my_diagnosis": "epilepsy"}
    assert refusals(kind, {**whole, **secret}) == [("", "This is not known here.")]
    deep = {**whole, "contacts": [{"role": "manager", **secret}]}
    if "contacts" in whole:
        assert refusals(kind, deep) == [("/contacts/0", "This is not known here.")]


@pytest.mark.parametrize(("kind", "whole"), KINDS)
def test_a_slug_is_made_for_addresses(kind: type[Document], whole: dict[str, Any]) -> None:
    for slug in ("Tea-Time", "tea time", "tea--time", "-tea", "tea-", "té", "", "x" * 81, "tea\n"):
        assert [name for name, _ in refusals(kind, {**whole, "slug": slug})] == ["/slug"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"cohorts": ["zzzzzz"]}, "/cohorts/0"),
        ({"open_to": "zzzzzz"}, "/open_to"),
        ({"outcomes": [{"code": "zzzzzz"}]}, "/outcomes/0/code"),
        ({"funding": [{"code": "free"}, {"code": "zzzzzz"}]}, "/funding/1/code"),
        ({"funding": [{"code": "free", "value": "zzzzzz"}]}, "/funding/0/value"),
        ({"declarations": [{**DECLARED, "code": "zzzzzz"}]}, "/declarations/0/code"),
        ({"policies": {"absence": "zzzzzz"}}, "/policies/absence"),
        ({"contracts": [{"council_gss": "zzzzzz", "route": "spot"}]}, "/contracts/0/council_gss"),
        ({"confirmed_on": "zzzzzz"}, "/confirmed_on"),
        ({"id": "zzzzzz"}, "/id"),
        ({"sessions": [{**WEEKLY, "day": "zzzzzz"}]}, "/sessions/0/day"),
        ({"sessions": [{**WEEKLY, "starts_at": "zzzzzz"}]}, "/sessions/0/starts_at"),
        ({"prices": [{**PRICE, "payer": "zzzzzz"}]}, "/prices/0/payer"),
        ({"served_areas": [{"kind": "zzzzzz", "name": "A"}]}, "/served_areas/0/kind"),
        ({"contacts": [{"email": "zzzzzz"}]}, "/contacts/0/email"),
        ({"ages": {"minimum": "zzzzzz"}}, "/ages/minimum"),
        ({"slug": "Zzzzzz"}, "/slug"),
    ],
)
def test_a_refused_value_is_named_by_its_place_and_never_repeated(
    change: dict[str, Any], pointer: str
) -> None:
    whole = make_activity(PROVIDER).model_dump(mode="json")
    ((name, message),) = refusals(ActivityDocument, {**whole, **change})
    assert name == pointer
    assert "zzzzzz" not in message.lower()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just("a-secret-word"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("code"), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(ActivityDocument.model_fields)), ANYTHING)
def test_whatever_is_refused_is_not_repeated(field: str, value: Any) -> None:
    whole = {**KINDS[0][1], field: value}
    for _, message in refusals(ActivityDocument, whole):
        assert "secret" not in message


GOOD = ("09:00", "10:30:15")
TIMES: st.SearchStrategy[Any] = st.sampled_from(
    [*GOOD, "12:00Z", "12:00+01:00", 36_000, -1, "noon", None, []]
)


@given(TIMES, TIMES)
def test_no_times_of_a_session_do_more_than_be_refused(starts: Any, ends: Any) -> None:
    session = {**WEEKLY, "starts_at": starts, "ends_at": ends}
    refused = refusals(SessionDocument, session)
    assert {name for name, _ in refused} <= {"", "/starts_at", "/ends_at"}
    assert bool(refused) == ((starts, ends) != GOOD)


@pytest.mark.parametrize(("kind", "whole"), KINDS)
def test_the_json_schema_describes_what_the_document_takes(
    kind: type[Document], whole: dict[str, Any]
) -> None:
    schema = kind.model_json_schema()
    described = validator_for(schema)
    assert described.is_valid(whole)
    assert not described.is_valid({**whole, "unknown": 1})
    assert not described.is_valid({name: value for name, value in whole.items() if name != "slug"})
    assert {*schema["properties"]} == {*kind.model_fields}


def test_a_document_is_fixed_once_made() -> None:
    with pytest.raises(ValidationError):
        PROVIDER.name = "Another"  # type: ignore[misc]


def test_nothing_stated_is_nothing_said() -> None:
    activity = make_activity(PROVIDER)
    said = activity.model_dump()
    for name in ("cohorts", "sessions", "prices", "funding", "served_areas", "contacts"):
        assert said[name] == []
    for name in ("origin", "open_to", "how_to_start_note", "capacity", "alert", "closure"):
        assert said[name] is None
    assert activity.ages == Ages(minimum=None, maximum=None)
