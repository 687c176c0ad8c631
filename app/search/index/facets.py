"""For each term of a vocabulary: what the total would be with it alone, and all else unchanged."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from app.catalogue.rows import sort_name
from app.search.criteria import SearchCriteria
from app.search.index.bits import WITH_DESCENDANTS, Masks, asked_mask, bit_numbers, mask_type
from app.search.index.find import Candidates, starts_of
from app.search.index.grid import Rows
from app.search.index.snapshot import Snapshot

OF_SESSIONS = frozenset({"time_band", "access", "capacity"})
"""The schemes that sessions answer for, one session with all else that is asked."""

FEW = 2_000
"""Of so many activities each is compared with every term at once; of more that takes longer."""


def facet_counts(
    snapshot: Snapshot, criteria: SearchCriteria, rows: Candidates
) -> dict[str, dict[str, int]]:
    """The counts of each scheme asked for, by code: those above nothing, and those asked for.

    Args:
        snapshot: the catalogue.
        criteria: name the schemes.
        rows: the candidates, with the tests of these schemes held back.
    """
    counts: dict[str, dict[str, int]] = {}
    # Schemes of which nothing is asked are all counted among the same.
    every = _Passing(rows.passing())
    for scheme in criteria.facets:
        held = scheme in rows.held_back
        passing = _Passing(rows.passing(besides=scheme)) if held else every
        if scheme == "council":
            found = _councils(snapshot, passing.activities)
        else:
            found = _terms(scheme, _masks(snapshot, criteria, scheme, passing))
        asked = set(getattr(criteria, scheme))
        counts[scheme] = {code: count for code, count in found.items() if count or code in asked}
    return counts


@dataclass(frozen=True)
class _Passing:
    """Candidates among which terms are counted."""

    rows: Candidates

    @cached_property
    def activities(self) -> Rows:
        """Their activities, each once."""
        if self.rows.sessions is None:
            return self.rows.activities
        activities = np.sort(self.rows.activities)
        return activities[starts_of(activities)]


def _masks(snapshot: Snapshot, criteria: SearchCriteria, scheme: str, passing: _Passing) -> Masks:
    """The terms of each activity; of a scheme of sessions, those of its passing sessions."""
    if scheme in OF_SESSIONS and passing.rows.sessions is not None:
        known = "access_maybe" if scheme == "access" and criteria.include_unknown else scheme
        rows = passing.rows
        return _joined(rows.activities, snapshot.sessions[known][rows.sessions])
    known = scheme
    if scheme == "support_need" and criteria.include_unknown:
        known = "support_need_maybe"
    masks: Masks = snapshot.activities[known][passing.activities]
    return masks


def _joined(activities: Rows, masks: Masks) -> Masks:
    """The terms that any session of an activity has, for each activity."""
    if not len(activities):
        return masks
    order = np.argsort(activities, kind="stable")
    sorted_activities = activities[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = sorted_activities[1:] != sorted_activities[:-1]
    joined: Masks = np.bitwise_or.reduceat(masks[order], np.flatnonzero(first))
    return joined


@cache
def _asked_masks(scheme: str) -> Masks:
    """The bits that answer to each term, in the scheme's order."""
    masks = [asked_mask(scheme, code) for code in bit_numbers(scheme)]
    return np.array(masks, dtype=mask_type(scheme))


def _terms(scheme: str, masks: Masks) -> dict[str, int]:
    if len(masks) <= FEW:
        # A term a row, so that what is added up lies side by side.
        answering = (masks & _asked_masks(scheme)[:, np.newaxis]) != 0
        counted: list[int] = answering.sum(axis=1, dtype=np.uint16).tolist()
        return dict(zip(bit_numbers(scheme), counted, strict=True))
    in_order = np.ascontiguousarray(masks, masks.dtype.newbyteorder("<"))
    bytes_of = in_order.view(np.uint8).reshape(-1, masks.itemsize)
    of_bits = np.unpackbits(bytes_of, axis=1, bitorder="little").sum(axis=0, dtype=np.int64)
    counts = {}
    for code, number in bit_numbers(scheme).items():
        if scheme in WITH_DESCENDANTS and asked_mask(scheme, code) != 1 << number:
            counts[code] = int(((masks & masks.dtype.type(asked_mask(scheme, code))) != 0).sum())
        else:
            counts[code] = int(of_bits[number])
    return counts


def _councils(snapshot: Snapshot, activities: Rows) -> dict[str, int]:
    numbers = snapshot.activities["council"][activities]
    counts = np.bincount(numbers, minlength=len(snapshot.councils.numbers))
    names = snapshot.council_names
    by_name = sorted(names, key=lambda gss: (sort_name(names[gss]), gss))
    return {gss: int(counts[snapshot.councils.numbers[gss]]) for gss in by_name}
