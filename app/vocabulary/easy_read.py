"""Whether a text is Easy Read: short sentences, everyday words, no initials.

It finds what can be counted. Whether a text makes sense, only people who use Easy Read can say.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

LONGEST_SENTENCE = 15
"""In words."""

Rule = Literal["long_sentence", "hard_word", "capitals"]

LIST_MARK = re.compile(r"^\s*(?:[-*\u2022\u2023\u2013\u2014]|\(?[0-9]{1,3}[.)])\s+")
# The patterns begin only where a run begins, so that a text of nothing but full stops takes no
# longer than any other of its length.
SENTENCE_END = re.compile(r"(?<![.!?\u2026])[.!?\u2026]++[\"'\u2019\u201d)\]]*+\s++")
WORD = re.compile(r"[^\W_]++(?:['.][^\W_]++)*+")
INITIALS = re.compile(r"(?:\b[A-Z]{2,}+|(?<![\w.])(?:[A-Z]\.){2,}+)s?(?!\w)")
PIECE = re.compile(r"\S++")
SHORTEST_CHANGING = 4
"""Shorter words in the list, as `e.g.` and `via`, have no other forms."""

LONGEST_SHORTENING = 12
"""How far before a full stop to look for a title or a shortened word, in characters."""

# After these a full stop ends no sentence, whatever follows.
TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof", "rev", "st", "e.g", "i.e", "eg", "ie"})
# After these it ends one only if the next word begins with a capital letter.
SHORTENED = frozenset(
    {"a.m", "p.m", "am", "pm", "etc", "approx", "tel", "ext", "inc", "ltd", "min", "mins", "hrs"}
)
# After these it ends none if a figure follows, as in "No. 5".
NUMBERED = frozenset({"no", "nos", "tel", "ext", "room", "fig"})


@dataclass(frozen=True)
class Finding:
    """Something that makes a text hard to read.

    `words` are those concerned, as written; `advice` says what to write in their place.
    """

    rule: Rule
    words: str
    advice: str


class HardWords(BaseModel):
    """Hard words and initials, each with something plainer.

    `everyday_capitals` are initials that people know better than the words behind them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: Mapping[str, str]
    capitals: Mapping[str, str]
    everyday_capitals: frozenset[str]


def lint(text: str) -> list[Finding]:
    """What keeps a text from being Easy Read, in the order of the text; empty if nothing.

    A sentence has at most 15 words. A line break ends a sentence, so that headings and the items
    of a list count by themselves. Web and e-mail addresses count as one word each.
    """
    findings: list[Finding] = []
    for sentence in sentences(text):
        words = sum(any(map(str.isalnum, part)) for part in sentence.split())
        if words > LONGEST_SENTENCE:
            advice = (
                f"This sentence has {words} words. Use at most {LONGEST_SENTENCE}, "
                "or make it two sentences."
            )
            findings.append(Finding("long_sentence", sentence, advice))
        plain = PIECE.sub(blank_if_address, sentence)
        findings += [*hard_words_in(plain), *initials_in(plain)]
    return findings


def sentences(text: str) -> list[str]:
    """The sentences of a text, without list marks and the spaces around them.

    Full stops in prices (`£4.50`), times (`10.30am`), addresses, titles (`Dr. Shah`) and shortened
    words (`e.g.`) end no sentence.
    """
    found = []
    for line in text.splitlines():
        rest = LIST_MARK.sub("", line)
        start = 0
        for end in SENTENCE_END.finditer(rest):
            before = rest[max(start, end.start() - LONGEST_SHORTENING) : end.start()]
            if ends_sentence(before, end[0], rest[end.end() : end.end() + 1]):
                found.append(rest[start : end.end()].strip())
                start = end.end()
        found.append(rest[start:].strip())
    return [sentence for sentence in found if sentence]


