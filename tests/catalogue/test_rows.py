"""Reading gives what was written: every document comes back from its tables as it went in."""

import json
from collections.abc import Mapping
from datetime import date, time
from typing import Any, TypeVar
from uuid import UUID

import pytest
from conftest import TODAY
from factories import make_activity, make_council, make_provider, make_venue
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel, select

from app.catalogue import rows
from app.catalogue.commands import AnyDocument, publish
from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.documents import activities as of_activities
from app.catalogue.documents import councils as of_councils
from app.catalogue.documents import prices as of_prices
from app.catalogue.documents import providers as of_providers
from app.catalogue.documents import sessions as of_sessions
from app.catalogue.documents.base import AccessStatement, Contact, Document, Origin, Statement
from app.catalogue.files import read_folder
from app.catalogue.intake import load_sample, sample_folder
from app.catalogue.loading import activity_documents, venue_documents
from app.catalogue.models import (
    Activity,
    ActivitySession,
    ActivityTerm,
    Council,
    Price,
    PricePart,
    Provider,
    ServedArea,
    Venue,
    VenueFeature,
)
from app.catalogue.rows import sort_name
from app.database import Database, utc_now
from app.vocabulary.terms import vocabulary

Made = TypeVar("Made", bound=Document)
Any_ = st.SearchStrategy[Any]


def documents(kind: type[Made], /, *pieces: Any_, **fields: Any_) -> st.SearchStrategy[Made]:
    """Documents of a kind, of fields and of pieces that hold several fields which must agree."""

    def whole(drawn: tuple[dict[str, Any], ...]) -> Made:
        values = {name: value for piece in drawn for name, value in piece.items()}
        # Every field has its strategy, so that none is forgotten.
        assert values.keys() == kind.model_fields.keys()
        return kind.model_validate(values)

    return st.tuples(st.fixed_dictionaries(fields), *pieces).map(whole)


def piece(**fields: Any_) -> Any_:
    return st.fixed_dictionaries(fields)


NULL = st.none()
NOTHING: Any_ = st.just([])


def maybe(strategy: Any_) -> Any_:
    return st.none() | strategy


def codes(scheme: str) -> Any_:
    return st.sampled_from(vocabulary().scheme(scheme).codes)


def code_lists(scheme: str) -> Any_:
    return st.lists(codes(scheme), unique=True, max_size=4)


def texts(longest: int, *, lines: bool = False) -> Any_:
    characters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
    alphabet = characters | st.sampled_from("\n\t") if lines else characters
    return st.text(alphabet, min_size=1, max_size=longest)


SHORT, LONG, WORDS = texts(120), texts(300), texts(4_000, lines=True)
SLUGS = st.from_regex(r"[a-z0-9]{1,20}(-[a-z0-9]{1,10}){0,3}", fullmatch=True)
GSS = st.from_regex(r"[A-Z][0-9]{8}", fullmatch=True)
OUTCODES = st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]?", fullmatch=True)
PHONES = st.from_regex(r"[+0-9][0-9 ]{8,18}[0-9]", fullmatch=True)
WEBSITES = st.sampled_from(["https://example.org", "http://example.org/a?b=ü#c"])
LATITUDES = st.floats(49.0, 61.0)
LONGITUDES = st.floats(-9.0, 2.5)
PENCE = st.integers(0, 10_000_000)

ORIGINS = documents(Origin, source=LONG, source_id=LONG)
CONTACTS = documents(
    Contact,
    role=st.sampled_from(["enquiries", "bookings", "manager", "complaints"]),
    phone=maybe(PHONES),
    text_phone=maybe(PHONES),
    email=maybe(st.just("hello@example.org")),
    website=maybe(WEBSITES),
)


def statements(kind: type[Statement], scheme: str, *, noted: bool = False) -> Any_:
    """Lists of statements on the terms of a scheme, none twice."""
    one = documents(
        kind,
        code=codes(scheme),
        value=st.sampled_from(["yes", "partly", "no"]),
        note=LONG if noted else maybe(LONG),
    )
    return st.lists(one, unique_by=lambda said: said.model_dump()["code"], max_size=4)


