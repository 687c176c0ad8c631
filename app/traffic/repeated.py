"""Answers that are asked for again and again, kept whole for as long as nothing changes.

What is kept is the answer as it left, with all its headers and compressed if it was: giving it out
again passes none of the layers, routes and checks that it passed the first time.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.caching import matching
from app.traffic.safety import SAFETY_NAMES, RawHeaders

MADE_FROM = "made_from"
"""The name under which an operation leaves in a request's state what its answer was made from. The
answer is good for everybody as long as that very object is the newest."""

MOST_BYTES = 24_000_000
"""So much of bodies is kept; then those that came first go."""

MOST_KEPT = 5_000
"""So many answers are kept at most, as those without a body have no bytes to count."""

MOST_NOTED = 20_000
"""So many addresses that were asked for once are noted before all are forgotten."""

OF_A_BODY = frozenset({b"content-length", b"content-type", b"content-encoding", b"etag"})
"""The headers that a 304 does not repeat, or not as they are."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it left, save for the request's id.

    Without a body it is a 304, and good for those alone who have the answer.
    """

    route: str
    headers: RawHeaders
    body: bytes | None
    etag: bytes
    unchanged: RawHeaders = field(init=False)
    """The headers that a 304 carries besides the ETag."""

    def __post_init__(self) -> None:
        """Work out what a 304 carries."""
        unchanged = [header for header in self.headers if header[0] not in OF_A_BODY | SAFETY_NAMES]
        object.__setattr__(self, "unchanged", unchanged)

    def named_by(self, sent: Sequence[bytes]) -> bytes | None:
        """The ETag as the caller's `If-None-Match` headers name it; None if they do not."""
        if len(sent) == 1 and sent[0] == self.etag:
            return self.etag
        whole = self.etag.decode("latin-1").removesuffix('-gzip"').removesuffix('"') + '"'
        named = matching(b",".join(sent).decode("latin-1"), whole)
        return None if named is None else named.encode("latin-1")


class Repeated:
    """The answers of one application that were asked for more than once."""

    def __init__(self, newest: Callable[[], object | None]) -> None:
        """Keep nothing yet.

        Args:
            newest: what answers are made from now; None where there is nothing.
        """
        self._newest = newest
        self._made_from: object | None = None
        self._kept: dict[bytes, Kept] = {}
        self._bytes = 0
        self._noted: set[bytes] = set()
        # Addresses can hold somebody's postcode. They are known here by digests alone, which
        # nobody can work out again without this.
        self._keyed = hashlib.blake2b(digest_size=16, key=secrets.token_bytes(16))

    def key(self, path: bytes, query: bytes, origin: bytes, *, compressed: bool) -> bytes:
        """What stands for all that an answer depends on besides what it is made from."""
        digest = self._keyed.copy()
        digest.update(b"\0".join((b"1" if compressed else b"0", origin, path, query)))
        return digest.digest()

    def find(self, key: bytes) -> Kept | None:
        """The answer that is kept under a key, if it is still good."""
        if self._made_from is not self._newest():
            self._kept, self._bytes, self._made_from = {}, 0, None
            return None
        return self._kept.get(key)

    def note(self, key: bytes, made_from: object, kept: Callable[[], Kept]) -> None:
        """Note that an answer was given, and keep it if that was not the first time.

        Most searches are asked once. To keep those would only push out the others.
        """
        if key not in self._noted:
            if len(self._noted) >= MOST_NOTED:
                self._noted.clear()
            self._noted.add(key)
            return
        if made_from is not self._newest():
            return
        if self._made_from is not made_from:
            self._kept, self._bytes, self._made_from = {}, 0, made_from
        self._forget(key)
        one = self._kept[key] = kept()
        self._bytes += len(one.body or b"")
        while self._bytes > MOST_BYTES or len(self._kept) > MOST_KEPT:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: bytes) -> None:
        if one := self._kept.pop(key, None):
            self._bytes -= len(one.body or b"")
