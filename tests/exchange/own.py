"""A catalogue of a test's own, behind the application."""

from collections.abc import Callable
from typing import Any

from factories import make_activity, make_council, make_provider, make_session
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.catalogue.commands import publish
from app.catalogue.documents import ActivityDocument, VenueDocument
from app.database import Database


class Own:
    """A council with a provider, and whatever a test publishes."""

    def __init__(self, client: TestClient, prefix: str = "") -> None:
        assert isinstance(client.app, FastAPI)
        self.client = client
        self.app = client.app
        self.prefix = prefix
        self.database: Database = client.app.state.database
        self.council = make_council()
        self.provider = make_provider(self.council)
        self.publish(self.council, self.provider)

    def publish(self, *documents: Any) -> None:
        with self.database.write() as session:
            publish(session, documents)

    def write(self, change: Callable[..., None], *arguments: Any, **named: Any) -> None:
        """Call a command in a transaction of its own."""
        with self.database.write() as session:
            change(session, *arguments, **named)

    def activities(
        self, count: int, venue: VenueDocument | None = None, **over: Any
    ) -> list[ActivityDocument]:
        """So many new activities, each published by itself."""

        def given() -> dict[str, Any]:
            return over | ({"sessions": [make_session(venue)]} if venue else {})

        made = [make_activity(self.provider, **given()) for _ in range(count)]
        for one in made:
            self.publish(one)
        return made

    def get(self, address: str, status: int = 200, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.get(self.prefix + address, headers=named)
        assert answer.status_code == status, answer.text
        return answer.json()

    def ids(self, address: str) -> list[str]:
        return [one["id"] for one in self.get(address)["contents"]]
