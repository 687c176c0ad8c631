"""What the public sees: nothing hidden shows through, nothing unknown is guessed."""

from datetime import date
from typing import Any

import pytest
from conftest import TODAY
from factories import (
    make_activity,
    make_council,
    make_price,
    make_provider,
    make_session,
    make_venue,
)
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.documents import ActivityDocument, CouncilDocument, VenueDocument
from app.catalogue.documents.councils import Safeguarding
from app.catalogue.files import read_folder
from app.catalogue.intake import sample_folder
from app.catalogue.public import (
    Entry,
    activity_detail,
    activity_summary,
    council_detail,
    council_summary,
    postcode_district,
    provider_detail,
    provider_summary,
    shown_point,
)
from app.catalogue.safeguarding import EMERGENCY, EMERGENCY_EASY_READ, safeguarding_view
from app.catalogue.schemas import ActivityDetail
from app.geo.distance import Point
from app.geo.gazetteer import outcodes
from app.parameters import Language
from app.vocabulary.easy_read import lint
from app.vocabulary.terms import vocabulary

COUNCIL = make_council()
PROVIDER = make_provider(COUNCIL)
VENUE = make_venue(PROVIDER)
LANGUAGES: tuple[Language, ...] = ("en", "easy")


def entry_of(activity: ActivityDocument, *venues: VenueDocument) -> Entry:
    return Entry(activity, PROVIDER, COUNCIL, {venue.id: venue for venue in venues})


def entry(*venues: VenueDocument, **over: Any) -> Entry:
    """An activity with a session at each of these venues."""
    over.setdefault("sessions", [make_session(venue) for venue in venues])
    return entry_of(make_activity(PROVIDER, **over), *venues)


def detail(shown: Entry, today: date = TODAY, lang: Language = "en") -> ActivityDetail:
    """The detail of an activity, after seeing that its summary says the same."""
    whole = activity_detail(shown, today, lang)
    summary = activity_summary(shown, today, lang).model_dump()
    # Easy Read may be missing in what only the detail shows.
    same = whole.model_dump(include={*summary} - {"easy_read_missing"})
    assert same == {name: summary[name] for name in same}
    return whole


# Where it is


SECRET = make_venue(
    PROVIDER,
    name="The Orchard Refuge",
    shows="district",
    address={
        "lines": ["17 Hidden Lane", "Behind the Mill"],
        "town": "Crewe",
        "county": "Cheshire",
        "postcode": "CW1 2QX",
    },
    uprn="100012345678",
    latitude=53.123456,
    longitude=-2.654321,
    directions="Past the blue gate.",
    origin={"source": "A register of refuges", "source_id": "orchard-refuge"},
)
TELLTALES = [
    "Orchard",
    "Hidden",
    "Mill",
    "CW1 2QX",
    "2QX",
    "100012345678",
    "53.123",
    "2.654",
    "blue gate",
    "Cheshire",
    "refuge",
    SECRET.slug,
]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_of_a_hidden_venue_nothing_is_told_but_its_district(lang: Language) -> None:
    shown = entry(SECRET)
    whole = detail(shown, lang=lang)
    cell = outcodes().find("CW1")
    assert cell is not None
    (venue,) = whole.venues
    assert (venue.name, venue.address, venue.directions) == (None, None, None)
    assert (venue.town, venue.postcode_district, venue.only_district_shown) == (
        "Crewe",
        "CW1",
        True,
    )
    assert (venue.latitude, venue.longitude) == (cell.latitude, cell.longitude)
    nearest = whole.nearest_venue
    assert nearest is not None
    assert nearest.model_dump() == {
        "name": None,
        "town": "Crewe",
        "postcode_district": "CW1",
        "latitude": cell.latitude,
        "longitude": cell.longitude,
    }
    for text in (
        whole.model_dump_json(),
        activity_summary(shown, TODAY, lang).model_dump_json(),
    ):
        assert [telltale for telltale in TELLTALES if telltale in text] == []


def test_what_would_give_a_venue_away_is_shown_of_any_other() -> None:
    text = detail(entry(SECRET.model_copy(update={"shows": "address"}))).model_dump_json()
    for telltale in ("Orchard", "17 Hidden Lane", "CW1 2QX", "53.123456", "-2.654321", "blue gate"):
        assert telltale in text


