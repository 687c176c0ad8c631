"""Asking the questionnaire in a terminal: it knows how questions are written, and none of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.columns import Columns
from rich.padding import Padding
from rich.text import Text

from app.cli.console import out
from app.matching.questionnaire.conditions import shown
from app.matching.questionnaire.questions import Kind
from app.matching.questionnaire.schemas import QuestionnaireView, QuestionView
from app.parameters import Language

ENOUGH, BACK, MUST = ".", "<", "!"
"""What to type for: show what fits now, go back, and this is a must."""

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "welcome": "Answer what you like and skip the rest with Enter. After any question, type . "
        "to see what fits, or < to go back. Nothing is kept.",
        "choice": "Type one number.",
        "choices": "Type the numbers, with spaces between them.",
        "slots": "Type the numbers, with spaces between them.",
        "ranked": "Type up to {most} numbers, the one you want most first.",
        "wishes": "Type the numbers. Put ! after each that you cannot go without, as in: 2! 5",
        "place": "Type a postcode or the name of a place.",
        "distance": "Type a number of miles, or one of the words above.",
        "number": "Type a number from {least} to {most}.",
        "money": "Type it as in: 200 a week. Put ! at the end if you must not go over it.",
        "which": "There is no {typed} in this list. ",
        "many": "That is too many. ",
        "bounds": "Please type a whole number from {least} to {most}.",
        "understood": "This is taken to be {place}.",
    },
    "easy": {
        "welcome": "Answer what you want. Press Enter to skip. "
        "Type . to see what fits. Type < to go back. We do not keep your answers.",
        "choice": "Type one number.",
        "choices": "Type the numbers. Put spaces between them.",
        "slots": "Type the numbers. Put spaces between them.",
        "ranked": "Type up to {most} numbers. Put the best one first.",
        "wishes": "Type the numbers. Is it a must? Put ! after it, like this: 2! 5",
        "place": "Type a postcode or a place.",
        "distance": "Type how many miles. Or type one of these words.",
        "number": "Type a number from {least} to {most}.",
        "money": "Type it like this: 200 a week. Is it the most you have? Put ! at the end.",
        "which": "There is no {typed} in this list. ",
        "many": "That is too many. ",
        "bounds": "Please type a number from {least} to {most}.",
        "understood": "We think this is {place}.",
    },
}

PERIODS = {
    "four_weeks": re.compile(r"\b(4|four)[ -]?week"),
    "month": re.compile(r"\b(month|pcm)"),
    "week": re.compile(r"\bweek|\bpw\b"),
}
"""How people write for how long an amount has to last; the first that is found counts."""

Check = Callable[[str], str]
"""Says how a place is understood; raises `NotUnderstoodError` where it is not."""


class NotUnderstoodError(Exception):
    """What was typed answers nothing; the message says what to type."""


def ask_all(questionnaire: QuestionnaireView, lang: Language, check: Check) -> dict[str, Any]:
    """The answers of whoever sits at the terminal, or stands at the other end of a pipe.

    Args:
        questionnaire: the questions, in the order in which to ask them.
        lang: of the hints.
        check: says how a place is understood, so that a slip is noticed at once.
    """
    out.print(Text(WORDS[lang]["welcome"]))
    given: dict[str, Any] = {}
    asked: list[int] = []
    number = 0
    while number < len(questionnaire.questions):
        question = questionnaire.questions[number]
        if shown(question.show_if, nested(given)):
            typed = _ask(question, lang)
            if typed == ENOUGH:
                break
            if typed == BACK:
                number = asked.pop() if asked else number
                given.pop(questionnaire.questions[number].path, None)
                continue
            try:
                answer = read_answer(question, typed, lang)
                if question.kind == "place" and typed:
                    place = WORDS[lang]["understood"].format(place=check(typed))
                    out.print(Text(place, style="dim"))
            except NotUnderstoodError as trouble:
                out.print(Text(str(trouble), style="yellow"))
                continue
            if answer is not None:
                given[question.path] = answer
            asked.append(number)
        number += 1
    return nested(given)


def nested(given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by their JSON Pointers as one JSON object."""
    answers: dict[str, Any] = {}
    for path, answer in given.items():
        *above, last = path.split("/")[1:]
        inner = answers
        for key in above:
            inner = inner.setdefault(key, {})
        inner[last] = answer
    return answers


