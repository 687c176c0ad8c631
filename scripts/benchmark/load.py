"""Load on a server for a few seconds: by wrk if it is installed, else by a client of our own.

As a script it is that client: `load.py URL CONNECTIONS SECONDS FILE`.
"""

import asyncio
import json
import math
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel

CONNECTIONS = 16
LOOPBACK = "127.0.0.1"
PATIENCE = 60
"""For how many seconds longer than agreed a client is waited for."""


class Load(BaseModel):
    """What came of a load. `failed` counts errors and answers of 400 and above."""

    requests: int
    seconds: float
    bytes: int
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def client_name() -> str:
    """Which client loads."""
    return "wrk -t1" if shutil.which("wrk") else "a client in Python, slower than wrk"


def load(url: str, lines: Iterable[str], file: Path, seconds: float) -> Load:
    """Ask a server on this machine as fast as it answers, on sixteen connections.

    Args:
        url: its address, without a path.
        lines: a path each, with an ETag behind a tab where one is to be named, and a body in JSON
            behind another where one is to be posted.
        file: where they are put for the client.
        seconds: for how long; wrk takes whole ones, one at least.
    """
    if urlsplit(url).hostname != LOOPBACK:
        raise ValueError("Only a server on this machine is loaded.")
    file.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    if wrk := shutil.which("wrk"):
        script = Path(__file__).with_name("addresses.lua")
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s"]
        command += ["--timeout", f"{PATIENCE}s", "-s", str(script), url, "--", str(file)]
    else:
        command = [sys.executable, "-m", "scripts.benchmark.load"]
        command += [url, str(CONNECTIONS), str(seconds), str(file)]
    done = subprocess.run(  # noqa: S603 - the commands are written here.
        command, capture_output=True, text=True, check=True, timeout=seconds + 2 * PATIENCE
    )
    return Load.model_validate_json(done.stdout.splitlines()[-1])


@dataclass
class _Tally:
    bytes: int = 0
    failed: int = 0
    latencies: list[float] = field(default_factory=list)


async def _ask_until(end: float, url: str, requests: "cycle[bytes]", tally: _Tally) -> None:
    """Ask on one connection until the time is over."""
    target = urlsplit(url)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    try:
        while (begun := time.perf_counter()) < end:
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = _length_of(head)
            await reader.readexactly(length)
            tally.latencies.append(time.perf_counter() - begun)
            tally.bytes += len(head) + length
            tally.failed += int(head[9:12]) >= 400  # noqa: PLR2004 - the first status of an error.
    finally:
        writer.close()


def _length_of(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length: ")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def _request(line: str, host: str) -> bytes:
    path, _, rest = line.partition("\t")
    etag, _, body = rest.partition("\t")
    if body:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode("ascii")
    condition = f"If-None-Match: {etag}\r\n" if etag else ""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{condition}\r\n".encode("ascii")


async def _ask_all(url: str, connections: int, seconds: float, lines: list[str]) -> Load:
    host = urlsplit(url).netloc
    requests = cycle([_request(line, host) for line in lines])
    tally = _Tally()
    begun = time.perf_counter()
    clients = (_ask_until(begun + seconds, url, requests, tally) for _ in range(connections))
    ended = await asyncio.gather(*clients, return_exceptions=True)
    took = time.perf_counter() - begun
    ordered = sorted(tally.latencies) or [math.nan]
    return Load(
        requests=len(tally.latencies),
        seconds=took,
        bytes=tally.bytes,
        failed=tally.failed + sum(isinstance(one, BaseException) for one in ended),
        p50_ms=ordered[len(ordered) // 2] * 1000,
        p99_ms=ordered[len(ordered) * 99 // 100] * 1000,
    )


def main(arguments: list[str]) -> None:
    """Load a server and print what came of it as one line of JSON."""
    url, connections, seconds, file = arguments
    if urlsplit(url).hostname != LOOPBACK:
        raise ValueError("Only a server on this machine is loaded.")
    lines = Path(file).read_text(encoding="ascii").splitlines()
    found = asyncio.run(_ask_all(url, int(connections), float(seconds), lines))
    print(json.dumps(found.model_dump()))


if __name__ == "__main__":
    main(sys.argv[1:])
