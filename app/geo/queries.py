"""Places, and the councils that are responsible for them."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.geo.councils import (
    CouncilGuess,
    Evidence,
    Holding,
    Listing,
    PlaceFound,
    county_key,
    guess_council,
    lies_in_england,
)
from app.geo.gazetteer import sectors, settlements
from app.geo.geocoder import Place
from app.geo.models import Area, AreaOutcode
from app.geo.places import resolve_places
from app.parameters import london_today

NOT_RESPONSIBLE = "district"
"""The tier of councils that have no adult social care duties."""


def find_places(session: Session, text: str, *, today: date | None = None) -> list[PlaceFound]:
    """The places that a text can mean, best first, each with its council.

    Of places with the same name, those in councils that this deployment holds come first.

    Args:
        session: where the areas are read.
        text: a postcode, sector, outcode or name of a place, or the beginning of one.
        today: the day on which areas must be valid; the day in London if not given.

    Raises:
        UnknownPlace: nothing was found.
        OutsideGreatBritain: the postcode is not in England, Scotland or Wales.
    """
    areas = _areas_on(session, today)
    held = frozenset(county_key(_holding(area)) for area in areas)
    places = resolve_places(text, preferred=held)
    guesses = _guesses(session, areas, places)
    return [PlaceFound(place, guess) for place, guess in zip(places, guesses, strict=True)]


def council_of(session: Session, place: Place, *, today: date | None = None) -> CouncilGuess:
    """The council that is responsible for a place, with the other side of a border beside it.

    Args:
        session: where the areas are read.
        place: as `find_places`, `resolve_places` or `place_at` gave it.
        today: the day on which areas must be valid; the day in London if not given.
    """
    return _guesses(session, _areas_on(session, today), [place])[0]


def _areas_on(session: Session, today: date | None) -> Sequence[Area]:
    """The areas of responsible councils that are valid on a day."""
    day = today or london_today()
    return session.exec(
        select(Area)
        .where(or_(col(Area.valid_from).is_(None), col(Area.valid_from) <= day))
        .where(or_(col(Area.valid_to).is_(None), col(Area.valid_to) >= day))
        .where(Area.tier != NOT_RESPONSIBLE)
        .order_by(col(Area.name), col(Area.id))
    ).all()


def _guesses(
    session: Session, areas: Sequence[Area], places: Sequence[Place]
) -> list[CouncilGuess]:
    """The council of each place, in one statement whatever their number."""
    outcodes = [_outcode_of(place) for place in places]
    listings = _listings(session, areas, set(outcodes))
    holdings = [_holding(area) for area in areas]
    return [
        guess_council(
            Evidence(
                listings=[listing for listed, listing in listings if listed == outcode],
                counties=settlements().nearest_counties(place.point),
                around_a_point=place.outcode is None,
                weigh_county=place.kind != "outcode",
                in_england=place.county is not None or lies_in_england(outcode),
            ),
            holdings,
        )
        for place, outcode in zip(places, outcodes, strict=True)
    ]


def _listings(
    session: Session, areas: Sequence[Area], outcodes: Collection[str]
) -> list[tuple[str, Listing]]:
    """Who lists these outcodes, among the areas."""
    rows = session.exec(select(AreaOutcode).where(col(AreaOutcode.outcode).in_(outcodes))).all()
    holdings = {area.id: _holding(area) for area in areas}
    return [
        (row.outcode, Listing(holdings[row.area_id], row.share))
        for row in rows
        if row.area_id in holdings
    ]


def _outcode_of(place: Place) -> str:
    """The outcode that was given, or that of the sector nearest to the place."""
    return place.outcode or sectors().nearest(place.point).name.split()[0]


def _holding(area: Area) -> Holding:
    return Holding(area.gss, area.name)
