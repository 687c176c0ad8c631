"""Snapshots on disk, so that a start need not read the whole catalogue.

A snapshot is a folder. `about.json` says what it was made from, and which files belong to it with
their sizes and checksums; it fits only where the epoch, the code and the day are the same. Arrays
are mapped from their file: what several workers read of it is in memory once, and where one of
them appends, its pages alone are copied. Everything is numbers, JSON or plain bytes, so that
nothing in these files can make the service run anything.
"""

import json
import logging
import mmap
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.caching import build
from app.search.index.areas import AreaSets
from app.search.index.by_name import ByName
from app.search.index.columns import ACTIVITY_TYPES, SESSION_TYPES, VENUE_TYPES, Columns
from app.search.index.grid import Grid
from app.search.index.ground import Ground
from app.search.index.growing import GrowingList, Laid, Texts
from app.search.index.names import Names, Numbered
from app.search.index.snapshot import Ids, Snapshot
from app.search.index.summaries import EACH, KeptFile, Summaries
from app.search.text.postings import TextIndex

logger = logging.getLogger("carefinder.index")

Array = npt.NDArray[Any]
Saved = dict[str, Any]

FEWEST = 1_000
"""Fewer activities than these are read as fast as files would be."""

PREFIX = "snapshot-"
UNFINISHED = "unfinished-"
FORGOTTEN = 3_600
"""Seconds after which what somebody began to write will not be finished any more."""

SPARE = 4_096
"""Rows for which the file has room in all that grows, so that the first changes copy none of it."""

ALIGNED = 64
CHECKED_AT_THE_END = 1 << 20
"""Of a file larger than that of the arrays only so many bytes are read to check it."""

BLOCK = 1 << 22
TEXTS = ("keys", "venues")
PRICES = "price_sets"
"""The snapshot's lists of texts, and of those the one whose texts stand there once each."""

TABLES = {
    "activities": ACTIVITY_TYPES,
    "sessions": SESSION_TYPES,
    "venue_points": VENUE_TYPES,
}
"""The snapshot's tables, by its name for them."""

STARTS = "summaries/starts"
"""The array that says where each ready-made text begins."""

ARRAYS, SUMMARIES, ABOUT, TEXT = "arrays", "summaries", "about.json", "text"


class Unfit(Exception):  # noqa: N818 - it is no error that a file is of yesterday.
    """A saved snapshot is not whole."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process of this machine is at the same folder.

    Of several workers that start at once, one reads the catalogue, and the others what it saved.
    """
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context((folder / "lock").open("w", encoding="ascii"))
            flock(lock, LOCK_EX)
        except OSError as error:
            _tell("no other worker can be waited for", error)
        yield


