"""What hypothesis draws to hold the search to the oracle: catalogues and questions.

Everything comes from small pools, so that names, prices, places and days often collide, nearly
fit or tie. The builders are for tests that write a catalogue by hand.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import prod
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter
from search.oracle import OracleEntry, fields_of, miles, values_of

from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.documents.prices import PriceDocument
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.public import shown_point
from app.geo.areas import Areas
from app.geo.councils import Holding, Listing, PlaceFound
from app.geo.distance import Point
from app.geo.gazetteer import sectors
from app.geo.places import place_at
from app.search.criteria import SearchCriteria

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]
Values = dict[str, Any]

TODAY = date(2026, 3, 16)
"""The day for which catalogues are drawn, a Monday; as in `conftest`."""

PUBLISHED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


# Builders


def an_id(kind: int, number: int) -> UUID:
    """An id that tests can foresee: the n-th of a kind."""
    return UUID(int=(kind << 112) | number)


def days(count: int) -> date:
    """The day so many days after the tests'."""
    return TODAY + timedelta(days=count)


def a_council(number: int, name: str, gss: str | None, **shares: float | None) -> CouncilDocument:
    """A council, with the share of each outcode that is its own."""
    return CouncilDocument.model_validate(
        {
            "id": an_id(1, number),
            "slug": f"council-{number}",
            "name": name,
            "served": True,
            "area": {
                "gss": gss,
                "name": name.removesuffix(" Council"),
                "tier": "unitary",
                "outcodes": [
                    {"outcode": outcode, "share": share} for outcode, share in shares.items()
                ],
            },
        }
    )


def a_provider(number: int, name: str, council: CouncilDocument) -> ProviderDocument:
    """A provider at home in a council's area."""
    return ProviderDocument.model_validate(
        {
            "id": an_id(2, number),
            "slug": f"provider-{number}",
            "name": name,
            "description": "A provider.",
            "council_id": council.id,
        }
    )


def a_venue(  # noqa: PLR0913 - each is one fact of a venue.
    number: int,
    name: str,
    town: str,
    postcode: str,
    point: Point,
    *,
    provider: ProviderDocument,
    shows: str = "address",
    features: dict[str, str] | None = None,
) -> VenueDocument:
    """A venue with its access features by code."""
    return VenueDocument.model_validate(
        {
            "id": an_id(3, number),
            "slug": f"venue-{number}",
            "provider_id": provider.id,
            "name": name,
            "address": {"lines": ["1 Mill Street"], "town": town, "postcode": postcode},
            "latitude": point.latitude,
            "longitude": point.longitude,
            "shows": shows,
            "features": statements(features or {}),
        }
    )


def statements(values: dict[str, str]) -> list[Values]:
    """Four-valued statements from their values by code."""
    return [
        # A session for one sex alone says why.
        {"code": code, "value": value, "note": "As the law allows."}
        for code, value in values.items()
    ]


def a_session(number: int, venue: VenueDocument | None = None, **values: Any) -> SessionDocument:
    """A session at a venue, or online; on Mondays from ten to twelve unless it says otherwise."""
    repeats = values.get("repeats", "weekly")
    return SessionDocument.model_validate(
        {
            "id": an_id(4, number),
            "place": "venue" if venue else "online",
            "venue_id": venue.id if venue else None,
            "day": None if repeats == "dated" else "mon",
            "starts_at": "10:00",
            "ends_at": "12:00",
            **values,
        }
    )


def a_price(number: int, *parts: Values, **values: Any) -> PriceDocument:
    """A price; each part is for support and by the session unless it says otherwise."""
    return PriceDocument.model_validate(
        {
            "id": an_id(5, number),
            "parts": [{"part": "support", "unit": "session", **part} for part in parts],
            **values,
        }
    )


def an_entry(
    number: int,
    provider: ProviderDocument,
    council: CouncilDocument,
    venues: Sequence[VenueDocument] = (),
    *,
    published_at: datetime = PUBLISHED,
    **values: Any,
) -> OracleEntry:
    """A live activity with what it is shown with; venues that none of its sessions uses drop."""
    activity = ActivityDocument.model_validate(
        {
            "id": an_id(6, number),
            "slug": f"activity-{number}",
            "provider_id": provider.id,
            "name": f"Activity {number}",
            "summary": "Something to do.",
            "description": "What it is.",
            "confirmed_on": TODAY,
            **values,
        }
    )
    by_id = {venue.id: venue for venue in venues}
    used = dict.fromkeys(one.venue_id for one in activity.sessions if one.venue_id)
    return OracleEntry(activity, provider, council, {key: by_id[key] for key in used}, published_at)


