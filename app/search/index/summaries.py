"""Ready-made JSON of each activity's summary, kept in a file so that a nation's fits in memory.

What depends on the place asked about is left out and put in at the end when answering.
"""

import json
import os
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor, inf
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from app.catalogue.documents import VenueDocument
from app.catalogue.public.venues import nearest_venue
from app.catalogue.schemas import ActivitySummary
from app.parameters import Language
from app.search.index.growing import grown

LANGUAGES: tuple[Language, ...] = ("en", "easy")
STATEMENT = len(LANGUAGES)
"""The number of the text behind the summaries: what the activity states, for explaining."""

EACH = STATEMENT + 1
"""So many texts are kept of each activity."""

PUT_IN = frozenset({"nearest_venue", "distance_miles", "not_stated"})
"""The fields that depend on the place and the terms asked about."""

BLOCK = 1 << 24

MOST_LATELY = 6_000
"""So many summaries, some fifteen megabytes, are remembered before all are forgotten."""

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


class KeptFile:
    """A file that was written before and stays as it is, even after it has lost its name."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self.number).st_size
        weakref.finalize(self, os.close, self.number)


@dataclass(frozen=True)
class Summaries:
    """Where each row's texts lie: text `t` of row `r` begins at `starts[r * EACH + t]`.

    The texts are the summaries, one for each language, and what the activity states. They lie one
    behind the other, through the file that was kept from before, if there is one, and on through
    the one that grows.
    """

    file: GrowingFile
    starts: Numbers
    size: int
    length: int
    lately: dict[int, bytes] = field(default_factory=dict)
    """Summaries read lately, by the number of their place: a memory, for people ask for few."""
    kept: KeptFile | None = None
    shown: dict[int, bytes] = field(default_factory=dict)
    """The same with the venue of a session, by its number and that of the language."""

    @classmethod
    def empty(cls, folder: Path | None) -> "Summaries":
        """No summaries, and a file for those to come."""
        return cls(GrowingFile(folder), np.zeros(1, dtype=np.int64), 0, 0)

    def appended(self, rows: Sequence[Sequence[bytes]]) -> "Summaries":
        """The same with rows behind the last one, each with all its texts."""
        texts = [text for row in rows for text in row]
        os.pwrite(self.file.number, joined := b"".join(texts), self.size - self._before)
        ends = self.size + np.cumsum([len(text) for text in texts], dtype=np.int64)
        starts = grown(self.starts, self.length * EACH + 1, ends)
        size = self.size + len(joined)
        return replace(self, starts=starts, size=size, length=self.length + len(rows))

    @property
    def _before(self) -> int:
        """How many bytes lie in the file that was kept."""
        return self.kept.size if self.kept else 0

    def read_all(self, rows: Sequence[int], lang: Language) -> list[bytes]:
        """The summaries of some rows."""
        which = LANGUAGES.index(lang)
        found = []
        for row in rows:
            number = row * EACH + which
            summary = self.lately.get(number)
            if summary is None:
                if len(self.lately) >= MOST_LATELY:
                    self.lately.clear()
                summary = self.lately[number] = self.read(row, lang)
            found.append(summary)
        return found

    def read_shown(
        self,
        rows: Sequence[int],
        sessions: Sequence[int],
        lang: Language,
        venue_of: Callable[[int], bytes],
    ) -> list[bytes]:
        """The summaries of some rows with the nearest venue: that of the session shown.

        Args:
            rows: of activities.
            sessions: the session that each is shown with; any number below 0 for none.
            lang: of the summaries.
            venue_of: the JSON of a session's venue.
        """
        which, each, known = LANGUAGES.index(lang), len(LANGUAGES), self.shown
        found = []
        for row, session in zip(rows, sessions, strict=True):
            # Only one activity has the session; one without is known by a number below 0.
            number = (session if session >= 0 else ~row) * each + which
            summary = known.get(number)
            if summary is None:
                if len(known) >= MOST_LATELY:
                    known.clear()
                summary = self.read(row, lang) + NEAREST_VENUE + venue_of(session)
                known[number] = summary
            found.append(summary)
        return found

    def read(self, row: int, lang: Language) -> bytes:
        """The summary of a row."""
        return self._read(row, LANGUAGES.index(lang))

    def read_statement(self, row: int) -> bytes:
        """What the activity of a row states."""
        return self._read(row, STATEMENT)

    def _read(self, row: int, text: int) -> bytes:
        number = row * EACH + text
        begin, end = self.starts.item(number), self.starts.item(number + 1)
        return self._bytes(begin, end - begin)

    def _bytes(self, offset: int, length: int) -> bytes:
        if self.kept is not None and offset < self.kept.size:
            return os.pread(self.kept.number, length, offset)
        return os.pread(self.file.number, length, offset - self._before)

    @classmethod
    def kept_in(
        cls, kept: KeptFile, starts: Numbers, length: int, empty: "Summaries"
    ) -> "Summaries":
        """Those that a file holds.

        Args:
            kept: the file.
            starts: where each text begins in it, and where the last one ends.
            length: of how many rows they are.
            empty: none, with a file for those to come.
        """
        return cls(empty.file, starts, kept.size, length, {}, kept)

    def copy_to(self, file: BinaryIO) -> None:
        """Write them all, so that their places stay as they are."""
        for offset in range(0, self.size, BLOCK):
            stop = min(offset + BLOCK, self.size)
            if offset < self._before < stop:
                file.write(self._bytes(offset, self._before - offset))
                offset = self._before  # noqa: PLW2901 - the block lies in both files.
            file.write(self._bytes(offset, stop - offset))


NEAREST_VENUE = b',"nearest_venue":'
FAR = b',"distance_miles":null'
NOTHING_UNSTATED = b',"not_stated":[]},'
"""How a whole summary ends; a comma stands behind each."""


def miles_json(miles: float) -> bytes:
    """How far a venue is, as it stands in a summary."""
    # Short distances come again and again, to one decimal.
    tenths = floor(miles * 10 + 0.5)
    return _TENTHS[tenths] if tenths < len(_TENTHS) else _written(tenths)


def not_stated_json(terms: Sequence[Mapping[str, Any]]) -> bytes:
    """What is not stated of what was asked for, and the end of the summary."""
    return b',"not_stated":' + json.dumps([*terms], ensure_ascii=False).encode() + b"},"


def _written(tenths: int) -> bytes:
    return b',"distance_miles":' + repr(tenths / 10).encode()


_TENTHS = [_written(tenths) for tenths in range(1_001)]
_ENDS = [tenths + NOTHING_UNSTATED for tenths in _TENTHS]


def miles_and_end(miles: float) -> bytes:
    """How far a venue is, if that is known, and the end of a summary with nothing unstated."""
    if miles == inf:
        return FAR + NOTHING_UNSTATED
    tenths = floor(miles * 10 + 0.5)
    return _ENDS[tenths] if tenths < len(_ENDS) else _written(tenths) + NOTHING_UNSTATED
