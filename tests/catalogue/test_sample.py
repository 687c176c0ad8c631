"""What the invented sample promises to whoever demonstrates, searches or matches with it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from conftest import TODAY

from app.catalogue.documents import ActivityDocument, ProviderDocument, VenueDocument
from app.catalogue.documents.base import Contact
from app.catalogue.documents.councils import FreshnessDays
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.files import read_folder
from app.catalogue.freshness import freshness
from app.catalogue.intake import sample_folder
from app.catalogue.pricing import attendance_pence
from app.geo.distance import Point, miles_between
from app.geo.gazetteer import outcodes, sectors
from app.vocabulary.easy_read import lint
from app.vocabulary.terms import vocabulary

FILES = read_folder(sample_folder(), TODAY)
LIVE = [activity for activity in FILES.activities if activity.id not in FILES.closed]
COUNCILS = {council.id: council for council in FILES.councils}
PROVIDERS = {provider.id: provider for provider in FILES.providers}
VENUES = {venue.id: venue for venue in FILES.venues}
SERVED = ["cheshire-east", "essex", "leicester"]


def council_of(activity: ActivityDocument) -> str:
    return COUNCILS[PROVIDERS[activity.provider_id].council_id].slug


def of_council(slug: str) -> list[ActivityDocument]:
    return [activity for activity in LIVE if council_of(activity) == slug]


def stated(field: str, value: str = "yes") -> Callable[[ActivityDocument], Iterable[str]]:
    """The codes that an activity states with a value."""
    return lambda activity: [one.code for one in getattr(activity, field) if one.value == value]


def listed(field: str) -> Callable[[ActivityDocument], Iterable[str]]:
    return lambda activity: getattr(activity, field)


def of_prices(activity: ActivityDocument) -> Iterator[tuple[str, str]]:
    for price in activity.prices:
        for part in price.parts:
            yield part.part, part.unit


def said_of_places(activity: ActivityDocument) -> Iterator[str]:
    for said in (activity.capacity, *(one.capacity for one in activity.sessions)):
        if said is not None:
            yield said.status


def slots_of(activity: ActivityDocument) -> Iterator[str]:
    """The slots of the week in which a session of the activity lies as a whole."""
    for session in activity.sessions:
        starts, ends = f"{session.starts_at:%H:%M}", f"{session.ends_at:%H:%M}"
        for slot in vocabulary().scheme("slot").terms:
            assert slot.starts is not None
            assert slot.ends is not None
            if session.day == slot.day and slot.starts <= starts and ends <= slot.ends:
                yield slot.code


OCCURS: dict[str, Callable[[ActivityDocument], Iterable[str]]] = {
    "cohort": listed("cohorts"),
    "open_to": lambda activity: [activity.open_to] if activity.open_to else [],
    "outcome": lambda activity: [one.code for one in activity.outcomes],
    "activity_type": listed("activity_types"),
    "setting": listed("settings"),
    "support_mode": stated("support_modes"),
    "support_need": stated("support_needs"),
    "communication": stated("communication"),
    "travel": stated("travel"),
    "preference": stated("preferences"),
    "attendance": listed("attendance"),
    "how_to_start": listed("how_to_start"),
    "funding": stated("funding"),
    "price_part": lambda activity: [part for part, _ in of_prices(activity)],
    "price_unit": lambda activity: [unit for _, unit in of_prices(activity)],
    "slot": slots_of,
    "capacity": said_of_places,
    "absence_rule": lambda activity: filter(None, [activity.policies.absence]),
    "bank_holiday_rule": lambda activity: filter(
        None, [session.bank_holidays for session in activity.sessions]
    ),
    "declaration": lambda activity: [one.code for one in activity.declarations],
}
NOT_OFFERED = {("funding", "not_sure")}
"""An answer of people who ask, and nothing that a provider could say."""


@pytest.mark.parametrize("scheme", OCCURS)
def test_every_term_occurs_in_a_live_activity(scheme: str) -> None:
    found = {code for activity in LIVE for code in OCCURS[scheme](activity)}
    wanted = {
        code for code in vocabulary().scheme(scheme).codes if (scheme, code) not in NOT_OFFERED
    }
    assert found >= wanted
    assert found.isdisjoint(code for named, code in NOT_OFFERED if named == scheme)


@pytest.mark.parametrize("feature", vocabulary().scheme("access").codes)
def test_every_access_feature_is_there_in_part_and_not_at_all(feature: str) -> None:
    live_at = {session.venue_id for activity in LIVE for session in activity.sessions}
    values = {
        one.value
        for venue in FILES.venues
        if venue.id in live_at
        for one in venue.features
        if one.code == feature
    }
    assert values == {"yes", "partly", "no"}
    assert any(feature not in {one.code for one in venue.features} for venue in FILES.venues)


def test_it_is_large_enough() -> None:
    assert len(FILES.providers) >= 40
    assert len(LIVE) >= 150
    assert {PROVIDERS[activity.provider_id].id for activity in LIVE} == PROVIDERS.keys()
    assert FILES.closed


def test_each_council_that_is_served_has_its_share() -> None:
    assert [one.slug for one in FILES.councils if one.served] == SERVED
    for slug in SERVED:
        assert len(of_council(slug)) >= 40


def test_neighbouring_councils_are_there_and_not_served() -> None:
    for slug in ("southend", "thurrock"):
        (council,) = (one for one in FILES.councils if one.slug == slug)
        assert council.served is False
        assert council.safeguarding.adult_line is not None
    assert {council_of(activity) for activity in FILES.activities} == {*SERVED}


@pytest.mark.parametrize("slug", SERVED)
@pytest.mark.parametrize(
    "wanted", ["gardening", "cooking", "swimming", "music", "walking", "computers"]
)
def test_what_everybody_asks_for_is_found_by_its_name(wanted: str, slug: str) -> None:
    named = [
        activity
        for activity in of_council(slug)
        if wanted in activity.activity_types
        and re.search(rf"\b{wanted[:6]}", f"{activity.name} {activity.summary}".lower())
    ]
    assert named


# What the first demonstrations need


def centre(cell: str) -> Point:
    found = sectors().find(cell) if " " in cell else outcodes().find(cell)
    assert found is not None
    return Point(found.latitude, found.longitude)


def miles_to(session: SessionDocument, point: Point) -> float:
    assert session.venue_id is not None
    venue = VENUES[session.venue_id]
    return miles_between(Point(venue.latitude, venue.longitude), point)


def test_a_week_can_be_planned_in_crewe_on_a_direct_payment() -> None:
    priced = [
        (session, attendance_pence(activity.prices, session, TODAY))
        for activity in LIVE
        if "learning_disability" in activity.cohorts
        and "direct_payment" in stated("funding")(activity)
        for session in activity.sessions
        if session.repeats == "weekly"
        and session.venue_id
        and miles_to(session, centre("CW1")) <= 10
    ]
    assert len(priced) >= 6
    cheapest: dict[str | None, int] = {}
    for session, pence in priced:
        if pence is not None:
            cheapest[session.day] = min(pence, cheapest.get(session.day, pence))
    assert any(sum(cheapest[day] for day in days) < 20_000 for days in combinations(cheapest, 3))


def test_anyone_finds_a_place_to_get_fit_near_the_middle_of_crewe() -> None:
    near = [
        activity
        for activity in LIVE
        if activity.open_to == "anyone"
        and any(one.code == "fit_active" and one.primary for one in activity.outcomes)
        and any(
            session.venue_id and miles_to(session, centre("CW1 2")) <= 3
            for session in activity.sessions
        )
    ]
    assert near


def test_some_activities_run_at_several_places() -> None:
    places = [{one.venue_id for one in activity.sessions if one.venue_id} for activity in LIVE]
    assert sum(len(one) > 1 for one in places) >= 3


def test_some_activities_have_no_place_or_no_sessions() -> None:
    kinds = {session.place for activity in LIVE for session in activity.sessions}
    assert kinds == {"venue", "online", "comes_to_you"}
    assert any(not activity.sessions for activity in LIVE)


def test_sessions_come_in_every_pattern() -> None:
    sessions = [session for activity in LIVE for session in activity.sessions]
    assert {one.repeats for one in sessions} == {"weekly", "fortnightly", "monthly", "dated"}
    assert {one.term_time_only for one in sessions} == {True, False}
    assert any(one.valid_to for one in sessions)
    assert any(-1 in one.nth for one in sessions)


@pytest.mark.parametrize("slug", SERVED)
def test_every_age_of_a_listing_occurs(slug: str) -> None:
    days = FreshnessDays()
    codes = {freshness(one.confirmed_on, TODAY, days).code for one in of_council(slug)}
    assert codes == {"fresh", "due", "stale"}


@pytest.mark.parametrize("slug", SERVED)
def test_somewhere_there_is_a_waiting_list_and_somewhere_no_place(slug: str) -> None:
    said = {one for activity in of_council(slug) for one in said_of_places(activity)}
    assert said >= {"open", "waiting_list", "full"}


@pytest.mark.parametrize("slug", SERVED)
def test_one_is_closed_until_a_day_and_one_until_nobody_knows(slug: str) -> None:
    closures = [one.closure for one in of_council(slug) if one.closure]
    shut = [one for one in closures if one.closed_from <= TODAY]
    assert any(one.reopens_on is None for one in shut)
    assert any(one.reopens_on and one.reopens_on > TODAY for one in shut)


@pytest.mark.parametrize("slug", SERVED)
def test_somewhere_there_is_something_to_know_now(slug: str) -> None:
    assert any(one.alert and one.alert.until >= TODAY for one in of_council(slug))


def test_some_venues_show_their_district_alone() -> None:
    assert sum(venue.shows == "district" for venue in FILES.venues) >= 3


def test_nothing_in_essex_is_at_the_persons_own_home() -> None:
    (essex,) = (one for one in FILES.councils if one.slug == "essex")
    assert essex.own_home_in_scope is False
    assert not [one.slug for one in of_council("essex") if "own_home" in one.settings]
    assert any("own_home" in one.settings for one in LIVE)


# How it is written


def easy_texts() -> Iterator[tuple[str, str]]:
    """Every text in Easy Read, with where it stands."""
    for activity in FILES.activities:
        for name, text in activity.easy_read:
            yield f"{activity.slug} {name}", text or ""
        for name in ("alert", "closure"):
            part = getattr(activity, name)
            yield f"{activity.slug} {name}", (part and part.easy_read) or ""
    for provider in FILES.providers:
        yield provider.slug, provider.easy_read or ""
    for council in FILES.councils:
        for name in ("direct_payments", "personal_assistants", "disclaimer"):
            information = getattr(council, name)
            yield f"{council.slug} {name}", information.easy_read if information else ""
        advice = council.safeguarding.advice
        for line in (*advice.when_easy_read, *advice.when_not_easy_read) if advice else ():
            yield council.slug, line


def test_every_easy_text_is_easy_to_read() -> None:
    hard = [(where, finding) for where, text in easy_texts() for finding in lint(text)]
    assert hard == []


def test_there_is_enough_in_easy_read() -> None:
    with_both = [one for one in LIVE if one.easy_read.summary and one.easy_read.description]
    assert len(with_both) >= 60
    # And some without, because in life there are.
    assert any(one.easy_read.summary is None for one in LIVE)
    for activity in LIVE:
        assert activity.alert is None or activity.alert.easy_read
        assert activity.closure is None or activity.closure.easy_read


BANNED = re.compile(
    r"service[ -]users?|suffer|vulnerable|elderly|wheelchair[ -]bound|special[ -]needs"
    r"|handicap|confined to|challenging behaviour|low[- ]functioning",
    re.IGNORECASE,
)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def written() -> Iterator[tuple[str, str]]:
    """Every text in every file, with the file's name."""
    for path in sorted(sample_folder().rglob("*.json")):
        for text in texts(json.loads(path.read_text(encoding="utf-8"))):
            yield path.name, text


