"""The keys that sign access tokens: a file of them, read again whenever it changes.

The file is a JWK set (RFC 7517) with private parts: the first key signs, all of them check. It
belongs to whoever runs the service and to nobody else. In development it is made by itself.
"""

import base64
import json
import logging
import os
import secrets
import stat
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from app.settings import PREFIX, UnsafeSettingsError

logger = logging.getLogger("carefinder.keys")

Algorithm = Literal["ES256", "HS256"]

SHORTEST_SECRET = 32
"""Bytes of a key for HS256 (RFC 7518, section 3.2)."""

LOOK_EVERY = 1.0
"""Seconds between two looks at the file."""

KEPT_AFTER_ROTATION = 3_600
"""Seconds for which a key that signs no more is kept; every token of its has expired by then."""

VARIABLE = f"{PREFIX}TOKEN_KEYS_FILE"
Members = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Key:
    """One key. Of HS256 there is no public part."""

    id: str
    algorithm: Algorithm
    private: Members
    public: Members

    def __repr__(self) -> str:
        """Its id alone, so that no log and no traceback shows the rest."""
        return f"Key({self.id})"


class KeyRing:
    """The keys in a file. The first signs; a look at the file a second sees what changed."""

    def __init__(self, path: Path, algorithm: Algorithm, *, make: bool) -> None:
        """Read nothing yet.

        Args:
            path: the file.
            algorithm: the one that this deployment uses.
            make: whether to make the file where there is none, as in development.
        """
        self.path = path
        self.algorithm = algorithm
        self._make = make
        self._keys: tuple[Key, ...] = ()
        self._seen: tuple[int, int, int] | None = None
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def all(self) -> tuple[Key, ...]:
        """The keys in the order of the file.

        Raises:
            UnsafeSettingsError: there were none to be read yet.
        """
        if time.monotonic() - self._looked > LOOK_EVERY:
            self._look()
        return self._keys

    def newest(self) -> Key:
        """The key that signs."""
        return self.all()[0]

    def find(self, key_id: str) -> Key | None:
        """The key with this id; one that another process has just made is found too."""
        found = next((key for key in self.all() if key.id == key_id), None)
        if found is None:
            self._look()
            found = next((key for key in self._keys if key.id == key_id), None)
        return found

    def published(self) -> list[dict[str, str]]:
        """The public keys, as a JWK set lists them."""
        return [
            {**dict(key.public), "use": "sig", "alg": key.algorithm, "kid": key.id}
            for key in self.all()
            if key.public
        ]

    def _look(self) -> None:
        with self._lock:
            self._looked = time.monotonic()
            try:
                found = self.path.stat()
                seen = (found.st_mtime_ns, found.st_size, found.st_ino)
                if seen != self._seen:
                    self._keys = read_keys(self.path, self.algorithm)
                    self._seen = seen
            except FileNotFoundError:
                if self._keys or not self._make:
                    self._tell_or_raise(f"{VARIABLE}: there is no such file.")
                    return
                make_keys(self.path, self.algorithm)
                self._keys = read_keys(self.path, self.algorithm)
            except (OSError, UnsafeSettingsError) as error:
                known = isinstance(error, UnsafeSettingsError)
                self._tell_or_raise(str(error) if known else f"{VARIABLE}: it cannot be read.")

    def _tell_or_raise(self, trouble: str) -> None:
        """With keys at hand, a file that was spoilt is told in the log and the service goes on."""
        if not self._keys:
            raise UnsafeSettingsError(trouble) from None
        logger.error(trouble)


def read_keys(path: Path, algorithm: Algorithm) -> tuple[Key, ...]:
    """The keys in a file, if every one of them is fit to be used.

    Raises:
        UnsafeSettingsError: one is not, or others may read the file; it names the variable.
        OSError: the file cannot be read.
    """
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise _unfit("others may read the file; chmod it to 600.")
    try:
        held = json.loads(path.read_text(encoding="utf-8"))["keys"]
        keys = tuple(_key(one, algorithm) for one in held)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _unfit("the file is not a JWK set.") from None
    if not keys:
        raise _unfit("the file holds no key.")
    if len({key.id for key in keys}) < len(keys):
        raise _unfit("two keys have the same kid.")
    return keys


