"""Arrays and lists that only grow: what a reader has seen of them never changes."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def grown(array: Array, length: int, more: Any) -> Array:  # noqa: ANN401 - what numpy takes.
    """An array with rows behind the first `length`; it has room for others behind them.

    It is the same array while that has room, so that only the newest reader may have it grow.
    """
    needed = length + len(more)
    if needed > len(array) or not array.flags.writeable:
        larger = np.zeros((max(64, needed + needed // 4), *array.shape[1:]), dtype=array.dtype)
        larger[:length] = array[:length]
        array = larger
    if len(more):
        array[length:needed] = more
    return array


class SomeTexts(Sequence[bytes]):
    """Texts by their numbers, from 0 on."""

    __slots__ = ()

    @abstractmethod
    def text(self, at: int) -> bytes:
        """The text of a number."""

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        if isinstance(at, slice):
            return [self.text(one) for one in range(*at.indices(len(self)))]
        return self.text(at)


class Laid(SomeTexts):
    """Texts that lie one behind the other in an array, as in one that is mapped from a file."""

    __slots__ = ("_joined", "_starts")

    def __init__(self, starts: Array, joined: Array) -> None:
        """Take texts as they lie.

        Args:
            starts: where each begins, in bytes, and where the last one ends.
            joined: all of them, as bytes.

        Raises:
            ValueError: they do not come to that.
        """
        # These give single values many times as fast as arrays do.
        self._starts, self._joined = starts.data, joined.data
        if self._starts[0] != 0 or self._starts[-1] != len(joined):
            raise ValueError("These are not the places of the texts.")

    def text(self, at: int) -> bytes:
        """The text of a number."""
        return bytes(self._joined[self._starts[at] : self._starts[at + 1]])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[bytes]:
        whole = self._joined.tobytes()
        return (whole[begin:end] for begin, end in pairwise(self._starts.tolist()))


class Texts(SomeTexts):
    """Texts, with more put behind them."""

    __slots__ = ("_before", "_first", "_more")

    def __init__(self, before: Sequence[bytes] = ()) -> None:
        self._before, self._first = before, len(before)
        self._more: list[bytes] = []

    def extend(self, more: Iterable[bytes]) -> None:
        """Put more behind the last one."""
        self._more.extend(more)

    def text(self, at: int) -> bytes:
        """The text of a number."""
        return self._before[at] if at < self._first else self._more[at - self._first]

    def __len__(self) -> int:
        return self._first + len(self._more)

    def __iter__(self) -> Iterator[bytes]:
        return chain(self._before, self._more)


class GrowingList(SomeTexts):
    """Texts in their order. Appending gives a longer list that shares the memory of this one."""

    __slots__ = ("_length", "_shared")

    def __init__(self, values: Sequence[bytes] = ()) -> None:
        self._shared = Texts(values)
        self._length = len(values)

    def appended(self, more: Sequence[bytes]) -> "GrowingList":
        """The same with more behind; only the newest list may be appended to without a copy."""
        longer = GrowingList()
        is_newest = len(self._shared) == self._length
        longer._shared = self._shared if is_newest else Texts(self._shared[: self._length])
        longer._shared.extend(more)
        longer._length = self._length + len(more)
        return longer

    def text(self, at: int) -> bytes:
        """The text of a number."""
        return self._shared.text(at)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return islice(self._shared, self._length)