RATIOS = documents(of_sessions.StaffRatio, staff=st.integers(1, 10), people=st.integers(1, 100))
CAPACITIES = documents(
    of_sessions.Capacity,
    status=codes("capacity"),
    places=maybe(st.integers(0, 1_000)),
    as_of=st.dates(),
)


GROUP_SIZES = documents(
    of_sessions.GroupSize,
    piece(minimum=st.integers(1, 500), maximum=maybe(st.integers(500, 1_000)))
    | piece(minimum=NULL, maximum=st.integers(1, 1_000)),
)
AGES = documents(
    of_activities.Ages, minimum=maybe(st.integers(0, 60)), maximum=maybe(st.integers(60, 120))
)


def span(days: list[date], begins: bool, ends: bool) -> dict[str, Any]:  # noqa: FBT001 - drawn.
    """`valid_from` and `valid_to` in their order, each of which may be absent."""
    return {
        "valid_from": min(days) if begins else None,
        "valid_to": max(days) if ends else None,
    }


def hours(times: list[time]) -> dict[str, time]:
    return {"starts_at": min(times), "ends_at": max(times)}


SPANS = st.builds(span, st.lists(st.dates(), min_size=2, max_size=2), st.booleans(), st.booleans())
MINUTES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
HOURS = st.lists(MINUTES, min_size=2, max_size=2, unique=True).map(hours)
DAYS = st.sampled_from(["mon", "wed", "sun"])
PATTERNS = (
    piece(repeats=st.just("weekly"), day=DAYS, week_of=NULL, nth=NOTHING, dates=NOTHING)
    | piece(
        repeats=st.just("fortnightly"), day=DAYS, week_of=st.dates(), nth=NOTHING, dates=NOTHING
    )
    | piece(
        repeats=st.just("monthly"),
        day=DAYS,
        week_of=NULL,
        nth=st.lists(st.sampled_from([1, 2, 3, 4, -1]), min_size=1, unique=True),
        dates=NOTHING,
    )
    | piece(
        repeats=st.just("dated"),
        day=NULL,
        week_of=NULL,
        nth=NOTHING,
        dates=st.lists(st.dates(), min_size=1, max_size=3, unique=True),
    )
)


def sessions(venues: tuple[UUID, ...]) -> st.SearchStrategy[of_sessions.SessionDocument]:
    return documents(
        of_sessions.SessionDocument,
        PATTERNS,
        HOURS,
        SPANS,
        piece(place=st.sampled_from(["online", "comes_to_you"]), venue_id=NULL)
        | piece(place=st.just("venue"), venue_id=st.sampled_from(venues)),
        id=st.uuids(),
        label=maybe(SHORT),
        term_time_only=st.booleans(),
        bank_holidays=maybe(codes("bank_holiday_rule")),
        staff_ratio=maybe(RATIOS),
        group_size=maybe(GROUP_SIZES),
        capacity=maybe(CAPACITIES),
    )


OPEN_UNITS = ["donation", "on_request"]
FIXED_UNITS = [unit for unit in vocabulary().scheme("price_unit").codes if unit not in OPEN_UNITS]
AMOUNTS = (
    piece(unit=st.sampled_from(OPEN_UNITS), amount_pence=NULL)
    | piece(unit=st.sampled_from(FIXED_UNITS), amount_pence=st.just(0))
    | piece(unit=st.sampled_from([one for one in FIXED_UNITS if one != "free"]), amount_pence=PENCE)
)


def parts(effect: str) -> st.SearchStrategy[of_prices.PricePart]:
    return documents(
        of_prices.PricePart,
        AMOUNTS,
        piece(staff_ratio=NULL, ratio_effect=NULL)
        | piece(staff_ratio=RATIOS, ratio_effect=st.just(effect)),
        part=codes("price_part"),
        required=st.sampled_from(["always", "if_chosen"]),
    )