def a_point(text: str, north_miles: float = 0.0) -> Point:
    """A point so many miles north of the middle of a postcode sector."""
    cell = sectors().by_name[text]
    return Point(round(cell.latitude + north_miles / 69.16, 6), cell.longitude)


# The fixed part of every catalogue: who is there, and where

CHESHIRE_EAST = a_council(
    1, "Cheshire East Council", "E06000049", CW1=1.0, CW2=1.0, CW11=0.98, ST7=0.5
)
LEICESTER = a_council(2, "Leicester City Council", "E06000016", LE1=1.0, LE2=0.7, LE5=None)
UNCODED = a_council(3, "Álvechurch Council", None)
COUNCILS = (CHESHIRE_EAST, LEICESTER, UNCODED)


def _areas_held() -> Areas:
    holdings = {one.id: Holding(one.area.gss, one.area.name) for one in COUNCILS}
    listings: dict[str, list[Listing]] = {}
    for council in COUNCILS:
        for listed in council.area.outcodes:
            listing = Listing(holdings[council.id], listed.share)
            listings.setdefault(listed.outcode, []).append(listing)
    # In the order in which they are read from a database.
    ordered = sorted(holdings.values(), key=lambda holding: holding.name)
    return Areas(ordered, listings)


AREAS_HELD = _areas_held()
"""What the application would read of the councils."""

HOMES = (
    (a_provider(1, "Second Garden Trust", CHESHIRE_EAST), CHESHIRE_EAST),
    (a_provider(2, "Crewe Art & Music", CHESHIRE_EAST), CHESHIRE_EAST),
    (a_provider(3, "Leicester Swimmers", LEICESTER), LEICESTER),
    (a_provider(4, "Nowhere Yet", UNCODED), UNCODED),
)
"""The providers, each with its home council."""

SITES = (
    ("Mill Hall", "Crewe", "CW1 2AA", a_point("CW1 2")),
    # At the same point as the first, so that distances tie.
    ("Mill Garden Annexe", "Crewe", "CW1 2AB", a_point("CW1 2")),
    ("Queen's Hall", "Crewe", "CW1 3AA", a_point("CW1 2", 0.9)),
    ("North Barn", "Winsford", "CW7 3AA", a_point("CW1 2", 9.9)),
    # Beyond ten miles, but not beyond the uncertainty of the sector.
    ("Further Barn", "Northwich", "CW9 5AA", a_point("CW1 2", 10.15)),
    ("Furthest Barn", "Northwich", "CW9 5AB", a_point("CW1 2", 10.6)),
    ("Sandbach Baths", "Sandbach", "CW11 4AA", a_point("CW11 4")),
    ("Border Hall", "Alsager", "ST7 2AA", a_point("ST7 2")),
    ("Clarendon Hall", "Leicester", "LE2 3AA", a_point("LE2 3")),
    ("Clarendon House", "Leicester", "LE2 1AA", a_point("LE2 1")),
    # The sector NE48 1 is so thinly lived in that its middle may be eight miles off.
    ("Bellingham Hut", "Bellingham", "NE48 2AA", a_point("NE48 1", 17.0)),
)
"""Names, towns, postcodes and points; every provider may use each of them."""

NAMES = (
    "Garden Club",
    "Gardening Club",
    "GARDEN CLUB",
    "Café Art",
    "Cafe Art",
    "Art Café",
    "Swimming",
    "Swim and Sing",
    "Day Centre",
    "Day Service",
    "Respite Breaks",
    "Break for a Carer",
    "LD Friends",
    "Learning Disability Choir",
    "Women's Walk",
    "Memory Café",
    "The Straße Walk",
    "Łódź Singers",
    "Signing Choir",
    "2nd Step",
    "The And",
)
SUMMARIES = (
    "Something to do.",
    "Gardens and singing for everyone.",
    "Learn to swim in a warm pool.",
    "A break for carers, with a personal assistant.",
    "Sign language and music.",
    "Walks, walking and a walker's lunch.",
)
DESCRIPTIONS = (
    "What it is.",
    "Paint, draw and make friends at the café.",
    "Day care with gardening, swimming and a choir.",
    "People with a learning disability meet.",
)

