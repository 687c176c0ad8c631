"""Sends requests at a fixed rate, whether or not those before them have been answered.

A process of its own, so that it waits for nobody, over connections that stay open. Each request is
timed from the moment at which it was due. Prints as JSON how often each status was answered, and
in milliseconds how long most of the answers took.

    python -m scripts.arrivals FILE RATE SECONDS ADDRESSES PORT…

FILE has a request a line, asked for again from its top where it is too short: the path, and for a
POST a tab and the form behind it. The requests come from so many addresses of this machine, and go
to all ports in turn.
"""

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONNECTIONS = 200
"""So many that none waits for its answer when its next request is due."""


@dataclass(frozen=True)
class Arrivals:
    """What is sent, how often, for how long, from how many addresses and to which ports."""

    requests: list[bytes]
    rate: float
    seconds: float
    addresses: int
    ports: list[int]


@dataclass
class Answers:
    """How often each status came, and after how many seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """What is printed."""
        parts = [1000 * one for one in statistics.quantiles(self.seconds, n=100)]
        percentiles = {f"p{part}": round(parts[part - 1], 2) for part in (50, 95, 99)}
        return {"statuses": dict(sorted(self.statuses.items())), **percentiles}


def request_of(line: str) -> bytes:
    """A request as it is sent."""
    path, _, form = line.partition("\t")
    head = f"{'POST' if form else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if form:
        head += "Content-Type: application/x-www-form-urlencoded\r\n"
        head += f"Content-Length: {len(form)}\r\n"
    return f"{head}\r\n{form}".encode()


async def status_of(reader: asyncio.StreamReader) -> int:
    """The status of an answer, which is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return int(head.split(b" ", 2)[1])


async def send(arrivals: Arrivals, answers: Answers, begins: float, number: int) -> None:
    """Send what is due on one connection: every so many requests one."""
    port = arrivals.ports[number % len(arrivals.ports)]
    own = f"127.0.0.{1 + number // len(arrivals.ports) % arrivals.addresses}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(own, 0))
    for turn in range(number, int(arrivals.rate * arrivals.seconds), CONNECTIONS):
        due = begins + turn / arrivals.rate
        await asyncio.sleep(due - time.monotonic())
        writer.write(arrivals.requests[turn % len(arrivals.requests)])
        answers.statuses[await status_of(reader)] += 1
        answers.seconds.append(time.monotonic() - due)
    writer.close()


async def arrive(arrivals: Arrivals) -> Answers:
    """Send everything over all connections."""
    answers, begins = Answers(), time.monotonic() + 0.2
    await asyncio.gather(
        *(send(arrivals, answers, begins, number) for number in range(CONNECTIONS))
    )
    return answers


def main(file: str, rate: str, seconds: str, addresses: str, *ports: str) -> None:
    """Send, and print what came of it."""
    requests = [request_of(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
    arrivals = Arrivals(requests, float(rate), float(seconds), int(addresses), [*map(int, ports)])
    print(json.dumps(asyncio.run(arrive(arrivals)).told()))


if __name__ == "__main__":
    main(*sys.argv[1:])