def ends_sentence(before: str, mark: str, after: str) -> bool:
    """Whether a mark ends a sentence, by the characters before it and the one after it."""
    if mark.strip() != ".":
        return True
    last = before.rpartition(" ")[2].strip("\"'(\u2018\u201c[").casefold()
    if last in TITLES or re.fullmatch(r"[a-z]", last):
        return last == "i"
    if last in NUMBERED and after.isdigit():
        return False
    # A time may carry its shortening without a space between them, as in "10.30a.m.".
    if last in SHORTENED or re.fullmatch(r"[0-9.:]+(a\.?m|p\.?m)", last):
        return not after.islower() and not after.isdigit()
    return True


def blank_if_address(piece: re.Match[str]) -> str:
    """A piece of text between spaces, or only spaces if it is a web or e-mail address."""
    bare = piece[0].strip("()[]<>,;:.!?\"'").casefold()
    host, _, rest = bare.partition("/")
    is_web = "://" in bare or host.startswith("www.")
    has_path = bool(rest) and len(host.rpartition(".")[2]) >= 2 and "." in host  # noqa: PLR2004 - as in ".uk".
    return " " * len(piece[0]) if is_web or has_path or "@" in bare else piece[0]


@cache
def hard_words() -> HardWords:
    """The hard words that ship with this package, read once."""
    text = files("app.vocabulary").joinpath("hard_words.json").read_bytes()
    return HardWords.model_validate_json(text)


def hard_words_in(sentence: str) -> Iterator[Finding]:
    """The hard words of a sentence; of two that overlap, the longer one that begins first."""
    plainer, longest = _hard_phrases()
    straight = sentence.replace("\u2019", "'")
    found = list(WORD.finditer(straight))
    tokens = [word[0].casefold() for word in found]
    at = 0
    while at < len(tokens):
        for length in range(min(longest, len(tokens) - at), 0, -1):
            better = plainer.get(tuple(tokens[at : at + length]))
            if better is not None:
                words = sentence[found[at].start() : found[at + length - 1].end()]
                yield Finding("hard_word", words, f"Try: {better}.")
                at += length - 1
                break
        at += 1


def initials_in(sentence: str) -> Iterator[Finding]:
    """The words of a sentence in capital letters, except those that everyone knows."""
    known = hard_words()
    for match in INITIALS.finditer(sentence):
        letters = match[0].removesuffix("s").replace(".", "")
        if letters in known.everyday_capitals:
            continue
        plainer = known.capitals.get(letters)
        advice = f"Try: {plainer}." if plainer else "Write the whole words, in small letters."
        yield Finding("capitals", match[0], advice)


@cache
def _hard_phrases() -> tuple[Mapping[tuple[str, ...], str], int]:
    """Every form of every hard word as a row of tokens, and the length of the longest row."""
    forms = {
        form: plainer
        for words, plainer in hard_words().words.items()
        for form in forms_of(tuple(word.casefold() for word in WORD.findall(words)))
    }
    # A word that is listed itself goes before one that is only a form of another.
    forms |= {
        tuple(word.casefold() for word in WORD.findall(words)): plainer
        for words, plainer in hard_words().words.items()
    }
    return forms, max(map(len, forms))


def forms_of(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A word or phrase as listed, in the plural, in other tenses, and spelt with -ize.

    The last word of a phrase changes, or the first where the last is as short as in `adhere to`.
    """
    yield words
    at = len(words) - 1 if len(words[-1]) >= SHORTEST_CHANGING else 0
    word = words[at]
    if len(word) < SHORTEST_CHANGING:
        return
    for stem in {word, word[:-3] + "ize"} if word.endswith("ise") else {word}:
        changed = [stem, *(stem + ending for ending in ("s", "es", "d", "ed", "ing"))]
        # A last consonant may double, as in "permitted"; a form that nobody writes does no harm.
        changed += [stem + stem[-1] + "ed", stem + stem[-1] + "ing"]
        if stem.endswith("e"):
            changed.append(stem[:-1] + "ing")
        if stem.endswith("y"):
            changed += [stem[:-1] + "ies", stem[:-1] + "ied"]
        for form in changed:
            yield (*words[:at], form, *words[at + 1 :])