COHORTS: tuple[list[str], ...] = (
    [],
    ["everyone"],
    ["autism"],
    ["adults_disability"],
    ["physical_disability"],
    ["physical_sensory", "dementia"],
    ["learning_disability", "autism"],
    ["older_people", "dementia"],
)
OUTCOMES: tuple[list[str], ...] = (
    [],
    ["fit_active"],
    ["health_wellbeing"],
    ["skill_cooking", "interests"],
    ["life_skills"],
    ["independence", "peer_support"],
    ["social_connections"],
)
TYPES: tuple[list[str], ...] = (
    [],
    ["gardening"],
    ["kind_outdoors"],
    ["swimming", "singing"],
    ["art", "music"],
    ["kind_arts", "lunch_club"],
    ["day_care"],
)
LISTS: dict[str, tuple[str, list[list[str]]]] = {
    "settings": ("setting", [[], ["outdoors"], ["building_based", "community_venue"], ["online"]]),
    "attendance": ("attendance", [[], ["drop_in"], ["regular", "course"]]),
    "languages": ("language", [[], ["en"], ["en", "gu"], ["pl"]]),
    "how_to_start": ("how_to_start", [[], ["turn_up"], ["contact_provider", "book_online"]]),
}
"""The fields that list bare codes: their schemes, and what they may list."""

STATED: dict[str, tuple[str, tuple[str, str]]] = {
    "support_modes": ("support_mode", ("small_group", "with_pa")),
    "support_needs": ("support_need", ("personal_care", "medication")),
    "communication": ("communication", ("easy_read", "bsl")),
    "funding": ("funding", ("direct_payment", "prepaid_card")),
    "preferences": ("preference", ("women_only", "food_halal")),
    "travel": ("travel", ("provider_transport", "escort")),
}
"""The fields of four-valued statements: their schemes, and two terms that they speak of."""

FEATURES = ("step_free", "hearing_loop")

AGES: tuple[Values, ...] = (
    {},
    {},
    {"minimum": 18},
    {"minimum": 16, "maximum": 25},
    {"maximum": 64},
    {"minimum": 65},
)

CAPACITIES: tuple[Values | None, ...] = (
    None,
    None,
    {"status": "open", "as_of": days(-42)},
    {"status": "open", "as_of": days(-43)},
    {"status": "full", "as_of": days(-41)},
    {"status": "waiting_list", "as_of": days(0)},
    {"status": "unknown", "as_of": days(-1)},
    {"status": "full", "as_of": days(1)},
)
"""On both sides of the 42 days for which a statement is believed."""

TIMES = (
    ("10:00", "12:00"),
    ("10:00", "13:00"),
    ("10:00", "13:01"),
    ("09:30", "15:30"),
    ("11:30", "15:00"),
    ("11:59", "12:30"),
    ("12:00", "17:00"),
    ("17:00", "19:00"),
    ("18:00", "20:00"),
)
PATTERNS: tuple[Values, ...] = (
    {"day": "mon"},
    {"day": "tue"},
    {"day": "sat"},
    {"day": "sun", "term_time_only": True},
    {"repeats": "fortnightly", "day": "tue", "week_of": days(-6)},
    {"repeats": "monthly", "day": "wed", "nth": [1, -1]},
    # A Tuesday, a Friday and a Saturday to come.
    {"repeats": "dated", "day": None, "dates": [days(1), days(4), days(5)]},
    {"repeats": "dated", "day": None, "dates": [days(0)]},
    # A Saturday that is past, and a Tuesday to come.
    {"repeats": "dated", "day": None, "dates": [days(-2), days(8)]},
    {"repeats": "dated", "day": None, "dates": [days(-7), days(-1)]},
    {"repeats": "dated", "day": None, "dates": [days(1)], "valid_to": days(-1)},
    {"day": "mon", "valid_to": days(-1)},
    {"day": "tue", "valid_to": days(0)},
    {"day": "tue", "valid_from": days(-70), "valid_to": days(70)},
    {"day": "fri", "valid_from": days(30)},
)
"""How sessions repeat; some of them ended yesterday, some end today."""

