"""Reading the catalogue as the public sees it."""

from datetime import date
from importlib.metadata import version

from sqlmodel import Session, col, func, select

from app.catalogue import rows
from app.catalogue.loading import councils_by_id, entries, find_by_id_or_slug, live
from app.catalogue.models import Activity, Council, Provider
from app.catalogue.public import (
    activity_summary,
    council_detail,
    council_summary,
    provider_detail,
    provider_summary,
)
from app.catalogue.schemas import (
    CouncilDetail,
    CouncilSummary,
    LiveCounts,
    ProviderDetail,
    ProviderSummary,
    ServiceView,
)
from app.database import Reading
from app.geo.gazetteer import ATTRIBUTION
from app.geo.models import Area
from app.paging import Page, PageParams, page_of, paginate
from app.parameters import Language, LanguageParams
from app.problems import NotFound

SAMPLE = "sample"
"""The source of everything in the invented sample catalogue."""

ACTIVITIES_SHOWN = 100
"""How many activities a provider is shown with at most."""


class ActivityNotFound(NotFound):
    """No activity has this id or slug."""

    code = "activity_not_found"

    def __init__(self) -> None:
        super().__init__("No activity has this id or slug. They are listed at /v1/activities.")


class ProviderNotFound(NotFound):
    """No provider has this id or slug."""

    code = "provider_not_found"

    def __init__(self) -> None:
        super().__init__("No provider has this id or slug. They are listed at /v1/providers.")


class CouncilNotFound(NotFound):
    """No council here has this GSS code, id or slug."""

    code = "council_not_found"

    def __init__(self) -> None:
        super().__init__(
            "No council here has this GSS code, id or slug. They are listed at /v1/councils."
        )


# The service


def get_service(session: Reading, today: date) -> ServiceView:
    """What this service is and how much it holds."""
    counted = select(func.count(), func.count(func.distinct(col(Activity.provider_id))))
    activities, providers = session.exec(counted.where(live(today))).one()
    return ServiceView(
        name="Care Finder",
        version=version("carefinder"),
        links={
            "docs": "/docs",
            "openapi": "/openapi.json",
            "questionnaire": "/v1/questionnaire",
            "advice": "/v1/advice",
            "activities": "/v1/activities",
            "providers": "/v1/providers",
            "councils": "/v1/councils",
            "places": "/v1/places",
            "vocabularies": "/v1/vocabularies",
            "changes": "/v1/changes",
            "export": "/v1/export/activities.ndjson",
            "open_referral_uk": "/open-referral-uk/v3",
        },
        counts=LiveCounts(activities=activities, providers=providers),
        sample_data=has_sample(session),
        attribution=list(ATTRIBUTION),
    )


def has_sample(session: Session) -> bool:
    """Whether anything live came from the sample catalogue."""
    statement = select(Activity.id).where(Activity.source == SAMPLE, Activity.status == "live")
    return session.exec(statement.limit(1)).first() is not None


def is_empty(session: Session) -> bool:
    """Whether nothing was ever put into the catalogue."""
    return session.exec(select(Council.id).limit(1)).first() is None


# Councils


def list_councils(session: Reading, params: PageParams) -> Page[CouncilSummary]:
    """The councils, by name."""
    ordered = select(Council).order_by(col(Council.sort_name), col(Council.id))
    found, total = paginate(session, ordered, params)
    return page_of([council_summary(rows.council_document(row)) for row in found], total, params)


def named_councils(session: Reading) -> list[tuple[str, str]]:
    """The GSS code and the name of every council that has a code, by name."""
    named = select(Area.gss, Council.name).join(Council, col(Council.area_id) == col(Area.id))
    ordered = named.where(col(Area.gss).is_not(None)).order_by(
        col(Council.sort_name), col(Area.gss)
    )
    return [(gss, name) for gss, name in session.exec(ordered) if gss]


def get_council(session: Reading, key: str, lang: Language) -> CouncilDetail:
    """The council with this GSS code, id or slug.

    Raises:
        CouncilNotFound: there is none.
    """
    by_gss = select(Council).join(Area).where(Area.gss == key)
    row = session.exec(by_gss).first() or find_by_id_or_slug(session, Council, key)
    if row is None:
        raise CouncilNotFound
    return council_detail(rows.council_document(row), lang)


# Providers


class ProviderParams(PageParams, LanguageParams):
    """Which part of the list of providers."""


def list_providers(session: Reading, params: ProviderParams, today: date) -> Page[ProviderSummary]:
    """The providers, by name."""
    ordered = select(Provider).order_by(col(Provider.sort_name), col(Provider.id))
    found, total = paginate(session, ordered, params)
    ids = [row.id for row in found]
    counted = (
        select(Activity.provider_id, func.count())
        .where(live(today), col(Activity.provider_id).in_(ids))
        .group_by(col(Activity.provider_id))
    )
    counts = dict(session.exec(counted).all())
    councils = councils_by_id(session, {row.council_id for row in found})
    items = [
        provider_summary(
            rows.provider_document(row),
            councils[row.council_id],
            counts.get(row.id, 0),
            params.lang,
        )
        for row in found
    ]
    return page_of(items, total, params)


def get_provider(session: Reading, key: str, today: date, lang: Language) -> ProviderDetail:
    """The provider with this id or slug, and its live activities.

    Raises:
        ProviderNotFound: there is none.
    """
    row = find_by_id_or_slug(session, Provider, key)
    if row is None:
        raise ProviderNotFound
    council = councils_by_id(session, {row.council_id})[row.council_id]
    mine = select(Activity).where(live(today), Activity.provider_id == row.id)
    ordered = mine.order_by(col(Activity.sort_name), col(Activity.id))
    found, total = paginate(session, ordered, PageParams(page=1, per_page=ACTIVITIES_SHOWN))
    summaries = [activity_summary(entry, today, lang) for entry in entries(session, found)]
    return provider_detail(rows.provider_document(row), council, summaries, total, lang)
