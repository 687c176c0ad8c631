"""A property that is worked out once, without the lock that the library's takes each time."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

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
