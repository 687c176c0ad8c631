"""The catalogue changes while two workers answer: nothing is mixed, and nothing is seen late."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import Kind
from factories import make_activity, make_council, make_provider, make_session, make_venue

from app.catalogue.commands import publish
from app.catalogue.documents import ActivityDocument
from app.database import Database

PATH = "/v1/activities?q=quokka&per_page=50"
CHANGES = 12
AT_ONCE = 3
"""How many activities one change gives new names."""

BETWEEN = 0.15
STARTS_WITHIN = 120
SEEN_WITHIN = 1.0
"""Seconds from the commit in which every worker shows a change."""

SLOW_MACHINE = 1.5
"""Seconds that reader and worker may wait for the processor meanwhile, where much else runs."""


@dataclass
class Worker:
    """A server process, and what one who asks it again and again has seen."""

    port: int
    process: "subprocess.Popen[bytes]"
    seen: dict[int, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    def ask(self, connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()

    def ready(self) -> bool:
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection,
        ):
            return self.ask(connection, "/health/ready")[0] == 200
        return False

    def shows(self, path: str) -> int:
        """How many activities it finds."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            total: int = json.loads(self.ask(connection, path)[1])["total"]
            return total

    def look(self, stopping: threading.Event) -> None:
        """Ask until told to stop; note when each change is first seen, and whatever is mixed."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            last = 0
            while not stopping.is_set():
                status, body = self.ask(connection, PATH)
                at = time.monotonic()
                self.asked += 1
                if status != 200:
                    self.wrong.append(f"it was answered with {status}")
                    continue
                page = json.loads(body)
                numbers = [int(item["name"].rsplit(" ", 1)[1]) for item in page["items"]]
                summaries = {int(item["summary"].split()[-1]) for item in page["items"]}
                if len(numbers) != AT_ONCE or page["total"] != AT_ONCE:
                    self.wrong.append(f"there are {len(numbers)} of {page['total']}")
                elif len(set(numbers) | summaries) > 1:
                    self.wrong.append(f"mixed: {numbers}, {summaries}")
                elif numbers[0] < last:
                    self.wrong.append(f"back from {last} to {numbers[0]}")
                else:
                    last = numbers[0]
                    self.seen.setdefault(last, at)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def workers(sample_url: str, tmp_path: Path) -> Iterator[list[Worker]]:
    """Two server processes on one database."""
    started: list[Worker] = []
    variables = {
        **os.environ,
        "CAREFINDER_VAR": str(tmp_path),
        "CAREFINDER_LOG_LEVEL": "WARNING",
    }
    command = [str(Path(sys.executable).with_name("carefinder")), "serve", "--port"]
    try:
        for _ in range(2):
            port = free_port()
            process = subprocess.Popen(  # noqa: S603 - the command is written here.
                [*command, str(port), "--database", sample_url],
                env=variables,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            started.append(Worker(port, process))
        deadline = time.monotonic() + STARTS_WITHIN
        while not all(one.ready() for one in started):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield started
    finally:
        for one in started:
            one.process.terminate()
        for one in started:
            one.process.wait(30)


def named(document: ActivityDocument, number: int) -> ActivityDocument:
    update = {"name": f"Quokka club {number}", "summary": f"We meet, time and again: {number}"}
    return document.model_copy(update=update)


def test_every_change_is_seen_whole_and_soon_by_every_worker(
    workers: list[Worker], sample_url: str, kind: Kind
) -> None:
    database = Database(sample_url)
    council = make_council()
    provider = make_provider(council)
    venue = make_venue(provider)
    clubs = [make_activity(provider, sessions=[make_session(venue)]) for _ in range(AT_ONCE)]
    with database.write() as session:
        publish(session, [council, provider, venue, *(named(club, 0) for club in clubs)])
    # Taking in what is new altogether is no part of what is measured.
    deadline = time.monotonic() + STARTS_WITHIN
    while not all(one.shows(PATH) == AT_ONCE for one in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    stopping = threading.Event()
    lookers = [
        threading.Thread(target=one.look, args=(stopping,)) for one in workers for _ in range(2)
    ]
    for thread in lookers:
        thread.start()
    committed: dict[int, float] = {}
    for number in range(1, CHANGES + 1):
        with database.write() as session:
            publish(session, [named(club, number) for club in clubs])
        committed[number] = time.monotonic()
        time.sleep(BETWEEN)
    time.sleep(SEEN_WITHIN)
    stopping.set()
    for thread in lookers:
        thread.join(60)
    database.close()
    for one in workers:
        assert one.wrong == [], kind
        assert one.asked > CHANGES
        # Of changes that come close together one may be overtaken by the next.
        late = {
            number: first - at
            for number, at in committed.items()
            if (first := min(when for seen, when in one.seen.items() if seen >= number)) - at
            > SEEN_WITHIN + SLOW_MACHINE
        }
        assert late == {}
