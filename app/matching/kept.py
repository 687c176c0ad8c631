"""What is worked out once: properties, without the lock that the library's takes, and memories."""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar, overload

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class kept(Generic[ValueT]):  # noqa: N801 - it is used as a decorator.
    """Works out an attribute when it is first read, and keeps it in the object."""

    def __init__(self, make: Callable[[Any], ValueT]) -> None:
        self.make = make
        self.name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> "kept[ValueT]": ...

    @overload
    def __get__(self, owner: object, kind: type) -> ValueT: ...

    def __get__(self, owner: object | None, kind: type) -> "ValueT | kept[ValueT]":
        if owner is None:
            return self
        value = owner.__dict__[self.name] = self.make(owner)
        return value


def make_room(memory: dict[KeyT, ValueT], most: int) -> None:
    """Forget the older half of a memory that holds as much as it may.

    To forget all would have everything worked out anew at once.
    """
    if len(memory) >= most:
        # Another thread may be at the same, so that a key may be gone already.
        for key in list(memory)[: most // 2 + 1]:
            memory.pop(key, None)
