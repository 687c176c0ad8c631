"""What the API takes and gives of places."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from app.geo.councils import PlaceFound
from app.geo.distance import rounded_miles
from app.geo.geocoder import PlaceKind
from app.parameters import QueryModel, refuse_line_breaks

DECIMALS = 4
"""Decimals of a degree: some ten metres, finer than any shipped table."""


# The length comes first: after a validator it would be told as a number of items.
Typed = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(refuse_line_breaks)]


class PlaceParams(QueryModel):
    """What somebody typed to say where they are."""

    q: Typed = Field(
        description=(
            "A postcode, the first part of one, a sector such as `CM1 1`, or the name of a town or "
            "village, also with its county: `Newport, Essex`. The beginning is enough. Case, "
            "spaces and characters that look alike (0 and O, 1 and I) do not matter."
        ),
        examples=["CW1 2AB", "CM1", "Newport", "Chelm"],
    )


class PlaceCouncilCandidate(BaseModel):
    """A council that may be responsible for a place."""

    gss: str | None = Field(description="Its code in the register of the ONS; null if not held.")
    name: str = Field(description="Its name.")
    confidence: float = Field(description="How likely it is the one, from 0 to 1.")


class PlaceCouncil(BaseModel):
    """The council that is most likely responsible for adult social care at a place."""

    gss: str | None = Field(
        description="Its code in the register of the ONS; null if this service does not hold it."
    )
    name: str | None = Field(description="Its name; null where we cannot say.")
    confidence: float = Field(
        description=(
            "How likely it is the right one, from 0 to 1. Below 0.97 the place may be near a "
            "border: show the candidates and let people choose."
        )
    )
    candidates: list[PlaceCouncilCandidate] = Field(
        description=(
            "When the confidence is below 0.97: the councils on both sides of the border, the "
            "likeliest first, this one among them. Their confidences come to 1 at most."
        )
    )


class PlaceView(BaseModel):
    """A place, how well its position is known, and its council."""

    label: str = Field(
        description=(
            "What to show. Of a full postcode only the sector is shown and kept. Two places of "
            "one name have labels that differ. A label can be sent as `q` again."
        )
    )
    kind: PlaceKind = Field(description="`sector`, `outcode`, `place`, or `point`.")
    latitude: float = Field(description="Degrees north, WGS 84.")
    longitude: float = Field(description="Degrees east, WGS 84.")
    accuracy_miles: float = Field(
        description="Nine times in ten the true position lies within this many miles."
    )
    council: PlaceCouncil
    source: str = Field(description="Who publishes the position; see the attribution at `/v1`.")


class PlacesView(BaseModel):
    """The places that a text can mean, the likeliest first. There is always at least one."""

    items: list[PlaceView] = Field(description="At most ten places.")


def place_view(found: PlaceFound) -> PlaceView:
    """A place as the API shows it."""
    place, council = found.place, found.council
    return PlaceView(
        label=place.label,
        kind=place.kind,
        latitude=round(place.latitude, DECIMALS),
        longitude=round(place.longitude, DECIMALS),
        accuracy_miles=rounded_miles(place.accuracy_miles),
        council=PlaceCouncil(
            gss=council.gss,
            name=council.name,
            confidence=council.confidence,
            candidates=[
                PlaceCouncilCandidate(gss=each.gss, name=each.name, confidence=each.confidence)
                for each in council.candidates
            ],
        ),
        source=place.source,
    )


def places_view(found: Sequence[PlaceFound]) -> PlacesView:
    """Places as the API lists them."""
    return PlacesView(items=[place_view(each) for each in found])
