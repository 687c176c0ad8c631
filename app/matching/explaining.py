"""Results as the answer shows them: what was judged, why, what to ask and what it costs."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import repeat

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
from app.matching.shown import Cells, Column, Shown
from app.parameters import Language
from app.search.index.facts import NOT_KNOWN
from app.search.index.summaries import FAR, NEAREST_VENUE
from app.vocabulary.schemas import coded

MOST_PHRASES = 4_096
"""So many phrases on freshness, and as many on places, are remembered: a megabyte of each."""


Pieces = Sequence[bytes]
"""What joined is some JSON. Results are long: to join each of them first would copy it again."""


def results_json(results: Sequence[Shown]) -> list[Pieces]:
    """The JSON of a `Match` for each of what is shown, in pieces."""
    ready: dict[int, list[Pieces]] = {}
    found = []
    for one in results:
        known = ready.get(id(one.cells))
        if known is None:
            known = ready[id(one.cells)] = _results(one.cells)
        found.append(known[one.place_in_list])
    return found


def _results(cells: Cells) -> list[Pieces]:
    """All results of one judgement, of columns of which results share the pieces."""
    serves = b',"serves":"%b","score":' % cells.judged.side.serves.encode()
    scores = cells.scores
    bands = {
        score: b'%b%b,"reasons":' % (serves, _score(cells.person, score)) for score in {*scores}
    }
    funding, lang = cells.person.answers.funding, cells.reading.lang
    columns: tuple[Column, ...] = (
        repeat(b'{"activity":'),
        *_summaries(cells),
        [bands[score] for score in scores],
        *reasons_of(cells),
        repeat(b',"musts":'),
        *musts_of(cells),
        repeat(b',"questions_to_ask":'),
        questions_of(cells),
        repeat(b',"sessions_that_fit":['),
        _sessions(cells),
        repeat(b'],"distance":'),
        _distances(cells, cells.tenths),
        repeat(b',"cost":'),
        [cost_json(cost, funding, lang) for cost in cells.costs],
        repeat(b',"capacity":'),
        _capacities(cells),
        repeat(b',"freshness":'),
        _freshnesses(cells),
        repeat(b"}"),
    )
    return [*zip(*columns, strict=False)]


def _score(person: Person, score: int | None) -> bytes:
    band = band_of(score, person.answered_weight)
    named = to_json({"code": band.code, "label": band.label, "easy_read": band.easy_read})
    return b'%b,"band":%b' % (b"null" if score is None else b"%d" % score, named)


def _summaries(cells: Cells) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """The search's own summaries, the venues of the best sessions, and how far away they are."""
    snapshot = cells.reading.snapshot
    summaries = snapshot.summaries.read_all(cells.rows, cells.reading.lang)
    venues = [
        NO_VENUE if venue == NOT_KNOWN else NEAREST_VENUE + snapshot.venues[venue]
        for venue in cells.session("venue")
    ]
    miles = [
        NO_MILES if tenths is None else b',"distance_miles":%r}' % (tenths / 10)
        for tenths in cells.tenths
    ]
    return summaries, venues, miles


NO_VENUE = NEAREST_VENUE + b"null"
NO_MILES = FAR + b"}"


def _sessions(cells: Cells) -> list[bytes]:
    """The sessions that fit each result, without brackets."""
    serving = cells.serving
    every = {tenths for sessions in serving for _, _, tenths in sessions}
    ends = {
        tenths: b',"distance":%b}' % distance
        for tenths, distance in zip(every, _distances(cells, [*every]), strict=True)
    }
    return [
        b",".join([told.sessions[which].json + ends[tenths] for _, which, tenths in sessions])
        for told, sessions in zip(cells.told, serving, strict=True)
    ]


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
