"""Applications of a test's own, with people in them and mail in a folder."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from conftest import Kind, Templates, make_app
from contract import ContractClient
from fastapi import FastAPI
from fastapi.testclient import TestClient
from preparing import PASSWORD, Person, begin_counts_anew, make_person
from sqlmodel import col, select

from app.mail.delivery import deliver_due
from app.mail.models import Letter
from app.mail.senders import sender_of


@dataclass(frozen=True)
class Place:
    """An application on a database of its own, with a client."""

    app: FastAPI
    client: TestClient
    var: Path

    def person(self, **roles: Any) -> Person:
        """Somebody new."""
        return make_person(self.app, **roles)

    def sign_in(self, email: str, password: str = PASSWORD, **headers: str) -> Any:
        """The answer to somebody who signs in."""
        form = {"grant_type": "password", "username": email, "password": password}
        return self.client.post("/v1/auth/token", data=form, headers=headers)

    def refresh(self, token: str) -> Any:
        """The answer to a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.client.post("/v1/auth/token", data=form)

    def me(self, access_token: str) -> int:
        """The status that an access token gets."""
        headers = {"Authorization": f"Bearer {access_token}"}
        status: int = self.client.get("/v1/me", headers=headers).status_code
        return status

    def mail_to(self, address: str) -> list[EmailMessage]:
        """The letters that lie in the folder for an address, in the order of writing."""
        deliver_due(self.app.state.database, sender_of(self.app.state.settings))
        # The application's own thread may have one in hand.
        on_their_way = col(Letter.sent_at).is_(None), col(Letter.due_at).is_not(None)
        while self.rows(Letter, Letter.recipient == address, *on_their_way):
            time.sleep(0.02)
        found = []
        for path in sorted((self.var / "mail").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            if message["To"] == address:
                found.append(message)
        return found

    def code_for(self, address: str) -> str:
        """The code in the last letter to an address."""
        text: str = self.mail_to(address)[-1].get_content()
        (code,) = {word for word in text.split() if word.startswith("cf_")}
        return code

    def rows(self, table: Any, *conditions: Any) -> list[Any]:
        """Rows as they stand now."""
        with self.app.state.database.read() as session:
            return list(session.exec(select(table).where(*conditions)).all())

    def waiting(self) -> int:
        """How many letters wait to be sent."""
        return len([one for one in self.rows(Letter) if one.due_at and not one.sent_at])


PlaceMaker = Callable[..., Place]


@pytest.fixture
def make_place(templates: Templates, kind: Kind, tmp_path: Path) -> Iterator[PlaceMaker]:
    """Makes an application on a copy of the sample: `make_place(**settings)`."""
    made: list[ContractClient] = []
    urls: list[str] = []

    def make(*, url: str | None = None, **settings: Any) -> Place:
        if url is None:
            url = templates.copy(kind, "sample")
            urls.append(url)
        app = make_app(url, **{"var": str(tmp_path), **settings})
        client = ContractClient(app)
        client.__enter__()
        made.append(client)
        return Place(app, client, tmp_path)

    yield make
    for client in made:
        client.__exit__(None, None, None)
    for url in urls:
        templates.drop(url)


@pytest.fixture(scope="session")
def shared_places(
    templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Kind], Place]]:
    """Applications that the tests share, one for each database, each with people of its own."""
    made: dict[Kind, Place] = {}

    def shared(kind: Kind) -> Place:
        if kind not in made:
            var = tmp_path_factory.mktemp("var")
            app = make_app(templates.copy(kind, "sample"), var=str(var))
            made[kind] = Place(app, ContractClient(app), var)
            made[kind].client.__enter__()
        return made[kind]

    yield shared
    for place in made.values():
        place.client.__exit__(None, None, None)


@pytest.fixture
def place(shared_places: Callable[[Kind], Place], kind: Kind) -> Place:
    """An application where nothing was tried too often yet. Others have been here before."""
    shared = shared_places(kind)
    begin_counts_anew(shared.app)
    return shared
