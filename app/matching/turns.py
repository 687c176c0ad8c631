"""Whoever asks waits for their turn: one answer at a time is worked out in an event loop.

Were all answers that are asked for at once worked out in one go, nothing could be sent or received
meanwhile: what does not fit into a connection's buffer at once would wait for all of them each
time, and so would every search.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

_lines: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""For each event loop the line of those who wait, in the order in which they came."""


@asynccontextmanager
async def own_turn() -> AsyncIterator[None]:
    """Wait until nobody who came before is still waiting, and until the network was looked at."""
    async with _lines.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        await asyncio.sleep(0)
        yield
