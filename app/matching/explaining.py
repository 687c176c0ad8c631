"""One result as the answer shows it: what was judged, why, what to ask and what it costs."""

from datetime import date
from typing import Any

from pydantic_core import to_json

from app.catalogue.documents.councils import FreshnessDays
from app.catalogue.freshness import CAPACITY_DAYS, freshness
from app.catalogue.occurrences import DAYS
from app.catalogue.public.wording import in_language
from app.geo.distance import rounded_miles
from app.matching.bills import cost_view
from app.matching.costs import ROAD_TENTHS
from app.matching.musts import musts_of, questions_of
from app.matching.policy import band_of
from app.matching.reasons import reasons_of
from app.matching.shown import SessionShown, Shown
from app.matching.words import clock
from app.search.index.facts import NOT_KNOWN
from app.vocabulary.schemas import coded


def result_json(shown: Shown) -> bytes:
    """The JSON of a `Match`."""
    score = shown.judged.fits.score
    whole = None if score is None else int(score[shown.at])
    band = band_of(whole, shown.person.answered_weight)
    rest = {
        "serves": shown.judged.side.serves,
        "score": whole,
        "band": {"code": band.code, "label": band.label, "easy_read": band.easy_read},
        "reasons": reasons_of(shown),
        "musts": musts_of(shown),
        "questions_to_ask": questions_of(shown),
        "sessions_that_fit": [_session(one) for one in shown.fitting],
        "distance": _distance(shown.best),
        "cost": cost_view(shown),
        "capacity": _capacity(shown),
        "freshness": _freshness(shown),
    }
    return b"".join((b'{"activity":', _summary(shown), b",", to_json(rest)[1:]))


def _summary(shown: Shown) -> bytes:
    """The search's own summary, with the venue and the distance of the best session."""
    snapshot, lang = shown.reading.snapshot, shown.reading.lang
    venue, tenths = shown.best.number("venue"), shown.best.tenths
    return b"".join(
        (
            snapshot.summaries.read(shown.row, lang),
            b',"nearest_venue":',
            b"null" if venue == NOT_KNOWN else snapshot.venues[venue],
            b',"distance_miles":',
            b"null" if tenths is None else repr(tenths / 10).encode(),
            b"}",
        )
    )


def _session(session: SessionShown) -> dict[str, Any]:
    stated = session.stated or {}
    return {
        "session_id": stated["id"],
        "day": DAYS[session.number("day")],
        "starts_at": clock(session.number("starts")),
        "ends_at": clock(session.number("ends")),
        "venue": session.venue,
        "distance": _distance(session),
    }


def _distance(session: SessionShown) -> dict[str, float] | None:
    spot, tenths = session.reading.wanted.spot, session.tenths
    if spot is None or tenths is None:
        return None
    return {
        "straight_miles": tenths / 10,
        "about_road_miles": (tenths * ROAD_TENTHS + 5) // 10 / 10,
        "uncertainty_miles": rounded_miles(spot.uncertainty),
    }


def _capacity(shown: Shown) -> dict[str, Any]:
    """Whether there is a place in the best session, as far as that is still believed."""
    said = (shown.best.stated or {}).get("capacity") or shown.stated["capacity"]
    status, places, as_of = "unknown", None, None
    if said is not None:
        as_of = said["as_of"]
        if (shown.person.day - date.fromisoformat(as_of)).days <= CAPACITY_DAYS:
            status, places = said["status"], said["places"]
    term = coded("capacity", status, shown.reading.lang)
    return {
        "status": {"code": term.code, "label": term.label},
        "places": places,
        "as_of": as_of,
    }


def _freshness(shown: Shown) -> dict[str, Any]:
    first, second = shown.stated["days"]
    days = FreshnessDays.model_construct(fresh=first, due=second, stale=NEVER_HIDDEN)
    confirmed = date.fromordinal(shown.number("confirmed"))
    fresh = freshness(confirmed, shown.person.day, days)
    return {
        "confirmed_on": confirmed.isoformat(),
        "code": fresh.code,
        "label": in_language(shown.reading.lang, fresh.text, fresh.easy_read),
    }


NEVER_HIDDEN = 100_000
"""Days: what is stale is shown here as long as it is in the catalogue."""
