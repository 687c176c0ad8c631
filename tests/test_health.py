"""Alive and ready."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import ClientMaker, Kind, Templates

from app.schema import migrate, newest_revision


@pytest.fixture
def gone_url(kind: Kind, tmp_path: Path) -> str:
    """The URL of a database that does not answer."""
    if kind == "postgresql":
        return "postgresql://care:hunter2@127.0.0.1:1/finder"
    return f"sqlite:///{tmp_path}/no/such/folder/x.db"


@pytest.fixture
def behind_url(kind: Kind, templates: Templates) -> str:
    """The URL of a database that was never migrated."""
    url = templates.copy(kind, "empty")
    migrate(url, "base")
    return url


def test_a_running_service_is_alive(make_client: ClientMaker, empty_url: str) -> None:
    answer = make_client(empty_url).get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_it_is_alive_whatever_the_database_does(make_client: ClientMaker, gone_url: str) -> None:
    answer = make_client(gone_url).get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_it_is_ready_when_the_database_is_at_the_newest_revision(
    make_client: ClientMaker, empty_url: str
) -> None:
    answer = make_client(empty_url).get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_it_is_not_ready_when_the_database_is_behind_and_is_once_it_is_migrated(
    make_client: ClientMaker, behind_url: str
) -> None:
    client = make_client(behind_url)
    answer = client.get("/health/ready")
    body = answer.json()
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert body["type"] == "urn:carefinder:problem:not_ready"
    assert body["missing_revision"] == newest_revision()
    assert newest_revision() in body["detail"]
    assert "carefinder migrate" in body["detail"]
    migrate(behind_url)
    deadline = time.monotonic() + 20
    while (answer := client.get("/health/ready")).status_code == 503:
        # It is the catalogue alone that is waited for, and nobody has to start it again.
        assert "missing_revision" not in answer.json()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert answer.json() == {"status": "ready"}


def test_it_is_not_ready_when_newer_code_migrated_the_database(
    make_client: ClientMaker, empty_url: str
) -> None:
    client = make_client(empty_url)
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    engine.dispose()
    assert client.get("/health/ready").status_code == 503


def test_it_is_not_ready_when_the_database_does_not_answer(
    make_client: ClientMaker, gone_url: str
) -> None:
    answer = make_client(gone_url).get("/health/ready")
    body = answer.json()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert body["type"] == "urn:carefinder:problem:not_ready"
    assert "missing_revision" not in body
    assert "hunter2" not in answer.text
    assert "127.0.0.1" not in answer.text
    assert "folder" not in answer.text


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_an_unknown_parameter_is_refused(
    make_client: ClientMaker, empty_url: str, path: str
) -> None:
    answer = make_client(empty_url).get(path, params={"verbose": "1"})
    assert answer.status_code == 422
    assert [(one["in"], one["name"], one["code"]) for one in answer.json()["errors"]] == [
        ("query", "verbose", "extra_forbidden")
    ]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_nobody_keeps_the_answer(make_client: ClientMaker, empty_url: str, path: str) -> None:
    answer = make_client(empty_url).get(path)
    assert "etag" not in answer.headers
    assert answer.headers.get("cache-control", "no-store") == "no-store"
