"""Places, and the councils that are responsible for them."""

from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.geo.areas import Areas
from app.geo.councils import CouncilGuess, Holding, Listing, PlaceFound
from app.geo.geocoder import Place
from app.geo.models import Area, AreaOutcode
from app.parameters import london_today

NOT_RESPONSIBLE = "district"
"""The tier of councils that have no adult social care duties."""


def find_places(session: Session, text: str, *, today: date | None = None) -> list[PlaceFound]:
    """The places that a text can mean, as `Areas.find_places` finds them."""
    return areas_on(session, today or london_today()).find_places(text)


def council_of(session: Session, place: Place, *, today: date | None = None) -> CouncilGuess:
    """The council that is responsible for a place, as `Areas.council_of` guesses it."""
    return areas_on(session, today or london_today()).council_of(place)


def areas_on(session: Session, today: date) -> Areas:
    """The areas of responsible councils that are valid on a day: two statements."""
    areas = session.exec(
        select(Area)
        .where(or_(col(Area.valid_from).is_(None), col(Area.valid_from) <= today))
        .where(or_(col(Area.valid_to).is_(None), col(Area.valid_to) >= today))
        .where(Area.tier != NOT_RESPONSIBLE)
        .order_by(col(Area.name), col(Area.id))
    ).all()
    holdings = {area.id: Holding(area.gss, area.name) for area in areas}
    listings: dict[str, list[Listing]] = {}
    ordered = select(AreaOutcode).order_by(col(AreaOutcode.outcode), col(AreaOutcode.area_id))
    for row in session.exec(ordered):
        if row.area_id in holdings:
            listings.setdefault(row.outcode, []).append(Listing(holdings[row.area_id], row.share))
    return Areas(list(holdings.values()), listings)