PLAIN = {"part": "support", "unit": "hour", "amount_pence": 1}
PARTS = st.lists(parts("adds"), min_size=1, max_size=3) | st.lists(
    parts("replaces"), min_size=1, max_size=2
).map(lambda drawn: [of_prices.PricePart.model_validate(PLAIN), *drawn])


def prices(sessions: list[of_sessions.SessionDocument]) -> Any_:
    """Prices of an activity with these sessions."""
    ids = [one.id for one in sessions]
    return documents(
        of_prices.PriceDocument,
        SPANS,
        id=st.uuids(),
        label=maybe(LONG),
        payer=st.sampled_from(["anyone", "direct_payment", "self_funder", "council"]),
        session_ids=st.lists(st.sampled_from(ids), unique=True) if ids else NOTHING,
        weeks_per_year=maybe(st.integers(1, 53)),
        parts=PARTS,
    )


def with_prices(sessions: list[of_sessions.SessionDocument]) -> Any_:
    priced = st.lists(prices(sessions), max_size=2, unique_by=lambda one: one.id)
    return piece(sessions=st.just(sessions), prices=priced)


def area_piece(**fields: Any_) -> Any_:
    absent = {"gss": NULL, "outcodes": NOTHING, "latitude": NULL, "longitude": NULL, "miles": NULL}
    return piece(**{**absent, **fields})


AREAS = documents(
    of_activities.ServedArea,
    area_piece(kind=st.just("england"))
    | area_piece(kind=st.sampled_from(["council", "district"]), gss=GSS)
    | area_piece(kind=st.just("outcodes"), outcodes=st.lists(OUTCODES, min_size=1, max_size=3))
    | area_piece(
        kind=st.just("radius"),
        latitude=LATITUDES,
        longitude=LONGITUDES,
        miles=st.floats(0, 200, exclude_min=True),
    ),
    name=SHORT,
)


def activities(
    like: ActivityDocument, venues: tuple[UUID, ...]
) -> st.SearchStrategy[ActivityDocument]:
    """Activities with the id, slug and provider of one, and everything else of their own."""
    listed = st.lists(sessions(venues), max_size=3, unique_by=lambda one: one.id)
    return documents(
        ActivityDocument,
        listed.flatmap(with_prices),
        id=st.just(like.id),
        slug=st.just(like.slug),
        provider_id=st.just(like.provider_id),
        origin=maybe(ORIGINS),
        name=SHORT,
        summary=LONG,
        description=WORDS,
        easy_read=documents(
            of_activities.ActivityWords,
            name=maybe(SHORT),
            summary=maybe(LONG),
            description=maybe(WORDS),
            how_to_start=maybe(WORDS),
        ),
        cohorts=code_lists("cohort"),
        open_to=maybe(codes("open_to")),
        outcomes=st.lists(
            documents(of_activities.OutcomeStatement, code=codes("outcome"), primary=st.booleans()),
            unique_by=lambda one: one.code,
            max_size=4,
        ),
        activity_types=code_lists("activity_type"),
        settings=code_lists("setting"),
        attendance=code_lists("attendance"),
        how_to_start=code_lists("how_to_start"),
        how_to_start_note=maybe(WORDS),
        languages=code_lists("language"),
        support_modes=statements(of_activities.SupportModeStatement, "support_mode"),
        support_needs=statements(of_activities.SupportNeedStatement, "support_need"),
        communication=statements(of_activities.CommunicationStatement, "communication"),
        funding=statements(of_activities.FundingStatement, "funding"),
        preferences=statements(of_activities.PreferenceStatement, "preference", noted=True),
        travel=statements(of_activities.TravelStatement, "travel"),
        ages=AGES,
        policies=documents(
            of_prices.Policies,
            absence=maybe(codes("absence_rule")),
            notice_weeks=maybe(st.integers(0, 52)),
            trial=maybe(st.sampled_from(["free", "paid", "none"])),
            if_closed=maybe(LONG),
        ),
        served_areas=st.lists(AREAS, max_size=3),
        pick_up_areas=st.lists(AREAS, max_size=3),
        contacts=st.lists(CONTACTS, max_size=2),
        capacity=maybe(CAPACITIES),
        alert=maybe(
            documents(of_activities.Alert, text=LONG, easy_read=maybe(LONG), until=st.dates())
        ),
        closure=maybe(
            documents(
                of_activities.Closure,
                reason=LONG,
                easy_read=maybe(LONG),
                closed_from=st.dates(),
                reopens_on=maybe(st.dates()),
            )
        ),
        declarations=st.lists(
            documents(
                of_activities.Declaration,
                code=codes("declaration"),
                declared_on=st.dates(),
                evidence=maybe(LONG),
            ),
            unique_by=lambda one: one.code,
            max_size=2,
        ),
        contracts=st.lists(
            documents(
                of_activities.Contract,
                council_gss=GSS,
                route=st.sampled_from(["framework", "contract", "spot", "grant", "none"]),
                lot=maybe(SHORT),
                starts_on=maybe(st.dates()),
                ends_on=maybe(st.dates()),
            ),
            max_size=2,
        ),
        confirmed_on=st.dates(),
    )


