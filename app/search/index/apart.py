"""Has a large catalogue read by a process of its own, which saves it for whoever serves.

To read a nation's takes a quarter of an hour of a processor, and leaves a process twice as large as
it need be. Whoever served meanwhile would be slow for as long, and large until its next start.
"""

import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

READER = "app.search.index.reader"
"""The module that the other process runs."""

BETWEEN_LOOKS = 0.2
"""Seconds between two looks at whether it is done, or not wanted any more."""


def read_apart(url: str, folder: Path, today: date, stopping: threading.Event) -> bool:
    """Have another process read the catalogue and save it.

    Args:
        url: the database's. It may hold a password, and is told to nobody but that process.
        folder: where snapshots are saved; nobody else may be saving there.
        today: the day it is in London.
        stopping: set when it is not wanted any more.

    Returns:
        Whether it was saved.
    """
    order = json.dumps({"url": url, "folder": str(folder), "today": today.isoformat()})
    command = [sys.executable, "-m", READER]
    # What it says of troubles could hold parts of the database's address.
    with subprocess.Popen(  # noqa: S603 - the command is written here.
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None  # noqa: S101 - tells mypy what PIPE means.
        process.stdin.write(f"{order}\n".encode())
        process.stdin.flush()
        # It stays open for as long as we are there: the other ends when it closes.
        while process.poll() is None:
            if stopping.wait(BETWEEN_LOOKS):
                process.terminate()
                process.wait()
    return process.returncode == 0
