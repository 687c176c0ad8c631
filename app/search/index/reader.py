"""The process that reads a large catalogue and saves it: see `apart`.

It reads its order from standard input, a line of JSON, and ends with 0 if it was carried out.
"""

import json
import os
import sys
import threading
from datetime import date
from pathlib import Path

from app.database import Database
from app.search.index.follow import Index

NICE = 5
"""By how much whoever serves goes first."""


def save_whole(order: str) -> bool:
    """Read the catalogue as the order says, and save it; whether it was saved."""
    told = json.loads(order)
    today = date.fromisoformat(told["today"])
    database = Database(told["url"])
    try:
        return Index(database, lambda: today, Path(told["folder"])).save()
    finally:
        database.close()


def _end_with_the_other() -> None:
    """End when there is no more to read: then whoever gave the order is not there any more."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    os.nice(NICE)
    given = sys.stdin.readline()
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    saved = save_whole(given)
    os._exit(0 if saved else 1)