def venues_like(like: VenueDocument) -> st.SearchStrategy[VenueDocument]:
    return documents(
        VenueDocument,
        id=st.just(like.id),
        slug=SLUGS,
        provider_id=st.just(like.provider_id),
        origin=maybe(ORIGINS),
        name=SHORT,
        address=documents(
            of_providers.Address,
            lines=st.lists(SHORT, min_size=1, max_size=4),
            town=SHORT,
            county=maybe(SHORT),
            postcode=st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", fullmatch=True),
        ),
        uprn=maybe(st.from_regex(r"[0-9]{1,12}", fullmatch=True)),
        latitude=LATITUDES,
        longitude=LONGITUDES,
        shows=st.sampled_from(["address", "district"]),
        features=statements(AccessStatement, "access"),
        directions=maybe(WORDS),
    )


def providers_like(like: ProviderDocument) -> st.SearchStrategy[ProviderDocument]:
    return documents(
        ProviderDocument,
        id=st.just(like.id),
        slug=SLUGS,
        origin=maybe(ORIGINS),
        name=SHORT,
        description=WORDS,
        easy_read=maybe(WORDS),
        legal_form=maybe(st.sampled_from(["charity", "community_interest_company"])),
        charity_number=maybe(st.from_regex(r"[0-9]{6,8}(-[0-9]{1,6})?", fullmatch=True)),
        company_number=maybe(st.from_regex(r"[A-Z0-9]{8}", fullmatch=True)),
        council_id=st.just(like.council_id),
        contacts=st.lists(CONTACTS, max_size=10),
    )


SOURCED: dict[str, Any_] = {
    "source": LONG,
    "source_url": maybe(WEBSITES),
    "checked_on": st.dates(),
}
LINES = documents(of_councils.SafeguardingLine, phone=PHONES, hours=maybe(LONG), **SOURCED)
ADVICE = st.lists(LONG, min_size=1, max_size=2)
INFORMATION = documents(of_councils.Information, text=WORDS, easy_read=WORDS, url=maybe(WEBSITES))


PAYMENT_RULES = documents(
    of_councils.PaymentRule,
    piece(ceiling_pence=NULL, ceiling_unit=NULL)
    | piece(ceiling_pence=PENCE, ceiling_unit=codes("price_unit")),
    part=codes("price_part"),
    pays=st.sampled_from(["yes", "no", "if_in_plan", "ask"]),
)
FRESHNESS_DAYS = documents(
    of_councils.FreshnessDays,
    fresh=st.integers(1, 1_000),
    due=st.integers(1_001, 2_000),
    stale=st.integers(2_001, 3_650),
)


