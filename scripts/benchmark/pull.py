"""Pulls everything at once, as an integration does, and counts the records."""

import contextlib
import http.client
import time

from scripts.benchmark.results import Pull
from scripts.benchmark.server import ASK_SECONDS, HOST, NotServing, Server

ADDRESS = "/v1/export/activities.ndjson"
ROUNDS = 3
PIECE = 1_048_576
LONGEST = 3_600.0


def pull(server: Server) -> Pull:
    """The figures of a full pull, once the records lie ready: the best of some rounds.

    Raises:
        NotServing: the records do not get ready.
    """
    begun = time.monotonic()
    records, sent = _once(server)
    while records is None:
        if time.monotonic() - begun > LONGEST:
            raise NotServing("The records of the export do not get ready.")
        time.sleep(1)
        records, sent = _once(server)
    prepared = time.monotonic() - begun
    before = server.memory_mb() or 0.0
    seconds, processor = [], []
    for _ in range(ROUNDS):
        server.settle()
        cpu, at = server.cpu_seconds(), time.monotonic()
        _once(server)
        seconds.append(time.monotonic() - at)
        used = server.cpu_seconds()
        if cpu is not None and used is not None and used > cpu:
            processor.append(used - cpu)
    return Pull(
        records=records,
        megabytes=sent / 1e6,
        prepared=prepared,
        per_second=records / min(seconds),
        cpu_per_second=records / min(processor) if processor else None,
        grown_mb=(server.memory_mb() or 0.0) - before,
    )


def _once(server: Server) -> tuple[int | None, int]:
    """How many records came, and their bytes; no number while they are being prepared."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=ASK_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", ADDRESS)
        response = connection.getresponse()
        if response.status == http.client.SERVICE_UNAVAILABLE:
            return None, 0
        records = sent = 0
        while piece := response.read(PIECE):
            records += piece.count(b"\n")
            sent += len(piece)
        return records, sent
