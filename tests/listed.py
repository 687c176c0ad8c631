"""People who work on listings, and what they send."""

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from preparing import Person, make_person
from sqlmodel import col, select

from app.accounts.models import Account
from app.mail.models import Letter

LIVE = "two-oars-days-out-dengie"
"""A live activity of Two Oars, in Essex."""

DRAFT: dict[str, Any] = {
    "name": "Clay on Tuesdays",
    "summary": "A small group that works with clay.",
    "description": "We make pots, and drink tea while they dry.",
}

VENUE: dict[str, Any] = {
    "name": "The Old Boathouse",
    "address": {
        "lines": ["2 Anchor Hard"],
        "town": "Burnham-on-Crouch",
        "county": "Essex",
        "postcode": "CM0 8AA",
    },
    "features": [{"code": "step_free", "value": "yes"}],
}


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the API; every answer is held to the document."""

    client: TestClient
    person: Person | None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer; headers are named with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.person is not None:
            sent |= self.person.headers
        return self.client.request(method, path, json=body, headers=sent)

    def get(self, path: str) -> Any:
        """The answer to reading."""
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a step."""
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any, etag: str | None = None) -> Any:
        """The answer to a change of what is there now, or of what an ETag names."""
        return self.ask("PATCH", path, body, If_Match=etag or self.get(path).headers["etag"])

    def put(self, path: str, body: Any, etag: str = "*") -> Any:
        """The answer to something told at once."""
        return self.ask("PUT", path, body, If_Match=etag)

    def decide(self, path: str, verdict: str, reason: str | None = None) -> Any:
        """The answer to a decision about what waits at a path, as it stands now."""
        etag = self.get(path).headers["etag"]
        body = {} if reason is None else {"reason": reason}
        return self.post(f"{path}/{verdict}", body, If_Match=etag)


def caller(client: TestClient, **roles: dict[str, str]) -> Caller:
    """Somebody new with these roles: `providers={"two-oars": "owner"}`."""
    assert isinstance(client.app, FastAPI)
    return Caller(client, make_person(client.app, **roles))  # type: ignore[arg-type]


def owner(client: TestClient, provider: str = "two-oars") -> Caller:
    """An owner of a provider."""
    return caller(client, providers={provider: "owner"})


def officer(client: TestClient, council: str = "essex") -> Caller:
    """An officer of a council."""
    return caller(client, councils={council: "officer"})


def admin(client: TestClient, council: str = "essex") -> Caller:
    """An admin of a council."""
    return caller(client, councils={council: "admin"})


def public(client: TestClient) -> Caller:
    """Somebody who is not signed in."""
    return Caller(client, None)


def letters_to(client: TestClient, who: Caller) -> list[str]:
    """The subjects of the letters to somebody, in order."""
    assert isinstance(client.app, FastAPI)
    assert who.person is not None
    with client.app.state.database.read() as session:
        email = session.exec(select(Account.email).where(Account.id == who.person.id)).one()
        ordered = select(Letter.subject).where(Letter.recipient == email).order_by(col(Letter.id))
        return list(session.exec(ordered))


def submitted(who: Caller, provider: str = "two-oars", **over: Any) -> str:
    """The id of a new activity that waits for an officer."""
    made = who.post(f"/v1/manage/providers/{provider}/activities", {**DRAFT, **over})
    assert made.status_code == 201, made.text
    key = str(made.json()["id"])
    assert who.post(f"/v1/manage/activities/{key}/submit").status_code == 200
    return key


def published(client: TestClient, who: Caller, provider: str = "two-oars", **over: Any) -> str:
    """The id of a new activity that an officer has approved."""
    key = submitted(who, provider, **over)
    done = officer(client).decide(f"/v1/moderation/activities/{key}", "approve")
    assert done.status_code == 200, done.text
    return key


def settle(client: TestClient) -> None:
    """Have the index catch up; on a busy machine its thread may take its time."""
    assert isinstance(client.app, FastAPI)
    client.app.state.index.refresh()


def provider_of(client: TestClient, slug: str) -> str:
    """A provider's id."""
    return str(public(client).get(f"/v1/providers/{slug}").json()["id"])