def test_people_are_spoken_of_as_people() -> None:
    assert [(name, found[0]) for name, text in written() for found in BANNED.finditer(text)] == []


def test_the_banned_words_would_be_found() -> None:
    for text in ("our service users", "people suffering from", "Wheelchair-bound", "the ELDERLY"):
        assert BANNED.search(text)


# Whom it names


def contacts() -> Iterator[tuple[str, Contact]]:
    named: list[ProviderDocument | ActivityDocument] = [*FILES.providers, *FILES.activities]
    for one in named:
        for contact in one.contacts:
            yield one.slug, contact


def test_providers_are_reached_at_addresses_that_nobody_owns() -> None:
    for slug, contact in contacts():
        for address in filter(None, (contact.website, contact.email)):
            host = re.split(r"[/?#]", address.removeprefix("https://").rpartition("@")[2])[0]
            assert (host == "example.org" or host.endswith(".example.org"), slug) == (True, slug)
    in_texts = {
        host
        for name, text in written()
        if name.removesuffix(".json") not in COUNCIL_FILES
        for host in re.findall(r"(?:https?://|www\.|@)([\w.-]+)", text)
    }
    assert {host for host in in_texts if not host.rstrip(".").endswith("example.org")} == set()


COUNCIL_FILES = {council.slug for council in FILES.councils}
DRAMA = (
    re.compile(r"01632 960\d{3}"),
    re.compile(r"0116 496 0\d{3}"),
    re.compile(r"07700 900\d{3}"),
)
"""The numbers that Ofcom keeps for drama, so that they ring nowhere."""

