"""The database fails under writers of listings while the server lives on.

scripts/faults --crashes 20 --database postgresql restart
scripts/faults --database sqlite full
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.database import Database
from scripts.kills import BASE, WRITERS, Ledger, Place, look, make_people, served, told, write

UNAVAILABLE, FULL = 503, 507
SMALL = 96 * 2**20
"""Bytes of the disk that is filled up."""

LEFT = 2**20
"""Bytes of it that are left to begin with."""

PATIENCE = 120


@contextmanager
def writing(place: Place, ledger: Ledger) -> Iterator[None]:
    """Writers at work, until the end."""
    stopping = threading.Event()
    writers = [
        threading.Thread(target=write, args=(place, ledger, stopping)) for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        stopping.set()
        for writer in writers:
            writer.join()


def wait_until_acknowledged(ledger: Ledger, more: int) -> bool:
    """Whether so many more requests are acknowledged before patience ends."""
    enough, ends = ledger.acknowledged + more, time.monotonic() + PATIENCE
    while ledger.acknowledged < enough and time.monotonic() < ends:
        time.sleep(0.02)
    return ledger.acknowledged >= enough


def restart_often(url: str, var: Path, port: int, times: int) -> bool:
    """Crash PostgreSQL so many times under writers; whether all was well.

    One of its processes is killed without warning: it then ends all others and begins anew from
    its log, as after a power cut.
    """
    var.mkdir()
    ledger = Ledger(expected=frozenset({UNAVAILABLE}))
    place = Place(url, port, var, *make_people(url, var, port))
    back = 0
    with served(place), writing(place, ledger):
        for _ in range(times):
            back += wait_until_acknowledged(ledger, WRITERS)
            database = Database(url, pool=1)
            with suppress(OperationalError), database.read() as session:
                process = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
                os.kill(process, signal.SIGKILL)
            database.close()
        back += wait_until_acknowledged(ledger, WRITERS)
    look(place, ledger)
    print(
        f"  {times} crashes, {back - 1} times back at work without a restart, "
        f"{ledger.acknowledged} acknowledged, refused {dict(ledger.refused)}, "
        f"{len(ledger.unknown)} sent again, {len(ledger.troubles)} troubles"
    )
    return told(ledger) and back == times + 1


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A small disk of its own in memory; None where this user may not mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:  # noqa: S603 - the command is written here.
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)  # noqa: S603, S607 - the same.


def fill(url: str, folder: Path, port: int) -> bool | None:
    """Fill SQLite's disk under writers, and make room again; whether all was well.

    None where no small disk can be had.
    """
    with small_disk(folder / "small") as disk:
        if disk is None:
            return None
        own = f"sqlite:///{disk}/full.db"
        with (
            closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as source,
            closing(sqlite3.connect(disk / "full.db")) as copy,
        ):
            source.backup(copy)
        var = folder / "filled"
        var.mkdir()
        place = Place(own, port, var, *make_people(own, var, port))
        ledger = Ledger(expected=frozenset({FULL}))
        ballast = disk / "ballast"
        read: set[int] = set()
        with served(place), writing(place, ledger):
            wait_until_acknowledged(ledger, WRITERS)
            ballast.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - LEFT)))
            ends = time.monotonic() + PATIENCE
            while ledger.refused[FULL] < WRITERS and time.monotonic() < ends:
                address = f"{BASE}:{port}/v1/providers?page={len(read) + 1}"
                read.add(httpx.get(address, timeout=30).status_code)
                time.sleep(0.02)
            read.add(httpx.get(f"{BASE}:{port}/open-referral-uk/v3/services").status_code)
            ballast.unlink()
            back = wait_until_acknowledged(ledger, WRITERS * 2)
        look(place, ledger)
    print(
        f"  {ledger.acknowledged} acknowledged, refused {dict(ledger.refused)}, reads {read}, "
        f"{len(ledger.unknown)} sent again, {len(ledger.troubles)} troubles"
    )
    return told(ledger) and back and read == {200} and ledger.refused[FULL] > 0
