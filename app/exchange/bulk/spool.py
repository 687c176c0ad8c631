"""Ready-made records of all activities in a file, kept up with the catalogue's clock.

Making a record takes a millisecond, sending one that lies ready a few microseconds. The file has
no name, only grows, and is written anew when more than half of it is out of date. An export takes
one state of it, which is never altered: it needs no database and no transaction, however long its
client takes.
"""

import os
import tempfile
import weakref
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlmodel import col, select

from app.clock import Change, ClockFace, read_clock
from app.database import Database
from app.exchange.live import live_ids, live_records
from app.exchange.streams import PIECE
from app.problems import Unavailable

PATIENCE = 25.0
"""Seconds that a request waits for the records to be made before it is told to come back."""

AT_ONCE = 500
"""How many records are made in one transaction."""

SPARE_BYTES = 64 * 1024 * 1024
"""So much may be out of date before the file is written anew."""

Places = npt.NDArray[np.int64]


class NamelessFile:
    """A file without a name, that goes when nobody refers to it any more."""

    def __init__(self) -> None:
        number, path = tempfile.mkstemp(prefix="records-")
        Path(path).unlink()
        self.number = number
        weakref.finalize(self, os.close, number)


@dataclass(frozen=True)
class Spool:
    """The records of all activities at one number of the clock, by id.

    `places[n]` is the offset and the length of the record of `keys[n]` in the file, each a line.
    """

    face: ClockFace
    file: NamelessFile
    size: int
    keys: Sequence[bytes]
    places: Places

    def __len__(self) -> int:
        return len(self.keys)

    def of(self, ids: Collection[UUID]) -> "Spool":
        """The records of some of the activities."""
        wanted = sorted(one.bytes for one in ids)
        found = []
        for key in wanted:
            number = bisect_left(self.keys, key)
            if number < len(self.keys) and self.keys[number] == key:
                found.append(number)
        keys = [self.keys[number] for number in found]
        return Spool(self.face, self.file, self.size, keys, self.places[found])

    @property
    def length(self) -> int:
        """The bytes of all records together, each with its line's end."""
        return int(self.places[:, 1].sum())

    def lines(self) -> Iterator[bytes]:
        """Every record as a line, by id."""
        for piece in self.pieces():
            yield from piece.splitlines(keepends=True)

    def pieces(self) -> Iterator[bytes]:
        """All records in pieces of whole lines: what lies side by side is read at once."""
        begin = end = 0
        waiting: list[bytes] = []
        size = 0
        number = self.file.number
        for offset, length in self.places.tolist():
            if offset == end and end - begin < PIECE:
                end += length
                continue
            if end > begin:
                waiting.append(os.pread(number, end - begin, begin))
                size += end - begin
            begin, end = offset, offset + length
            if size >= PIECE:
                yield b"".join(waiting)
                waiting, size = [], 0
        if end > begin:
            waiting.append(os.pread(number, end - begin, begin))
        if waiting:
            yield b"".join(waiting)


class Spools:
    """Keeps the newest spool. Nothing is made before somebody asks for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._spool: Spool | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._stopped = False

    def newest(self) -> Spool:
        """The records as the clock shows now.

        Raises:
            Unavailable: they are still being made, which takes minutes for a nation.
        """
        making: Future[Spool] = self._worker.submit(self._caught_up)
        try:
            return making.result(PATIENCE)
        except TimeoutError:
            raise Unavailable("The records are being prepared.", retry_after=15) from None

    def stop(self) -> None:
        """Make nothing any more."""
        self._stopped = True
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _caught_up(self) -> Spool:
        known = self._spool
        with self._database.read() as session:
            face = read_clock(session)
            if known is not None and known.face == face:
                return known
            if known is None or known.face.epoch != face.epoch:
                ids: Sequence[UUID] = live_ids(session)
                known = Spool(
                    face,
                    NamelessFile(),
                    0,
                    [],
                    np.zeros((0, 2), dtype=np.int64),
                )
            else:
                ids = []
        if ids:
            known = self._made(known, ids)
        # What changed while those were made is made again, in the transaction that ends it.
        self._spool = self._followed(known)
        return self._spool

    def _made(self, spool: Spool, ids: Sequence[UUID]) -> Spool:
        """The records of all these, in transactions of their own."""
        keys: list[bytes] = []
        places: list[tuple[int, int]] = []
        size = 0
        for start in range(0, len(ids), AT_ONCE):
            if self._stopped:
                raise Unavailable("The service is stopping.")
            with self._database.read() as session:
                chunk = [*live_records(session, ids[start : start + AT_ONCE])]
            lines = [one.model_dump_json().encode() + b"\n" for one in chunk]
            os.pwrite(spool.file.number, b"".join(lines), size)
            for record, line in zip(chunk, lines, strict=True):
                keys.append(record.id.bytes)
                places.append((size, len(line)))
                size += len(line)
        return Spool(spool.face, spool.file, size, keys, _array(places))

    def _followed(self, spool: Spool) -> Spool:
        """The same records after all changes since."""
        with self._database.read() as session:
            face = read_clock(session)
            if face == spool.face:
                return spool
            if face.epoch != spool.face.epoch:
                raise Unavailable("The catalogue is just being restored.")
            changed = select(Change.subject).where(
                Change.kind == "activity", col(Change.sequence) > spool.face.sequence
            )
            ids = {UUID(subject) for subject in session.exec(changed.distinct())}
            gone = {one.bytes for one in ids}
            size, fresh = spool.size, []
            for record in live_records(session, ids):
                line = record.model_dump_json().encode() + b"\n"
                os.pwrite(spool.file.number, line, size)
                fresh.append((record.id.bytes, size, len(line)))
                size += len(line)
        kept = [number for number, key in enumerate(spool.keys) if key not in gone]
        keys = [spool.keys[number] for number in kept] + [key for key, _, _ in fresh]
        places = np.concatenate([spool.places[kept], _array([one[1:] for one in fresh])])
        order = sorted(range(len(keys)), key=keys.__getitem__)
        made = Spool(face, spool.file, size, [keys[number] for number in order], places[order])
        return _rewritten(made) if made.size > 2 * made.length + SPARE_BYTES else made


def _array(places: Iterable[tuple[int, int]]) -> Places:
    return np.array([*places], dtype=np.int64).reshape(-1, 2)


def _rewritten(spool: Spool) -> Spool:
    """The same records in a file of their own, one behind the other."""
    file = NamelessFile()
    size = 0
    for piece in spool.pieces():
        os.pwrite(file.number, piece, size)
        size += len(piece)
    lengths = spool.places[:, 1]
    places = np.stack([np.cumsum(lengths) - lengths, lengths], axis=1)
    return Spool(spool.face, file, size, spool.keys, places)