PRINTED = {
    "essex": {"0345 603 7630", "0345 606 1212", "0333 013 9032"},
    "southend": {"01702 215008"},
    "thurrock": {"01375 511000"},
}
"""Safeguarding lines as the councils print them."""

NUMBER = re.compile(r"\+?\b\d[\d ]{8,}\d\b")
UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_every_telephone_number_is_one_for_drama_or_printed_by_a_council() -> None:
    for name, text in written():
        for number in NUMBER.findall(UUIDS.sub("", text)):
            known = PRINTED.get(name.removesuffix(".json"), set())
            allowed = number in known or any(one.fullmatch(number) for one in DRAMA)
            assert (name, number, allowed) == (name, number, True)
    for slug, contact in contacts():
        for phone in filter(None, (contact.phone, contact.text_phone)):
            assert any(one.fullmatch(phone) for one in DRAMA), slug


def test_the_safeguarding_lines_are_those_that_are_printed() -> None:
    for council in FILES.councils:
        lines = council.safeguarding
        found = (lines.adult_line, lines.out_of_hours_line, lines.organisational_line)
        assert {line.phone for line in found if line} == PRINTED.get(council.slug, set())
        for line in filter(None, found):
            assert line.source
            assert line.checked_on.year >= 2026


def test_no_number_is_used_by_two_providers() -> None:
    owners: dict[str, set[UUID]] = {}
    activities = ((one.provider_id, one.contacts) for one in FILES.activities)
    for provider_id, known in (*activities, *((one.id, one.contacts) for one in FILES.providers)):
        for contact in known:
            for phone in filter(None, (contact.phone, contact.text_phone)):
                owners.setdefault(phone, set()).add(provider_id)
    assert {phone: len(ids) for phone, ids in owners.items() if len(ids) > 1} == {}