def test_distances_are_measured_to_what_is_shown() -> None:
    cell = outcodes().find("CW1")
    assert cell is not None
    assert shown_point(SECRET) == Point(cell.latitude, cell.longitude)
    assert shown_point(VENUE) == Point(VENUE.latitude, VENUE.longitude)


@given(st.floats(49.5, 60.5), st.floats(-8.5, 2.4))
def test_two_hidden_venues_of_a_district_are_shown_at_one_point(
    latitude: float, longitude: float
) -> None:
    moved = SECRET.model_copy(update={"latitude": latitude, "longitude": longitude})
    assert shown_point(moved) == shown_point(SECRET)


def test_a_hidden_venue_in_an_unknown_district_is_shown_somewhere_near() -> None:
    address = {"lines": ["17 Hidden Lane"], "town": "Crewe", "postcode": "ZZ9 2QX"}
    unknown = make_venue(
        PROVIDER, shows="district", address=address, latitude=53.123456, longitude=-2.654321
    )
    assert outcodes().find(postcode_district(unknown)) is None
    assert shown_point(unknown) == Point(53.1, -2.7)


def test_the_hidden_venues_of_the_sample_stay_hidden() -> None:
    files = read_folder(sample_folder(), TODAY)
    hidden = {venue.id: venue for venue in files.venues if venue.shows == "district"}
    providers = {provider.id: provider for provider in files.providers}
    councils = {council.id: council for council in files.councils}
    venues = {venue.id: venue for venue in files.venues}
    seen = 0
    for activity in files.activities:
        ids = {one.venue_id for one in activity.sessions if one.venue_id}
        provider = providers[activity.provider_id]
        council = councils[provider.council_id]
        shown = Entry(activity, provider, council, {one: venues[one] for one in ids})
        text = activity_detail(shown, TODAY, "en").model_dump_json()
        for venue in (hidden[one] for one in ids & hidden.keys()):
            seen += 1
            assert venue.address.postcode not in text
            assert str(venue.latitude) not in text
            assert str(venue.longitude) not in text
    assert seen > 0


def test_the_venues_come_in_the_order_of_the_sessions() -> None:
    second = make_venue(PROVIDER)
    whole = detail(entry(second, VENUE))
    assert [venue.id for venue in whole.venues] == [second.id, VENUE.id]
    assert whole.nearest_venue is not None
    assert whole.nearest_venue.name == second.name


def test_without_a_venue_there_is_none() -> None:
    whole = detail(entry(sessions=[make_session(), make_session(place="comes_to_you")]))
    assert (whole.nearest_venue, whole.venues) == (None, [])
    assert (whole.online, whole.comes_to_you) == (True, True)
    assert (detail(entry(VENUE)).online, detail(entry(VENUE)).comes_to_you) == (False, False)


# Words


EASY = {
    "name": "Easy name",
    "summary": "Easy summary.",
    "description": "Easy description.",
    "how_to_start": "Call us.",
}


def test_the_easy_words_are_given_where_they_are_asked_for() -> None:
    shown = entry(easy_read=EASY, how_to_start_note="Ring the bell and wait.")
    easy, plain = detail(shown, lang="easy"), detail(shown)
    assert (easy.name, easy.summary, easy.description) == (
        "Easy name",
        "Easy summary.",
        "Easy description.",
    )
    assert (easy.how_to_start_note, easy.easy_read_missing) == ("Call us.", False)
    assert (plain.summary, plain.description) == ("Something to do.", "We meet and do something.")
    assert (plain.how_to_start_note, plain.easy_read_missing) == ("Ring the bell and wait.", False)
    # Whoever asks for the plain words gets the others beside them.
    assert plain.easy_read.model_dump() == easy.easy_read.model_dump() == EASY


