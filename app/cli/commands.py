"""The command line: `carefinder serve | migrate | load | match | account | keys | …`."""

import errno
import gc
import os
import socket
import warnings
from contextlib import closing
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.table import Table
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.accounts.housekeeping import after_restore
from app.catalogue.files import FilesError
from app.catalogue.intake import load_folder
from app.catalogue.queries import has_sample
from app.cli.account import accounts, keys, prepare_demos, refuse_demos, refuse_keys
from app.cli.console import DatabaseOption, choose, err, open_database, out, say, stop
from app.cli.feed import feed_commands
from app.cli.filling import load_invented, prepare, progress, report
from app.cli.listing import listings
from app.cli.match import match
from app.database import Database, UnusableDatabaseError
from app.geo.queries import find_places
from app.parameters import london_today
from app.problems import Problem
from app.schema import current_revision, migrate, newest_revision, start_epoch
from app.settings import PREFIX, Settings, UnsafeSettingsError
from app.traffic.log import set_up_logging

cli = typer.Typer(
    help="Care Finder: day opportunities that fit, what they cost, and what to ask.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

cli.add_typer(accounts)
cli.add_typer(listings)
cli.add_typer(keys)
cli.add_typer(feed_commands, name="feed")

MOST_FAULTS_SHOWN = 30
NO_SUCH_TABLE = "42P01"
"""PostgreSQL's code for it; SQLite has only the words."""

NOT_SET_UP = "the database is not set up. Run `carefinder migrate` first."
DISK_FULL = "the disk is full, so the database cannot be written. Make room and try again."
NOT_WRITABLE = f"the database file cannot be written. Check the folder that {PREFIX}VAR names."

DATABASE_TROUBLES = {
    "disk is full": DISK_FULL,
    "No space left": DISK_FULL,
    "unable to open": NOT_WRITABLE,
    "readonly": NOT_WRITABLE,
    "no such table": NOT_SET_UP,
    "not a database": "the database file holds something else. Choose another with --database.",
    "does not exist": f"there is no such database or user as {PREFIX}DATABASE_URL names.",
    "authentication failed": f"the user or the password in {PREFIX}DATABASE_URL is refused.",
}
"""What the two databases say, and what to do about it. Their own words may hold the address."""


def run() -> None:
    """Run the command line. Whatever stops it is told in one sentence."""
    warnings.showwarning = _show_warning
    try:
        cli(prog_name="carefinder")
    except (UnsafeSettingsError, UnusableDatabaseError) as error:
        stop(str(error))
    except FilesError as error:
        shown = "\n".join(error.faults[:MOST_FAULTS_SHOWN])
        more = len(error.faults) - MOST_FAULTS_SHOWN
        stop(shown + (f"\nand {more} more" if more > 0 else "") + "\nNothing was changed.")
    except Problem as problem:
        stop(problem.detail)
    except DBAPIError as error:
        stop(_database_trouble(error))
    except OSError as error:
        stop(_system_trouble(error))


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    err.print(f"carefinder: {message}", markup=False, highlight=False, soft_wrap=True)


def _database_trouble(error: DBAPIError) -> str:
    if isinstance(error, IntegrityError):
        return "something in it clashes with what the catalogue holds: a slug or a code is taken."
    if getattr(error.orig, "sqlstate", None) == NO_SUCH_TABLE:
        return NOT_SET_UP
    cause = str(error.orig)
    return next(
        (sentence for words, sentence in DATABASE_TROUBLES.items() if words in cause),
        f"the database that {PREFIX}DATABASE_URL names does not answer. "
        "Is its address right, and is it running?",
    )


def _system_trouble(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full. Make room and try again."
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{error.filename} is a file, and a folder is needed there."
    return f"{error.strerror or 'the system refused'}: {error.filename or 'no file named'}."


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port to listen on.")] = 8000,
    database: DatabaseOption = None,
) -> None:
    """Serve the API. In development the database is migrated, and filled if it is empty."""
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    os.environ.setdefault(f"{PREFIX}BASE_URL", address)
    settings = choose(database)
    with _listen(host, port) as listener:
        with closing(open_database(settings)) as opened:
            if settings.production:
                _refuse_sample(settings, opened)
                refuse_demos(opened)
                refuse_keys(settings)
            else:
                prepare(settings, opened)
                prepare_demos(settings, opened)
        set_up_logging(settings.log_level)
        say(f"Care Finder is at {address} (documentation: /docs)")
        server = uvicorn.Server(
            uvicorn.Config(
                "app.main:create_served",
                factory=True,
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                # Who is calling is for the settings to say, and not for any local program.
                proxy_headers=False,
                h11_max_incomplete_event_size=settings.max_url_bytes * 4,
            )
        )
        # The application switches it on again once it has started.
        gc.disable()
        try:
            server.run(sockets=[listener])
        finally:
            gc.enable()


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is done, so that a taken one is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Until it listens, another process can take the same port.
        listener.listen()
    except (socket.gaierror, UnicodeError, TypeError):
        refused = f"there is no address {host} on this machine."
    except OSError as error:
        refused = {
            errno.EADDRINUSE: f"port {port} is taken. Choose another with --port.",
            errno.EACCES: f"port {port} is not yours to use. Choose one above 1023 with --port.",
        }.get(error.errno or 0, f"this machine cannot listen on {host}, port {port}.")
    else:
        return listener
    listener.close()
    return stop(refused)


def _refuse_sample(settings: Settings, database: Database) -> None:
    """Production serves no invented activities, unless it is told to."""
    if current_revision(database.engine) != newest_revision() or settings.allow_sample:
        return
    with database.read() as session:
        if has_sample(session):
            raise UnsafeSettingsError(
                "The database holds the invented sample catalogue. Use another database, or set "
                f"{PREFIX}ALLOW_SAMPLE=true for a demonstration."
            )


@cli.command("migrate")
def migrate_command(
    database: DatabaseOption = None,
    *,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored",
            help="The database was restored from a backup: begin a new epoch, so that nobody "
            "goes on from numbers that the restored catalogue will give again.",
        ),
    ] = False,
) -> None:
    """Bring the database to the newest revision."""
    settings = choose(database)
    with closing(open_database(settings)) as opened:
        migrate(settings.database_url)
        if restored:
            start_epoch(opened)
            with opened.write() as session:
                after_restore(session)
    if restored:
        say("A new epoch has begun: followers will be told to export again.")
        say("Everybody has been signed out, and mail that waited will not be sent.")
    say(f"The database is at revision {newest_revision()}.")


