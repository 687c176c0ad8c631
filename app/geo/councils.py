"""Which council is responsible for a place, and how sure that is.

What is known: the outcodes that the councils of a deployment list, with the share of each outcode
that is theirs; and the county of the shipped place nearest to a point. The first is where the
guess starts, the second is evidence; Bayes' rule joins them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from app.geo.gazetteer import Nearby
from app.geo.geocoder import Place
from app.geo.names import council_key

SURE = 0.97
"""From here on, nobody needs to be told of the council on the other side of a border."""

SHARE_NOT_STATED = 0.5
"""What a shared outcode counts for a council that states no number."""

OUTCODE_OF_A_POINT = 0.976
"""How often the sector around a point lies in the council that most of the sector lies in."""

COUNTY_AT_MOST = 0.9
"""How often the county of the nearest place is the right one, at best."""

COUNTY_AT_LEAST = 0.5
"""The same for a point as near to a place of the next county."""

COUNTY_MILES = 15.0
"""Beyond this the nearest place says nothing: a point at sea, in Scotland or in Wales."""

BORDER_MILES = 8.0
"""With the next county further than this, the nearest one was right 99 times in 100."""

UNNAMED_AT_MOST = 0.5
"""How sure a guess can be where the county is known, but not which of its councils it is."""

_SCOTLAND = """
AB DD DG EH FK G HS IV KA KW KY ML PA PH ZE TD1 TD2 TD3 TD4 TD5 TD6 TD7 TD8 TD9 TD10 TD11 TD13 TD14
"""
_WALES = """
CF LD LL NP SA CH5 CH6 CH7 CH8 SY15 SY16 SY17 SY18 SY19 SY20 SY21 SY22 SY23 SY24 SY25
"""

SCOTLAND_AND_WALES = frozenset((_SCOTLAND + _WALES).split())
"""Postcode areas and outcodes that lie in Scotland or Wales, whole or by far the most."""


SEVERAL_COUNCILS = {"greater london": "A London borough", "cumbria": "A council in Cumbria"}
"""Counties of several councils, whose places do not say which they belong to: by `council_key`,
what a council there is called."""

_COUNTY_OF_CODE = {"E09": "greater london", "E06000063": "cumbria", "E06000064": "cumbria"}


@dataclass(frozen=True, slots=True)
class Holding:
    """A council that the deployment knows; `gss` is None where it holds no code."""

    gss: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """An outcode's share that a council lists as its own: 0 to 1, None where it states none."""

    council: Holding
    share: float | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a place that can tell its council.

    `listings` are what councils list of its outcode; `around_a_point` says that the outcode is
    that of the nearest sector, and was not given. `counties` are the counties by the miles to
    their nearest place, nearest first; `weigh_county` says that the place is small enough for the
    nearest to count: a whole outcode is not. Outside England only listings count.
    """

    listings: Sequence[Listing]
    counties: Sequence[Nearby]
    around_a_point: bool = False
    weigh_county: bool = True
    in_england: bool = True


@dataclass(frozen=True, slots=True)
class CouncilCandidate:
    """A council that may be responsible, and the probability that it is."""

    gss: str | None
    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CouncilGuess:
    """The council that is most likely responsible.

    `gss` is None for a council that the deployment does not hold, `name` as well where nothing
    is known. Below a confidence of 0.97, `candidates` names the councils on both sides of the
    border, this one among them, best first; together they come to 1 at most.
    """

    gss: str | None
    name: str | None
    confidence: float
    candidates: tuple[CouncilCandidate, ...] = ()


NOBODY = CouncilGuess(None, None, 0.0)


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place that a text can mean, and the council that is responsible for it."""

    place: Place
    council: CouncilGuess


def guess_council(evidence: Evidence, holdings: Sequence[Holding] = ()) -> CouncilGuess:
    """Guess the council that is responsible for a place.

    Args:
        evidence: what is known of the place.
        holdings: every council that the deployment knows, to find a county's code by its name.
    """
    near = [county for county in evidence.counties if county.miles <= COUNTY_MILES]
    listings = evidence.listings
    if not listings:
        return _by_county(near, holdings) if evidence.in_england else NOBODY
    shares = _prior(listings, around_a_point=evidence.around_a_point)
    if evidence.weigh_county and near:
        shares = _weighed(shares, listings, near)
    *listed, elsewhere = shares
    found = [
        CouncilCandidate(listing.council.gss, listing.council.name, share)
        for listing, share in zip(listings, listed, strict=True)
    ]
    unlisted = next((county for county in near if not any(_of(county, listings))), None)
    if elsewhere and unlisted:
        found.append(_candidate(unlisted, elsewhere, holdings))
    return _best(found)