OPEN_TO = (None, "only", "anyone")
CONFIRMED_DAYS = (0, 1, 30, 30, 31, 200)
HOLIDAYS = (None, None, "open", "closed_not_charged")

PRICES: tuple[tuple[list[Values], Values], ...] = (
    ([{"amount_pence": 0, "unit": "free"}], {}),
    ([{"amount_pence": 0}], {}),
    ([{"amount_pence": 500}], {}),
    ([{"amount_pence": 500}], {"payer": "self_funder"}),
    ([{"amount_pence": 499}], {"payer": "direct_payment"}),
    ([{"amount_pence": 100}], {"payer": "council"}),
    ([{"amount_pence": 250, "unit": "hour"}], {}),
    ([{"amount_pence": 500, "unit": "half_day"}], {}),
    ([{"amount_pence": 4000, "unit": "day"}], {}),
    ([{"amount_pence": 3000, "unit": "week"}], {}),
    ([{"amount_pence": 2167, "unit": "month"}], {}),
    ([{"amount_pence": 2000, "unit": "month"}], {"weeks_per_year": 48}),
    ([{"amount_pence": 5000, "unit": "term"}], {}),
    ([{"amount_pence": 5000, "unit": "course"}], {}),
    (
        [{"amount_pence": 1000, "unit": "course"}],
        {"valid_from": days(-14), "valid_to": days(14)},
    ),
    ([{"unit": "donation"}], {}),
    ([{"unit": "on_request"}], {}),
    ([{"amount_pence": 500}, {"part": "meal", "unit": "on_request"}], {}),
    ([{"amount_pence": 500}, {"part": "meal", "amount_pence": 350, "required": "if_chosen"}], {}),
    ([{"amount_pence": 400}, {"part": "transport", "amount_pence": 50, "unit": "journey"}], {}),
    ([{"amount_pence": 400}, {"part": "transport", "amount_pence": 45, "unit": "mile"}], {}),
    ([{"amount_pence": 500}, {"part": "membership", "amount_pence": 2000, "unit": "once"}], {}),
    (
        [
            {"amount_pence": 600},
            {
                "amount_pence": 100,
                "staff_ratio": {"staff": 1, "people": 1},
                "ratio_effect": "replaces",
            },
        ],
        {},
    ),
    ([{"part": "meal", "amount_pence": 300, "required": "if_chosen"}], {}),
    ([{"amount_pence": 1}], {"valid_to": days(-1)}),
    ([{"amount_pence": 2}], {"valid_to": days(0)}),
    ([{"amount_pence": 3}], {"valid_from": days(1)}),
)
"""Parts and the rest of prices: each unit, payers, ratios, parts that are not known or not due."""

MIDDLE = a_point("CW1 2")
AREAS: tuple[list[Values], ...] = (
    [],
    [],
    [{"kind": "england", "name": "England"}],
    [{"kind": "council", "name": "Cheshire East", "gss": "E06000049"}],
    [{"kind": "council", "name": "Leicester", "gss": "E06000016"}],
    # A district has a code of its own, which no place carries.
    [{"kind": "district", "name": "Somewhere", "gss": "E07000123"}],
    [{"kind": "outcodes", "name": "Crewe", "outcodes": ["CW1", "CW2"]}],
    [{"kind": "outcodes", "name": "Leicester", "outcodes": ["LE2"]}],
    [
        {
            "kind": "radius",
            "name": "Round Crewe",
            "latitude": MIDDLE.latitude,
            "longitude": MIDDLE.longitude,
            "miles": 3.0,
        }
    ],
    [
        {"kind": "outcodes", "name": "Alsager", "outcodes": ["ST7"]},
        {"kind": "council", "name": "Leicester", "gss": "E06000016"},
    ],
)


# Catalogues


