from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import ClientMaker
from fastapi.testclient import TestClient

from app import caching
from app.caching import build, matching
from app.clock import note_change
from app.database import Database, uuid7
from app.schema import start_epoch

TAG = '"407ab2ac9dbc79db730214792bea2659"'
PRESSED = '"407ab2ac9dbc79db730214792bea2659-gzip"'


@pytest.mark.parametrize(
    ("named", "spelling"),
    [
        (TAG, TAG),
        (f"W/{TAG}", TAG),
        (PRESSED, PRESSED),
        (f"W/{PRESSED}", PRESSED),
        (f'"a",{PRESSED},"b"', PRESSED),
        (f'W/"a" ,\t{TAG}', TAG),
        (f"{PRESSED}, {TAG}", TAG),
        ("", None),
        ("*", None),
        ('"407ab2ac9dbc79db730214792bea265"', None),
        ("407ab2ac9dbc79db730214792bea2659", None),
        ('"407ab2ac9dbc79db730214792bea2659-br"', None),
        ('"407AB2AC9DBC79DB730214792BEA2659"', None),
        (f"w/{TAG}", None),
    ],
)
def test_a_header_names_a_tag_in_one_of_its_spellings(named: str, spelling: str | None) -> None:
    assert matching(named, TAG) == spelling


def tag(client: TestClient, address: str = "/v1/vocabularies") -> str:
    """The ETag of an answer."""
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.headers["etag"])


@pytest.fixture
def own(make_client: ClientMaker, empty_url: str) -> TestClient:
    """A client of a database that nobody else reads."""
    return make_client(empty_url)


@pytest.fixture
def written(empty_url: str) -> Iterator[Database]:
    """The same database, to write to."""
    opened = Database(empty_url)
    yield opened
    opened.close()


def test_every_public_change_makes_new_tags(own: TestClient, written: Database) -> None:
    seen = {tag(own)}
    for number in range(3):
        with written.write() as session:
            note_change(session, "activity", uuid7(), before=None, after=f"digest {number}")
        seen.add(tag(own))
    assert len(seen) == 4


def test_a_change_that_nobody_sees_keeps_the_tags(own: TestClient, written: Database) -> None:
    before = tag(own)
    with written.write() as session:
        note_change(session, "activity", uuid7(), before="same", after="same")
    assert tag(own) == before


def test_a_change_that_is_undone_keeps_the_tags(own: TestClient, written: Database) -> None:
    before = tag(own)
    with suppress(ZeroDivisionError), written.write() as session:
        note_change(session, "activity", uuid7(), before=None, after="digest")
        session.flush()
        raise ZeroDivisionError
    assert tag(own) == before


def test_a_restored_database_has_new_tags_though_its_number_is_old(
    own: TestClient, written: Database
) -> None:
    before = tag(own)
    start_epoch(written)
    assert tag(own) != before


def test_another_version_of_the_code_has_new_tags(
    own: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tag(own)
    monkeypatch.setattr(caching, "build", lambda: "another")
    assert tag(own) != before


def test_the_code_and_its_data_are_what_tells_versions_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "geo").mkdir()
    (tmp_path / "sample").mkdir()
    monkeypatch.setattr("app.caching.resources.files", lambda _: tmp_path)
    digests = []
    for path, text in [
        ("main.py", "1"),
        ("main.py", "2"),
        ("words.json", "3"),
        ("geo/sectors.csv", "4"),
        ("geo/router.py", "5"),
    ]:
        (tmp_path / path).write_text(text, encoding="utf-8")
        build.cache_clear()
        digests.append(build())
    (tmp_path / "sample" / "invented.json").write_text("6", encoding="utf-8")
    (tmp_path / "main.pyc").write_text("7", encoding="utf-8")
    build.cache_clear()
    assert build() == digests[-1]
    build.cache_clear()
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/v1/places?q=Crewe", "/v1/places?q=Chelmsford"),
        ("/v1/vocabularies/cohort", "/v1/vocabularies/access"),
        ("/v1/vocabularies/cohort", "/v1/vocabularies/cohort?lang=easy"),
        ("/v1/councils?page=1&per_page=2", "/v1/councils?page=2&per_page=1"),
        ("/v1/activities", "/v1/activities?page=1"),
    ],
)
def test_another_question_has_another_tag(client: TestClient, one: str, other: str) -> None:
    assert tag(client, one) != tag(client, other)


def test_a_value_cannot_be_written_so_that_it_looks_like_another_parameter(
    client: TestClient,
) -> None:
    # Once joined by & and =, both of these were the same text.
    assert tag(client, "/v1/activities?lang=en&provider=a%26q%3Db") != tag(
        client, "/v1/activities?lang=en&provider=a&q=b"
    )


def test_a_tag_of_one_address_is_worth_nothing_at_another(client: TestClient) -> None:
    answer = client.get("/v1/councils", headers={"If-None-Match": tag(client, "/v1/providers")})
    assert answer.status_code == 200


def test_tags_may_stand_on_several_lines(client: TestClient) -> None:
    lines = [("If-None-Match", '"other"'), ("If-None-Match", tag(client))]
    assert client.get("/v1/vocabularies", headers=lines).status_code == 304


def test_a_tag_does_not_hide_a_fault(client: TestClient) -> None:
    known = tag(client)
    answer = client.get("/v1/vocabularies?colour=blue", headers={"If-None-Match": known})
    assert answer.status_code == 422
    answer = client.get("/v1/vocabularies/none", headers={"If-None-Match": known})
    assert answer.status_code == 404


def test_a_database_without_a_clock_is_told_as_a_service_that_is_not_ready(
    make_client: ClientMaker, tmp_path: Path
) -> None:
    client = make_client(f"sqlite:///{tmp_path / 'nothing.db'}")
    answer = client.get("/v1")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:carefinder:problem:unavailable"
    assert answer.headers["retry-after"]


def test_an_empty_clock_is_told_as_a_catalogue_that_is_not_set_up(
    own: TestClient, written: Database
) -> None:
    with written.write() as session:
        session.connection().exec_driver_sql("DELETE FROM catalogue_clock")
    answer = own.get("/v1")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
