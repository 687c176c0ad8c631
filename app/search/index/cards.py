"""What the index takes in of one activity, on a day: worked out once, and carried as bytes.

A card holds all of it that does not depend on what else the index holds. Its numbers are rows as
the columns hold them; numbers that only an index can give are filled in where it is taken in.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, Self
from uuid import UUID

import numpy as np
from pydantic_core import from_json, to_json

from app.catalogue.public import activity_summary
from app.catalogue.rows import sort_name
from app.search.index.areas import areas_text
from app.search.index.columns import ACTIVITY_TYPES, SESSION_TYPES
from app.search.index.facts import (
    NOT_KNOWN,
    Facts,
    Indexable,
    activity_facts,
    session_facts,
    still_to_come,
    text_fields,
)
from app.search.index.stated import statement
from app.search.index.summaries import LANGUAGES, ready_made, venue_json
from app.search.text.postings import Weighted

ACTIVITY_NUMBERED = (
    "own_price_set",
    "pick_up",
    "council",
    "areas",
    "first_session",
    "shown_session",
)
SESSION_NUMBERED = ("activity", "venue", "price_set")
"""The columns whose numbers only an index can give."""


def _rows_of(types: Mapping[str, type[np.generic]], numbered: Sequence[str]) -> np.dtype[np.void]:
    return np.dtype([(name, kind) for name, kind in types.items() if name not in numbered])


ACTIVITY_ROW = _rows_of(ACTIVITY_TYPES, ACTIVITY_NUMBERED)
SESSION_ROW = _rows_of(SESSION_TYPES, SESSION_NUMBERED)

_LENGTH = 4
"""So many bytes say how long that is of a packed card which is not bytes."""


class Card(NamedTuple):
    """An activity as the index takes it in.

    `key` puts it in the order by name; `council` is what the index knows its council by, that one's
    GSS code if it has one, and its name. `served` and `pick_up` are areas as
    `areas_text` writes them. `row` is its row of `ACTIVITY_ROW`, `sessions` those of `SESSION_ROW`,
    one behind the other; for each of them `at` has the id of its venue, and `price_sets` the text
    of its prices. `venues` are the texts of venues, `texts` the summaries and the statement.
    """

    key: str
    council: tuple[str, str | None, str]
    served: str
    pick_up: str
    own_price_set: str
    price_sets: Sequence[str]
    at: Sequence[str | None]
    venues: Mapping[str, str]
    words: Weighted
    row: bytes
    sessions: bytes
    texts: Sequence[bytes]

    @property
    def id(self) -> UUID:
        """The activity's id."""
        return UUID(self.key.partition("\0")[2])

    @classmethod
    def of(cls, one: Indexable, today: date) -> Self:
        """The card of an activity."""
        activity, council = one.entry.activity, one.entry.council
        to_come = still_to_come(activity.sessions, today)
        sessions = session_facts(one, to_come, today)
        facts = activity_facts(one, today)
        prices = [own["price"] for own, _ in sessions if own["price"] != NOT_KNOWN]
        facts |= {"sessions": len(sessions), "least_price": min(prices, default=NOT_KNOWN)}
        venues = {str(venue.id): venue for _, venue in sessions if venue is not None}
        summaries = [ready_made(activity_summary(one.entry, today, lang)) for lang in LANGUAGES]
        return cls(
            key=f"{sort_name(activity.name)}\0{activity.id}",
            council=(council.area.gss or council.slug, council.area.gss, council.name),
            served=areas_text(activity.served_areas),
            pick_up=areas_text(activity.pick_up_areas),
            own_price_set=facts["own_price_set"].decode(),
            price_sets=[own["price_set"].decode() for own, _ in sessions],
            at=[str(venue.id) if venue else None for _, venue in sessions],
            venues={key: venue_json(venue).decode() for key, venue in venues.items()},
            words=Weighted.of(text_fields(one.entry)),
            row=_row(ACTIVITY_ROW, facts),
            sessions=b"".join(_row(SESSION_ROW, own) for own, _ in sessions),
            texts=[*summaries, statement(one.entry, to_come, today)],
        )

    def packed(self) -> bytes:
        """The card as bytes, for this version of the code."""
        parts = (self.words.weights, self.row, self.sessions, *self.texts)
        names = {name: getattr(self, name) for name in _NAMES} | {"words": self.words.words}
        told = to_json([[len(part) for part in parts], names])
        return b"".join([len(told).to_bytes(_LENGTH, "big"), told, *parts])

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """The card that was packed by the same version of the code."""
        begin = _LENGTH + int.from_bytes(packed[:_LENGTH], "big")
        lengths, names = from_json(packed[_LENGTH:begin])
        parts = []
        for length in lengths:
            parts.append(packed[begin : begin + length])
            begin += length
        weights, row, sessions, *texts = parts
        words = Weighted(names.pop("words"), weights)
        return cls(**names, words=words, row=row, sessions=sessions, texts=texts)


_NAMES = [one for one in Card._fields if one not in {"words", "row", "sessions", "texts"}]


def _row(kind: np.dtype[np.void], facts: Facts) -> bytes:
    assert kind.names is not None  # noqa: S101 - tells mypy that the fields have names.
    return np.array(tuple(facts[name] for name in kind.names), dtype=kind).tobytes()
