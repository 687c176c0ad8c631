from typing import Annotated

from fastapi import APIRouter, Query

from app.database import ReadSession
from app.geo import queries
from app.geo.places import OutsideGreatBritain, UnknownPlace
from app.geo.schemas import PlaceParams, PlacesView, places_view
from app.parameters import Today
from app.problems import Malformed, responses

router = APIRouter(tags=["places"])


@router.get(
    "/v1/places",
    operation_id="find_places",
    summary="Find a place by postcode or name",
    responses=responses(OutsideGreatBritain, UnknownPlace, Malformed),
)
def find_places(
    session: ReadSession, today: Today, params: Annotated[PlaceParams, Query()]
) -> PlacesView:
    """Resolve or complete what somebody typed: a postcode, the first part of one, or a name.

    Several items mean that the name is ambiguous or not complete: let people choose. Of a full
    postcode only its sector is used, so that nobody's home is shown or kept.

    Nothing found is a 404 that says how the text was read: `unknown_place`, or
    `outside_great_britain` for Northern Ireland, the Channel Islands and the Isle of Man. Both
    carry an `easy_read` sentence.
    """
    return places_view(queries.find_places(session, params.q, today=today))
