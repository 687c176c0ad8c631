"""Words for synthetic listings: names, summaries and descriptions, as varied as real ones.

Sentences are drawn by their rank, their gaps are filled from lists of everyday words by Zipf's law,
and names of streets, halls and groups come from a long tail of invented words. So some words stand
in nearly every listing, many in one of a hundred, and most in very few: a text index has the work
that it would have with real text. The words themselves are in `wording.json`.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

INVENTED_WORDS = 24_000
"""How many invented words there are."""

SLIPS = 0.05
"""How often somebody who searches swaps two letters."""

LONG_ENOUGH_TO_SLIP = 5

_SLOT = re.compile(r"\{(\w+)\}")
_NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")

Parts = tuple[tuple[str, str], ...]
"""A sentence as pairs of text and the name of the gap after it; the last gap has no name."""


def slug_of(name: str, number: int) -> str:
    """A slug from a name, that no other number has."""
    return f"{_NOT_IN_SLUGS.sub('-', name.lower()).strip('-')[:60].strip('-')}-{number}"


def topics() -> tuple[str, ...]:
    """The kinds of activity that there are words for, by their codes."""
    return tuple(_words()["topics"])


def zipf(words: Sequence[str], random: Random) -> str:
    """One of the words: the chance of each falls off as one over its rank."""
    return words[int((len(words) + 1) ** random.random()) - 1]


def street(random: Random) -> str:
    """The name of a street."""
    return f"{_invented(random)} {zipf(_words()['streets'], random)}"


def hall(random: Random) -> str:
    """The name of a venue."""
    return f"{_invented(random)} {zipf(_words()['halls'], random)}"


def organisation(random: Random) -> str:
    """The name of a provider."""
    return f"{_invented(random)} {zipf(_words()['foundations'], random)}"


def search_words(random: Random) -> str:
    """What somebody types who looks for something: one to three words, sometimes with a slip."""
    topics = _words()["topics"]
    topic = topics[zipf(tuple(topics), random)]
    wanted = random.choices(
        (topic["names"], topic["about"], _words()["fillings"]["people"]), (7, 2, 1)
    )
    words = random.choice(wanted[0]).lower().split()[-3:]
    if random.random() < SLIPS and len(words[0]) >= LONG_ENOUGH_TO_SLIP:
        at = random.randrange(1, len(words[0]) - 1)
        words[0] = words[0][:at] + words[0][at + 1] + words[0][at] + words[0][at + 2 :]
    return " ".join(words)


class Wording:
    """What is said of one activity in one town."""

    def __init__(self, random: Random, town: str, kind: str) -> None:
        """Choose what it is called.

        Args:
            random: what all choices are drawn from.
            town: where it is.
            kind: its code in `activity_type`.
        """
        words = _words()
        self.random = random
        self.fillings = {
            **words["fillings"],
            "town": (town,),
            "about": words["topics"][kind]["about"],
        }
        self.topic: str = random.choice(words["topics"][kind]["names"])

    def name(self) -> str:
        """A name of the activity."""
        return self._filled(self._drawn("forms"), self.topic)

    def summary(self) -> str:
        """One sentence on it."""
        return self._sentence("summaries")

    def description(self) -> str:
        """Some hundred words on it, in two paragraphs."""
        first = self._paragraph({"topical": 2, "general": self.random.randint(3, 4)})
        return first + "\n\n" + self._paragraph({"general": self.random.randint(1, 3)})

    def about_provider(self) -> str:
        """Some forty words on who runs it."""
        return self._paragraph({"general": 3})

    def _paragraph(self, counts: dict[str, int]) -> str:
        drawn = dict.fromkeys(
            self._drawn(kind) for kind, count in counts.items() for _ in range(count)
        )
        return " ".join(_begun(self._filled(parts, self.topic.lower())) for parts in drawn)

    def _sentence(self, kind: str) -> str:
        return _begun(self._filled(self._drawn(kind), self.topic.lower()))

    def _drawn(self, kind: str) -> Parts:
        """One of the sentences: early ones more often, but not by as much as words."""
        sentences = _sentences(kind)
        return sentences[int(len(sentences) * self.random.random() ** 1.6)]

    def _filled(self, parts: Parts, topic: str) -> str:
        return "".join([text + self._filling(slot, topic) for text, slot in parts])

    def _filling(self, slot: str, topic: str) -> str:
        match slot:
            case "":
                return ""
            case "topic":
                return topic
            case "invented":
                return _invented(self.random)
            case "hall":
                return hall(self.random)
            case "street":
                return street(self.random)
            case _:
                return zipf(self.fillings[slot], self.random)


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _invented(random: Random) -> str:
    return zipf(_invented_words(), random)


@cache
def _words() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("wording.json").read_bytes())
    return found


@cache
def _sentences(kind: str) -> tuple[Parts, ...]:
    found = []
    for sentence in _words()[kind]:
        pieces = [*_SLOT.split(sentence), ""]
        found.append(tuple(zip(pieces[::2], pieces[1::2], strict=True)))
    return tuple(found)


@cache
def _invented_words() -> tuple[str, ...]:
    """The invented words, in the order of how often they are drawn."""
    starts, middles, ends = (_words()[part] for part in ("starts", "middles", "ends"))
    made = [start + middle + end for end in ends for middle in ("", *middles) for start in starts]
    # Neighbours in rank should not look alike; the order is the same in every process.
    Random("invented").shuffle(made)  # noqa: S311 - invented data needs no secrets.
    return tuple(dict.fromkeys(made))[:INVENTED_WORDS]
