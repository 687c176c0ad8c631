import json
from pathlib import Path

from conftest import ClientMaker
from fastapi.testclient import TestClient

from app.database import Database

EXPECTED = Path(__file__).parent / "service.json"


def test_the_service_says_what_it_is_and_where_everything_is(client: TestClient) -> None:
    answer = client.get("/v1")
    assert answer.status_code == 200
    assert answer.json() == json.loads(EXPECTED.read_text(encoding="utf-8"))


def test_every_link_leads_somewhere(client: TestClient) -> None:
    for name, link in client.get("/v1").json()["links"].items():
        # A place has to be asked for.
        assert client.get(link).status_code == (422 if name == "places" else 200)


def test_it_counts_what_the_public_sees(client: TestClient) -> None:
    counts = client.get("/v1").json()["counts"]
    assert counts["activities"] == client.get("/v1/activities").json()["total"]
    providers = client.get("/v1/providers?per_page=100").json()["items"]
    assert counts["providers"] == len([one for one in providers if one["activities"]])


def test_an_empty_catalogue_is_told_as_such(make_client: ClientMaker, empty_url: str) -> None:
    client = make_client(empty_url)
    service = client.get("/v1").json()
    assert service["counts"] == {"activities": 0, "providers": 0}
    assert service["sample_data"] is False
    for address in ("/v1/activities", "/v1/providers", "/v1/councils"):
        page = client.get(address).json()
        assert (page["items"], page["total"], page["pages"]) == ([], 0, 0)


def test_a_parameter_is_refused(client: TestClient) -> None:
    answer = client.get("/v1?lang=easy")
    assert [one["name"] for one in answer.json()["errors"]] == ["lang"]
    assert answer.status_code == 422


def test_it_answers_as_it_lives_and_as_it_stands(
    make_client: ClientMaker, empty_url: str, database: Database
) -> None:
    client = make_client(empty_url)
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").json() == {"status": "ready"}
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'old'")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:carefinder:problem:not_ready"
    assert "carefinder migrate" in answer.json()["detail"]
    assert client.get("/health/live").json() == {"status": "alive"}