@pytest.mark.parametrize(
    ("easy_read", "of_summary", "of_detail"),
    [
        ({}, True, True),
        ({"summary": "Easy."}, False, True),
        ({"description": "Easy."}, True, True),
        ({"summary": "Easy.", "description": "Easy."}, False, False),
    ],
)
def test_missing_easy_words_are_plain_and_said_to_be_missing(
    easy_read: dict[str, str],
    of_summary: bool,  # noqa: FBT001 - a column of the table.
    of_detail: bool,  # noqa: FBT001 - a column of the table.
) -> None:
    shown = entry(easy_read=easy_read)
    summary, whole = activity_summary(shown, TODAY, "easy"), detail(shown, lang="easy")
    assert (summary.easy_read_missing, whole.easy_read_missing) == (of_summary, of_detail)
    assert summary.summary == easy_read.get("summary", "Something to do.")
    assert whole.description == easy_read.get("description", "We meet and do something.")
    assert activity_summary(shown, TODAY, "en").easy_read_missing is False


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_are_in_the_language(lang: Language) -> None:
    whole = detail(entry(cohorts=["autism"]), lang=lang)
    term = vocabulary().term("cohort", "autism")
    (cohort,) = whole.cohorts
    assert cohort.label == (term.easy_read if lang == "easy" else term.label)
    assert term.easy_read != term.label


# What passes


ALERT = {
    "text": "The lift is broken.",
    "easy_read": "The lift is broken now.",
    "until": "2026-03-16",
}


@pytest.mark.parametrize(
    ("today", "shown"),
    [(date(2026, 1, 1), True), (date(2026, 3, 16), True), (date(2026, 3, 17), False)],
)
def test_an_alert_is_gone_after_its_day(today: date, shown: bool) -> None:  # noqa: FBT001 - a column of the table.
    whole = detail(entry(alert=ALERT), today)
    assert (whole.alert is not None) == shown


def test_an_alert_is_in_the_language() -> None:
    for lang, text in zip(
        LANGUAGES, ("The lift is broken.", "The lift is broken now."), strict=True
    ):
        alert = detail(entry(alert=ALERT), lang=lang).alert
        assert alert is not None
        assert (alert.text, alert.until) == (text, TODAY)


@pytest.mark.parametrize(
    ("reopens_on", "today", "shown"),
    [
        ("2026-03-17", date(2026, 3, 16), True),
        ("2026-03-16", date(2026, 3, 16), False),
        ("2026-03-15", date(2026, 3, 16), False),
        (None, date(2036, 3, 16), True),
        # One that is still to come is told before.
        ("2026-06-01", date(2026, 1, 1), True),
    ],
)
def test_a_closure_is_over_when_it_reopens(
    reopens_on: str | None,
    today: date,
    shown: bool,  # noqa: FBT001 - a column of the table.
) -> None:
    closure = {"reason": "Repairs.", "closed_from": "2026-02-01", "reopens_on": reopens_on}
    whole = detail(entry(closure=closure), today)
    assert (whole.closure is not None) == shown


def test_a_closure_holds_the_next_session_back() -> None:
    closure = {"reason": "Repairs.", "closed_from": "2026-02-01", "reopens_on": "2026-04-01"}
    whole = detail(entry(VENUE, closure=closure))
    assert whole.next_session is not None
    assert whole.next_session.starts.isoformat() == "2026-04-07T10:00:00+01:00"
    assert whole.sessions[0].next_dates[0] == date(2026, 4, 7)
    without_end = {"reason": "Repairs.", "closed_from": "2026-02-01"}
    assert detail(entry(VENUE, closure=without_end)).next_session is None


def test_the_next_session_is_the_first_of_all() -> None:
    late, early = make_session(day="wed"), make_session(day="tue", starts_at="09:00")
    whole = detail(entry(sessions=[late, early]))
    assert whole.next_session is not None
    assert whole.next_session.starts.isoformat() == "2026-03-17T09:00:00+00:00"
    assert [len(session.next_dates) for session in whole.sessions] == [6, 6]


@pytest.mark.parametrize(
    ("as_of", "code", "places"),
    [("2026-03-16", "open", 3), ("2026-02-02", "open", 3), ("2026-02-01", "unknown", None)],
)
def test_what_was_said_of_places_long_ago_is_unknown(
    as_of: str, code: str, places: int | None
) -> None:
    said = {"status": "open", "places": 3, "as_of": as_of}
    whole = detail(entry(capacity=said, sessions=[make_session(capacity=said)]))
    for capacity in (whole.capacity, whole.sessions[0].capacity):
        assert (capacity.status.code, capacity.places) == (code, places)
        assert capacity.as_of == date.fromisoformat(as_of)


def test_nothing_said_of_places_is_unknown() -> None:
    capacity = detail(entry(VENUE)).capacity
    assert (capacity.status.code, capacity.places, capacity.as_of) == ("unknown", None, None)


