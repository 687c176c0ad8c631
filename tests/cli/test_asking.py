"""What people type is understood as they mean it, or they are told what to type."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.cli.asking import WORDS, NotUnderstoodError, ask_all, nested, read_answer
from app.cli.console import out
from app.matching.answers import Answers
from app.matching.questionnaire.questions import questionnaire
from app.matching.questionnaire.schemas import CouncilNamed, QuestionView, questionnaire_view
from app.vocabulary.easy_read import lint

COUNCILS = [CouncilNamed(gss="E06000049", name="Cheshire East Council")]
VIEW = questionnaire_view(questionnaire(), "en", COUNCILS)
EASY = questionnaire_view(questionnaire(), "easy", COUNCILS)


def question(name: str) -> QuestionView:
    (found,) = (one for one in VIEW.questions if one.id == name)
    return found


def number_of(name: str, code: str) -> int:
    return [one.code for one in question(name).options].index(code) + 1


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("for_whom", "", None),
        ("for_whom", "2", "someone_i_care_for"),
        ("for_whom", "me", "me"),
        ("for_whom", "For Me", "me"),
        ("online", "1", True),
        ("online", "No", False),
        ("location", "cw1 2ab", {"text": "cw1 2ab"}),
        ("group", "1 2", ["adults_disability", "older_people"]),
        ("group", "1, 2;1", ["adults_disability", "older_people"]),
        ("activities", "gardening music", ["gardening", "music"]),
        ("within_miles", "5", 5),
        ("within_miles", "12 miles", 12),
        ("within_miles", "Any", "any"),
        ("within_miles", "online", "online"),
        ("days_per_week", "7", 7),
        ("budget", "200 a week", {"amount_pence": 20_000, "period": "week", "must": False}),
        (
            "budget",
            "£1,250.50 a month!",
            {"amount_pence": 125_050, "period": "month", "must": True},
        ),
        ("budget", "0", {"amount_pence": 0, "period": "week", "must": False}),
        (
            "budget",
            "£80 every 4 weeks",
            {"amount_pence": 8_000, "period": "four_weeks", "must": False},
        ),
        (
            "budget",
            "90 four-weekly !",
            {"amount_pence": 9_000, "period": "four_weeks", "must": True},
        ),
        (
            "access",
            "1! 2 hoist!",
            [
                {"code": "step_free", "must": True},
                {"code": "wheelchair_inside", "must": False},
                {"code": "hoist", "must": True},
            ],
        ),
        ("access", "1 !", [{"code": "step_free", "must": True}]),
        ("access", "1 1!", [{"code": "step_free", "must": True}]),
        ("council", "1", "E06000049"),
    ],
)
def test_what_is_typed_is_what_is_meant(name: str, typed: str, meant: Any) -> None:
    answer = read_answer(question(name), typed, "en")
    assert answer == meant
    assert type(answer) is type(meant)
    if meant is not None:
        Answers.model_validate_json(json.dumps(nested({question(name).path: answer})))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("for_whom", "0"),
        ("for_whom", "4"),
        ("for_whom", "somebody"),
        ("for_whom", "1 2"),
        ("group", "1 9"),
        ("activities", "1 2 3 4 5 6"),
        ("matters_most", "1 2 3"),
        ("within_miles", "0"),
        ("within_miles", "101"),
        ("within_miles", "far"),
        ("within_miles", "-5"),
        ("days_per_week", "8"),
        ("days_per_week", "two"),
        ("budget", "a lot"),
        ("budget", "12.345"),
        ("access", "1! 99!"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "easy"])
def test_what_is_not_understood_is_told_with_what_to_type(name: str, typed: str, lang: Any) -> None:
    with pytest.raises(NotUnderstoodError) as trouble:
        read_answer(question(name), typed, lang)
    assert "type" in str(trouble.value).casefold()


def test_the_hints_in_easy_read_are_easy_to_read() -> None:
    assert WORDS["en"].keys() == WORDS["easy"].keys()
    hard = [finding for text in WORDS["easy"].values() for finding in lint(text)]
    assert hard == []


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Asks all questions of somebody who types these lines and then stops."""

    def ask(*lines: str, check: Callable[[str], str] = str.upper) -> dict[str, Any]:
        waiting = iter(lines)

        def type_one(_: str) -> str:
            try:
                return next(waiting)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(out, "input", type_one)
        return ask_all(VIEW, "en", check)

    return ask


def test_the_end_of_what_is_piped_in_ends_the_questions(
    typing: Callable[..., dict[str, Any]],
) -> None:
    assert typing() == {}
    assert typing("1", "CW1 2AB") == {"for_whom": "me", "location": {"text": "CW1 2AB"}}


def test_a_full_stop_ends_the_questions(typing: Callable[..., dict[str, Any]]) -> None:
    assert typing("1", ".", "CW1 2AB") == {"for_whom": "me"}


def test_everything_can_be_skipped(typing: Callable[..., dict[str, Any]]) -> None:
    assert typing(*[""] * 60) == {}


def test_a_slip_is_told_and_asked_again(
    typing: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typing("nine", "2") == {"for_whom": "someone_i_care_for"}
    assert "Type one number." in capsys.readouterr().out


def test_going_back_takes_the_last_answer_away(typing: Callable[..., dict[str, Any]]) -> None:
    assert typing("1", "Crewe", "<", "<", "2", "Sandbach") == {
        "for_whom": "someone_i_care_for",
        "location": {"text": "Sandbach"},
    }
    assert typing("<", "1") == {"for_whom": "me"}


def test_a_place_that_nobody_knows_is_asked_again(
    typing: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    def check(typed: str) -> str:
        if typed == "Nowhere":
            raise NotUnderstoodError("No such place.")
        return "Crewe, Cheshire East"

    assert typing("", "Nowhere", "Crewe", check=check) == {"location": {"text": "Crewe"}}
    shown = capsys.readouterr().out
    assert "No such place." in shown
    assert "This is taken to be Crewe, Cheshire East." in shown


def test_a_branch_is_offered_to_whom_it_concerns(
    typing: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    carers = number_of("group", "unpaid_carers")
    answers = typing("", "", "", "", str(carers), "", "2", "dementia", "80_plus", "4")
    assert answers == {
        "group": ["unpaid_carers"],
        "cared_for": {"group": ["older_people"], "needs": ["dementia"], "age_band": "80_plus"},
        "break_hours": 4,
    }
    assert "person you look after" in capsys.readouterr().out
    typing("", "", "", "", "1", "", "", "")
    assert "person you look after" not in capsys.readouterr().out


def test_easy_read_questions_are_asked_in_easy_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(out, "input", lambda _: "")
    ask_all(EASY, "easy", str)
    shown = capsys.readouterr().out
    assert "Who is this for?" in shown
    assert "Who are you looking for?" not in shown