@cli.command()
def sample(database: DatabaseOption = None) -> None:
    """Load the invented sample catalogue, as fresh as if it had been written today."""
    settings = choose(database)
    if settings.production and not settings.allow_sample:
        raise UnsafeSettingsError(
            f"Production does not take the sample catalogue unless {PREFIX}ALLOW_SAMPLE is true."
        )
    with closing(open_database(settings)) as opened:
        if not settings.production:
            migrate(settings.database_url)
        report("Loaded the sample catalogue", load_invented(opened))


@cli.command()
def load(
    folder: Annotated[
        Path,
        typer.Argument(
            exists=True, file_okay=False, readable=True, help="A folder in the sample's format."
        ),
    ],
    database: DatabaseOption = None,
) -> None:
    """Load councils, providers and activities from a folder of files: all of it or nothing."""
    settings = choose(database)
    with closing(open_database(settings)) as opened:
        if not settings.production:
            migrate(settings.database_url)
        with progress(f"Loading {folder}"):
            loaded = load_folder(opened, folder, london_today())
    report(f"Loaded {folder}", loaded)


@cli.command()
def places(
    query: Annotated[str, typer.Argument(help="A postcode, outcode, sector or place name.")],
    database: DatabaseOption = None,
) -> None:
    """Say where a postcode or a place is, how exactly that is known, and whose council it is in."""
    with closing(open_database(choose(database))) as opened, opened.read() as session:
        found = find_places(session, query)
    table = Table("Place", "Kind", "Latitude", "Longitude", "Within miles", "Council", "Sure")
    for one in found:
        place, council = one.place, one.council
        table.add_row(
            place.label,
            place.kind,
            f"{place.latitude:.4f}",
            f"{place.longitude:.4f}",
            f"{place.accuracy_miles:.1f}",
            council.name or "not known",
            f"{council.confidence:.0%}",
        )
    out.print(table)


cli.command("match")(match)


@cli.command()
def version() -> None:
    """Say which version this is, and which revision of the database it needs."""
    say(f"Care Finder {installed_version('carefinder')}, database revision {newest_revision()}")
