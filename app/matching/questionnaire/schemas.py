"""How the questionnaire looks to a front end."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.matching.questionnaire.conditions import ShowIf
from app.matching.questionnaire.questions import (
    CouncilOptions,
    Kind,
    Question,
    Questionnaire,
    WordedOptions,
)
from app.parameters import Language


class CouncilNamed(BaseModel):
    """A council to choose: its GSS code and its name."""

    gss: str
    name: str


class OptionView(BaseModel):
    """One answer to choose."""

    code: str | bool = Field(
        description="What to post, as it stands. Yes and no are true and false."
    )
    label: str = Field(description="What to show: plain, or Easy Read with `lang=easy`.")
    easy_read: str = Field(description="The same in short sentences and everyday words.")
    icon: str = Field(description="The key of a picture. The pictures are the front end's own.")


class QuestionView(BaseModel):
    """One question, with all that is needed to ask it and to post its answer.

    What stands at `path` in `answers` depends on `kind`: of `choice` the code; of `choices`,
    `slots` and `ranked` a list of codes, in `ranked` the most wanted first; of `wishes` a list of
    `{"code", "must"}`; of `place` `{"text"}`; of `distance` whole miles or the code of an option;
    of `number` a number; of `money` `{"amount_pence", "period", "must"}`, with the code of an
    option as its period.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "days_per_week",
                    "path": "/days_per_week",
                    "text": "How many days a week would you like to go?",
                    "easy_read": "How many days each week do you want to go?",
                    "help": "If you skip this, we show what one day a week costs.",
                    "kind": "number",
                    "options": [],
                    "show_if": None,
                    "required": False,
                    "skippable": True,
                    "must_allowed": False,
                    "at_least": 1,
                    "at_most": 7,
                }
            ]
        }
    )

    id: str = Field(description="Stable. `next_questions` of an answer names it.")
    path: str = Field(description="A JSON Pointer into `answers`: where the answer belongs.")
    text: str = Field(description="The question: plain, or Easy Read with `lang=easy`.")
    easy_read: str = Field(description="The question in short sentences and everyday words.")
    help: str | None = Field(description="What makes it easier to answer; null where nothing.")
    kind: Kind = Field(description="How it is answered.")
    options: list[OptionView] = Field(
        description="The answers to choose from, in the order in which to show them; may be empty."
    )
    show_if: ShowIf | None = Field(
        description="Show it only while this holds for the answers so far; null is always."
    )
    required: bool = Field(description="Whether there is no result without it.")
    skippable: bool = Field(description="Whether to offer to skip it.")
    must_allowed: bool = Field(
        description="Whether a person can say that it is a must and no wish: in `must`."
    )
    at_least: int | None = Field(
        description="The smallest number, or the fewest answers or letters; null where none."
    )
    at_most: int | None = Field(
        description="The largest number (of pence in `money`), or the most answers or letters."
    )


class QuestionnaireView(BaseModel):
    """The questions in the order in which to ask them. Each may be left out."""

    id: str = Field(description="Which questionnaire this is.")
    version: str = Field(description="Another one whenever a question or its wording changes.")
    questions: list[QuestionView]


def questionnaire_view(
    questionnaire: Questionnaire, lang: Language, councils: Iterable[CouncilNamed]
) -> QuestionnaireView:
    """The questionnaire in a language, with the councils that this service knows."""
    known = [*councils]
    return QuestionnaireView(
        id=questionnaire.id,
        version=questionnaire.version,
        questions=[_question(one, lang, known) for one in questionnaire.questions],
    )


def _question(question: Question, lang: Language, councils: list[CouncilNamed]) -> QuestionView:
    easy = lang == "easy"
    written = {
        name: getattr(question, name)
        for name in QuestionView.model_fields
        if name not in {"text", "help", "options"}
    }
    help_text = question.help and (question.help.easy_read if easy else question.help.text)
    return QuestionView(
        **written,
        text=question.easy_read if easy else question.text,
        help=help_text,
        options=[_option(one, easy) for one in _options(question, councils)],
    )


def _options(question: Question, councils: list[CouncilNamed]) -> Iterable[Any]:
    options = question.options
    if options is None:
        return ()
    if isinstance(options, CouncilOptions):
        return [
            OptionView(code=one.gss, label=one.name, easy_read=one.name, icon="council")
            for one in councils
        ]
    return options.words if isinstance(options, WordedOptions) else options.terms


def _option(words: Any, easy: bool) -> OptionView:  # noqa: ANN401, FBT001 - a term, or words alike.
    return OptionView(
        code=words.code,
        label=words.easy_read if easy else words.label,
        easy_read=words.easy_read,
        icon=words.icon,
    )
