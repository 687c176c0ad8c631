"""What the text index must answer, said as plainly as it can be, however slowly.

It shares with the index what a word, a stem and a slip are, which have tests of their own, and
nothing of how a query is taken apart, or how postings are kept and searched.
"""

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from app.search.text.postings import Fields
from app.search.text.words import STOP_WORDS, query_words, slips, stem, words

__all__ = ["Fields", "plain_scores"]

WEIGHTS = (12, 6, 5, 4, 4, 1)
"""Of the name, the labels, the provider, the venue, the summary and the description."""

Row = list[tuple[int, frozenset[str]]]
"""The words of an activity's fields, each with the field's weight."""


class Unit(NamedTuple):
    """A word, or a phrase with all the phrases of its group by their stems."""

    words: tuple[str, ...]
    is_last: bool
    group: list[list[str]] | None


def plain_scores(
    rows: Sequence[Fields], q: str
) -> tuple[dict[int, int] | None, Literal["all_words", "any_word"]]:
    """The score of each row that a query finds, by its number, and how the words were matched.

    All rows count, so leave out those that are not live. None where there is nothing to look for.
    """
    units = units_of(q)
    if not units:
        return None, "all_words"
    read = [row_of(row) for row in rows]
    scores = [unit_scores(read, unit) for unit in units]
    totals = [sum(of_row) for of_row in zip(*scores, strict=True)]
    in_all = [all(of_row) for of_row in zip(*scores, strict=True)]
    if any(in_all):
        return {row: totals[row] for row in range(len(rows)) if in_all[row]}, "all_words"
    return {row: totals[row] for row in range(len(rows)) if totals[row]}, "any_word"


@lru_cache(maxsize=10_000)
def row_of(fields: Fields) -> Row:
    return [(weight, frozenset(words(text))) for weight, text in zip(WEIGHTS, fields, strict=True)]


def unit_scores(rows: list[Row], unit: Unit) -> list[int]:
    if unit.group is not None:
        return [phrase_score(row, unit.words, unit.group) for row in rows]
    (word,) = unit.words
    scores = [max(form_score(row, word), beginning_score(row, unit)) for row in rows]
    if len(word) >= 5 and not any(scores):
        scores = [
            3 * weight_of(row, {one for one in all_words(row) if slips(word, one)}) for row in rows
        ]
    return scores


def phrase_score(row: Row, typed: tuple[str, ...], group: list[list[str]]) -> int:
    own = [form_score(row, word) for word in typed]
    best = sum(own) if all(own) else 0
    for phrase in group:
        lightest = min(weight_of(row, words_of_stem(row, one)) for one in phrase)
        best = max(best, 8 * lightest * len(typed))
    return best


def form_score(row: Row, word: str) -> int:
    return max(12 * weight_of(row, {word}), 9 * weight_of(row, words_of_stem(row, stem(word))))


def beginning_score(row: Row, unit: Unit) -> int:
    (word,) = unit.words
    if not unit.is_last or len(word) < 2:
        return 0
    return 6 * weight_of(row, {one for one in all_words(row) if one.startswith(word)})


def weight_of(row: Row, wanted: set[str]) -> int:
    return max((weight for weight, found in row if found & wanted), default=0)


def words_of_stem(row: Row, wanted: str) -> set[str]:
    return {one for one in all_words(row) if stem(one) == wanted}


def all_words(row: Row) -> set[str]:
    return {word for _, found in row for word in found}


def units_of(q: str) -> list[Unit]:
    typed = query_words(q)
    units: list[Unit] = []
    while typed:
        length, group = longest_phrase(typed)
        once = tuple(dict.fromkeys(typed[:length]))
        typed = typed[length:]
        units.append(Unit(once, is_last=not typed, group=group))
    # Of the same unit the last one stays, since that may be the word that ends the query.
    different = {(unit.words, unit.group is None): unit for unit in units}.values()
    return [unit for unit in different if not any(says(other, unit) for other in different)]


def longest_phrase(typed: list[str]) -> tuple[int, list[list[str]] | None]:
    """How many words the phrase has that begins here, and its group; one word where none does."""
    found = [
        (len(phrase), group["phrases"])
        for group in groups()
        for phrase in [*group["phrases"], *group["old_fashioned"]]
        if phrase == [stem(word) for word in typed[: len(phrase)]]
    ]
    return max(found, key=lambda one: one[0], default=(1, None))


def says(one: Unit, other: Unit) -> bool:
    """Whether one unit has all words of another and more, or the same as a phrase."""
    if not set(other.words) <= set(one.words):
        return False
    if len(one.words) > len(other.words):
        return True
    return one.group is not None and other.group is None


@cache
def groups() -> list[dict[str, list[list[str]]]]:
    """The groups of phrases, each by the stems of its words that are no stop words."""
    text = files("app.search.text").joinpath("synonyms.json").read_text("utf-8")
    return [
        {
            kind: [
                [stem(word) for word in words(phrase) if word not in STOP_WORDS]
                for phrase in group.get(kind, [])
            ]
            for kind in ("phrases", "old_fashioned")
        }
        for group in json.loads(text)
    ]
