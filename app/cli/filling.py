"""Filling a database from the command line: the sample, and saying what was loaded."""

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.catalogue.intake import Loaded, load_sample
from app.catalogue.queries import is_empty
from app.cli.console import err, say
from app.database import Database
from app.parameters import london_today
from app.schema import migrate
from app.settings import Settings


def prepare(settings: Settings, database: Database) -> None:
    """In development: bring a database up to date, and give an empty one the sample."""
    migrate(settings.database_url)
    with database.read() as session:
        empty = is_empty(session)
    if empty:
        report("Loaded the sample catalogue", load_invented(database))


def load_invented(database: Database) -> Loaded:
    """Load the sample catalogue, showing that something happens."""
    with progress("Loading the sample catalogue"):
        return load_sample(database, london_today())


def progress(what: str) -> Progress:
    """Something that moves while work is done, where a person is looking."""
    shown = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        # What is written to a file is a log, and shows nothing that moves.
        disable=not err.is_terminal,
    )
    shown.add_task(what, total=None)
    return shown


def report(what: str, loaded: Loaded) -> None:
    """Say how much was loaded."""
    say(
        f"{what}: {loaded.councils} councils, {loaded.providers} providers, "
        f"{loaded.venues} venues, {loaded.activities} activities."
    )
