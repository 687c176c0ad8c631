"""Clients in whose databases listings may be made at will; each test makes its own people."""

from collections.abc import Iterator

import pytest
from conftest import Kind, Templates, make_app
from contract import ContractClient
from fastapi.testclient import TestClient


@pytest.fixture(scope="session")
def workplaces() -> Iterator[dict[Kind, TestClient]]:
    """A client of the sample catalogue for each database, opened when it is first needed."""
    made: dict[Kind, TestClient] = {}
    yield made
    for client in made.values():
        client.__exit__(None, None, None)


@pytest.fixture
def work(workplaces: dict[Kind, TestClient], templates: Templates, kind: Kind) -> TestClient:
    """A client of the sample catalogue that other tests of listings use too."""
    if kind not in workplaces:
        workplaces[kind] = ContractClient(make_app(templates.copy(kind, "sample")))
        workplaces[kind].__enter__()
    return workplaces[kind]
