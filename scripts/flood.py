"""Signs in wrongly, so many times a second, over connections that stay open.

A process of its own, so that it and whoever times searches do not wait for each other. Prints how
often each status was answered, as JSON.

    python -m scripts.flood PORT RATE SECONDS
"""

import asyncio
import json
import sys
import time
from collections import Counter
from urllib.parse import urlencode

CONNECTIONS = 20


def attempt(email: str) -> bytes:
    """A request to sign in with a wrong password."""
    form = {"grant_type": "password", "username": email, "password": "wrong password here"}
    body = urlencode(form)
    return (
        "POST /v1/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def status_of(reader: asyncio.StreamReader) -> int:
    """The status of an answer, which is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return int(head.split(b" ", 2)[1])


async def attack(port: int, number: int, every: float, ends: float) -> Counter[int]:
    """Try on over one connection; every second one tries for an account that exists."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told: Counter[int] = Counter()
    due = time.monotonic() + every * number / CONNECTIONS
    while due < ends:
        await asyncio.sleep(due - time.monotonic())
        nobody = f"nobody-{number}-{sum(told.values())}@example.org"
        writer.write(attempt("owner@example.org" if number % 2 else nobody))
        told[await status_of(reader)] += 1
        due += every
    writer.close()
    return told


async def flood(port: int, rate: float, seconds: float) -> Counter[int]:
    """Try on over all connections."""
    every, ends = CONNECTIONS / rate, time.monotonic() + seconds
    attacks = [attack(port, number, every, ends) for number in range(CONNECTIONS)]
    return sum(await asyncio.gather(*attacks), Counter())


if __name__ == "__main__":
    asked = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    print(json.dumps(asyncio.run(flood(*asked))))
