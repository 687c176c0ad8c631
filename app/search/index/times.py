"""Times of the week as numbers: which slots a session lies in, and which it shares time with."""

from functools import cache, lru_cache

from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import DAYS
from app.vocabulary.terms import vocabulary

HOUR = 60
Span = tuple[int, int]


def minutes(text: str) -> int:
    """Minutes since midnight of a local `HH:MM`; a day ends at 24:00."""
    hours, rest = text.split(":")
    return int(hours) * HOUR + int(rest)


@cache
def parts_of_days() -> tuple[tuple[Span, ...], ...]:
    """For each day of the week its parts in the vocabulary's order, each from when to when."""
    terms = vocabulary().scheme("slot").terms
    return tuple(
        tuple((minutes(t.starts or ""), minutes(t.ends or "")) for t in terms if t.day == day)
        for day in DAYS
    )


@cache
def slot_numbers() -> dict[str, tuple[int, int]]:
    """The day of each slot, from 0, and which part of it, from 0."""
    numbers: dict[str, tuple[int, int]] = {}
    counts = dict.fromkeys(DAYS, 0)
    for term in vocabulary().scheme("slot").terms:
        if term.day is not None:
            numbers[term.code] = DAYS.index(term.day), counts[term.day]
            counts[term.day] += 1
    return numbers


PARTS = max(len(parts) for parts in parts_of_days())
"""How many parts a day has."""


def day_number(session: SessionDocument) -> int:
    """The day of the week on which a session of one weekday runs, from 0."""
    return session.dates[0].weekday() if session.day is None else DAYS.index(session.day)


@lru_cache(maxsize=4096)
def sharing(day: int, starts: int, ends: int) -> int:
    """One bit for each part of a day that a session shares an hour, or half of itself, with."""
    bits = 0
    for number, (first, last) in enumerate(parts_of_days()[day]):
        shared = min(ends, last) - max(starts, first)
        if shared > 0 and (shared >= HOUR or 2 * shared >= ends - starts):
            bits |= 1 << number
    return bits


@lru_cache(maxsize=8192)
def lying_in(day: int, starts: int, ends: int, wider: int = 0) -> int:
    """One bit for each set of a day's parts, by its number, in which a session lies as a whole.

    Args:
        day: of the week, from 0.
        starts: minutes since midnight.
        ends: minutes since midnight.
        wider: by how many minutes every part is longer at both ends.
    """
    parts = parts_of_days()[day]
    return sum(
        1 << chosen
        for chosen in range(1 << len(parts))
        if _inside(
            starts,
            ends,
            [
                (first - wider, last + wider)
                for number, (first, last) in enumerate(parts)
                if chosen >> number & 1
            ],
        )
    )


def _inside(starts: int, ends: int, spans: list[Span]) -> bool:
    """Whether a stretch of time lies in the union of others."""
    reached = starts
    for first, last in sorted(spans):
        if first <= reached:
            reached = max(reached, last)
    return bool(spans) and reached >= ends and any(first <= starts for first, _ in spans)