def councils_like(like: CouncilDocument) -> st.SearchStrategy[CouncilDocument]:
    return documents(
        CouncilDocument,
        id=st.just(like.id),
        slug=SLUGS,
        name=SHORT,
        served=st.booleans(),
        area=documents(
            of_councils.AreaDocument,
            gss=maybe(GSS),
            name=SHORT,
            tier=st.sampled_from(["county", "unitary", "combined"]),
            valid_from=maybe(st.dates()),
            valid_to=maybe(st.dates()),
            successor_gss=maybe(GSS),
            outcodes=st.lists(
                documents(
                    of_councils.OutcodeShare,
                    outcode=OUTCODES,
                    share=maybe(st.floats(0, 1, exclude_min=True)),
                ),
                unique_by=lambda one: one.outcode,
                max_size=3,
            ),
        ),
        contacts=st.lists(CONTACTS, max_size=2),
        safeguarding=documents(
            of_councils.Safeguarding,
            adult_line=maybe(LINES),
            out_of_hours_line=maybe(LINES),
            organisational_line=maybe(LINES),
            form=maybe(documents(of_councils.SafeguardingForm, url=WEBSITES, **SOURCED)),
            advice=maybe(
                documents(
                    of_councils.SafeguardingAdvice,
                    when=ADVICE,
                    when_easy_read=ADVICE,
                    when_not=ADVICE,
                    when_not_easy_read=ADVICE,
                    **SOURCED,
                )
            ),
        ),
        direct_payments=maybe(INFORMATION),
        personal_assistants=maybe(INFORMATION),
        payment_rules=st.lists(PAYMENT_RULES, unique_by=lambda one: one.part, max_size=3),
        disclaimer=maybe(INFORMATION),
        own_home_in_scope=st.booleans(),
        freshness=FRESHNESS_DAYS,
        bank_holidays=st.lists(
            documents(
                of_councils.BankHoliday,
                day=st.dates(),
                holiday=st.booleans(),
                name=maybe(SHORT),
            ),
            unique_by=lambda one: one.day,
            max_size=3,
        ),
        school_terms=st.lists(st.dates(), unique=True, max_size=6).map(terms_of),
    )


def terms_of(drawn: list[date]) -> list[of_councils.SchoolTerm]:
    """School terms in order, between days in order."""
    ends = sorted(drawn)
    return [
        of_councils.SchoolTerm(name=str(starts), starts_on=starts, ends_on=ends_on)
        for starts, ends_on in zip(ends[::2], ends[1::2], strict=False)
    ]


