"""A front end that knows nothing of the questions: only how a questionnaire is written.

It works on the JSON that `GET /v1/questionnaire` answers with, and on nothing of the application.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from random import Random
from typing import Any

Question = Mapping[str, Any]
Answers = dict[str, Any]

PLACES = ("CW1 2AB", "cw12ab", "LE2", "Crewe")


def at(path: str, answers: Answers) -> Any:
    """The answer at a JSON Pointer; None where there is none."""
    found: Any = answers
    for key in path.split("/")[1:]:
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found


def put(path: str, answers: Answers, answer: Any) -> None:
    """Write an answer at a JSON Pointer."""
    *above, last = path.split("/")[1:]
    for key in above:
        answers = answers.setdefault(key, {})
    answers[last] = answer


def holds(condition: Mapping[str, Any], answers: Answers) -> bool:
    """Whether one condition of `show_if` holds."""
    answer = at(condition["path"], answers)
    if "has" in condition:
        return answer is not None and condition["has"] in answer
    if "is" in condition:
        return answer is not None and bool(answer == condition["is"])
    return bool(condition["answered"] == (answer not in (None, [])))


def is_shown(question: Question, answers: Answers) -> bool:
    """Whether a question is asked after these answers."""
    rule = question["show_if"]
    if rule is None:
        return True
    ((how, conditions),) = rule.items()
    return {"any": any, "all": all}[how](holds(one, answers) for one in conditions)


def values_of(question: Question) -> Iterator[Any]:
    """Answers that somebody could give to a question: every option, and both ends."""
    codes = [option["code"] for option in question["options"]]
    least, most = question["at_least"], question["at_most"]
    musts = (False, True) if question["must_allowed"] else (False,)
    match question["kind"]:
        case "choice":
            yield from codes
        case "choices" | "ranked" | "slots":
            yield from ([code] for code in codes)
            yield codes[: most or len(codes)]
            yield codes[::-1][: most or len(codes)]
        case "wishes":
            yield from ([{"code": code, "must": must}] for must in musts for code in codes)
            yield [{"code": code, "must": musts[-1]} for code in codes[:3]]
        case "place":
            yield from ({"text": place} for place in PLACES)
        case "distance" | "number":
            yield from (*codes, least, most)
        case "money":
            for amount, period, must in product((least, 5_000, most), codes, musts):
                yield {"amount_pence": amount, "period": period, "must": must}


def walk(questions: Sequence[Question], choose: Callable[[Question], Any]) -> Answers:
    """The answers of somebody who is asked the questions in order; None skips one."""
    answers: Answers = {}
    for question in questions:
        if is_shown(question, answers):
            answer = choose(question)
            if answer is not None:
                put(question["path"], answers, answer)
            elif not question["skippable"]:
                raise AssertionError(f"{question['id']} cannot be skipped")
    return answers


def ways_to(question: Question, by_path: Mapping[str, Question]) -> Iterator[dict[str, Any]]:
    """For each branch that leads to a question, the answers that open it, by path."""
    if question["show_if"] is None:
        yield {}
        return
    ((how, conditions),) = question["show_if"].items()
    branches = [conditions] if how == "all" else [[one] for one in conditions]
    for branch in branches:
        opened: dict[str, Any] = {}
        for one in branch:
            asked = by_path[one["path"]]
            if one.get("answered") is False:
                continue
            if "has" in one:
                opened[one["path"]] = [one["has"]]
            else:
                opened[one["path"]] = one["is"] if "is" in one else next(values_of(asked))
            opened |= next(ways_to(asked, by_path))
        yield opened


def answer_of(given: Mapping[str, Any], question: Question) -> Any:
    """Somebody's answer to a question; None skips it."""
    return given.get(question["path"])


def every_branch(questions: Sequence[Question]) -> Iterator[tuple[str, Answers]]:
    """Walks that together open every branch and choose every option, each with what it is for."""
    by_path = {question["path"]: question for question in questions}
    yield "nothing", walk(questions, lambda _: None)
    for question in questions:
        for opened in ways_to(question, by_path):
            for value in values_of(question):
                given = {**opened, question["path"]: value}
                answers = walk(questions, partial(answer_of, given))
                assert at(question["path"], answers) == value, question["id"]
                yield question["id"], answers
            if len(opened) == 0:
                break


def at_random(questions: Sequence[Question], random: Random) -> Answers:
    """Somebody who answers most questions in some way."""

    def choose(question: Question) -> Any:
        return random.choice([None, *values_of(question)]) if random.random() < 0.8 else None

    return walk(questions, choose)
