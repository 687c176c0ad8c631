"""Access tokens: made and checked here, and nowhere else is python-jose imported.

The library believes too much by itself: it takes tokens that never expire or are for somebody
else, several algorithms at once, any header, and stumbles over some. So a token is looked at in
steps, each of which ends in the same refusal: its length and shape, the exact members of its
header, the one algorithm, the key by its id from our own list, then the library's check of the
signature with everything required, then our own check of every claim. Tokens are `at+jwt`
(RFC 9068). To use another library, this module is what has to be rewritten.
"""

import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from jose import jwk, jwt  # type: ignore[import-untyped] # It comes without types.
from jose.exceptions import JOSEError  # type: ignore[import-untyped]

from app.accounts.keys import Key, KeyRing

TYPE = "at+jwt"
LONGEST_LIFE = 15 * 60
"""Seconds after which every access token has expired."""

LEEWAY = 30
"""Seconds that two machines' clocks may differ by."""

OWN_CLIENT = "carefinder"
"""The `client_id` of tokens that a person got with a password (RFC 9068 requires one)."""

LONGEST = 4_096
SHAPE = re.compile(r"[A-Za-z0-9_-]{1,1000}\.[A-Za-z0-9_-]{1,2800}\.[A-Za-z0-9_-]{1,200}")
REQUIRED = ("exp", "iat", "iss", "aud", "sub", "jti")
WHOLE = {"iss", "aud", "sub", "iat", "exp", "jti", "client_id", "scope"}
"""The claims of a token; that of a person has `sid` too."""

TROUBLES = (
    JOSEError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""What python-jose raises over a token that it cannot read."""


class RefusedTokenError(Exception):
    """The token is not one of ours, or not any more. Why is nobody's business."""


@dataclass(frozen=True)
class Claims:
    """What a token says: whose it is, and what it may be used for.

    `sign_in` is the signing in that a person's token came from; a client's has none.
    """

    subject: UUID
    sign_in: UUID | None
    scopes: frozenset[str]


@dataclass(frozen=True)
class _Built:
    """A key as the library wants it: building it takes a hundred times as long as using it."""

    private: Any
    public: Any


@lru_cache(maxsize=16)
def _built(key: Key) -> _Built:
    private = jwk.construct(dict(key.private), key.algorithm)
    public = jwk.construct(dict(key.public), key.algorithm) if key.public else private
    return _Built(private, public)


@dataclass(frozen=True)
class Tokens:
    """Makes and checks the access tokens of one deployment."""

    keys: KeyRing
    issuer: str
    lifetime: int

    @property
    def audience(self) -> str:
        """Whom the tokens are for: this API."""
        return f"{self.issuer}/v1"

    def issue(
        self, subject: UUID, *, sign_in: UUID | None = None, scopes: Iterable[str] = ()
    ) -> str:
        """A new access token.

        Args:
            subject: the account's or the client's id.
            sign_in: the signing in that it belongs to; None for a client.
            scopes: what a client may do with it.
        """
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(subject),
            "iat": now,
            "exp": now + self.lifetime,
            "jti": secrets.token_urlsafe(16),
            "client_id": str(subject) if sign_in is None else OWN_CLIENT,
            "scope": " ".join(sorted(scopes)),
        }
        if sign_in is not None:
            claims["sid"] = str(sign_in)
        key = self.keys.newest()
        token: str = jwt.encode(
            claims,
            _built(key).private,
            algorithm=key.algorithm,
            headers={"typ": TYPE, "kid": key.id},
        )
        return token

    def read(self, token: str) -> Claims:
        """What a token says, if it is one of ours and still good.

        Raises:
            RefusedTokenError: for whatever else may be sent in place of one.
        """
        if len(token) > LONGEST or not SHAPE.fullmatch(token):
            raise RefusedTokenError
        try:
            key = self._key_of(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                _built(key).public,
                algorithms=[key.algorithm],
                audience=self.audience,
                issuer=self.issuer,
                options={f"require_{name}": True for name in REQUIRED} | {"leeway": LEEWAY},
            )
            return self._checked(claims)
        except TROUBLES:
            raise RefusedTokenError from None

    def _key_of(self, header: dict[str, Any]) -> Key:
        if header.keys() != {"alg", "kid", "typ"} or header["typ"] != TYPE:
            raise RefusedTokenError
        key = self.keys.find(header["kid"]) if isinstance(header["kid"], str) else None
        if key is None or header["alg"] != key.algorithm:
            raise RefusedTokenError
        return key

    def _checked(self, claims: dict[str, Any]) -> Claims:
        """The claims, once each is exactly what this module writes."""
        issued, expires = claims["iat"], claims["exp"]
        now = time.time()
        sound = (
            claims.keys() - {"sid"} == WHOLE
            and type(issued) is type(expires) is int
            and 0 < expires - issued <= LONGEST_LIFE
            and issued <= now + LEEWAY
            and now < expires + LEEWAY
            and claims["aud"] == self.audience
            and claims["iss"] == self.issuer
            and all(isinstance(claims[name], str) for name in ("jti", "client_id", "scope"))
        )
        if not sound:
            raise RefusedTokenError
        return Claims(
            subject=UUID(claims["sub"]),
            sign_in=UUID(claims["sid"]) if "sid" in claims else None,
            scopes=frozenset(claims["scope"].split()),
        )