def trust_in_county(nearest_miles: float, next_miles: float) -> float:
    """How often the county of the nearest place is the right one.

    From the miles to the nearest place and to the nearest place of another county. Where the
    latter is twice as far or more, 0.9; as the two grow alike, it falls in a straight line to
    0.5. Found by asking for each shipped place what its neighbours would say of it: 0.90 overall,
    0.96 or more up to half as far, 0.84 at 0.6, 0.72 at 0.7, 0.60 at 0.85 and 0.46 at 0.95.
    """
    ratio = nearest_miles / next_miles if next_miles > 0 else 1.0
    fall = (COUNTY_AT_MOST - COUNTY_AT_LEAST) * 2
    return min(COUNTY_AT_MOST, COUNTY_AT_MOST - fall * (ratio - 0.5))


def lies_in_england(outcode: str) -> bool:
    """Whether an outcode lies in England, as far as an outcode can say."""
    return SCOTLAND_AND_WALES.isdisjoint({outcode, outcode.rstrip("0123456789")})


@lru_cache(maxsize=1_024)
def county_key(council: Holding) -> str:
    """The `council_key` of the county whose places lie in this council's area."""
    for beginning, county in _COUNTY_OF_CODE.items():
        if council.gss and council.gss.startswith(beginning):
            return county
    return council_key(council.name)


def _prior(listings: Sequence[Listing], *, around_a_point: bool) -> list[float]:
    """The share of each listing and, last, of whoever lists nothing; together 1."""
    shares = [SHARE_NOT_STATED if each.share is None else each.share for each in listings]
    total = sum(shares)
    shares = [share / max(total, 1.0) for share in shares]
    if around_a_point:
        shares = [share * OUTCODE_OF_A_POINT for share in shares]
    return [*shares, max(0.0, 1.0 - sum(shares))]


def _weighed(
    shares: Sequence[float], listings: Sequence[Listing], near: Sequence[Nearby]
) -> list[float]:
    """The shares after the evidence of the nearest county."""
    trust = trust_in_county(near[0].miles, near[1].miles if len(near) > 1 else COUNTY_MILES)
    fits = list(_of(near[0], listings))
    fits.append(not any(fits))
    # Where the evidence is wrong, it names any of the others; one with no share is none of them.
    others = sum(share > 0 and not fit for share, fit in zip(shares, fits, strict=True))
    weights = [
        share * (trust if fit else (1 - trust) / max(others, 1))
        for share, fit in zip(shares, fits, strict=True)
    ]
    total = sum(weights)
    return [weight / total for weight in weights] if total else list(shares)


def _of(county: Nearby, listings: Sequence[Listing]) -> Iterator[bool]:
    """For each listing, whether it is a council of this county."""
    return (county_key(listing.council) == council_key(county.name) for listing in listings)


def _by_county(near: Sequence[Nearby], holdings: Sequence[Holding]) -> CouncilGuess:
    """The guess where nobody lists the outcode."""
    if not near:
        return NOBODY
    trust = trust_in_county(near[0].miles, near[1].miles if len(near) > 1 else COUNTY_MILES)
    found = [_candidate(near[0], trust, holdings)]
    if len(near) > 1 and near[1].miles <= BORDER_MILES:
        found.append(_candidate(near[1], 1 - trust, holdings))
    return _best(found)


def _candidate(county: Nearby, share: float, holdings: Sequence[Holding]) -> CouncilCandidate:
    """The council of a county; no code where the deployment does not hold it."""
    key = council_key(county.name)
    if key in SEVERAL_COUNCILS:
        return CouncilCandidate(None, SEVERAL_COUNCILS[key], min(share, UNNAMED_AT_MOST))
    held = next((each for each in holdings if county_key(each) == key), None)
    if held:
        return CouncilCandidate(held.gss, held.name, share)
    return CouncilCandidate(None, county.name, share)


def _best(found: Sequence[CouncilCandidate]) -> CouncilGuess:
    """The most likely of the candidates, with the others beside it unless it is sure."""
    ranked = sorted(
        (replace(each, confidence=share) for each in found if (share := _shown(each.confidence))),
        key=lambda each: (-each.confidence, each.name),
    )
    if not ranked:
        return NOBODY
    best = ranked[0]
    candidates = () if best.confidence >= SURE else tuple(ranked)
    return CouncilGuess(best.gss, best.name, best.confidence, candidates)


def _shown(confidence: float) -> float:
    """A probability to three decimals, rounded down so that several never pass 1 together."""
    return math.floor(confidence * 1000 + 1e-6) / 1000
