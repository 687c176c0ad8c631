"""Documents to rows and back. Nothing is lost on the way: reading gives what was written."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.documents.sessions import StaffRatio
from app.catalogue.models import (
    ONLINE,
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

Values = dict[str, Any]

CODES = {
    "cohorts": "cohort",
    "activity_types": "activity_type",
    "settings": "setting",
    "attendance": "attendance",
    "how_to_start": "how_to_start",
    "languages": "language",
}
"""The fields of an activity that list bare codes, and their schemes."""

STATEMENTS = {
    "support_modes": "support_mode",
    "support_needs": "support_need",
    "communication": "communication",
    "funding": "funding",
    "preferences": "preference",
    "travel": "travel",
}
"""The fields of an activity that state four-valued terms, and their schemes."""


def sort_name(name: str) -> str:
    """A name as lists are sorted by it: case folded and without accents."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _origin_values(document: ActivityDocument | ProviderDocument | VenueDocument) -> Values:
    origin = document.origin
    return {
        "source": origin.source if origin else None,
        "source_id": origin.source_id if origin else None,
    }


def _origin_of(row: Activity | Provider | Venue) -> Values | None:
    if row.source is None:
        return None
    return {"source": row.source, "source_id": row.source_id}


def _ratio_values(ratio: StaffRatio | None) -> Values:
    return {
        "ratio_staff": ratio.staff if ratio else None,
        "ratio_people": ratio.people if ratio else None,
    }


def _ratio_of(row: ActivitySession | PricePart) -> Values | None:
    if row.ratio_staff is None:
        return None
    return {"staff": row.ratio_staff, "people": row.ratio_people}


# Councils


def council_values(document: CouncilDocument) -> Values:
    """The columns of a council; its area is a row of `geo`."""
    return {
        "slug": document.slug,
        "name": document.name,
        "sort_name": sort_name(document.name),
        "served": document.served,
        "facts": document.model_dump(mode="json", exclude={"id", "slug", "name", "served"}),
    }


def council_document(row: Council) -> CouncilDocument:
    """A council as it was published."""
    return CouncilDocument.model_validate(
        {"id": row.id, "slug": row.slug, "name": row.name, "served": row.served, **row.facts}
    )


# Providers and venues


def provider_values(document: ProviderDocument) -> Values:
    """The columns of a provider."""
    return {
        **document.model_dump(exclude={"id", "origin", "contacts"}),
        **_origin_values(document),
        "sort_name": sort_name(document.name),
        "contacts": [contact.model_dump(mode="json") for contact in document.contacts],
    }


def provider_document(row: Provider) -> ProviderDocument:
    """A provider as it was published."""
    fields = ProviderDocument.model_fields.keys() - {"origin"}
    return ProviderDocument.model_validate(
        {**{name: getattr(row, name) for name in fields}, "origin": _origin_of(row)}
    )


def venue_values(document: VenueDocument) -> Values:
    """The columns of a venue; its features are rows of their own."""
    address = document.address
    return {
        **document.model_dump(exclude={"id", "origin", "address", "features"}),
        **_origin_values(document),
        "address_lines": list(address.lines),
        "town": address.town,
        "county": address.county,
        "postcode": address.postcode,
    }


def feature_values(document: VenueDocument) -> list[Values]:
    """The rows of a venue's features."""
    return [
        {
            "venue_id": document.id,
            "position": position,
            "code": feature.code,
            "evidence": feature.value,
            "note": feature.note,
        }
        for position, feature in enumerate(document.features)
    ]


def venue_document(row: Venue, features: Iterable[VenueFeature]) -> VenueDocument:
    """A venue as it was published.

    Args:
        row: the venue.
        features: its features, in order.
    """
    fields = VenueDocument.model_fields.keys() - {"origin", "address", "features"}
    return VenueDocument.model_validate(
        {
            **{name: getattr(row, name) for name in fields},
            "origin": _origin_of(row),
            "address": {
                "lines": row.address_lines,
                "town": row.town,
                "county": row.county,
                "postcode": row.postcode,
            },
            "features": [
                {"code": feature.code, "value": feature.evidence, "note": feature.note}
                for feature in features
            ],
        }
    )


