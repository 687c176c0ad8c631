"""Ready-made JSON of each activity's summary, kept in a file so that a nation's fits in memory.

What depends on the place asked about is left out and put in at the end when answering.
"""

import json
import os
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.catalogue.documents import VenueDocument
from app.catalogue.public.venues import nearest_venue
from app.catalogue.schemas import ActivitySummary
from app.parameters import Language

LANGUAGES: tuple[Language, ...] = ("en", "easy")
STATEMENT = len(LANGUAGES)
"""The number of the text behind the summaries: what the activity states, for explaining."""

PUT_IN = frozenset({"nearest_venue", "distance_miles", "not_stated"})
"""The fields that depend on the place and the terms asked about."""

Numbers = npt.NDArray[np.int64]


def ready_made(summary: ActivitySummary) -> bytes:
    """A summary's JSON without the fields that are put in, and without its closing brace."""
    return summary.model_dump_json(exclude=set(PUT_IN)).encode()[:-1]


def venue_json(venue: VenueDocument) -> bytes:
    """A venue as lists show it."""
    view = nearest_venue([venue])
    return b"null" if view is None else view.model_dump_json().encode()


class GrowingFile:
    """A file without a name that only grows, and goes when nobody refers to it any more."""

    def __init__(self, folder: Path | None) -> None:
        number, path = tempfile.mkstemp(dir=folder, prefix="summaries-")
        Path(path).unlink()
        self.number = number
        weakref.finalize(self, os.close, number)


@dataclass(frozen=True)
class Summaries:
    """Where each row's texts lie in the file: `places[row, text]` is offset and length.

    The texts are the summaries, one for each language, and what the activity states.
    """

    file: GrowingFile
    places: Numbers
    size: int

    @classmethod
    def empty(cls, folder: Path | None) -> "Summaries":
        """No summaries, and a file for those to come."""
        return cls(GrowingFile(folder), np.zeros((0, STATEMENT + 1, 2), dtype=np.int64), 0)

    def appended(self, rows: Sequence[Sequence[bytes]]) -> "Summaries":
        """The same with rows behind the last one, each with all its texts."""
        places = np.zeros((len(rows), STATEMENT + 1, 2), dtype=np.int64)
        size = self.size
        chunks: list[bytes] = []
        for number, row in enumerate(rows):
            for which, text in enumerate(row):
                places[number, which] = size, len(text)
                size += len(text)
                chunks.append(text)
        os.pwrite(self.file.number, b"".join(chunks), self.size)
        return Summaries(self.file, np.concatenate([self.places, places]), size)

    def read(self, row: int, lang: Language) -> bytes:
        """The summary of a row."""
        return self._read(row, LANGUAGES.index(lang))

    def read_statement(self, row: int) -> bytes:
        """What the activity of a row states."""
        return self._read(row, STATEMENT)

    def _read(self, row: int, text: int) -> bytes:
        offset, length = self.places[row, text].tolist()
        return os.pread(self.file.number, length, offset)


def put_in(
    summary: bytes,
    venue: bytes | None,
    miles: float | None,
    not_stated: Sequence[Mapping[str, Any]],
) -> bytes:
    """A whole summary: the ready-made part and what depends on what was asked."""
    distance = b"null" if miles is None else repr(miles).encode()
    unknown = b"[]" if not not_stated else json.dumps([*not_stated], ensure_ascii=False).encode()
    return b"".join(
        (
            summary,
            b',"nearest_venue":',
            venue or b"null",
            b',"distance_miles":',
            distance,
            b',"not_stated":',
            unknown,
            b"}",
        )
    )