def _ask(question: QuestionView, lang: Language) -> str:
    """Show a question and read one line; the end of what is piped in ends the questions."""
    out.print()
    out.print(Text(question.text, style="bold"))
    if question.help:
        out.print(Text(question.help, style="dim"))
    if question.options:
        out.print(Padding(Columns([*_numbered(question)], column_first=True), (0, 0, 0, 2)))
    out.print(Text(_hint(question, lang), style="italic"))
    try:
        return out.input("> ").strip()
    except EOFError:
        out.print()
        return ENOUGH


def _numbered(question: QuestionView) -> Iterator[Text]:
    for number, option in enumerate(question.options, start=1):
        named = f"{option.code}: " if question.kind == "distance" else f"{number:>2} "
        yield Text(named + option.label)


def _hint(question: QuestionView, lang: Language) -> str:
    return WORDS[lang][question.kind].format(least=question.at_least, most=question.at_most)


def read_answer(question: QuestionView, typed: str, lang: Language) -> Any:  # noqa: ANN401 - an answer can be any JSON value.
    """The answer that somebody typed, as the questionnaire says to post it; None skips.

    Raises:
        NotUnderstoodError: it answers nothing; the message says what to type.
    """
    return READERS[question.kind](question, typed, lang) if typed else None


def _place(_question: QuestionView, typed: str, _lang: Language) -> dict[str, str]:
    return {"text": typed}


def _distance(question: QuestionView, typed: str, lang: Language) -> int | str:
    words = {str(option.code) for option in question.options}
    return typed.casefold() if typed.casefold() in words else _whole(question, typed, lang)


def _whole(question: QuestionView, typed: str, lang: Language) -> int:
    least, most = question.at_least or 0, question.at_most or 0
    found = re.fullmatch(r"([0-9]{1,6})( miles?)?", typed)
    if not found or not least <= int(found[1]) <= most:
        raise NotUnderstoodError(WORDS[lang]["bounds"].format(least=least, most=most))
    return int(found[1])


def _money(question: QuestionView, typed: str, lang: Language) -> dict[str, Any]:
    plain = typed.casefold().replace(",", "")
    amount = re.match(r"£? ?([0-9]{1,6})(?:\.([0-9]{2}))?(?![0-9.])", plain)
    if not amount:
        raise NotUnderstoodError(_hint(question, lang))
    after = plain[amount.end() :]
    period = next((code for code, word in PERIODS.items() if word.search(after)), "week")
    pence = int(amount[1]) * 100 + int(amount[2] or 0)
    return {"amount_pence": pence, "period": period, "must": plain.endswith(MUST)}


def _codes(question: QuestionView, typed: str, lang: Language) -> list[str | bool]:
    codes = list(dict.fromkeys(_code(question, one, lang) for one in _several(typed)))
    if question.at_most and len(codes) > question.at_most:
        raise NotUnderstoodError(WORDS[lang]["many"] + _hint(question, lang))
    return codes


def _wishes(question: QuestionView, typed: str, lang: Language) -> list[dict[str, Any]]:
    musts: dict[str | bool, bool] = {}
    for one in _several(typed.replace(f" {MUST}", MUST)):
        code = _code(question, one.rstrip(MUST), lang)
        musts[code] = musts.get(code, False) or one.endswith(MUST)
    return [{"code": code, "must": must} for code, must in musts.items()]


def _several(typed: str) -> list[str]:
    return [one for one in re.split(r"[\s,;]+", typed) if one]


def _code(question: QuestionView, typed: str, lang: Language) -> str | bool:
    """The option that a number, a code or a label means."""
    if re.fullmatch(r"[0-9]{1,3}", typed) and 1 <= int(typed) <= len(question.options):
        return question.options[int(typed) - 1].code
    for option in question.options:
        if typed.casefold() in {str(option.code).casefold(), option.label.casefold()}:
            return option.code
    trouble = WORDS[lang]["which"].format(typed=typed[:20]) + _hint(question, lang)
    raise NotUnderstoodError(trouble)


READERS: Mapping[Kind, Callable[[QuestionView, str, Language], Any]] = {
    "choice": _code,
    "choices": _codes,
    "ranked": _codes,
    "slots": _codes,
    "wishes": _wishes,
    "place": _place,
    "distance": _distance,
    "number": _whole,
    "money": _money,
}
"""How what is typed is read, for each kind of question."""
