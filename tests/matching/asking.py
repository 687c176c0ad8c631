"""Catalogues written by hand, and what is answered to somebody who asks of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from search.oracle import OracleEntry
from search.strategies import (
    AREAS_HELD,
    COUNCILS,
    HOMES,
    TODAY,
    a_point,
    a_venue,
    an_entry,
)

from app.catalogue.documents import CouncilDocument
from app.matching.answers import Answers, MatchesWanted
from app.matching.matches import matches_found
from app.search.index.cards import Card
from app.search.index.facts import Indexable
from app.search.index.snapshot import Snapshot, built, empty_snapshot

CREWE = HOMES[0]
LISTS = ("matches", "ask_first", "near_misses")

HALL = a_venue(1, "Mill Hall", "Crewe", "CW1 2AA", a_point("CW1 2"), provider=CREWE[0])
STEP_FREE = a_venue(
    2,
    "Garden House",
    "Crewe",
    "CW1 2AB",
    a_point("CW1 2", 0.5),
    provider=CREWE[0],
    features={"step_free": "yes"},
)
NEARBY = a_venue(3, "Near Hall", "Crewe", "CW1 3AA", a_point("CW1 2", 2.6), provider=CREWE[0])
SIX = a_venue(4, "Six Miles", "Over", "CW7 2AA", a_point("CW1 2", 6.2), provider=CREWE[0])
FAR = a_venue(5, "Far Hall", "Over", "CW7 2AB", a_point("CW1 2", 30.0), provider=CREWE[0])
VENUES = (HALL, STEP_FREE, NEARBY, SIX, FAR)


def club(number: int, *sessions: Any, **values: Any) -> OracleEntry:
    """An activity in Crewe by its number."""
    provider, council = CREWE
    return an_entry(number, provider, council, VENUES, sessions=list(sessions), **values)


def snapshot_with(
    entries: Sequence[OracleEntry], councils: Sequence[CouncilDocument] = COUNCILS
) -> Snapshot:
    """A snapshot of some activities, that holds what the councils say."""
    start = empty_snapshot("epoch", 7, TODAY, AREAS_HELD, None)
    start = replace(start, councils_said={one.area.gss: one for one in councils if one.area.gss})
    cards = [Card.of(Indexable(entry, entry.published_at), TODAY) for entry in entries]
    return built(start, [cards])


def bytes_for(snapshot: Snapshot, answers: Answers, day: date | None = None, **more: Any) -> bytes:
    """The whole answer as it is sent."""
    asked = {"answers": answers.model_dump(), "limit": 100, **more}
    if day is not None:
        asked["date"] = day.isoformat()
    return matches_found(snapshot, MatchesWanted.model_validate(asked))


def answered(snapshot: Snapshot, answers: Answers, day: date | None = None, **more: Any) -> Any:
    """The whole answer."""
    return json.loads(bytes_for(snapshot, answers, day, **more))


def ask(entries: Sequence[OracleEntry], day: date | None = None, **told: Any) -> Any:
    """What somebody is answered who asks of some activities."""
    return answered(snapshot_with(entries), Answers.model_validate(told), day)


def where(body: Any) -> dict[str, str]:
    """The list that each shown activity ended in, by its name."""
    return {one["activity"]["name"]: group for group in LISTS for one in body[group]}


def only(body: Any) -> Any:
    """The one result that is shown."""
    (shown,) = [one for group in LISTS for one in body[group]]
    return shown


def must(shown: Any, code: str) -> str:
    """How one must ended."""
    (status,) = [one["status"] for one in shown["musts"] if one["code"] == code]
    return str(status)


def fit(shown: Any, criterion: str) -> float:
    """The fit of one criterion."""
    (found,) = [one["fit"] for one in shown["reasons"] if one["criterion"] == criterion]
    return float(found)