@pytest.mark.parametrize(
    ("confirmed_on", "code"),
    [
        ("2026-03-16", "fresh"),
        ("2025-12-16", "fresh"),
        ("2025-12-15", "due"),
        ("2025-01-01", "stale"),
    ],
)
def test_how_fresh_it_is_depends_on_the_day(confirmed_on: str, code: str) -> None:
    assert detail(entry(confirmed_on=confirmed_on)).freshness.code == code


def test_how_fresh_it_is_depends_on_its_council() -> None:
    strict = make_council(freshness={"fresh": 10, "due": 20, "stale": 30})
    shown = Entry(make_activity(PROVIDER, confirmed_on="2026-03-01"), PROVIDER, strict, {})
    assert detail(shown).freshness.code == "due"


# Prices


def part(name: str, unit: str, pence: int | None, **over: Any) -> dict[str, Any]:
    return {"part": name, "unit": unit, "amount_pence": pence, **over}


RATIO = {"staff_ratio": {"staff": 1, "people": 1}, "ratio_effect": "replaces"}
SUPPORT = part("support", "session", 2_000)


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([], None),
        ([{"parts": [SUPPORT]}], (2_000, "session", False)),
        # The lowest of several, but never what a council pays or what one ratio costs.
        (
            [{"parts": [SUPPORT]}, {"parts": [part("support", "session", 1_500)]}],
            (1_500, "session", False),
        ),
        (
            [{"parts": [SUPPORT]}, {"payer": "council", "parts": [part("support", "session", 5)]}],
            (2_000, "session", False),
        ),
        ([{"parts": [SUPPORT, part("support", "session", 5, **RATIO)]}], (2_000, "session", False)),
        # Everybody pays the required parts, nobody has to pay the others.
        ([{"parts": [SUPPORT, part("meal", "session", 500)]}], (2_500, "session", False)),
        (
            [{"parts": [SUPPORT, part("meal", "session", 500, required="if_chosen")]}],
            (2_000, "session", False),
        ),
        # Told in its own unit.
        ([{"parts": [part("support", "hour", 1_200)]}], (1_200, "hour", False)),
        (
            [{"parts": [part("support", "day", 6_000)]}, {"parts": [SUPPORT]}],
            (2_000, "session", False),
        ),
        # Free, and only where all that is required is free.
        ([{"parts": [part("support", "free", 0)]}], (0, "free", True)),
        ([{"parts": [part("support", "session", 0)]}], (0, "session", True)),
        (
            [{"parts": [part("support", "free", 0), part("meal", "session", 500)]}],
            (0, "free", False),
        ),
        # Not known is not free.
        ([{"parts": [part("support", "donation", None)]}], None),
        ([{"parts": [part("support", "on_request", None)]}], None),
        ([{"parts": [part("support", "once", 900)]}], None),
        # Past and future prices do not count.
        ([{"parts": [SUPPORT], "valid_to": "2026-03-15"}], None),
        ([{"parts": [SUPPORT], "valid_to": "2026-03-16"}], (2_000, "session", False)),
        ([{"parts": [SUPPORT], "valid_from": "2026-03-17"}], None),
    ],
)
def test_the_lowest_price(
    prices: list[dict[str, Any]], expected: tuple[int, str, bool] | None
) -> None:
    made = [{"id": make_price().id, **price} for price in prices]
    price = detail(entry(prices=made)).price
    found = None if price is None else (price.from_pence, price.unit.code, price.free)
    assert found == expected


def test_prices_are_told_as_they_are_stated() -> None:
    session = make_session(VENUE)
    price = make_price(label="£20", session_ids=[session.id], weeks_per_year=50)
    whole = detail(entry(VENUE, sessions=[session], prices=[price]))
    (shown,) = whole.prices
    assert (shown.label, shown.session_ids, shown.weeks_per_year) == ("£20", [session.id], 50)
    assert [(one.part.code, one.unit.code, one.amount_pence) for one in shown.parts] == [
        ("support", "session", 2_000)
    ]


# Whom to ask


ENQUIRIES = {"role": "enquiries", "phone": "01632 960002"}
BOOKINGS = {"role": "bookings", "phone": "01632 960003"}