# Where it is


@pytest.mark.parametrize("venue", FILES.venues, ids=lambda venue: venue.slug)
def test_a_venue_lies_where_its_postcode_does(venue: VenueDocument) -> None:
    postcode = venue.address.postcode
    assert outcodes().find(postcode.split()[0])
    sector = sectors().find(postcode[:-2])
    assert sector is not None
    assert abs(sector.latitude - venue.latitude) <= 0.01
    assert abs(sector.longitude - venue.longitude) <= 0.01


def test_a_venue_lies_in_the_area_of_its_providers_council() -> None:
    for venue in FILES.venues:
        area = COUNCILS[PROVIDERS[venue.provider_id].council_id].area
        assert venue.address.postcode.split()[0] in {share.outcode for share in area.outcodes}


# Its names and numbers


def test_slugs_and_ids_are_of_one_record_each() -> None:
    kinds: list[list[Any]] = [
        FILES.councils,
        FILES.providers,
        FILES.venues,
        FILES.activities,
        [session for activity in FILES.activities for session in activity.sessions],
        [price for activity in FILES.activities for price in activity.prices],
    ]
    ids = [one.id for kind in kinds for one in kind]
    assert len({*ids}) == len(ids)
    assert {one.version for one in ids} == {7}
    for kind in kinds[:4]:
        slugs = [one.slug for one in kind]
        assert len({*slugs}) == len(slugs)


def test_every_id_stands_in_the_files() -> None:
    """Ids that were made at loading would be others on every machine."""
    again = read_folder(sample_folder(), TODAY)
    assert again == FILES


def test_every_activity_can_be_understood() -> None:
    for activity in LIVE:
        assert activity.activity_types, activity.slug
        assert any(one.primary for one in activity.outcomes), activity.slug
        assert activity.settings, activity.slug
        assert activity.contacts or PROVIDERS[activity.provider_id].contacts, activity.slug