def _unfit(why: str) -> UnsafeSettingsError:
    return UnsafeSettingsError(f"{VARIABLE}: {why}")


def _key(held: Mapping[str, Any], algorithm: Algorithm) -> Key:
    if not isinstance(held.get("kid"), str) or not held["kid"]:
        raise _unfit("a key has no kid.")
    if held.get("alg", algorithm) != algorithm:
        raise _unfit(f"a key is not for {algorithm}, which {PREFIX}TOKEN_ALGORITHM says.")
    if algorithm == "HS256":
        _check_secret(held)
        return Key(held["kid"], algorithm, (("kty", "oct"), ("k", held["k"])), ())
    if held.get("kty") != "EC" or held.get("crv") != "P-256":
        raise _unfit(f"a key is not for {algorithm}, which {PREFIX}TOKEN_ALGORITHM says.")
    return Key(held["kid"], algorithm, *_checked_curve_key(held))


def _check_secret(held: Mapping[str, Any]) -> None:
    if held.get("kty") != "oct":
        raise _unfit(f"a key is not for HS256, which {PREFIX}TOKEN_ALGORITHM says.")
    secret = _bytes(held["k"])
    if len(secret) < SHORTEST_SECRET:
        raise _unfit(f"a key has fewer than {SHORTEST_SECRET} bytes.")
    if len(set(secret)) < SHORTEST_SECRET // 4:
        raise _unfit("a key repeats the same few bytes; make one with `carefinder keys rotate`.")


def _checked_curve_key(held: Mapping[str, Any]) -> tuple[Members, Members]:
    """The private and the public members, once it is sure that they belong together."""
    private = ec.derive_private_key(int.from_bytes(_bytes(held["d"])), ec.SECP256R1())
    members = _members(private)
    if any(_bytes(held[name]) != _bytes(members[name]) for name in ("x", "y")):
        raise _unfit("the parts of a key do not belong together.")
    public = {name: value for name, value in members.items() if name != "d"}
    return tuple(members.items()), tuple(public.items())


def _members(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.private_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _text(numbers.public_numbers.x.to_bytes(32)),
        "y": _text(numbers.public_numbers.y.to_bytes(32)),
        "d": _text(numbers.private_value.to_bytes(32)),
    }


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _new_key(algorithm: Algorithm) -> dict[str, Any]:
    """A key that nobody has seen, with the time at which it was made."""
    if algorithm == "HS256":
        members = {"kty": "oct", "k": _text(secrets.token_bytes(SHORTEST_SECRET))}
    else:
        members = _members(ec.generate_private_key(ec.SECP256R1()))
    identity = {"kid": secrets.token_hex(8), "alg": algorithm, "made_at": int(time.time())}
    return {**members, **identity}


def make_keys(path: Path, algorithm: Algorithm) -> None:
    """Make the file with one key, unless another process has just done so."""
    written = _written(path, [_new_key(algorithm)])
    try:
        # A link is made whole or not at all, and never in place of another file.
        os.link(written, path)
    except FileExistsError:
        pass
    finally:
        written.unlink()


def rotate_keys(path: Path, algorithm: Algorithm, *, now: float | None = None) -> str:
    """Put a new key at the head of the file; the answer is its id.

    The key that signed until now is kept to check its tokens, and goes with the first rotation
    after they have all expired. Every worker sees the change within a second.

    Raises:
        UnsafeSettingsError: what the file holds is not fit to be used.
    """
    now = time.time() if now is None else now
    if not path.exists():
        make_keys(path, algorithm)
        return read_keys(path, algorithm)[0].id
    read_keys(path, algorithm)
    held = json.loads(path.read_text(encoding="utf-8"))["keys"]
    new = {**_new_key(algorithm), "made_at": int(now)}
    # A key signed until the next one was made.
    kept = [
        one
        for one, successor in zip(held, [new, *held], strict=False)
        if int(successor.get("made_at", now)) > now - KEPT_AFTER_ROTATION
    ]
    _written(path, [new, *kept]).replace(path)
    return str(new["kid"])


def _written(path: Path, keys: list[dict[str, Any]]) -> Path:
    """A new file beside the path, for its owner alone, with these keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"keys": keys}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return beside