@pytest.mark.parametrize(
    ("contacts", "phone"),
    [
        ([], "01632 960001"),
        ([ENQUIRIES], "01632 960002"),
        ([BOOKINGS, ENQUIRIES], "01632 960002"),
        ([BOOKINGS], "01632 960003"),
    ],
)
def test_the_first_contact_is_for_enquiries_and_else_the_providers(
    contacts: list[dict[str, str]], phone: str
) -> None:
    whole = detail(entry(contacts=contacts))
    assert whole.contact.phone == phone
    assert phone in [one.phone for one in whole.contacts]


def test_without_any_contact_none_is_made_up() -> None:
    silent = make_provider(COUNCIL, contacts=[])
    shown = Entry(make_activity(silent), silent, COUNCIL, {})
    whole = detail(shown)
    assert whole.contact.model_dump() == {"phone": None, "email": None, "website": None}
    assert whole.contacts == []


# Facts


FACTS = {
    "support_modes": "support_mode",
    "support_needs": "support_need",
    "communication": "communication",
    "preferences": "preference",
    "travel": "travel",
}


@pytest.mark.parametrize(("field", "scheme"), FACTS.items())
def test_every_four_valued_term_is_told_stated_or_not(field: str, scheme: str) -> None:
    codes = vocabulary().scheme(scheme).codes
    said = {codes[0]: "no", codes[1]: "partly"}
    statements = [{"code": code, "value": value} for code, value in said.items()]
    facts = getattr(detail(entry(**{field: statements})), field)
    assert [fact.code for fact in facts] == [code for code in codes if code != "not_sure"]
    assert {fact.code: fact.value for fact in facts} == {
        fact.code: said.get(fact.code, "not_stated") for fact in facts
    }


def test_every_access_feature_is_told_stated_or_not() -> None:
    features = [{"code": "hoist", "value": "partly", "note": "Not in the pool."}]
    (venue,) = detail(entry(make_venue(PROVIDER, features=features))).venues
    told = {fact.code: (fact.value, fact.note) for fact in venue.access}
    assert [*told] == [*vocabulary().scheme("access").codes]
    assert told.pop("hoist") == ("partly", "Not in the pool.")
    assert {*told.values()} == {("not_stated", None)}


def test_of_ways_to_pay_only_what_is_stated_is_told() -> None:
    funding = [{"code": "direct_payment", "value": "no"}]
    (fact,) = detail(entry(funding=funding)).funding
    assert (fact.code, fact.value) == ("direct_payment", "no")


# Safety


LINE = {"phone": "0345 603 7630", "source": "The council", "checked_on": "2026-01-05"}
ADVICE = {
    "source": "The council",
    "checked_on": "2026-01-05",
    "when": ["Someone is harmed."],
    "when_easy_read": ["Is someone hurt?"],
    "when_not": ["A bus is late."],
    "when_not_easy_read": ["Is the bus late?"],
}


def test_the_emergency_comes_first_whatever_the_council_says() -> None:
    for lang, text in zip(LANGUAGES, (EMERGENCY, EMERGENCY_EASY_READ), strict=True):
        view = safeguarding_view(Safeguarding(), lang)
        assert view.model_dump() == {
            "emergency": text,
            "adult_line": None,
            "out_of_hours_line": None,
            "organisational_line": None,
            "form": None,
            "when": [],
            "when_not": [],
        }
        assert "999" in text
        assert "111" in text


@pytest.mark.parametrize(
    ("lang", "when", "when_not"),
    [
        ("en", "Someone is harmed.", "A bus is late."),
        ("easy", "Is someone hurt?", "Is the bus late?"),
    ],
)
def test_a_council_says_when_to_call_and_where_its_number_is_from(
    lang: Language, when: str, when_not: str
) -> None:
    council = make_council(safeguarding={"adult_line": LINE, "advice": ADVICE})
    whole = activity_detail(Entry(make_activity(PROVIDER), PROVIDER, council, {}), TODAY, lang)
    view = whole.safeguarding
    assert (view.when, view.when_not) == ([when], [when_not])
    assert view.adult_line is not None
    assert view.adult_line.model_dump() == {
        "phone": "0345 603 7630",
        "hours": None,
        "source": "The council",
        "source_url": None,
        "checked_on": date(2026, 1, 5),
    }
    assert council_detail(council, lang).safeguarding == view


def test_what_we_say_ourselves_is_easy_to_read() -> None:
    assert lint(EMERGENCY_EASY_READ) == []


