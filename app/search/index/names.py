"""Things that rows refer to by number: by their names, or by their whole text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.search.index.growing import Texts


@dataclass(frozen=True)
class Names:
    """Some few things that activities refer to by number: the number of each by its name."""

    numbers: Mapping[str, int] = field(default_factory=dict)

    def with_names(self, wanted: Iterable[str]) -> tuple["Names", list[int]]:
        """These names and more, and the number of each that was wanted."""
        numbers = dict(self.numbers)
        found = [numbers.setdefault(name, len(numbers)) for name in wanted]
        return (Names(numbers) if len(numbers) > len(self.numbers) else self), found


@dataclass(frozen=True, eq=False)
class Numbered:
    """Texts that rows refer to by number. It only grows, behind all that was read.

    Each stands there once, but that what is new may stand among the first ones already: to look
    for it there would take all of them in memory.
    """

    texts: Texts = field(default_factory=Texts)
    numbers: dict[bytes, int] = field(default_factory=dict)

    def number(self, text: bytes) -> int:
        """The number of a text, which is added if it is new."""
        known = self.numbers.get(text)
        if known is None:
            known = self.numbers[text] = len(self.texts)
            self.texts.extend([text])
        return known
