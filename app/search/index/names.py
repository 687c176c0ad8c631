"""Things that rows refer to by number: by their names, or by their whole text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.search.index.growing import Texts


@dataclass(frozen=True)
class Names:
    """Things that activities refer to by number: the number of each by its names."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    count: int = 0

    def with_names(self, wanted: Sequence[Sequence[str]]) -> tuple["Names", list[int]]:
        """These names and more, and the number of each thing that was wanted by all its names."""
        added: dict[str, int] = {}
        count, found = self.count, []
        for names in wanted:
            number = self.numbers.get(names[0], added.get(names[0], count))
            count = max(count, number + 1)
            added |= {name: number for name in names if self.numbers.get(name) != number}
            found.append(number)
        if not added:
            return self, found
        return Names({**self.numbers, **added}, count), found


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