@pytest.mark.parametrize("scheme", vocabulary().schemes)
def test_every_label_in_easy_read_is_easy_to_read(scheme: str) -> None:
    hard = [
        (term.code, finding)
        for term in vocabulary().scheme(scheme).terms
        for finding in lint(term.easy_read)
    ]
    assert hard == []


# Others


def test_a_provider_in_lists() -> None:
    provider = make_provider(COUNCIL, easy_read="We run things.", legal_form="charity")
    shown = provider_summary(provider, COUNCIL, 3, "easy")
    assert shown.model_dump() == {
        "id": provider.id,
        "slug": provider.slug,
        "name": provider.name,
        "description": "We run things.",
        "easy_read_missing": False,
        "legal_form": "charity",
        "council": {"gss": COUNCIL.area.gss, "slug": COUNCIL.slug, "name": COUNCIL.name},
        "contact": {"phone": "01632 960001", "email": None, "website": None},
        "activities": 3,
        "url": f"/v1/providers/{provider.id}",
    }
    plain = provider_summary(PROVIDER, COUNCIL, 0, "easy")
    assert (plain.description, plain.easy_read_missing) == ("We run activities.", True)


def test_a_provider_with_its_activities() -> None:
    summaries = [activity_summary(entry(VENUE), TODAY, "en")]
    shown = provider_detail(PROVIDER, COUNCIL, summaries, 101, "en")
    assert (shown.activities, shown.activities_total) == (summaries, 101)
    assert shown.activities_url == f"/v1/activities?provider={PROVIDER.id}"


def test_a_council_without_a_code_is_found_by_its_slug() -> None:
    uncoded: CouncilDocument = make_council(area={"name": "Area", "tier": "unitary"})
    assert council_summary(uncoded).url == f"/v1/councils/{uncoded.slug}"
    assert council_summary(COUNCIL).url == f"/v1/councils/{COUNCIL.area.gss}"


def test_a_councils_texts_are_in_the_language() -> None:
    text = {"text": "Plain.", "easy_read": "Easy.", "url": "https://example.org"}
    rule = {"part": "meal", "pays": "yes", "ceiling_pence": 500, "ceiling_unit": "day"}
    council = make_council(direct_payments=text, payment_rules=[rule])
    for lang, words in zip(LANGUAGES, ("Plain.", "Easy."), strict=True):
        shown = council_detail(council, lang)
        assert shown.direct_payments is not None
        assert shown.direct_payments.text == words
        assert shown.disclaimer is None
        (told,) = shown.payment_rules
        assert told.ceiling_unit is not None
        assert (told.part.code, told.pays, told.ceiling_pence) == ("meal", "yes", 500)
        assert told.ceiling_unit.code == "day"


def test_what_officers_write_is_not_public() -> None:
    contract = {"council_gss": "E06000049", "route": "framework", "lot": "Lot seven"}
    text = detail(entry(contracts=[contract])).model_dump_json()
    assert "framework" not in text
    assert "Lot seven" not in text


# Areas


CIRCLE = {"kind": "radius", "name": "Near us", "miles": 8}


@pytest.mark.parametrize("field", ["served_areas", "pick_up_areas"])
def test_a_circle_around_a_hidden_venue_does_not_give_it_away(field: str) -> None:
    centre = {"latitude": SECRET.latitude, "longitude": SECRET.longitude + 0.001}
    (area,) = getattr(detail(entry(SECRET, **{field: [{**CIRCLE, **centre}]})), field)
    point = shown_point(SECRET)
    assert (area.latitude, area.longitude, area.miles) == (point.latitude, point.longitude, 8)


def test_any_other_circle_is_shown_where_it_is() -> None:
    far = {**CIRCLE, "latitude": 52.0, "longitude": 0.5}
    around = {**CIRCLE, "latitude": VENUE.latitude, "longitude": VENUE.longitude}
    england = {"kind": "england", "name": "England"}
    shown = detail(entry(VENUE, served_areas=[around, england], pick_up_areas=[far]))
    assert (shown.served_areas[0].latitude, shown.served_areas[1].latitude) == (53.0982, None)
    (area,) = detail(entry(SECRET, pick_up_areas=[far])).pick_up_areas
    assert (area.latitude, area.longitude) == (52.0, 0.5)
