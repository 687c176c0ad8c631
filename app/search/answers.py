"""Answers from the index: bytes put together from what lies ready."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import inf

import numpy as np
import numpy.typing as npt

from app.catalogue.queries import ActivityNotFound
from app.paging import PageParams
from app.parameters import Language, LanguageParams
from app.search.criteria import SearchCriteria
from app.search.index.bits import bit_numbers
from app.search.index.facets import OF_SESSIONS, facet_counts
from app.search.index.facts import NOT_KNOWN
from app.search.index.filters import asked_of
from app.search.index.find import (
    NO_WORDS,
    Found,
    Shown,
    candidates,
    each_once,
    nearest,
    ordered,
    scores_of,
)
from app.search.index.similar import similar_to
from app.search.index.snapshot import Snapshot
from app.search.index.summaries import (
    FAR,
    miles_and_end,
    miles_json,
    not_stated_json,
)
from app.search.places import place_asked
from app.vocabulary.schemas import coded

Asked = Mapping[str, Sequence[str]]
"""The codes asked for, by scheme, of which those not stated are marked."""


def activities_found(snapshot: Snapshot, criteria: SearchCriteria) -> bytes:
    """The JSON of `ActivitiesFound` for some criteria.

    Raises:
        PlaceNotResolved: the place asked about is not known.
    """
    place = place_asked(snapshot, criteria)
    words = None
    if criteria.q is not None:
        words = snapshot.text.search(criteria.q, snapshot.alive) or NO_WORDS
    asked = asked_of(snapshot, criteria, place.whereabouts if place else None)
    tests = {*asked.of_activities, *asked.of_sessions}
    priced = criteria.order.endswith("price")
    rows = candidates(
        snapshot,
        asked,
        words,
        held_back=[scheme for scheme in criteria.facets if scheme in tests],
        whole=not OF_SESSIONS.isdisjoint(criteria.facets),
        thin=not priced,
    )
    start = (criteria.page - 1) * criteria.per_page
    stop = start + criteria.per_page
    if place is not None and criteria.order == "distance":
        total, page = nearest(snapshot, rows.passing(), start, stop)
    else:
        found = each_once(snapshot, rows.passing(), priced=priced)
        total = len(found.activities)
        order = ordered(snapshot, found, criteria, scores_of(words, found.activities))
        page = _shown(found, order)
    suggestions: list[str] = []
    if total == 0 and criteria.q is not None:
        suggestions = snapshot.text.suggest(criteria.q, snapshot.alive)
    counts = facet_counts(snapshot, criteria, rows) if criteria.facets else {}
    matched = words.matched if words is not None else "all_words"
    more = _NOTHING_MORE
    if counts or suggestions or matched != "all_words":
        more = _end(matched, suggestions, _facets(snapshot, criteria.lang, counts))
    marked: Asked = {}
    if criteria.include_unknown:
        marked = {"access": criteria.access, "support_need": criteria.support_need}
    items = _items(snapshot, page, criteria.lang, marked)
    return _page(items, total, criteria, b',"place":' + (place.json if place else b"null") + more)


class SimilarParams(PageParams, LanguageParams):
    """Which part of the list of activities like one."""


def activities_like(snapshot: Snapshot, key: str, params: SimilarParams) -> bytes:
    """The JSON of a page of the activities most like one, the most alike first.

    Raises:
        ActivityNotFound: no live activity has this id or slug.
    """
    row = snapshot.find_row(key)
    if row is None:
        raise ActivityNotFound
    found, unlike = similar_to(snapshot, row)
    start = (params.page - 1) * params.per_page
    by_name = snapshot.by_name.rank.of(found.activities)
    order = np.lexsort((by_name, unlike))[start : start + params.per_page]
    items = _items(snapshot, _shown(found, order), params.lang, {})
    return _page(items, len(found.activities), params, b"}")


def _shown(found: Found, order: npt.NDArray[np.intp]) -> Shown:
    rows: list[int] = found.activities[order].tolist()
    sessions: list[int] = found.sessions[order].tolist()
    miles = [inf] * len(rows) if found.miles is None else found.miles[order].tolist()
    return Shown(rows, sessions, miles)


def _items(snapshot: Snapshot, page: Shown, lang: Language, marked: Asked) -> list[bytes]:
    """The JSON of what a page shows, in parts."""
    parts: list[bytes] = []
    summaries = snapshot.summaries.read_shown(
        page.rows, page.sessions, lang, lambda session: _venue(snapshot, session)
    )
    for row, summary, session, far in zip(
        page.rows, summaries, page.sessions, page.miles, strict=True
    ):
        parts.append(summary)
        if marked:
            unstated = not_stated_json(_not_stated(snapshot, row, session, lang, marked))
            parts += (FAR if far == inf else miles_json(far), unstated)
        else:
            parts.append(miles_and_end(far))
    return parts


def _venue(snapshot: Snapshot, session: int) -> bytes:
    """The venue of a session as lists show it."""
    if session == NOT_KNOWN:
        return b"null"
    return snapshot.venues[int(snapshot.sessions["venue"][session])]


def _not_stated(
    snapshot: Snapshot, row: int, session: int, lang: Language, marked: Asked
) -> list[dict[str, str]]:
    """What is marked and is not stated to be there: of the activity, and of the session shown."""
    stated = {
        "access": 0 if session == NOT_KNOWN else int(snapshot.sessions["access"][session]),
        "support_need": int(snapshot.activities["support_need"][row]),
    }
    return [
        {"scheme": scheme, **coded(scheme, code, lang).model_dump()}
        for scheme, codes in marked.items()
        for code in dict.fromkeys(codes)
        if not stated[scheme] >> bit_numbers(scheme)[code] & 1
    ]


def _facets(snapshot: Snapshot, lang: Language, counts: Mapping[str, Mapping[str, int]]) -> str:
    """The JSON of the counts of terms, by scheme."""
    names = snapshot.council_names
    schemes = []
    for scheme, terms in counts.items():
        told = [
            f"{_named(code, names.get(code, code))}{count}}}"
            if scheme == "council"
            else f"{_termed(scheme, code, lang)}{count}}}"
            for code, count in terms.items()
        ]
        schemes.append(f'"{scheme}":[{",".join(told)}]')
    return f"{{{','.join(schemes)}}}"


@cache
def _termed(scheme: str, code: str, lang: Language) -> str:
    return _named(code, coded(scheme, code, lang).label)


def _named(code: str, label: str) -> str:
    """The JSON of a term up to its count."""
    return f'{{"code":{_ENCODER.encode(code)},"label":{_ENCODER.encode(label)},"count":'


def _page(items: list[bytes], total: int, params: PageParams, rest: bytes) -> bytes:
    """A page's JSON, of the parts of its items and what stands behind the counts."""
    if items:
        # Each item ends in a comma, of which the last is one too many.
        items[-1] = items[-1][:-1]
    pages = -(-total // params.per_page)
    counts = f'],"total":{total},"page":{params.page},"per_page":{params.per_page},"pages":{pages}'
    return b"".join((b'{"items":[', *items, counts.encode(), rest))


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _end(matched: str, suggestions: Sequence[str], facets: str) -> bytes:
    """The fields at the end of an answer."""
    meant = _ENCODER.encode([*suggestions])
    return f',"matched":"{matched}","did_you_mean":{meant},"facets":{facets}}}'.encode()


_NOTHING_MORE = _end("all_words", [], "{}")
