"""`carefinder match`: asks the questions in a terminal and prints what fits. Nothing is stored."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from pydantic_core import from_json
from rich.text import Text

from app.cli.asking import NotUnderstoodError, ask_all
from app.cli.console import DatabaseOption, choose, open_database, out, stop
from app.cli.filling import prepare
from app.cli.plan import show_plan
from app.cli.sheet import Line, sheet_of
from app.database import Database
from app.geo.queries import find_places
from app.matching.answers import MatchesWanted, Submission
from app.matching.matches import matches_found
from app.matching.plans.answers import PlansWanted
from app.matching.plans.schemas import PlansFound
from app.matching.plans.weeks import plans_found
from app.matching.questionnaire.queries import get_questionnaire
from app.matching.schemas import MatchesFound
from app.parameters import Language, london_today
from app.problems import Problem
from app.search.index.follow import Index

AskedT = TypeVar("AskedT", bound=Submission)

STYLES = {"title": "bold", "heading": "bold cyan", "name": "bold", "plain": "", "quiet": "dim"}
SHOWN = 5
"""How many results of each kind are shown unless more are asked for."""


def match(  # noqa: PLR0913 - each is one option of the command.
    *,
    easy: Annotated[bool, typer.Option("--easy", help="In Easy Read.")] = False,
    answers: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            allow_dash=True,
            help="A JSON file with the answers, as the body of POST /v1/matches or the `answers` "
            "in it; - for standard input. Nothing is asked then.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=100, help="How many results of each kind to show.")
    ] = SHOWN,
    whole: Annotated[
        bool, typer.Option("--whole", help="With every weight, must and figure.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Show weeks that work, as tables.")] = False,
    database: DatabaseOption = None,
) -> None:
    """Ask what somebody needs, and say what fits, why, what it costs and what to ask.

    Every question may be skipped. Nothing is stored or sent anywhere.
    """
    lang: Language = "easy" if easy else "en"
    settings = choose(database)
    with closing(open_database(settings)) as opened:
        if not settings.production:
            prepare(settings, opened)
        told = read_file(answers) if answers else {"answers": ask(opened, lang)}
        index = Index(opened, london_today)
        if plan:
            asked = understood(PlansWanted, {**told, "lang": lang})
            weeks = plans_found(index.snapshot(), asked, None)
            show_plan(PlansFound.model_validate_json(weeks), lang)
            return
        wanted = understood(MatchesWanted, {**told, "lang": lang, "limit": limit})
        found = MatchesFound.model_validate_json(matches_found(index.snapshot(), wanted))
    show(sheet_of(found, lang, whole=whole))


def ask(database: Database, lang: Language) -> dict[str, Any]:
    """The answers of whoever sits at the terminal."""

    def check(typed: str) -> str:
        try:
            with database.read() as session:
                place = find_places(session, typed)[0].place
        except Problem as problem:
            raise NotUnderstoodError(problem.detail) from None
        return place.label

    with database.read() as session:
        questionnaire = get_questionnaire(session, lang)
    return ask_all(questionnaire, lang, check)


def read_file(path: Path) -> dict[str, Any]:
    """The body that a file holds; a file of answers alone is one too."""
    text = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    try:
        told = from_json(text)
    except ValueError:
        stop(f"{path} is not JSON.")
    if not isinstance(told, dict):
        stop(f"{path} holds no JSON object.")
    return told if "answers" in told else {"answers": told}


def understood(shape: type[AskedT], body: dict[str, Any]) -> AskedT:
    """The body as the API takes it; stops with what is wrong with it, and where."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        troubles = [
            f"/{'/'.join(map(str, one['loc']))}: {one['msg']}"
            for one in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        stop("these answers are not understood.\n" + "\n".join(troubles))


def show(lines: list[Line]) -> None:
    """Print a sheet."""
    out.print()
    for line in lines:
        out.print(Text(line.text, style=STYLES[line.style]), soft_wrap=True)
