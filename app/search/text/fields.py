"""What can be searched of an activity, and what each part counts."""

from collections.abc import Mapping
from typing import NamedTuple

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


Weights = Mapping[str, int]
"""The words of an activity, each with the weight of the weightiest field it stands in."""


def weights_by_word(row: Fields) -> dict[str, int]:
    """The `Weights` of an activity."""
    weights: dict[str, int] = {}
    for weight, text in zip(_LIGHTEST_FIRST, reversed(row), strict=True):
        weights |= dict.fromkeys(words(text), weight)
    return weights
