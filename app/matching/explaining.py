"""One result as the answer shows it: what was judged, why, what to ask and what it costs."""

from datetime import date

from pydantic_core import to_json

from app.catalogue.documents.councils import FreshnessDays
from app.catalogue.freshness import CAPACITY_DAYS, freshness
from app.catalogue.public.wording import in_language
from app.geo.distance import rounded_miles
from app.matching.bills import cost_view
from app.matching.costs import ROAD_TENTHS
from app.matching.musts import musts_of, questions_of
from app.matching.person import Person
from app.matching.policy import band_of
from app.matching.reasons import reasons_of
from app.matching.shown import SessionShown, Shown
from app.search.index.facts import NOT_KNOWN
from app.vocabulary.schemas import coded


def result_json(shown: Shown) -> bytes:
    """The JSON of a `Match`, joined of pieces most of which several results share."""
    reading, best, score = shown.reading, shown.best, shown.cells.scores[shown.place_in_list]
    return b"".join(
        (
            b'{"activity":',
            _summary(shown),
            b',"serves":"',
            shown.judged.side.serves.encode(),
            b'","score":',
            b"null" if score is None else b"%d" % score,
            b',"band":',
            reading.once(("band", score), lambda: _band(shown.person, score)),
            b',"reasons":',
            reasons_of(shown),
            b',"musts":',
            musts_of(shown),
            b',"questions_to_ask":',
            questions_of(shown),
            b',"sessions_that_fit":[',
            b",".join([_session(one) for one in shown.fitting]),
            b'],"distance":',
            _distance(best),
            b',"cost":',
            reading.once(("cost", shown.cost_key), lambda: to_json(cost_view(shown))),
            b',"capacity":',
            _capacity(shown),
            b',"freshness":',
            _freshness(shown),
            b"}",
        )
    )


def _band(person: Person, score: int | None) -> bytes:
    band = band_of(score, person.answered_weight)
    return to_json({"code": band.code, "label": band.label, "easy_read": band.easy_read})


def _summary(shown: Shown) -> bytes:
    """The search's own summary, with the venue and the distance of the best session."""
    snapshot, lang = shown.reading.snapshot, shown.reading.lang
    venue, tenths = shown.of_best("venue"), shown.best.tenths
    (summary,) = snapshot.summaries.read_all((shown.row,), lang)
    return b"".join(
        (
            summary,
            b',"nearest_venue":',
            b"null" if venue == NOT_KNOWN else snapshot.venues[venue],
            b',"distance_miles":',
            b"null" if tenths is None else repr(tenths / 10).encode(),
            b"}",
        )
    )


def _session(session: SessionShown) -> bytes:
    assert session.told is not None  # noqa: S101 - sessions that fit are stated.
    return b'%b,"distance":%b}' % (session.told.json, _distance(session))


def _distance(session: SessionShown) -> bytes:
    spot, tenths = session.reading.wanted.spot, session.tenths
    if spot is None or tenths is None:
        return b"null"
    return session.reading.once(
        ("distance", tenths),
        lambda: to_json(
            {
                "straight_miles": tenths / 10,
                "about_road_miles": (tenths * ROAD_TENTHS + 5) // 10 / 10,
                "uncertainty_miles": rounded_miles(spot.uncertainty),
            }
        ),
    )


def _capacity(shown: Shown) -> bytes:
    """Whether there is a place in the best session, as far as that is still believed."""
    said = (shown.best.stated or {}).get("capacity") or shown.stated["capacity"]
    status, places, as_of = "unknown", None, None
    if said is not None:
        status, places, as_of = said["status"], said["places"], said["as_of"]
    return shown.reading.once(
        ("capacity", status, places, as_of),
        lambda: _capacity_told(shown, status, places, as_of),
    )


def _capacity_told(shown: Shown, status: str, places: int | None, as_of: str | None) -> bytes:
    if as_of and (shown.person.day - date.fromisoformat(as_of)).days > CAPACITY_DAYS:
        status, places = "unknown", None
    term = coded("capacity", status, shown.reading.lang)
    view = {"code": term.code, "label": term.label}
    return to_json({"status": view, "places": places, "as_of": as_of})


def _freshness(shown: Shown) -> bytes:
    first, second = shown.stated["days"]
    confirmed = shown.number("confirmed")
    return shown.reading.once(
        ("freshness", confirmed, first, second),
        lambda: _freshness_told(shown, date.fromordinal(confirmed), first, second),
    )


def _freshness_told(shown: Shown, confirmed: date, first: int, second: int) -> bytes:
    days = FreshnessDays.model_construct(fresh=first, due=second, stale=NEVER_HIDDEN)
    fresh = freshness(confirmed, shown.person.day, days)
    label = in_language(shown.reading.lang, fresh.text, fresh.easy_read)
    return to_json({"confirmed_on": confirmed.isoformat(), "code": fresh.code, "label": label})


NEVER_HIDDEN = 100_000
"""Days: what is stale is shown here as long as it is in the catalogue."""