def save(folder: Path, snapshot: Snapshot) -> bool:
    """Write a snapshot with nothing late, and remove those written before.

    Returns:
        Whether it was written. Where it cannot be, the log says so, and all goes on without.
    """
    if snapshot.late or snapshot.text.tail_rows:
        return False
    name = f"{PREFIX}{snapshot.sequence}-{_mark(snapshot.epoch, str(snapshot.today))}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
        try:
            _write(unfinished, snapshot)
            shutil.rmtree(folder / name, ignore_errors=True)
            unfinished.rename(folder / name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        _remove_others(folder, name)
    except OSError as error:
        _tell("the snapshot cannot be saved", error)
        return False
    return True


def load(folder: Path, start: Snapshot) -> Snapshot | None:
    """The newest saved snapshot that fits, if there is one.

    Args:
        folder: where snapshots are saved.
        start: an empty one of the epoch, the day and the areas of now, at the clock's number.
    """
    found = sorted(folder.glob(f"{PREFIX}*-{_mark(start.epoch, str(start.today))}"), key=_sequence)
    for path in reversed(found):
        try:
            return _read(path, start)
        except (OSError, ValueError, KeyError, TypeError, IndexError, Unfit) as error:
            _tell("a saved snapshot is not whole and is not used", error)
    return None


def _tell(what: str, error: Exception) -> None:
    logger.warning(what, extra={"fields": {"kind": type(error).__name__}})


def _mark(epoch: str, day: str) -> str:
    """What tells apart snapshots that do not stand for each other."""
    return f"{zlib.crc32(f'{epoch} {build()} {day}'.encode()):08x}"


def _sequence(path: Path) -> int:
    number = path.name.removeprefix(PREFIX).partition("-")[0]
    return int(number) if number.isdecimal() else -1


def _remove_others(folder: Path, name: str) -> None:
    for path in folder.iterdir():
        is_old = path.name.startswith(PREFIX) and path.name != name
        if path.name.startswith(UNFINISHED):
            with suppress(OSError):
                is_old = time.time() - path.stat().st_mtime > FORGOTTEN
        if is_old:
            # Who has mapped it keeps it until nobody looks at it any more.
            shutil.rmtree(path, ignore_errors=True)


# Writing


def _write(folder: Path, snapshot: Snapshot) -> None:
    arrays: dict[str, Array] = {}
    for table in TABLES:
        columns: Columns = getattr(snapshot, table)
        arrays |= {f"{table}/{name}": array for name, array in columns.saved().items()}
    ground, ids, summaries = snapshot.ground, snapshot.ids, snapshot.summaries
    by_name = snapshot.by_name
    arrays |= {
        STARTS: summaries.starts[: summaries.length * EACH + 1],
        "alive": snapshot.alive,
        "by_name/order": by_name.order,
        "by_name/rank": by_name.rank.settled,
        "by_name/name_rank": by_name.name_rank.settled,
        "ground/order": ground.order,
        "ground/sets": ground.sets,
        "grid/order": ground.grid.order,
        "grid/starts": ground.grid.starts,
        "ids/lows": ids.lows,
        "ids/rows": ids.rows,
    }
    lists = {name: getattr(snapshot, name) for name in TEXTS}
    for name, texts in {**lists, PRICES: snapshot.price_sets.texts}.items():
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
        arrays[f"{name}/starts"] = np.concatenate([np.zeros(1, dtype=np.int64), ends])
        arrays[f"{name}/bytes"] = np.frombuffer(b"".join(texts), np.uint8)
    named = json.dumps(
        {
            "councils": dict(snapshot.councils.numbers),
            "council_names": dict(snapshot.council_names),
            "area_sets": snapshot.area_sets.saved(),
        }
    )
    arrays["named"] = np.frombuffer(named.encode(), np.uint8)
    laid = _write_arrays(folder / ARRAYS, arrays)
    with (folder / SUMMARIES).open("wb") as file:
        summaries.copy_to(file)
        file.flush()
        os.fsync(file.fileno())
    snapshot.text.to_files(folder / TEXT)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    about = {
        "epoch": snapshot.epoch,
        "build": build(),
        "today": snapshot.today.isoformat(),
        "sequence": snapshot.sequence,
        **{table: getattr(snapshot, table).length for table in TABLES},
        "some_dead": snapshot.some_dead,
        "arrays": laid,
        "files": {str(path.relative_to(folder)): _checked(path) for path in files},
    }
    write_about(folder / ABOUT, about)


def write_about(path: Path, about: Saved) -> None:
    """Write what a snapshot is about, and behind it the checksum of that."""
    text = json.dumps(about)
    path.write_text(f"{text}\n{zlib.crc32(text.encode())}", encoding="utf-8")


def read_about(path: Path) -> Saved:
    """What a snapshot is about.

    Raises:
        Unfit: it is not as it was written.
    """
    text, _, checksum = path.read_text(encoding="utf-8").partition("\n")
    if checksum != str(zlib.crc32(text.encode())):
        raise Unfit
    about: Saved = json.loads(text)
    return about


def _write_arrays(path: Path, arrays: Mapping[str, Array]) -> Saved:
    """Write arrays one after the other; where each lies, of which kind and shape."""
    laid: Saved = {}
    with path.open("wb") as file:
        for name, array in arrays.items():
            file.write(bytes(-file.tell() % ALIGNED))
            laid[name] = [array.dtype.str, array.shape, file.tell()]
            file.write(np.ascontiguousarray(array).data)
            file.write(bytes(_spare(name) * array.dtype.itemsize))
        file.flush()
        os.fsync(file.fileno())
    return laid


def _spare(name: str) -> int:
    """For how many more entries an array has room in the file."""
    if name == STARTS:
        return SPARE * EACH
    return SPARE if name.partition("/")[0] in TABLES else 0


def _checked(path: Path) -> list[int]:
    """The size of a file and its checksum; of the summaries' only that of their end."""
    size, checksum = path.stat().st_size, 0
    with path.open("rb") as file:
        if path.name == SUMMARIES:
            file.seek(max(0, size - CHECKED_AT_THE_END))
        while block := file.read(BLOCK):
            checksum = zlib.crc32(block, checksum)
    return [size, checksum]


# Reading


def _read(folder: Path, start: Snapshot) -> Snapshot:
    about = read_about(folder / ABOUT)
    if (about["epoch"], about["build"], about["today"]) != (
        start.epoch,
        build(),
        start.today.isoformat(),
    ) or about["sequence"] > start.sequence:
        raise Unfit
    for name, known in about["files"].items():
        if _checked(folder / name) != known:
            raise Unfit
    arrays = _map_arrays(folder / ARRAYS, about["arrays"])
    named = json.loads(arrays["named"].tobytes())
    laid = {
        name: Laid(arrays[f"{name}/starts"], arrays[f"{name}/bytes"]) for name in (*TEXTS, PRICES)
    }
    grid = Grid(arrays["grid/order"], arrays["grid/starts"])
    activities, sessions, venue_points = (
        Columns({name: arrays[f"{table}/{name}"] for name in types}, about[table])
        for table, types in TABLES.items()
    )
    return replace(
        start,
        sequence=about["sequence"],
        activities=activities,
        sessions=sessions,
        alive=arrays["alive"],
        some_dead=about["some_dead"],
        by_name=ByName.settled(
            laid["keys"], *(arrays[f"by_name/{one}"] for one in ("order", "rank", "name_rank"))
        ),
        settled=activities.length,
        ids=Ids(arrays["ids/lows"], arrays["ids/rows"]),
        ground=Ground(arrays["ground/order"], grid, arrays["ground/sets"]),
        settled_sessions=sessions.length,
        text=TextIndex.from_files(folder / TEXT),
        summaries=Summaries.kept_in(
            KeptFile(folder / SUMMARIES), arrays[STARTS], activities.length, start.summaries
        ),
        councils=Names(named["councils"]),
        council_names=named["council_names"],
        area_sets=AreaSets.loaded(named["area_sets"]),
        keys=GrowingList(laid["keys"]),
        venues=GrowingList(laid["venues"]),
        venue_points=venue_points,
        price_sets=Numbered(Texts(laid[PRICES])),
    )


def _map_arrays(path: Path, laid: Saved) -> dict[str, Array]:
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    arrays: dict[str, Array] = {}
    for name, (kind, shape, offset) in laid.items():
        dtype = np.dtype(kind)
        rows = shape[0] + _spare(name)
        count = rows * int(np.prod(shape[1:], dtype=np.int64))
        array = np.frombuffer(mapped, dtype, count, offset)
        arrays[name] = array.reshape((rows, *shape[1:]))
    return arrays
