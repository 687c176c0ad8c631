"""Where the person lives, and which council answers for them. Nothing of it is kept."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from app.catalogue.documents import CouncilDocument
from app.catalogue.documents.councils import PaymentRule, Safeguarding
from app.catalogue.public.references import first_contact
from app.catalogue.safeguarding import safeguarding_view
from app.geo.councils import PlaceFound
from app.geo.distance import Point
from app.geo.places import OutsideGreatBritain, UnknownPlace, place_at
from app.matching.answers import Answers
from app.parameters import Language
from app.problems import Fault, Malformed
from app.search.index.names import Numbered
from app.search.index.snapshot import Snapshot

SURE = 0.97


class HomeNotResolved(Malformed):
    """The place where the person lives is not known."""

    code = "unknown_place"
    title = "We do not know this place"

    def __init__(self, problem: UnknownPlace | OutsideGreatBritain) -> None:
        fault = Fault(
            **{"in": "body"},
            name="/answers/location",
            code=problem.code,
            message=problem.detail,
        )
        super().__init__([fault])
        self.detail = problem.detail
        self.extensions["easy_read"] = problem.extensions["easy_read"]


class CouncilNotHeld(Malformed):
    """This service does not hold the council that was named."""

    code = "unknown_council"
    title = "We do not know this council"

    def __init__(self) -> None:
        fault = Fault(
            **{"in": "body"},
            name="/answers/council",
            code=self.code,
            message="This is no council that this service holds. They are listed at /v1/councils.",
        )
        super().__init__([fault])


def homes_of(snapshot: Snapshot, answers: Answers) -> list[PlaceFound]:
    """The places that may be meant, the likeliest first; none where nothing was told.

    Raises:
        HomeNotResolved: what was told is no place that we know.
        CouncilNotHeld: the council that was named is not held.
    """
    if answers.council is not None and answers.council not in snapshot.councils_said:
        raise CouncilNotHeld
    home = answers.location
    if home is None:
        return []
    problem: UnknownPlace | OutsideGreatBritain
    try:
        if home.text is not None:
            return snapshot.areas.find_places(home.text)
        if home.latitude is not None and home.longitude is not None:
            place = place_at(Point(home.latitude, home.longitude))
            return [PlaceFound(place, snapshot.areas.council_of(place))]
    except (UnknownPlace, OutsideGreatBritain) as unknown:
        problem = unknown
    else:
        return []
    # Outside the handler, so that no trace of the error holds on to what was typed.
    raise HomeNotResolved(problem)


def paying_council(
    snapshot: Snapshot, answers: Answers, home: PlaceFound | None
) -> CouncilDocument | None:
    """The council that helps or pays, as far as it is held: the one named, else the likeliest."""
    gss = answers.council or (home.council.gss if home else None)
    return snapshot.councils_said.get(gss) if gss else None


def payment_rules(council: CouncilDocument | None) -> list[PaymentRule]:
    """What a council's direct payments pay for."""
    return council.payment_rules if council else []


_ready: WeakKeyDictionary[Numbered, dict[tuple[str, Language], Mapping[str, Any]]] = (
    WeakKeyDictionary()
)


def council_view(
    snapshot: Snapshot, answers: Answers, home: PlaceFound | None, lang: Language
) -> dict[str, Any]:
    """Whom to call, and near a border every council that may be the one."""
    named = answers.council
    if named is not None:
        return {**_candidate(snapshot, named, None, lang), "candidates": []}
    if home is None:
        return {**_candidate(snapshot, None, None, lang), "candidates": []}
    guess = home.council
    return {
        **_candidate(snapshot, guess.gss, guess.name, lang),
        "candidates": [
            _candidate(snapshot, each.gss, each.name, lang)
            for each in guess.candidates
            if guess.confidence < SURE
        ],
    }


def _candidate(
    snapshot: Snapshot, gss: str | None, name: str | None, lang: Language
) -> Mapping[str, Any]:
    council = snapshot.councils_said.get(gss) if gss else None
    if council is None or gss is None:
        blank = safeguarding_view(Safeguarding(), lang).model_dump(mode="json")
        return {"gss": gss, "name": name, "contact": None, "safeguarding": blank}
    ready = _ready.setdefault(snapshot.price_sets, {})
    if (gss, lang) not in ready:
        ready[gss, lang] = {
            "gss": gss,
            "name": council.name,
            "contact": first_contact(council.contacts).model_dump(mode="json"),
            "safeguarding": safeguarding_view(council.safeguarding, lang).model_dump(mode="json"),
        }
    return ready[gss, lang]
