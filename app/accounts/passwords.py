"""Passwords: which are refused, and how they are kept and compared.

Rules after NIST SP 800-63B: length, and not one that others would guess. No rules about kinds of
characters, which make passwords alike and hard to remember. Kept as Argon2id (RFC 9106) at the
cost that OWASP names as the least, 19 MiB and two passes: some 20 ms of one core.
"""

import hashlib
import os
import re
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import resources
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.problems import Unavailable

T = TypeVar("T")

SHORTEST = 12
LONGEST = 128

LEAKED = "leaked_passwords.txt"
MARK = 8
"""Hexadecimal digits of a digest that the shipped list keeps."""

AT_ONCE = 2
"""Passwords that one worker works on at a time; each takes a core and 19 MiB."""

IN_LINE = 12
"""Further ones that wait for their turn. Beyond them people are asked to try again."""

FEWEST_CHARACTERS = 5
"""Different characters below which a password is a pattern rather than a secret."""

SHORTEST_PART = 4
"""Characters of an e-mail address or of a leaked word that count as a part worth comparing."""

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

BEHIND = 10
"""By how much threads that serve go before those that work on passwords, where threads can differ
in that. Many attempts at once would else take all cores from searches."""


def _let_others_go_first() -> None:
    # Elsewhere the number could be that of another process.
    if sys.platform == "linux":
        with suppress(OSError):
            own = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + BEHIND)


_working = ThreadPoolExecutor(AT_ONCE, "passwords", initializer=_let_others_go_first)
_admitted = threading.BoundedSemaphore(AT_ONCE + IN_LINE)


def hash_password(password: str) -> str:
    """The password as it is kept. Takes some 20 ms: never inside a transaction that writes.

    Raises:
        Unavailable: too many others wait already.
    """
    return _in_turn(lambda: hasher.hash(_normal(password)))


def fits(kept: str | None, password: str) -> bool:
    """Whether this is the password that is kept. Takes as long where there is none.

    Raises:
        Unavailable: too many others wait already.
    """

    def compared() -> bool:
        try:
            return hasher.verify(kept or _nobodys(), _normal(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    return _in_turn(compared)


def is_outdated(kept: str) -> bool:
    """Whether a password was kept at another cost than today's."""
    return hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    """A password that nobody has, so that an unknown address takes as long as a known one."""
    return hasher.hash("nobody's password, compared with so that time tells nothing")


def _normal(password: str) -> str:
    """The same password however a keyboard composes its letters (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def crowded() -> Unavailable:
    """The problem of those for whom there is no room in the line."""
    return Unavailable("Too many people are signing in at this moment.", retry_after=5)


def _in_turn(work: Callable[[], T]) -> T:
    if not _admitted.acquire(blocking=False):
        raise crowded()
    try:
        return _working.submit(work).result()
    finally:
        _admitted.release()


# Which are refused


def weakness(password: str, email: str) -> str | None:
    """What is wrong with a new password, as a sentence; None if it will do.

    Args:
        password: as it was typed.
        email: of its owner, which is the first thing that others try.
    """
    if len(password) < SHORTEST:
        return f"A password needs at least {SHORTEST} characters. A few words in a row do well."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    form = plain_form(password)
    if len(set(form)) < FEWEST_CHARACTERS or _is_walk(form):
        return "This is a pattern that others would guess. A few words in a row do well."
    if any(mark_of(part) in _leaked() for part in _parts(form)):
        return "This is among the passwords that are tried first. Please choose another."
    if any(part in form for part in _parts_of_address(email)):
        return "Please choose a password without parts of your e-mail address."
    return None


def plain_form(password: str) -> str:
    """A password in the form that lists are compared in: no matter how letters are written."""
    return unicodedata.normalize("NFKC", password).casefold().strip()


def mark_of(form: str) -> str:
    """What the shipped list keeps of a password."""
    return hashlib.sha256(form.encode()).hexdigest()[:MARK]


@cache
def _leaked() -> frozenset[str]:
    shipped = resources.files("app.accounts").joinpath("data", LEAKED)
    return frozenset(shipped.read_text(encoding="utf-8").split())


_LOOKALIKES = str.maketrans("013457@$!|", "oieastasil")
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def _parts(form: str) -> set[str]:
    """What a password comes down to: itself, without what is put around it, and if it repeats."""
    spelt = {form, form.translate(_LOOKALIKES)}
    spelt |= {_ENDS.sub("", one) for one in spelt} | {_ENDS.sub("", form).translate(_LOOKALIKES)}
    for one in list(spelt):
        repeated = re.fullmatch(r"(.+?)\1+", one)
        if repeated:
            spelt.add(repeated[1])
    return {one for one in spelt if len(one) >= SHORTEST_PART}


def _parts_of_address(email: str) -> set[str]:
    """The words of an address that could stand in a password."""
    words = re.split(r"[\W_\d]+", plain_form(email))
    return {word for word in words if len(word) > SHORTEST_PART}


_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
)


def _is_walk(form: str) -> bool:
    """Whether a password is little more than steps along a keyboard, the alphabet or numbers."""
    steps = {row[i : i + 2] for row in _ROWS for i in range(len(row) - 1)}
    steps |= {step[::-1] for step in steps} | {a * 2 for row in _ROWS for a in row}
    walked = sum(form[i : i + 2] in steps for i in range(len(form) - 1))
    return walked >= 0.75 * (len(form) - 1)
