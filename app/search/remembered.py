"""What was worked out and may be wanted again: a memory of so many bytes, which no answer needs."""

from collections.abc import Callable, Hashable, Iterator
from threading import Lock
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
T = TypeVar("T")


class Remembered(Generic[KeyT, T]):
    """Values by their keys. Of more than there is room for, those that came first go.

    Several threads may use it: at worst two of them work out the same.
    """

    def __init__(self, most_bytes: int, size_of: Callable[[T], int]) -> None:
        """Remember nothing yet.

        Args:
            most_bytes: how much room there is.
            size_of: the size of a value in bytes.
        """
        self._most = most_bytes
        self._size_of = size_of
        self._known: dict[KeyT, T] = {}
        self._size = 0
        self._adding = Lock()

    def get(self, key: KeyT, make: Callable[[], T]) -> T:
        """The value of a key, made if it is not known."""
        known = self._known.get(key)
        if known is None:
            known = make()
            with self._adding:
                self._add(key, known)
        return known

    def _add(self, key: KeyT, value: T) -> None:
        if key in self._known:
            # Another thread has made it meanwhile.
            return
        self._known[key] = value
        self._size += self._size_of(value)
        while self._size > self._most and len(self._known) > 1:
            first = next(iter(self._known))
            self._size -= self._size_of(self._known.pop(first))

    def __iter__(self) -> Iterator[KeyT]:
        """The keys that are known now, the oldest first."""
        return iter([*self._known])
