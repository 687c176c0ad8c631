"""What every command uses: what it prints, how it stops, and the database it opens."""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from sqlalchemy import make_url

from app.database import Database
from app.settings import PREFIX, Settings, get_settings

out = Console()
err = Console(stderr=True)

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="sqlite:///PATH or postgresql://…; else the settings' own."),
]


def stop(sentence: str) -> NoReturn:
    """Say why the command cannot go on, and end it with exit code 1."""
    err.print(f"carefinder: {sentence}", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


def say(sentence: str) -> None:
    """Print one line as it is."""
    out.print(sentence, markup=False, highlight=False, soft_wrap=True)


def choose(database_url: str | None) -> Settings:
    """The settings, with the command line's own choice of database first."""
    if database_url:
        os.environ[f"{PREFIX}DATABASE_URL"] = database_url
        get_settings.cache_clear()
    return get_settings()


def open_database(settings: Settings) -> Database:
    """The database; the folder for an embedded one is made."""
    if settings.sqlite:
        path = Path(make_url(settings.database_url).database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
    return Database(settings.database_url, pool=settings.database_pool)