# Activities

_JSON_FIELDS = ("policies", "contacts", "capacity", "alert", "closure", "declarations", "contracts")
_SAME_FIELDS = (
    "slug",
    "provider_id",
    "name",
    "summary",
    "description",
    "how_to_start_note",
    "open_to",
    "confirmed_on",
)


def activity_values(document: ActivityDocument) -> Values:
    """The columns of an activity; what it lists are rows of their own."""
    return {
        **{name: getattr(document, name) for name in _SAME_FIELDS},
        **document.model_dump(mode="json", include=set(_JSON_FIELDS)),
        **_origin_values(document),
        "sort_name": sort_name(document.name),
        "easy_read": document.easy_read.model_dump(exclude_none=True),
        "minimum_age": document.ages.minimum,
        "maximum_age": document.ages.maximum,
    }


def term_values(document: ActivityDocument) -> list[Values]:
    """The rows of an activity's terms, of every vocabulary."""
    rows: list[Values] = []

    def add(scheme: str, code: str, position: int, **stated: Any) -> None:  # noqa: ANN401
        row = {"scheme": scheme, "code": code, "position": position, "primary": False}
        rows.append({**row, "evidence": "yes", "note": None, **stated})

    for name, scheme in CODES.items():
        for position, code in enumerate(getattr(document, name)):
            add(scheme, code, position)
    for position, outcome in enumerate(document.outcomes):
        add("outcome", outcome.code, position, primary=outcome.primary)
    for name, scheme in STATEMENTS.items():
        for position, stated in enumerate(getattr(document, name)):
            add(scheme, stated.code, position, evidence=stated.value, note=stated.note)
    return [{"activity_id": document.id, **row} for row in rows]


def session_values(document: ActivityDocument) -> list[Values]:
    """The rows of an activity's sessions."""
    rows = []
    for position, session in enumerate(document.sessions):
        values = session.model_dump(exclude={"staff_ratio", "group_size", "capacity", "dates"})
        size, capacity = session.group_size, session.capacity
        rows.append(
            {
                **values,
                **_ratio_values(session.staff_ratio),
                "activity_id": document.id,
                "position": position,
                "dates": [day.isoformat() for day in session.dates],
                "group_minimum": size.minimum if size else None,
                "group_maximum": size.maximum if size else None,
                "capacity_status": capacity.status if capacity else None,
                "capacity_places": capacity.places if capacity else None,
                "capacity_as_of": capacity.as_of if capacity else None,
            }
        )
    return rows


def price_values(document: ActivityDocument) -> list[Values]:
    """The rows of an activity's prices."""
    return [
        {
            **price.model_dump(exclude={"parts", "session_ids"}),
            "activity_id": document.id,
            "position": position,
            "session_ids": [str(session_id) for session_id in price.session_ids],
        }
        for position, price in enumerate(document.prices)
    ]


def part_values(document: ActivityDocument) -> list[Values]:
    """The rows of the parts of an activity's prices."""
    return [
        {
            **part.model_dump(exclude={"staff_ratio"}),
            **_ratio_values(part.staff_ratio),
            "price_id": price.id,
            "position": position,
        }
        for price in document.prices
        for position, part in enumerate(price.parts)
    ]


def area_values(document: ActivityDocument) -> list[Values]:
    """The rows of the areas that an activity serves or picks people up in."""
    return [
        {
            **area.model_dump(),
            "activity_id": document.id,
            "purpose": purpose,
            "position": position,
        }
        for purpose, areas in (
            ("served", document.served_areas),
            ("pick_up", document.pick_up_areas),
        )
        for position, area in enumerate(areas)
    ]


def place_values(document: ActivityDocument) -> list[Values]:
    """The rows of the places at which an activity runs, but for when the public first saw them."""
    venues = sorted({one.venue_id for one in document.sessions if one.venue_id})
    online = any(one.place == "online" for one in document.sessions)
    return [
        {"activity_id": document.id, "venue_id": venue}
        for venue in (*venues, *([ONLINE] if online else []))
    ]


