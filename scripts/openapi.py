"""Record the documentation's examples and write the API's description, or check that both stand.

The examples are what the operations really answer, from the sample catalogue on a fixed day.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI

from app.catalogue.intake import load_sample
from app.database import Database
from app.exchange.openreferral.identity import PREFIX as FEED
from app.exchange.openreferral.identity import taxonomy_id, term_id
from app.main import create_app
from app.parameters import london_today
from app.schema import migrate
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "app" / "examples.json"
DESCRIPTION = ROOT / "openapi" / "openapi.json"

TODAY = date(2026, 3, 16)
"""The day on which the examples are recorded; another one would give other dates."""

MOMENT = "2026-03-16 09:00:00.000000"
EPOCH = "0123456789abcdef"
"""When everything was published, and the catalogue's epoch, as the examples have them."""

MOST_ITEMS = 2
"""How many items of a list an example shows."""


class Call(NamedTuple):
    """A request whose answer is worth showing."""

    address: str
    body: Any = None


CALLS = {
    "get_service": Call("/v1"),
    "list_councils": Call("/v1/councils?per_page=2"),
    "get_council": Call("/v1/councils/E10000012"),
    "list_providers": Call("/v1/providers?per_page=2"),
    "get_provider": Call("/v1/providers/two-oars"),
    "list_activities": Call("/v1/activities?per_page=1"),
    "search_activities": Call(
        "/v1/activities/search", {"near": "CW1 2AB", "cohort": ["dementia"], "per_page": 1}
    ),
    "find_matches": Call(
        "/v1/matches",
        {
            "answers": {
                "location": {"text": "CW1 2AB"},
                "needs": ["learning_disability"],
                "age_band": "26_64",
                "funding": "direct_payment",
                "activities": ["gardening"],
                "times": {"slots": ["tue_morning"]},
                "travel": {"within_miles": 3},
                "access": [{"code": "step_free"}],
            },
            "limit": 1,
        },
    ),
    "get_matching_policy": Call("/v1/matching/policy"),
    "find_plans": Call(
        "/v1/plans?plan=best_fit",
        {
            "answers": {
                "location": {"text": "CW1 2AB"},
                "needs": ["learning_disability"],
                "funding": "direct_payment",
                "budget": {"amount_pence": 20_000},
                "activities": ["cooking", "gardening"],
                "travel": {"within_miles": 10},
            },
            "days_per_week": 1,
            "earliest": "09:30",
            "latest": "16:00",
        },
    ),
    "list_similar_activities": Call("/v1/activities/two-oars-days-out-dengie/similar?per_page=1"),
    "get_activity": Call("/v1/activities/two-oars-days-out-dengie"),
    "get_questionnaire": Call("/v1/questionnaire"),
    "list_advice": Call("/v1/advice?per_page=2"),
    "get_advice": Call("/v1/advice/what-is-a-direct-payment"),
    "find_places": Call("/v1/places?q=CW1%202AB"),
    "list_vocabularies": Call("/v1/vocabularies?per_page=2"),
    "get_vocabulary": Call("/v1/vocabularies/cohort"),
    "list_changes": Call("/v1/changes?limit=2"),
    "export_activities": Call("/v1/export/activities.json?provider=two-oars"),
    "get_feed": Call(FEED),
    "list_feed_services": Call(f"{FEED}/services?per_page=2"),
    "get_feed_service": Call(f"{FEED}/services/01a16aef-7a0e-7c7e-95e4-bd60a3b26a4a"),
    "list_feed_places": Call(f"{FEED}/service_at_locations?per_page=1"),
    "get_feed_place": Call(f"{FEED}/service_at_locations/01a16aef-7a0e-868b-a4dd-77063490553c"),
    "list_feed_organizations": Call(f"{FEED}/organizations?per_page=2"),
    "get_feed_organization": Call(f"{FEED}/organizations/01a16aef-7064-7724-8cd9-8b004499ca13"),
    "list_feed_taxonomies": Call(f"{FEED}/taxonomies?per_page=2"),
    "get_feed_taxonomy": Call(f"{FEED}/taxonomies/{taxonomy_id('cohort')}"),
    "list_feed_terms": Call(f"{FEED}/taxonomy_terms?per_page=2"),
    "get_feed_term": Call(f"{FEED}/taxonomy_terms/{term_id('cohort', 'dementia')}"),
    "get_liveness": Call("/health/live"),
    "get_readiness": Call("/health/ready"),
}
"""By operation id. An operation that answers with JSON needs one."""


def record() -> str:
    """The examples of all operations, as the text of their file."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/sample.db"
        migrate(url)
        database = Database(url)
        load_sample(database, TODAY)
        database.close()
        with closing(sqlite3.connect(f"{folder}/sample.db")) as connection, connection:
            # These tell when and where it was recorded, and would differ each time.
            connection.execute("UPDATE change SET at = ?", (MOMENT,))
            connection.execute("UPDATE activity SET published_at = ?", (MOMENT,))
            connection.execute("UPDATE provider SET updated_at = ?", (MOMENT,))
            connection.execute("UPDATE catalogue_clock SET epoch = ?", (EPOCH,))
        application = create_app(Settings.model_validate({"database_url": url}))
        application.dependency_overrides[london_today] = lambda: TODAY
        examples = asyncio.run(_exchanges(application))
    return json.dumps(examples, indent=2, ensure_ascii=False) + "\n"


async def _exchanges(application: FastAPI) -> dict[str, dict[str, Any]]:
    requests, answers = {}, {}
    transport = httpx.ASGITransport(app=application)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        for name, method in _operations(application):
            if name not in CALLS:
                raise SystemExit(f"There is no example of {name}; give it a call in {__file__}.")
            call = CALLS[name]
            answer = await client.request(method, call.address, json=call.body)
            if answer.is_error:
                raise SystemExit(f"{name} answers {answer.status_code}; its example would be gone.")
            answers[name] = cut(answer.json())
            if "catalogue_version" in answers[name]:
                # It holds a number drawn at random when the database is made.
                answers[name]["catalogue_version"] = "4f1c2b7e9a035d68-1"
            if call.body is not None:
                requests[name] = call.body
    return {"requests": requests, "answers": answers}


def _operations(application: FastAPI) -> list[tuple[str, str]]:
    """The id and the method of each operation that answers with JSON."""
    return [
        (operation["operationId"], method.upper())
        for operations in application.openapi()["paths"].values()
        for method, operation in operations.items()
        if "application/json" in operation["responses"].get("200", {}).get("content", {})
    ]


def cut(value: Any) -> Any:  # noqa: ANN401 - any JSON value, in and out.
    """The same JSON with every list cut short."""
    if isinstance(value, list):
        return [cut(item) for item in value[:MOST_ITEMS]]
    if isinstance(value, dict):
        return {key: cut(item) for key, item in value.items()}
    return value


def describe() -> str:
    """The API's description, with the examples as they stand, as the text of its file."""
    return json.dumps(create_app().openapi(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check, and answer with the exit code."""
    checking = "--check" in arguments
    for path, make in ((EXAMPLES, record), (DESCRIPTION, describe)):
        text = make()
        if not checking:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"Wrote {path.relative_to(ROOT)}.")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(
                f"{path.relative_to(ROOT)} is not what the code says; run scripts/openapi.",
                file=sys.stderr,
            )
            return 1
    if checking:
        print("The description and its examples are what the code says.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