@dataclass(frozen=True)
class Catalogue:
    """Live activities, on a day, of the fixed councils and providers."""

    entries: tuple[OracleEntry, ...]
    today: date = TODAY

    def _repr_pretty_(self, printer: RepresentationPrinter, _: bool) -> None:  # noqa: FBT001 - as hypothesis calls it.
        """What is stated, for the message of a failure; the whole would be pages of nothing."""
        lines = [
            f"{_stated(entry.activity)}"
            f" of {entry.provider.slug}, published {entry.published_at:%d %B %H:%M}, at "
            f"{[(one.name, one.shows, values_of(one.features)) for one in entry.venues.values()]}"
            for entry in self.entries
        ]
        printer.text("\n".join([f"Catalogue on {self.today}:", *lines]))

    @property
    def documents(
        self,
    ) -> list[CouncilDocument | ProviderDocument | VenueDocument | ActivityDocument]:
        """All that there is to publish, each document once; the times of publishing are lost."""
        venues = {key: venue for entry in self.entries for key, venue in entry.venues.items()}
        return [
            *COUNCILS,
            *(provider for provider, _ in HOMES),
            *venues.values(),
            *(entry.activity for entry in self.entries),
        ]


def _stated(activity: ActivityDocument) -> Values:
    alike = {"slug", "provider_id"}
    return activity.model_dump(mode="json", exclude_defaults=True, exclude=alike)


@st.composite
def catalogues(draw: Draw[Any], min_size: int = 0, max_size: int = 25) -> Catalogue:
    """Catalogues of few activities, many of which are nearly alike."""
    facts = _picks(draw, *[range(32)] * 4) + _picks(draw, *[range(32)] * 4)
    facts += _picks(draw, *[range(32)] * (len(SITES) - len(facts)))
    # Lists of no least size are mostly short. As lists they shrink: activities are left out.
    least = min(max(min_size, draw(st.sampled_from((0, 5, 12, 20)))), max_size)
    drawn = draw(st.lists(_activities(facts), min_size=least, max_size=max_size))
    return Catalogue(tuple(entry_of(number) for number, entry_of in enumerate(drawn)))


def _picks(draw: Draw[Any], *pools: Sequence[Any]) -> list[Any]:
    """One of each pool, by a single number, since many small draws are slow.

    Hypothesis draws numbers of up to 24 bits evenly; larger ones are mostly small.
    """
    number = draw(st.integers(0, prod(len(pool) for pool in pools) - 1))
    picked = []
    for pool in reversed(pools):
        number, place = divmod(number, len(pool))
        picked.append(pool[place])
    return picked[::-1]


def _pick(draw: Draw[Any], pool: Sequence[Any]) -> Any:
    return draw(st.sampled_from(pool))


@st.composite
def _activities(draw: Draw[Any], facts: Sequence[int]) -> Callable[[int], OracleEntry]:
    """Activities, each of which still lacks its number."""
    home, many_sessions, many_prices, beginning = _picks(
        draw, range(len(HOMES)), range(4), (0, 1, 1, 2), range(256)
    )
    provider, council = HOMES[home]
    venues = _venues(home, facts)
    sessions = [_draw_session(draw, venues) for _ in range(many_sessions)]
    prices = [_draw_price(draw, many_sessions) for _ in range(many_prices)]
    name, summary, description, open_to, ages, capacity, confirmed_days, hours = _picks(
        draw, NAMES, SUMMARIES, DESCRIPTIONS, OPEN_TO, AGES, CAPACITIES, CONFIRMED_DAYS, range(4)
    )
    cohorts, outcomes, types, areas, *lists = _picks(
        draw, COHORTS, OUTCOMES, TYPES, AREAS, *(choices for _, choices in LISTS.values())
    )
    stated = _picks(draw, *[range(16)] * len(STATED))

    def entry_of(number: int) -> OracleEntry:
        ids = [an_id(4, number * 10 + place) for place in range(many_sessions)]
        return an_entry(
            number,
            provider,
            council,
            venues,
            published_at=PUBLISHED + timedelta(hours=hours),
            # Ids do not come in the order in which activities are drawn.
            id=UUID(int=(beginning << 120) | number),
            name=name,
            summary=summary,
            description=description,
            open_to=open_to,
            ages=ages,
            sessions=[{"id": key, **one} for key, one in zip(ids, sessions, strict=True)],
            prices=[
                {"id": an_id(5, number * 10 + place), **one, "session_ids": ids[scope]}
                for place, (one, scope) in enumerate(prices)
            ],
            served_areas=areas,
            capacity=capacity,
            confirmed_on=days(-confirmed_days),
            cohorts=cohorts,
            outcomes=[{"code": code, "primary": not place} for place, code in enumerate(outcomes)],
            activity_types=types,
            **dict(zip(LISTS, lists, strict=True)),
            **{
                field: statements(_four_valued(values, codes))
                for (field, (_, codes)), values in zip(STATED.items(), stated, strict=True)
            },
        )

    return entry_of


