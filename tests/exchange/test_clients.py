"""A client that is generated from the document pulls the catalogue: nothing is written by hand."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from conftest import Kind
from exchange.test_quality import through
from fastapi.testclient import TestClient

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "carefinder_client"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ModuleType]]:
    """Imports parts of the client, which is generated into a folder of its own."""
    folder = tmp_path_factory.mktemp("generated")
    made = subprocess.run(  # noqa: S603 - the command is written here.
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", str(ROOT / "openapi" / "openapi.json")),
            *("--config", str(ROOT / "openapi" / "python-client.yaml")),
            *("--output-path", str(folder / PACKAGE)),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    try:
        yield lambda name: importlib.import_module(f"{PACKAGE}{name}")
    finally:
        sys.path.remove(str(folder))
        for name in [one for one in sys.modules if one.split(".")[0] == PACKAGE]:
            del sys.modules[name]


@pytest.fixture
def generated(package: Callable[[str], ModuleType], readers: Callable[[Kind], TestClient]) -> Any:
    """The generated client, connected to the application without a network."""
    transport = httpx.MockTransport(through(readers("sqlite")))
    return package("").Client(base_url="http://localhost", httpx_args={"transport": transport})


def test_it_pulls_the_catalogue_page_by_page_and_at_once(
    package: Callable[[str], ModuleType], generated: Any
) -> None:
    search = package(".api.activities.list_activities")
    first = search.sync(client=generated, per_page=100)
    pages = [search.sync(client=generated, per_page=100, page=n) for n in range(1, first.pages + 1)]
    walked = {one.id: one.name for page in pages for one in page.items}
    assert len(walked) == first.total == 200
    whole = package(".api.integrations.export_activities").sync(client=generated)
    assert {one.id: one.name for one in whole.items} == walked
    one = whole.items[0]
    detail = package(".api.activities.get_activity").sync(str(one.id), client=generated)
    assert (detail.id, detail.description) == (one.id, one.description)


def test_it_follows_the_changes_from_an_export_and_from_the_start(
    package: Callable[[str], ModuleType], generated: Any
) -> None:
    follow = package(".api.integrations.list_changes")
    whole = package(".api.integrations.export_activities").sync(client=generated)
    rest = follow.sync(client=generated, cursor=whole.changes_cursor)
    assert (rest.items, rest.more) == ([], False)
    held: dict[str, Any] = {}
    page = follow.sync(client=generated, limit=100, expand=True)
    while page.items:
        held |= {one.id: one.document for one in page.items if one.kind == "activity"}
        page = follow.sync(client=generated, cursor=page.next_cursor, limit=100, expand=True)
    assert {key: one.name for key, one in held.items()} == {
        str(one.id): one.name for one in whole.items
    }


def test_it_reads_the_open_feed(package: Callable[[str], ModuleType], generated: Any) -> None:
    services = package(".api.open_referral_uk.list_feed_services")
    page = services.sync(client=generated, per_page=5, full=True)
    assert (page.size, page.total_items) == (5, 200)
    assert all(session.opens_at for one in page.contents for session in one.schedules or ())
    assert any(one.schedules for one in page.contents)
