"""Secrets that are random rather than chosen: made, and kept as a digest alone."""

import hashlib
import secrets

BYTES = 32
"""256 bits: nobody guesses one, so a fast digest is enough to keep it by."""

LONGEST = 200
"""Characters of a secret that somebody may send; ours have some fifty."""


def make_secret(kind: str) -> str:
    """A new secret. The word in front says what it is for, to people and to leak scanners."""
    return f"cf_{kind}_{secrets.token_urlsafe(BYTES)}"


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