def activity_documents(  # noqa: PLR0913 - one argument for each table that an activity has.
    activities: Sequence[Activity],
    *,
    terms: Iterable[ActivityTerm],
    sessions: Iterable[ActivitySession],
    prices: Iterable[Price],
    parts: Iterable[PricePart],
    areas: Iterable[ServedArea],
) -> list[ActivityDocument]:
    """Activities as they were published, in the order given.

    Args:
        activities: the activities' own rows.
        terms: their terms; these and the rest in the order of their positions.
        sessions: their sessions.
        prices: their prices.
        parts: the parts of their prices.
        areas: the areas they serve or pick people up in.
    """
    terms_of = _grouped(terms, lambda row: row.activity_id)
    sessions_of = _grouped(sessions, lambda row: row.activity_id)
    prices_of = _grouped(prices, lambda row: row.activity_id)
    parts_of = _grouped(parts, lambda row: row.price_id)
    areas_of = _grouped(areas, lambda row: row.activity_id)
    return [
        ActivityDocument.model_validate(
            {
                "id": row.id,
                **{name: getattr(row, name) for name in (*_SAME_FIELDS, *_JSON_FIELDS)},
                "origin": _origin_of(row),
                "easy_read": row.easy_read,
                "ages": {"minimum": row.minimum_age, "maximum": row.maximum_age},
                **_terms(terms_of[row.id]),
                "sessions": [_session(session) for session in sessions_of[row.id]],
                "prices": [_price(price, parts_of[price.id]) for price in prices_of[row.id]],
                **_areas(areas_of[row.id]),
            }
        )
        for row in activities
    ]


def _grouped(rows: Iterable[Any], key: Callable[[Any], UUID]) -> Mapping[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _terms(rows: Sequence[ActivityTerm]) -> Values:
    of_scheme: dict[str, list[ActivityTerm]] = defaultdict(list)
    for row in rows:
        of_scheme[row.scheme].append(row)
    codes = {name: [row.code for row in of_scheme[scheme]] for name, scheme in CODES.items()}
    statements = {
        name: [
            {"code": row.code, "value": row.evidence, "note": row.note} for row in of_scheme[scheme]
        ]
        for name, scheme in STATEMENTS.items()
    }
    outcomes = [{"code": row.code, "primary": row.primary} for row in of_scheme["outcome"]]
    return {**codes, **statements, "outcomes": outcomes}


_SESSION_FIELDS = (
    "id",
    "label",
    "place",
    "venue_id",
    "repeats",
    "day",
    "week_of",
    "nth",
    "dates",
    "starts_at",
    "ends_at",
    "term_time_only",
    "valid_from",
    "valid_to",
    "bank_holidays",
)


def _session(row: ActivitySession) -> Values:
    size = {"minimum": row.group_minimum, "maximum": row.group_maximum}
    capacity = {
        "status": row.capacity_status,
        "places": row.capacity_places,
        "as_of": row.capacity_as_of,
    }
    return {
        **{name: getattr(row, name) for name in _SESSION_FIELDS},
        "staff_ratio": _ratio_of(row),
        "group_size": size if any(size.values()) else None,
        "capacity": capacity if row.capacity_status else None,
    }


def _price(row: Price, parts: Sequence[PricePart]) -> Values:
    names = ("id", "label", "payer", "session_ids", "weeks_per_year", "valid_from", "valid_to")
    return {
        **{name: getattr(row, name) for name in names},
        "parts": [
            {
                "part": part.part,
                "unit": part.unit,
                "amount_pence": part.amount_pence,
                "required": part.required,
                "staff_ratio": _ratio_of(part),
                "ratio_effect": part.ratio_effect,
            }
            for part in parts
        ],
    }


def _areas(rows: Sequence[ServedArea]) -> Values:
    names = ("kind", "name", "gss", "outcodes", "latitude", "longitude", "miles")
    areas: dict[str, list[Values]] = {"served": [], "pick_up": []}
    for row in rows:
        areas[row.purpose].append({name: getattr(row, name) for name in names})
    return {"served_areas": areas["served"], "pick_up_areas": areas["pick_up"]}
