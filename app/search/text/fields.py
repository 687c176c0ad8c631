"""What can be searched of an activity, and what each part counts."""

from typing import NamedTuple, Self

from app.search.text.words import words


class Fields(NamedTuple):
    """What can be searched of one activity, as text."""

    name: str
    labels: str
    provider: str
    venue: str
    summary: str
    description: str


FIELD_WEIGHTS = (12, 6, 5, 4, 4, 1)
"""What a word counts in each of the `Fields`. It counts where that is most."""

_LIGHTEST_FIRST = FIELD_WEIGHTS[::-1]


class Weighted(NamedTuple):
    """The words of an activity, each once, and the weights of the weightiest fields they stand in.

    Spaces stand between the words. In two pieces they are carried and read quickly.
    """

    words: str
    weights: bytes

    @classmethod
    def of(cls, row: Fields) -> Self:
        """The words of an activity's text."""
        weights: dict[str, int] = {}
        for weight, text in zip(_LIGHTEST_FIRST, reversed(row), strict=True):
            weights |= dict.fromkeys(words(text), weight)
        return cls(" ".join(weights), bytes(weights.values()))
