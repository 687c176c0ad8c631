"""The order of activities by sort name, then id."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import ne
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from app.search.index.grid import Rows
from app.search.index.growing import GrowingList, SomeTexts
from app.search.settled import values_of

SortKey = bytes
"""A sort name and an id with the lowest byte between them: they compare as the pair would."""
Places = npt.NDArray[np.float64]
Gaps = npt.NDArray[np.int64]
"""For each key behind how many others in order it stands, behind how many that have not its name,
and whether any has."""


class Ranks(NamedTuple):
    """Where rows stand in an order: the settled ones, which stay, and the late ones behind them."""

    settled: Places
    late: Places

    def of(self, rows: Rows) -> Places:
        """Where some rows stand."""
        return values_of(self.settled, self.late, rows)


class Late(NamedTuple):
    """Late rows by their sort keys: these, their names, and the number of each row among them."""

    keys: list[SortKey]
    names: list[bytes]
    rows: list[int]

    def with_more(self, more: Iterable[SortKey]) -> "Late":
        """These and some that come behind them; of equal keys the later row comes later."""
        keys, names, rows = [*self.keys], [*self.names], [*self.rows]
        for row, key in enumerate(more, start=len(rows)):
            at = bisect_right(keys, key)
            keys.insert(at, key)
            names.insert(at, _name_in(key))
            rows.insert(at, row)
        return Late(keys, names, rows)

    def ranks(self, gaps: Gaps) -> tuple[Places, Places]:
        """The ranks and the ranks by name of the rows, each of which stands in a gap."""
        count, names = len(self.rows), self.names
        places, firsts, shared = gaps[self.rows].T
        ordered = places - 1 + np.arange(1, count + 1) / (count + 1)
        # Late ones of one name stand side by side, unless settled ones share it too.
        begins = np.fromiter(map(ne, names, [b"", *names[:-1]]), np.bool_, count)
        same = np.flatnonzero(begins)[np.cumsum(begins) - 1]
        rank, name_rank = np.empty(count), np.empty(count)
        rank[self.rows] = ordered
        name_rank[self.rows] = np.where(shared, firsts, ordered[same])
        return rank, name_rank


@dataclass(frozen=True)
class ByName:
    """Settled rows by their sort keys, and late ones between them.

    `order` has the settled rows in that order. A settled row's `rank` is its number in it; late
    rows stand between the settled ones, and `gaps` says where, for those that come later as well.
    Rows of one name share a `name_rank`, so that the order can be turned round and they stay.
    """

    keys: SomeTexts
    order: Rows
    rank: Ranks
    name_rank: Ranks
    gaps: Gaps
    late: Late

    @classmethod
    def of(cls, keys: GrowingList) -> Self:
        """The order of the rows of some keys, all of them settled."""
        every = [*keys]
        order = np.array(sorted(range(len(every)), key=every.__getitem__), dtype=np.int32)
        rank, name_rank = (np.empty(len(every), dtype=np.float64) for _ in range(2))
        name, first = b"", 0
        for place, row in enumerate(order.tolist()):
            own = _name_in(every[row])
            if own != name:
                name, first = own, place
            rank[row], name_rank[row] = place, first
        return cls.settled(keys, order, rank, name_rank)

    @classmethod
    def settled(cls, keys: SomeTexts, order: Rows, rank: Places, name_rank: Places) -> Self:
        """An order as it was found before."""
        none = np.zeros(0, dtype=np.float64)
        gaps = np.zeros((0, 3), dtype=np.int64)
        return cls(keys, order, Ranks(rank, none), Ranks(name_rank, none), gaps, Late([], [], []))

    def with_late(self, more: Sequence[SortKey]) -> Self:
        """The same with late rows behind those that there are, by their sort keys."""
        if not more:
            return self
        late = self.late.with_more(more)
        gaps = np.concatenate([self.gaps, self._gaps(more)])
        rank, name_rank = late.ranks(gaps)
        return replace(
            self,
            rank=self.rank._replace(late=rank),
            name_rank=self.name_rank._replace(late=name_rank),
            gaps=gaps,
            late=late,
        )

    def _gaps(self, late: Iterable[SortKey]) -> Gaps:
        """Where late keys stand among the settled ones."""
        # A view gives a single number many times as fast as the array does.
        order, text, count = self.order.data, self.keys.text, len(self.order)
        found = []
        for key in late:
            name = _name_in(key)
            first = bisect_left(order, name, key=text)
            shared = first < count and text(order[first]).startswith(name)
            place = bisect_left(order, key, first, key=text) if shared else first
            found.append((place, first, shared))
        return np.array(found, dtype=np.int64)


def _name_in(key: SortKey) -> bytes:
    return key[: key.index(0) + 1]
