"""Commands about accounts: the first admin, disabling, and the keys of tokens."""

import secrets
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from app.accounts import passwords
from app.accounts.commands.accounts import disable, enable, find_by_email, make_account
from app.accounts.commands.members import give_role, place_of_council
from app.accounts.demo import DEMOS, has_demos, make_demos
from app.accounts.erasure import erase
from app.accounts.finding import find_council
from app.accounts.keys import VARIABLE, read_keys, rotate_keys
from app.accounts.models import Account
from app.accounts.principals import SYSTEM, CouncilRole
from app.accounts.schemas import EMAIL_ADDRESS
from app.cli.console import DatabaseOption, choose, open_database, say, stop
from app.database import Database
from app.schema import current_revision, newest_revision
from app.settings import PREFIX, Settings, UnsafeSettingsError

accounts = typer.Typer(name="account", help="Accounts of people.", no_args_is_help=True)
keys = typer.Typer(name="keys", help="The keys that sign access tokens.", no_args_is_help=True)

EmailOption = Annotated[str, typer.Option("--email", help="The person's e-mail address.")]


@accounts.callback()
def _accounts() -> None:
    """Accounts of people."""


@keys.callback()
def _keys() -> None:
    """The keys that sign access tokens."""


@accounts.command("create")
def create(
    email: EmailOption,
    admin: Annotated[
        str, typer.Option("--admin", help="The GSS code of the council to be an admin of.")
    ],
    database: DatabaseOption = None,
) -> None:
    """Make somebody an admin of a council; the first one is made like this.

    A new account gets a password that is shown this once.
    """
    email = _checked(email)
    password = f"{secrets.token_urlsafe(6)} {secrets.token_urlsafe(6)}"
    kept = passwords.hash_password(password)
    with closing(open_database(choose(database))) as opened, opened.write() as session:
        council = find_council(session, admin)
        if council is None:
            stop(f"no council has the GSS code {admin}.")
        account = find_by_email(session, email)
        made = account is None
        if account is None:
            account = make_account(session, email, kept)
        give_role(session, account, place_of_council(council.id), CouncilRole.ADMIN)
        name = council.name
    say(f"{email} is an admin of {name}.")
    if made:
        say(f"The password, shown this once: {password}")
        say("Change it after signing in: PATCH /v1/me.")


@accounts.command("disable")
def disable_command(email: EmailOption, database: DatabaseOption = None) -> None:
    """Have an account do nothing from now on, and sign it out everywhere."""
    with closing(open_database(choose(database))) as opened, opened.write() as session:
        account = find_by_email(session, _checked(email))
        if account is None:
            stop("no account has this e-mail address.")
        disable(session, account, SYSTEM)
    say("The account is disabled and signed out everywhere.")


@accounts.command("enable")
def enable_command(email: EmailOption, database: DatabaseOption = None) -> None:
    """Let an account that was disabled sign in again."""
    with closing(open_database(choose(database))) as opened, opened.write() as session:
        account = find_by_email(session, _checked(email))
        if account is None:
            stop("no account has this e-mail address.")
        enable(session, account, SYSTEM)
    say("The account can sign in again.")


@accounts.command("remove-demo")
def remove_demo(database: DatabaseOption = None) -> None:
    """Remove the accounts for trying out, with which production does not start."""
    with closing(open_database(choose(database))) as opened, opened.write() as session:
        found = session.exec(select(Account).where(col(Account.demo))).all()
        for account in found:
            erase(session, account)
        count = len(found)
    say(f"{count} demo accounts removed.")


def _checked(email: str) -> str:
    if not EMAIL_ADDRESS.fullmatch(email.strip()):
        stop("that is no e-mail address.")
    return email.strip().lower()


@keys.command("rotate")
def rotate(
    file: Annotated[
        Path | None, typer.Option("--file", help="The file with the keys; else the settings' own.")
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Make a key that signs from now on; the one before is kept until its tokens have expired.

    The first time it makes the file. Servers that are running see the new key within a second.
    """
    settings = choose(database)
    path = file or settings.token_keys_file
    if path is None:
        stop(f"name the file with --file, or in {VARIABLE}.")
    key_id = rotate_keys(path, settings.token_algorithm)
    say(f"The key {key_id} signs from now on.")


# What serving does about them


def prepare_demos(settings: Settings, database: Database) -> None:
    """In development there is an account for each role, with a password that is told.

    Without a password in the settings there is a new one at each start, because it is kept
    nowhere that it could be read from.
    """
    password = settings.demo_password or f"demo {secrets.token_urlsafe(9)}"
    make_demos(database, password)
    say(f"Demo accounts: {', '.join(demo.email for demo in DEMOS)}")
    if settings.demo_password:
        say(f"Their password is the one that {PREFIX}DEMO_PASSWORD holds.")
    else:
        say(f"Their password, until the next start: {password}")


def refuse_demos(database: Database) -> None:
    """Production has no accounts whose password is told."""
    if current_revision(database.engine) != newest_revision():
        return
    with database.read() as session:
        if has_demos(session):
            raise UnsafeSettingsError(
                f"The database that {PREFIX}DATABASE_URL names holds demo accounts. "
                "Remove them with `carefinder account remove-demo`."
            )


def refuse_keys(settings: Settings) -> None:
    """Production starts with keys that are fit to be used, or not at all."""
    if settings.token_keys_file is None:
        return
    try:
        read_keys(settings.token_keys_file, settings.token_algorithm)
    except FileNotFoundError:
        raise UnsafeSettingsError(
            f"{VARIABLE}: there is no such file. `carefinder keys rotate` makes it."
        ) from None
    except OSError:
        raise UnsafeSettingsError(f"{VARIABLE}: it cannot be read.") from None
