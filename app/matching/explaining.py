"""Results as the answer shows them: what was judged, why, what to ask and what it costs."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from pydantic_core import to_json

from app.catalogue.documents.councils import FreshnessDays
from app.catalogue.freshness import CAPACITY_DAYS, freshness
from app.catalogue.public.wording import in_language
from app.geo.distance import rounded_miles
from app.matching.asking import questions_of
from app.matching.bills import cost_json
from app.matching.costs import ROAD_TENTHS
from app.matching.musts import musts_of
from app.matching.person import Person
from app.matching.policy import band_of
from app.matching.reasons import reasons_of
from app.matching.shown import Cells, Shown
from app.parameters import Language
from app.search.index.facts import NOT_KNOWN
from app.vocabulary.schemas import coded

MOST_PHRASES = 4_096
"""So many phrases on freshness, and as many on places, are remembered: a megabyte of each."""


def results_json(results: Sequence[Shown]) -> list[bytes]:
    """The JSON of a `Match` for each of what is shown."""
    ready: dict[int, list[bytes]] = {}
    found = []
    for one in results:
        known = ready.get(id(one.cells))
        if known is None:
            known = ready[id(one.cells)] = _results(one.cells)
        found.append(known[one.place_in_list])
    return found


def _results(cells: Cells) -> list[bytes]:
    """All results of one judgement, joined of columns of which results share the pieces."""
    serves = b',"serves":"%b","score":' % cells.judged.side.serves.encode()
    scores = cells.scores
    bands = {score: _score(cells.person, score) for score in {*scores}}
    funding, lang = cells.person.answers.funding, cells.reading.lang
    columns = (
        _summaries(cells),
        [serves + bands[score] for score in scores],
        reasons_of(cells),
        musts_of(cells),
        questions_of(cells),
        _sessions(cells),
        _distances(cells, cells.tenths),
        [cost_json(cost, funding, lang) for cost in cells.costs],
        _capacities(cells),
        _freshnesses(cells),
    )
    return [RESULT % row for row in zip(*columns, strict=True)]


RESULT = (
    b'{"activity":%b%b,"reasons":%b,"musts":%b,"questions_to_ask":%b,"sessions_that_fit":[%b],'
    b'"distance":%b,"cost":%b,"capacity":%b,"freshness":%b}'
)


def _score(person: Person, score: int | None) -> bytes:
    band = band_of(score, person.answered_weight)
    named = to_json({"code": band.code, "label": band.label, "easy_read": band.easy_read})
    return b'%b,"band":%b' % (b"null" if score is None else b"%d" % score, named)


def _summaries(cells: Cells) -> list[bytes]:
    """The search's own summaries, with the venue and the distance of the best session."""
    snapshot = cells.reading.snapshot
    summaries = snapshot.summaries.read_all(cells.rows, cells.reading.lang)
    return [
        b'%b,"nearest_venue":%b,"distance_miles":%b}'
        % (
            summary,
            b"null" if venue == NOT_KNOWN else snapshot.venues[venue],
            b"null" if tenths is None else repr(tenths / 10).encode(),
        )
        for summary, venue, tenths in zip(
            summaries, cells.session("venue"), cells.tenths, strict=True
        )
    ]


def _sessions(cells: Cells) -> list[bytes]:
    """The sessions that fit each result, without brackets."""
    fitting = cells.fitting
    far = iter(_distances(cells, [one.tenths for sessions in fitting for one in sessions]))
    found = []
    for told, sessions in zip(cells.told, fitting, strict=True):
        known = told.sessions
        found.append(
            b",".join(
                [b'%b,"distance":%b}' % (known[one.which].json, next(far)) for one in sessions]
            )
        )
    return found


def _distances(cells: Cells, tenths: Sequence[int | None]) -> list[bytes]:
    """Distances as the answer shows them."""
    spot = cells.reading.wanted.spot
    if spot is None:
        return [b"null"] * len(tenths)
    uncertainty = rounded_miles(spot.uncertainty)
    return [
        b"null"
        if one is None
        else b'{"straight_miles":%r,"about_road_miles":%r,"uncertainty_miles":%r}'
        % (one / 10, (one * ROAD_TENTHS + 5) // 10 / 10, uncertainty)
        for one in tenths
    ]


def _capacities(cells: Cells) -> list[bytes]:
    """Whether there is a place in the best sessions, as far as that is still believed."""
    day, lang = cells.person.day.toordinal(), cells.reading.lang
    found = []
    for best, stated in zip(cells.best_stated, cells.stated, strict=True):
        said = best.get("capacity") or stated["capacity"]
        if said is None:
            found.append(_capacity("unknown", None, None, day, lang))
        else:
            found.append(_capacity(said["status"], said["places"], said["as_of"], day, lang))
    return found


@lru_cache(MOST_PHRASES)
def _capacity(
    status: str, places: int | None, as_of: str | None, day: int, lang: Language
) -> bytes:
    if as_of and day - date.fromisoformat(as_of).toordinal() > CAPACITY_DAYS:
        status, places = "unknown", None
    term = coded("capacity", status, lang)
    view = {"code": term.code, "label": term.label}
    return to_json({"status": view, "places": places, "as_of": as_of})


def _freshnesses(cells: Cells) -> Iterator[bytes]:
    """How long ago each was confirmed."""
    day, lang = cells.person.day.toordinal(), cells.reading.lang
    for stated, confirmed in zip(cells.stated, cells.activity("confirmed"), strict=True):
        first, second = stated["days"]
        yield _freshness(confirmed, day, first, second, lang)


@lru_cache(MOST_PHRASES)
def _freshness(confirmed: int, day: int, first: int, second: int, lang: Language) -> bytes:
    days = FreshnessDays.model_construct(fresh=first, due=second, stale=NEVER_HIDDEN)
    fresh = freshness(date.fromordinal(confirmed), date.fromordinal(day), days)
    label = in_language(lang, fresh.text, fresh.easy_read)
    return to_json(
        {"confirmed_on": fresh.confirmed_on.isoformat(), "code": fresh.code, "label": label}
    )


NEVER_HIDDEN = 100_000
"""Days: what is stale is shown here as long as it is in the catalogue."""