COUNCIL = make_council()
PROVIDER = make_provider(COUNCIL)
VENUES = (make_venue(PROVIDER), make_venue(PROVIDER))
ACTIVITY = make_activity(PROVIDER)
ACTIVITIES = activities(ACTIVITY, tuple(venue.id for venue in VENUES))


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row holds: lists and objects have been JSON meanwhile."""
    return {
        name: json.loads(json.dumps(value)) if isinstance(value, (list, dict)) else value
        for name, value in values.items()
    }


def table(kind: type[SQLModel], values: list[rows.Values]) -> list[Any]:
    """Rows as a database gives them: by their positions alone, however they were written."""
    made: list[Any] = [kind(**columns(row)) for row in reversed(values)]
    return sorted(made, key=lambda row: row.position)


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(ACTIVITIES)
def test_an_activity_comes_back_from_its_rows(activity: ActivityDocument) -> None:
    values = columns(rows.activity_values(activity))
    row = Activity(id=activity.id, status="live", published_at=utc_now(), digest="", **values)
    (back,) = rows.activity_documents(
        [row],
        terms=table(ActivityTerm, rows.term_values(activity)),
        sessions=table(ActivitySession, rows.session_values(activity)),
        prices=table(Price, rows.price_values(activity)),
        parts=table(PricePart, rows.part_values(activity)),
        areas=table(ServedArea, rows.area_values(activity)),
    )
    assert back == activity


@QUICK
@given(venues_like(VENUES[0]))
def test_a_venue_comes_back_from_its_rows(venue: VenueDocument) -> None:
    row = Venue(id=venue.id, **columns(rows.venue_values(venue)))
    features = table(VenueFeature, rows.feature_values(venue))
    assert rows.venue_document(row, features) == venue


@QUICK
@given(providers_like(PROVIDER))
def test_a_provider_comes_back_from_its_row(provider: ProviderDocument) -> None:
    row = Provider(id=provider.id, digest="", **columns(rows.provider_values(provider)))
    assert rows.provider_document(row) == provider


@QUICK
@given(councils_like(COUNCIL))
def test_a_council_comes_back_from_its_row(council: CouncilDocument) -> None:
    values = columns(rows.council_values(council))
    row = Council(id=council.id, area_id=council.id, digest="", **values)
    assert rows.council_document(row) == council


@QUICK
@given(ACTIVITIES)
def test_an_activity_comes_back_from_json(activity: ActivityDocument) -> None:
    assert ActivityDocument.model_validate_json(activity.model_dump_json()) == activity


IN_A_DATABASE = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
"""Each example takes the place of the one before, so all of them may share a database."""


@pytest.fixture
def peopled(database: Database) -> Database:
    """A database with a council, a provider and its venues."""
    with database.write() as session:
        publish(session, [COUNCIL, PROVIDER, *VENUES])
    return database


@IN_A_DATABASE
@given(activity=ACTIVITIES)
def test_an_activity_comes_back_from_the_database(
    peopled: Database, activity: ActivityDocument
) -> None:
    with peopled.write() as session:
        publish(session, [activity])
    with peopled.read() as session:
        (back,) = activity_documents(session, session.exec(select(Activity)).all())
    assert back == activity
    # The digest is taken from this text, so it must come back too.
    assert back.model_dump_json() == activity.model_dump_json()


@IN_A_DATABASE
@given(venue=venues_like(VENUES[0]))
def test_a_venue_comes_back_from_the_database(peopled: Database, venue: VenueDocument) -> None:
    with peopled.write() as session:
        publish(session, [venue])
    with peopled.read() as session:
        (back,) = venue_documents(session, [venue.id])
    assert back == venue
    assert back.model_dump_json() == venue.model_dump_json()


@IN_A_DATABASE
@given(provider=providers_like(PROVIDER))
def test_a_provider_comes_back_from_the_database(
    peopled: Database, provider: ProviderDocument
) -> None:
    with peopled.write() as session:
        publish(session, [provider])
    with peopled.read() as session:
        back = rows.provider_document(session.exec(select(Provider)).one())
    assert back == provider
    assert back.model_dump_json() == provider.model_dump_json()


@IN_A_DATABASE
@given(council=councils_like(COUNCIL))
def test_a_council_comes_back_from_the_database(
    peopled: Database, council: CouncilDocument
) -> None:
    with peopled.write() as session:
        publish(session, [council])
    with peopled.read() as session:
        back = rows.council_document(session.exec(select(Council)).one())
    assert back == council
    assert back.model_dump_json() == council.model_dump_json()


def test_every_document_of_the_sample_comes_back(database: Database) -> None:
    load_sample(database, TODAY)
    files = read_folder(sample_folder(), TODAY)
    with database.read() as session:
        councils = map(rows.council_document, session.exec(select(Council)))
        providers = map(rows.provider_document, session.exec(select(Provider)))
        venues = venue_documents(session, [venue.id for venue in files.venues])
        listed = activity_documents(session, session.exec(select(Activity)).all())
        read: list[AnyDocument] = [*councils, *providers, *venues, *listed]
    loaded = {one.id: one for one in read}
    written: list[AnyDocument] = [
        *files.councils,
        *files.providers,
        *files.venues,
        *files.activities,
    ]
    assert loaded.keys() == {one.id for one in written}
    for one in written:
        back = loaded[one.id]
        if not isinstance(one, CouncilDocument):
            origin = Origin(source="sample", source_id=one.slug)
            assert back == one.model_copy(update={"origin": origin})
        else:
            assert back == one


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("The Dice Barn", "the dice barn"),
        ("ÉTUDE", "etude"),
        ("Café Straße", "cafe strasse"),
        ("Ålesund Øst", "alesund øst"),
        ("İstanbul", "istanbul"),
        ("1 2 3", "1 2 3"),
    ],
)
def test_a_name_is_sorted_without_case_and_accents(name: str, expected: str) -> None:
    assert sort_name(name) == expected
