"""Arrays and lists that only grow: what a reader has seen of them never changes."""

from collections.abc import Iterable, Iterator, Sequence
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


class GrowingList(Sequence[bytes]):
    """Texts in their order. Appending gives a longer list that shares the memory of this one."""

    __slots__ = ("_length", "_shared")

    def __init__(self, values: Iterable[bytes] = ()) -> None:
        self._shared = list(values)
        self._length = len(self._shared)

    def appended(self, more: Sequence[bytes]) -> "GrowingList":
        """The same with more behind; only the newest list may be appended to without a copy."""
        longer = GrowingList()
        longer._shared = (
            self._shared if len(self._shared) == self._length else self._shared[: self._length]
        )
        longer._shared.extend(more)
        longer._length = self._length + len(more)
        return longer

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        if isinstance(at, slice):
            return self._shared[: self._length][at]
        return self._shared[at]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._shared[: self._length])

    def last(self, first: int) -> list[bytes]:
        """The texts from one number on."""
        return self._shared[first : self._length]
