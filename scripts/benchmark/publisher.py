"""Publishes changes in a process of its own, as another worker would: `publisher.py URL FOLDER`.

It reads orders from standard input, one on each line, and answers each with a line of JSON:

* `publish MARK`: gives one activity a name that ends in the mark; `at` is when that was committed.
* `intake COUNT`: changes so many activities, and has an index of its own take them in; five times.
* `restore`: puts everything back.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from app.catalogue.commands import publish
from app.catalogue.documents import ActivityDocument
from app.catalogue.loading import activity_documents
from app.catalogue.models import Activity, Provider
from app.database import Database
from app.parameters import london_today
from app.search.index.card_file import file_cards
from app.search.index.follow import Index

ROUNDS = 5
MOST = 1_000


class Publisher:
    """Changes activities, and can put them back."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        database.before_commit.append(lambda session: file_cards(session, london_today()))
        with database.read() as session:
            statement = select(Activity).where(Activity.status == "live").order_by(col(Activity.id))
            found = session.exec(statement.limit(MOST)).all()
            self.originals = activity_documents(session, found)
            provider = session.get_one(Provider, self.originals[0].provider_id)
            self.provider = provider.slug
        self.changed = 0

    def publish(self, mark: str, count: int = 1) -> None:
        """Publish the first activities under names that end in a mark."""
        named = [_marked(document, mark) for document in self.originals[:count]]
        self._publish(named)
        self.changed = max(self.changed, count)

    def intake(self, count: int) -> dict[str, Any]:
        """How long an index takes for so many changed activities."""
        index = Index(self.database, london_today, self.folder / "index")
        begun = time.perf_counter()
        index.refresh()
        reading = time.perf_counter() - begun
        wall, cpu = [], []
        for turn in range(ROUNDS):
            self.publish(f"intake {turn}", count)
            begun, used = time.perf_counter(), time.process_time()
            index.refresh()
            wall.append((time.perf_counter() - begun) * 1000)
            cpu.append((time.process_time() - used) * 1000)
        return {"intake_ms": wall, "intake_cpu_ms": cpu, "read_all": reading}

    def restore(self) -> None:
        """Publish the original documents again."""
        self._publish(self.originals[: self.changed])

    def _publish(self, documents: Sequence[ActivityDocument]) -> None:
        with self.database.write() as session:
            publish(session, documents)


def _marked(document: ActivityDocument, mark: str) -> ActivityDocument:
    return document.model_copy(update={"name": f"{document.name[:90]} {mark}"})


def main(url: str, folder: str) -> None:
    """Carry out orders until there are no more."""
    publisher = Publisher(Database(url), Path(folder))
    _say({"provider": publisher.provider})
    for line in sys.stdin:
        order, _, argument = line.strip().partition(" ")
        if order == "publish":
            publisher.publish(argument)
            _say({"at": time.monotonic()})
        elif order == "intake":
            _say(publisher.intake(int(argument)))
        else:
            publisher.restore()
            _say({})


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