def _four_valued(number: int, codes: tuple[str, str]) -> dict[str, str]:
    """What is stated of two terms, out of the sixteen ways to state it."""
    values = (None, "yes", "partly", "no")
    pairs = zip(codes, (values[number // 4 % 4], values[number % 4]), strict=True)
    return {code: value for code, value in pairs if value is not None}


@cache
def _venue(home: int, site: int, facts: int) -> VenueDocument:
    """A provider's venue at a site; `facts` are its features and, from 16 on, that it is masked."""
    name, town, postcode, point = SITES[site]
    return a_venue(
        home * 100 + site,
        name,
        town,
        postcode,
        point,
        provider=HOMES[home][0],
        shows="district" if facts >= 16 else "address",
        features=_four_valued(facts, FEATURES),
    )


def _venues(home: int, facts: Sequence[int]) -> list[VenueDocument]:
    return [_venue(home, site, fact) for site, fact in enumerate(facts)]


def _draw_session(draw: Draw[Any], venues: Sequence[VenueDocument]) -> Values:
    # Two in three are at venues.
    elsewhere = ["online", "comes_to_you"] * (len(venues) // 2)
    where, (starts_at, ends_at), pattern, bank_holidays, capacity = _picks(
        draw, [*venues, *venues, *elsewhere], TIMES, PATTERNS, HOLIDAYS, CAPACITIES
    )
    at_venue = isinstance(where, VenueDocument)
    return {
        "place": "venue" if at_venue else where,
        "venue_id": where.id if at_venue else None,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "bank_holidays": bank_holidays,
        "capacity": capacity,
        **pattern,
    }


def _draw_price(draw: Draw[Any], many_sessions: int) -> tuple[Values, slice]:
    """A price, and which of the sessions it holds for: none named means all."""
    scopes = [slice(0), *(slice(place, place + 1) for place in range(many_sessions))]
    (parts, rest), scope = _picks(draw, PRICES, scopes)
    whole = [{"part": "support", "unit": "session", **part} for part in parts]
    return {"parts": whole, **rest}, scope


# Questions

NEAR = (
    *["CW1 2"] * 5,
    "CW1 2AB",
    "CW1",
    "Crewe",
    "CW11 4",
    "Sandbach",
    "LE2 3",
    "LE2",
    "LE5",
    # So thinly lived in that the uncertainty is above many limits.
    "NE48 1",
    # On the border of Cheshire East, on either side: nobody can say which council it is.
    "ST7 2",
    "ST7 4",
    # In Scotland.
    "TD9 0",
)
POINTS = (
    (MIDDLE.latitude, MIDDLE.longitude),
    (53.0986, -2.4),
    (53.17, -2.4415),
    (52.6102, -1.1122),
)

MUTUAL: dict[str, tuple[Any, ...]] = {
    "cohort": (
        "autism",
        "adults_disability",
        "everyone",
        "physical_sensory",
        "dementia",
        "deafblind",
    ),
    "outcome": ("fit_active", "independence", "life_skills", "skill_cooking", "employment"),
    "activity_type": ("gardening", "kind_outdoors", "kind_arts", "swimming", "gaming"),
    "setting": ("outdoors", "community_venue", "online", "workplace"),
    "support_mode": ("small_group", "with_pa", "two_to_one"),
    "funding": ("direct_payment", "prepaid_card", "isf"),
    "time_band": (
        "weekday_morning",
        "weekday_afternoon",
        "weekday_all_day",
        "weekday_evening",
        "saturday",
        "sunday",
        "bank_holiday",
    ),
    "attendance": ("drop_in", "course", "flexible"),
    "communication": ("easy_read", "bsl", "braille"),
    "language": ("en", "gu", "pl", "so"),
    "preference": ("women_only", "food_halal", "men_only"),
    "travel": ("provider_transport", "escort", "walk"),
    "open_to": ("only", "mainly", "anyone"),
    "how_to_start": ("turn_up", "book_online", "assessment_visit"),
    "access": ("step_free", "hearing_loop", "hoist"),
    "support_need": ("personal_care", "medication", "nursing_tasks"),
    "day": ("mon", "tue", "fri", "sat", "sun", "thu", "bank_holiday"),
    "capacity": ("open", "waiting_list", "full", "unknown"),
    "council": ("E06000049", "E06000016", "E10000012"),
    "provider": (
        *(provider.slug for provider, _ in HOMES),
        *(str(provider.id) for provider, _ in HOMES),
        str(HOMES[0][0].id).upper(),
        "nobody",
    ),
}
"""Criteria that take several values, with values that select something and ones that do not."""

SINGLE: dict[str, tuple[Any, ...]] = {
    "starts_after": ("00:00", "10:00", "10:01", "12:00", "18:00", "23:59"),
    "ends_before": ("00:00", "12:00", "13:00", "15:29", "20:00"),
    "age": (0, 15, 16, 17, 18, 25, 26, 64, 65, 120),
    "max_price_pence": (0, 1, 2, 400, 499, 500, 501, 600, 4000, 10_000_000),
    "free": (True, False),
    "include_unknown": (True, True, False),
    "confirmed_within_days": (0, 1, 29, 30, 31, 3650),
    "page": (1, 2, 3, 100_000),
    "per_page": (1, 2, 5, 100),
    "lang": ("en", "easy"),
}
FACETS = tuple(scheme for scheme in MUTUAL if scheme not in {"day", "provider"})
ALWAYS_SORTS = ("price", "name", "confirmed", "newest")
MILES = (0.1, 0.5, 1.0, 3.0, 9.9, 10.0, 10.3, 25.0, 100.0)
HAIR = 1e-6
"""Miles on either side of a limit: far less than any distance is known to."""


@st.composite
def queries(draw: Draw[Any], catalogue: Catalogue, *, facets: bool = True) -> SearchCriteria:
    """What one may ask of a catalogue: each criterion now and then, alone and with others.

    A catalogue takes longer to draw than a question: ask several of each.

    Args:
        draw: given by hypothesis.
        catalogue: whose words, and distances to whose venues, are asked about.
        facets: whether counts may be asked for as well; they are slow to work out plainly.
    """
    asked: Values = {}
    if draw(st.sampled_from((False, False, True))):
        asked |= _draw_place(draw, catalogue)
    if draw(st.sampled_from((False, False, True))):
        text = draw(texts(catalogue))
        if text.strip():
            asked["q"] = text
    names = (*MUTUAL, *SINGLE)
    for name in draw(st.lists(st.sampled_from(names), max_size=3, unique=True)):
        if name in MUTUAL:
            asked[name] = draw(st.lists(st.sampled_from(MUTUAL[name]), min_size=1, max_size=3))
        else:
            asked[name] = _pick(draw, SINGLE[name])
    if "access" in asked or "support_need" in asked:
        asked["include_unknown"] = draw(st.booleans())
    if draw(st.booleans()):
        asked["sort"] = _draw_sort(draw, asked)
    if facets and draw(st.sampled_from((False, False, True))):
        # Those that are asked about count as if they were not, which is where it may go wrong.
        likely = [scheme for scheme in FACETS if scheme in asked]
        schemes = st.sampled_from([*FACETS, *likely * 10])
        asked["facets"] = draw(st.lists(schemes, min_size=1, max_size=3, unique=True))
    return SearchCriteria.model_validate(asked)


def _draw_sort(draw: Draw[Any], asked: Values) -> str:
    sorts = list(ALWAYS_SORTS)
    sorts += ["relevance"] * (2 if "q" in asked else 0)
    sorts += ["distance"] * (2 if "near" in asked or "latitude" in asked else 0)
    return str(_pick(draw, ("", "-"))) + str(_pick(draw, sorts))


def _draw_place(draw: Draw[Any], catalogue: Catalogue) -> Values:
    where = draw(st.integers(0, len(NEAR) + len(POINTS) - 1))
    asked: Values
    if where < len(NEAR):
        asked = {"near": NEAR[where]}
    else:
        latitude, longitude = POINTS[where - len(NEAR)]
        asked = {"latitude": latitude, "longitude": longitude}
    limits = [None, None, None, *MILES, 100.0]
    found = place_asked(SearchCriteria.model_validate(asked))
    assert found is not None
    # Limits that a venue meets, or misses, by a hair.
    for venue in [venue for entry in catalogue.entries for venue in entry.venues.values()][:5]:
        edge = miles(found, shown_point(venue)) - found.place.accuracy_miles
        limits += [limit for limit in (edge - HAIR, edge + HAIR) if HAIR < limit <= 100]
    within = _pick(draw, limits)
    return asked if within is None else {**asked, "within": within}


def place_asked(criteria: SearchCriteria) -> PlaceFound | None:
    """The place that criteria ask about, as it is understood where `COUNCILS` are held."""
    if criteria.near is not None:
        return _named(criteria.near)
    if criteria.latitude is not None and criteria.longitude is not None:
        return _pointed_at(Point(criteria.latitude, criteria.longitude))
    return None


@cache
def _named(text: str) -> PlaceFound:
    return AREAS_HELD.find_places(text)[0]


@cache
def _pointed_at(point: Point) -> PlaceFound:
    place = place_at(point)
    return PlaceFound(place, AREAS_HELD.council_of(place))


# Words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COMMON_WORDS = (
    "garden",
    "swimming",
    "singing",
    "choir",
    "walk",
    "cafe",
    "art",
    "the",
    "and",
    "for",
    "unheardof",
    "learning",
    "disability",
    "carers",
)
PHRASES = (
    "day centre",
    "day care",
    "day service",
    "respite",
    "carer break",
    "LD",
    "learning disability",
    "PA",
    "personal assistant",
    "BSL",
    "sign language",
)
"""Phrases that stand for one another, in part."""

ODD_TEXTS = ("", " ", "!?", "the", "The And", "a", "&", "garden garden", "x" * 60)


@st.composite
def texts(draw: Draw[Any], catalogue: Catalogue) -> str:
    """Words to look for: those of a catalogue, slips, synonyms, beginnings, and odd ones."""
    if draw(st.integers(0, 9)) == 0:
        return str(_pick(draw, ODD_TEXTS))
    known = words_of(catalogue) or list(COMMON_WORDS)
    words: list[str] = []
    for _ in range(draw(st.sampled_from((1, 1, 2, 2, 3)))):
        kind = draw(st.integers(0, 5))
        if kind == 0:
            words.append(_pick(draw, PHRASES))
        elif kind == 1:
            words.append(_pick(draw, COMMON_WORDS))
        elif kind == 2:
            words.append(_draw_slip(draw, _pick(draw, known)))
        else:
            words.append(_pick(draw, known))
    if draw(st.sampled_from((False, False, True))):
        # The last word is only begun.
        words[-1] = words[-1][: draw(st.integers(1, 5))]
    text = str(_pick(draw, (" ", " ", ", ", "-"))).join(words)
    return text.upper() if draw(st.integers(0, 5)) == 0 else text


def words_of(catalogue: Catalogue) -> list[str]:
    """The words by which the activities of a catalogue are found, as they are written."""
    found: dict[str, None] = {}
    for entry in catalogue.entries:
        fields = fields_of(entry)
        text = f"{fields.name} {fields.labels} {fields.provider} {fields.venue} {fields.summary}"
        found |= dict.fromkeys(re.findall(r"[\w']+", f"{text} {fields.description}"))
    return list(found)


def _draw_slip(draw: Draw[Any], word: str) -> str:
    """A word with one letter too many, one missing, one wrong, or two the wrong way round."""
    place = draw(st.integers(0, len(word) - 1))
    letter = draw(st.sampled_from(LETTERS))
    slips = (
        word[:place] + letter + word[place:],
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place + 1 :],
        word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :],
    )
    # Of a word of one letter nothing may be left.
    return str(_pick(draw, slips)) or word
