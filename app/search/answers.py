"""Answers from the index: bytes put together from what lies ready."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

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
from app.search.index.find import NO_WORDS, Found, candidates, each_once, ordered, scores_of
from app.search.index.similar import similar_to
from app.search.index.snapshot import Snapshot
from app.search.index.summaries import (
    FAR,
    NEAREST_VENUE,
    NOTHING_UNSTATED,
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
    rows = candidates(
        snapshot,
        asked,
        words,
        held_back=[scheme for scheme in criteria.facets if scheme in tests],
        whole=not OF_SESSIONS.isdisjoint(criteria.facets),
    )
    found = each_once(snapshot, rows.passing(), priced=criteria.order.endswith("price"))
    total = len(found.activities)
    order = ordered(snapshot, found, criteria, scores_of(words, found.activities))
    suggestions: list[str] = []
    if total == 0 and criteria.q is not None:
        suggestions = snapshot.text.suggest(criteria.q, snapshot.alive)
    counts = facet_counts(snapshot, criteria, rows) if criteria.facets else {}
    more = {
        "matched": words.matched if words is not None else "all_words",
        "did_you_mean": suggestions,
        "facets": _facets(snapshot, criteria.lang, counts),
    }
    marked: Asked = {}
    if criteria.include_unknown:
        marked = {"access": criteria.access, "support_need": criteria.support_need}
    items = _items(snapshot, found, order, criteria.lang, marked)
    ready = b',"place":' + (place.json if place else b"null")
    return _page(items, total, criteria, more, ready)


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
    order = np.lexsort((snapshot.rank[found.activities], unlike))[start : start + params.per_page]
    items = _items(snapshot, found, order, params.lang, {})
    return _page(items, len(found.activities), params, {})


def _items(
    snapshot: Snapshot, found: Found, order: npt.NDArray[np.intp], lang: Language, marked: Asked
) -> list[bytes]:
    rows = found.activities[order].tolist()
    chosen = found.sessions[order]
    sessions = chosen.tolist()
    # Where there is none, the number points at some session, which is not looked at.
    venues = snapshot.sessions["venue"][chosen].tolist() if len(snapshot.sessions["venue"]) else []
    miles = [np.inf] * len(rows) if found.miles is None else found.miles[order].tolist()
    parts: list[bytes] = []
    summaries = snapshot.summaries.read_all(rows, lang)
    for row, summary, session, number, far in zip(
        rows, summaries, sessions, venues, miles, strict=True
    ):
        parts += (
            summary,
            NEAREST_VENUE,
            b"null" if session == NOT_KNOWN else snapshot.venues[number],
            FAR if far == np.inf else miles_json(far),
            not_stated_json(_not_stated(snapshot, row, session, lang, marked))
            if marked
            else NOTHING_UNSTATED,
        )
    return parts


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


def _facets(
    snapshot: Snapshot, lang: Language, counts: Mapping[str, Mapping[str, int]]
) -> dict[str, list[dict[str, Any]]]:
    return {
        scheme: [
            {"code": code, "label": _label(snapshot, scheme, code, lang), "count": count}
            for code, count in terms.items()
        ]
        for scheme, terms in counts.items()
    }


def _label(snapshot: Snapshot, scheme: str, code: str, lang: Language) -> str:
    if scheme == "council":
        return snapshot.council_names.get(code, code)
    return coded(scheme, code, lang).label


def _page(
    items: list[bytes],
    total: int,
    params: PageParams,
    more: Mapping[str, Any],
    ready: bytes = b"",
) -> bytes:
    """A page's JSON, of the parts of its items, what is ready besides, and more."""
    if items:
        # Each item ends in a comma, of which the last is one too many.
        items[-1] = items[-1][:-1]
    pages = -(-total // params.per_page)
    counts = f'],"total":{total},"page":{params.page},"per_page":{params.per_page},"pages":{pages}'
    rest = f",{_ENCODER.encode(more)[1:]}" if more else "}"
    return b"".join((b'{"items":[', *items, counts.encode(), ready, rest.encode()))


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
