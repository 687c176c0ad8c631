"""Members, invitations, clients and the audit log: what each may do with others' and their own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from accounts.conftest import Place
from conftest import counted_statements
from fastapi.security import SecurityScopes
from preparing import (
    COUNCIL,
    OTHER_COUNCIL,
    OTHER_PROVIDER,
    PASSWORD,
    PROVIDER,
    Person,
    make_client_row,
    make_invitation,
    membership,
)
from sqlalchemy import delete, update
from sqlmodel import col, select

from app.accounts.access import NotAllowed, NotSignedIn, council_agent
from app.accounts.demo import DEMOS, has_demos, make_demos
from app.accounts.models import (
    Account,
    AuditEntry,
    Client,
    ClientSecret,
    CouncilMember,
    Idempotency,
    Invitation,
    ProviderMember,
)
from app.accounts.tokens import Claims
from app.catalogue.models import Provider
from app.database import utc_now, uuid7

MEMBERS = f"/v1/manage/providers/{PROVIDER}/members"
INVITATIONS = f"{MEMBERS}/invitations"


def ask(place: Place, person: Person, method: str, path: str, **more: Any) -> Any:
    headers = {**person.headers, "If-Match": "*", **more.pop("headers", {})}
    return place.client.request(method, path, headers=headers, **more)


def find(place: Place, person: Person, path: str, key: str) -> dict[str, Any]:
    """What a list shows of one entry, on whichever of its pages that stands."""
    for page in range(1, 1_000):
        items = ask(place, person, "GET", f"{path}?per_page=100&page={page}").json()["items"]
        for one in items:
            if one["id"] == key:
                found: dict[str, Any] = one
                return found
        assert items, f"{path} does not list {key}"
    raise AssertionError(path)


def address() -> str:
    return f"p{uuid7().hex[-10:]}@example.org"


def accept(place: Place, token: str, **body: str) -> Any:
    return place.client.post("/v1/accounts/invitations/accept", json={"token": token, **body})


# Inviting and accepting


def test_somebody_without_an_account_is_invited_accepts_and_manages(place: Place) -> None:
    owner, email = place.person(providers={PROVIDER: "owner"}), address()
    sent = ask(place, owner, "POST", INVITATIONS, json={"email": email, "role": "editor"})
    assert sent.status_code == 201
    assert sent.headers["etag"] == sent.json()["etag"]
    assert sent.headers["location"].endswith(f"/members/invitations/{sent.json()['id']}")
    listed = ask(place, owner, "GET", INVITATIONS).json()
    assert email in {one["email"] for one in listed["items"]}
    text = place.mail_to(email)[0].get_content()
    assert "Two Oars" in text
    code = place.code_for(email)
    assert accept(place, code).status_code == 422
    assert accept(place, code, password="password1234").status_code == 422  # noqa: S106
    assert accept(place, code, password=PASSWORD).status_code == 200
    got = place.sign_in(email).json()
    me = place.client.get("/v1/me", headers={"Authorization": f"Bearer {got['access_token']}"})
    assert [(one["slug"], one["role"]) for one in me.json()["providers"]] == [(PROVIDER, "editor")]
    # It was good once.
    assert accept(place, code, password=PASSWORD).status_code == 422
    assert email not in {
        one["email"] for one in ask(place, owner, "GET", INVITATIONS).json()["items"]
    }


def test_somebody_with_an_account_needs_no_password_to_accept(place: Place) -> None:
    person = place.person()
    _, token = make_invitation(place.app, provider=False, email=person.email)
    assert accept(place, token).status_code == 200
    me = ask(place, person, "GET", "/v1/me").json()
    assert [(one["gss"], one["role"]) for one in me["councils"]] == [("E10000012", "officer")]


def test_a_disabled_account_accepts_nothing(place: Place) -> None:
    person = place.person(disabled=True)
    _, token = make_invitation(place.app, provider=False, email=person.email)
    assert accept(place, token).status_code == 422
    assert place.rows(CouncilMember, CouncilMember.account_id == person.id) == []


def test_an_invitation_makes_nobody_less_than_they_are(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    _, token = make_invitation(place.app, provider=True, email=owner.email)
    assert accept(place, token).status_code == 200
    assert ask(place, owner, "GET", "/v1/me").json()["providers"][0]["role"] == "owner"


def test_a_withdrawn_or_old_invitation_is_of_no_use(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    row_id, token = make_invitation(place.app, provider=True)
    assert ask(place, owner, "DELETE", f"{INVITATIONS}/{row_id}").status_code == 204
    assert ask(place, owner, "DELETE", f"{INVITATIONS}/{row_id}").status_code == 404
    assert accept(place, token, password=PASSWORD).status_code == 422
    row_id, token = make_invitation(place.app, provider=True)
    with place.app.state.database.write() as session:
        old = update(Invitation).where(col(Invitation.id) == row_id)
        session.execute(old.values(expires_at=utc_now() - timedelta(seconds=1)))
    assert accept(place, token, password=PASSWORD).status_code == 422
    assert ask(place, owner, "DELETE", f"{INVITATIONS}/{row_id}").status_code == 404


def test_an_invitation_is_accepted_once_however_many_try(place: Place) -> None:
    _, token = make_invitation(place.app, provider=True, email=address())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: accept(place, token, password=PASSWORD), range(8)))
    assert [answer.status_code for answer in answers].count(200) == 1


def test_a_role_that_is_none_is_refused(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    for role in ("admin", "officer", "Owner", "", None, 1):
        sent = ask(place, owner, "POST", INVITATIONS, json={"email": address(), "role": role})
        assert sent.status_code == 422
    more = {"email": address(), "role": "editor", "provider_id": str(uuid7())}
    assert ask(place, owner, "POST", INVITATIONS, json=more).status_code == 422


def test_nobody_invites_all_the_world(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    for _ in range(50):
        sent = ask(
            place, owner, "POST", INVITATIONS, json={"email": "a@example.org", "role": "editor"}
        )
        assert sent.status_code == 201
    sent = ask(place, owner, "POST", INVITATIONS, json={"email": "a@example.org", "role": "editor"})
    assert sent.status_code == 429
    with place.app.state.database.write() as session:
        session.execute(delete(Invitation).where(col(Invitation.email) == "a@example.org"))


# Members


def test_an_officer_acts_for_a_provider_of_the_council_and_the_log_says_so(place: Place) -> None:
    officer = place.person(councils={COUNCIL: "officer"})
    editor = place.person(providers={PROVIDER: "editor"})
    member = membership(place.app, editor, provider=True)
    done = ask(place, officer, "PATCH", f"{MEMBERS}/{member}", json={"role": "owner"})
    assert done.json()["role"] == "owner"
    log = ask(place, officer, "GET", f"/v1/audit?actor={officer.id}").json()["items"]
    assert [(one["action"], one["as_officer"]) for one in log] == [
        ("provider_member.changed", True)
    ]
    assert log[0]["details"].keys() == {"provider", "role"}
    # Who is an owner too acts as the owner.
    both = place.person(providers={PROVIDER: "owner"}, councils={COUNCIL: "officer"})
    ask(place, both, "PATCH", f"{MEMBERS}/{member}", json={"role": "editor"})
    log = ask(place, both, "GET", f"/v1/audit?actor={both.id}").json()["items"]
    assert [one["as_officer"] for one in log] == [False]


def test_one_who_decides_has_to_stay(place: Place) -> None:
    path = f"/v1/manage/providers/{OTHER_PROVIDER}/members"
    with place.app.state.database.write() as session:
        of_other = session.exec(select(Provider.id).where(Provider.slug == OTHER_PROVIDER)).one()
        session.execute(delete(ProviderMember).where(col(ProviderMember.provider_id) == of_other))
    first = place.person(providers={OTHER_PROVIDER: "owner"})
    own = membership(place.app, first, provider=True)
    assert ask(place, first, "DELETE", f"{path}/{own}").status_code == 409
    assert ask(place, first, "PATCH", f"{path}/{own}", json={"role": "editor"}).status_code == 409
    second = place.person(providers={OTHER_PROVIDER: "owner"})
    other = membership(place.app, second, provider=True)
    # Of two owners who both leave at once, one stays.
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda one: ask(place, one[0], "DELETE", f"{path}/{one[1]}").status_code,
                ((first, own), (second, other)),
            )
        )
    assert sorted(answers) == [204, 409]
    # An officer may take the last one out.
    left = (first, own) if answers[0] == 409 else (second, other)
    officer = place.person(councils={OTHER_COUNCIL: "officer"})
    assert ask(place, officer, "DELETE", f"{path}/{left[1]}").status_code == 204


def test_a_role_that_is_lost_is_lost_at_once(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    editor = place.person(providers={PROVIDER: "editor"})
    member = membership(place.app, editor, provider=True)
    assert ask(place, editor, "GET", MEMBERS).status_code == 200
    assert ask(place, owner, "DELETE", f"{MEMBERS}/{member}").status_code == 204
    assert ask(place, editor, "GET", MEMBERS).status_code == 404


def test_an_editor_may_leave_and_do_no_more(place: Place) -> None:
    editor = place.person(providers={PROVIDER: "editor"})
    other = place.person(providers={PROVIDER: "editor"})
    of_other = membership(place.app, other, provider=True)
    assert ask(place, editor, "DELETE", f"{MEMBERS}/{of_other}").status_code == 403
    own = membership(place.app, editor, provider=True)
    assert (
        ask(place, editor, "PATCH", f"{MEMBERS}/{own}", json={"role": "owner"}).status_code == 403
    )
    assert ask(place, editor, "DELETE", f"{MEMBERS}/{own}").status_code == 204
    assert ask(place, editor, "GET", MEMBERS).status_code == 404


def test_a_change_is_based_on_what_was_read(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    editor = place.person(providers={PROVIDER: "editor"})
    member = str(membership(place.app, editor, provider=True))
    shown = find(place, owner, MEMBERS, member)
    tag = {"If-Match": shown["etag"]}
    done = ask(place, owner, "PATCH", f"{MEMBERS}/{member}", json={"role": "owner"}, headers=tag)
    assert done.status_code == 200
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("PATCH", {"json": {"role": "editor"}}),
        ("DELETE", {}),
    )
    for method, more in changes:
        stale = ask(place, owner, method, f"{MEMBERS}/{member}", headers=tag, **more)
        assert stale.status_code == 412
        missing = place.client.request(method, f"{MEMBERS}/{member}", headers=owner.headers, **more)
        assert missing.status_code == 428


def test_of_many_who_change_the_same_at_once_one_gets_through(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    editor = place.person(providers={PROVIDER: "editor"})
    member = membership(place.app, editor, provider=True)
    tag = {"If-Match": f'"{member.hex}-1"'}

    def change(_: int) -> int:
        path = f"{MEMBERS}/{member}"
        status: int = ask(
            place, owner, "PATCH", path, json={"role": "owner"}, headers=tag
        ).status_code
        return status

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(change, range(12)))
    assert sorted(statuses) == [200] + [412] * 11


# Other people's ids, and other kinds of ids


def test_what_is_somebody_elses_is_not_there(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    stranger = place.person(providers={OTHER_PROVIDER: "owner"})
    of_stranger = membership(place.app, stranger, provider=True)
    officer = place.person(councils={COUNCIL: "admin"})
    of_officer = membership(place.app, officer, provider=False)
    council_invitation, _ = make_invitation(place.app, provider=False)
    role = {"json": {"role": "editor"}}
    for member in (of_stranger, of_officer, owner.id, uuid7(), council_invitation):
        path = f"{MEMBERS}/{member}"
        assert ask(place, owner, "PATCH", path, **role).status_code == 404
        assert ask(place, owner, "DELETE", path).status_code == 404
    for invitation in (council_invitation, of_stranger, uuid7()):
        assert ask(place, owner, "DELETE", f"{INVITATIONS}/{invitation}").status_code == 404
    for provider in (OTHER_PROVIDER, "nobody", str(uuid7()), "TWO-OARS"):
        path = f"/v1/manage/providers/{provider}/members"
        assert ask(place, owner, "GET", path).status_code == 404
    # Nothing of it happened.
    assert ask(place, stranger, "GET", "/v1/me").json()["providers"][0]["role"] == "owner"


def test_a_councils_clients_are_its_own(place: Place) -> None:
    admin = place.person(councils={COUNCIL: "admin"})
    other = place.person(councils={OTHER_COUNCIL: "admin"})
    both = place.person(councils={COUNCIL: "officer", OTHER_COUNCIL: "admin"})
    made = make_client_row(place.app)
    path = f"/v1/clients/{made.id}"
    assert ask(place, admin, "GET", path).status_code == 200
    for person in (other, both):
        for method, tail, body in (
            ("GET", "", None),
            ("PATCH", "", {"enabled": False}),
            ("DELETE", "", None),
            ("POST", "/secrets", {"overlap_hours": 0}),
        ):
            answer = ask(place, person, method, path + tail, json=body)
            assert answer.status_code == 404, method
        listed = ask(place, person, "GET", "/v1/clients?per_page=100").json()["items"]
        assert str(made.id) not in {one["id"] for one in listed}
        new = {"name": "x", "scopes": ["changes:read"], "council": COUNCIL}
        assert ask(place, person, "POST", "/v1/clients", json=new).status_code == 404


def test_the_log_shows_what_concerns_ones_own_councils(place: Place) -> None:
    admin = place.person(councils={COUNCIL: "admin"})
    other = place.person(councils={OTHER_COUNCIL: "officer"})
    new = {"name": "x", "scopes": ["changes:read"], "council": "E10000012"}
    client_id = ask(place, admin, "POST", "/v1/clients", json=new).json()["client"]["id"]
    log = ask(place, admin, "GET", f"/v1/audit?subject={client_id}").json()
    assert [one["action"] for one in log["items"]] == ["client.created"]
    assert log["items"][0]["actor_id"] == str(admin.id)
    assert ask(place, other, "GET", f"/v1/audit?subject={client_id}").json()["total"] == 0
    for query, total in (
        ("action=client.created", 1),
        ("action=x", 0),
        ("subject_kind=account", 0),
    ):
        found = ask(place, admin, "GET", f"/v1/audit?subject={client_id}&{query}").json()
        assert found["total"] == total


# Clients


def token_of(place: Place, client_id: str, secret: str) -> Any:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return place.client.post("/v1/auth/token", data=form)


def test_a_clients_life(place: Place) -> None:
    admin = place.person(councils={COUNCIL: "admin"})
    new = {"name": "Case system", "scopes": ["changes:read"], "council": COUNCIL}
    made = ask(place, admin, "POST", "/v1/clients", json=new)
    assert made.status_code == 201
    client, secret = made.json()["client"], made.json()["secret"]
    assert secret not in str([row.model_dump() for row in place.rows(ClientSecret)])
    path = f"/v1/clients/{client['id']}"
    shown = ask(place, admin, "GET", path)
    assert shown.json() == client
    assert "secret" not in shown.json()
    assert token_of(place, client["id"], secret).status_code == 200
    # A new secret; the old one is good for some hours more.
    rotated = ask(place, admin, "POST", f"{path}/secrets", json={"overlap_hours": 1}).json()
    assert [one["expires_at"] is None for one in rotated["client"]["secrets"]] == [True, False]
    assert token_of(place, client["id"], secret).status_code == 200
    assert token_of(place, client["id"], rotated["secret"]).status_code == 200
    with place.app.state.database.write() as session:
        session.execute(
            update(ClientSecret)
            .where(col(ClientSecret.expires_at).is_not(None))
            .values(expires_at=utc_now() - timedelta(seconds=1))
        )
    assert token_of(place, client["id"], secret).status_code == 401
    assert token_of(place, client["id"], rotated["secret"]).status_code == 200
    # One that leaked is ended at once.
    last = ask(place, admin, "POST", f"{path}/secrets", json={"overlap_hours": 0}).json()
    assert token_of(place, client["id"], rotated["secret"]).status_code == 401
    # Disabled it does nothing.
    off = ask(place, admin, "PATCH", path, json={"enabled": False})
    assert off.json()["enabled"] is False
    assert token_of(place, client["id"], last["secret"]).status_code == 401
    ask(place, admin, "PATCH", path, json={"enabled": True, "scopes": ["imports:write"]})
    assert token_of(place, client["id"], last["secret"]).json()["scope"] == "imports:write"
    assert ask(place, admin, "DELETE", path).status_code == 204
    assert token_of(place, client["id"], last["secret"]).status_code == 401
    assert ask(place, admin, "GET", path).status_code == 404
    log = ask(place, admin, "GET", f"/v1/audit?subject={client['id']}&per_page=100").json()
    assert [one["action"] for one in log["items"]] == [
        *("client.deleted", "client.changed", "client.changed"),
        *("client.secret_rotated", "client.secret_rotated", "client.created"),
    ]
    assert secret not in str(log)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": [], "council": COUNCIL},
        {"name": "x", "scopes": ["everything"], "council": COUNCIL},
        {"name": "", "scopes": ["changes:read"], "council": COUNCIL},
        {"name": "x\ny", "scopes": ["changes:read"], "council": COUNCIL},
        {"name": "x", "scopes": ["changes:read"]},
        {"name": "x", "scopes": ["changes:read"], "council": COUNCIL, "secret": "y"},
        {"name": "x", "scopes": ["changes:read"], "council": COUNCIL, "council_id": "y"},
    ],
)
def test_a_client_that_is_wrong_is_refused(place: Place, body: dict[str, Any]) -> None:
    admin = place.person(councils={COUNCIL: "admin"})
    assert ask(place, admin, "POST", "/v1/clients", json=body).status_code == 422


def test_a_client_acts_for_its_council_as_far_as_its_scopes_and_its_token_go(place: Place) -> None:
    database, needed = place.app.state.database, SecurityScopes(["changes:read"])
    both = frozenset({"changes:read", "catalogue:read"})
    row = make_client_row(place.app, ("changes:read",))
    agent = council_agent(database, Claims(row.id, None, both), needed)
    with database.read() as session:
        assert agent.council_ids == {session.get_one(Client, row.id).council_id}
    for claims, scopes in (
        (Claims(row.id, None, both), SecurityScopes(["catalogue:read"])),
        (Claims(row.id, None, frozenset({"catalogue:read"})), needed),
    ):
        with pytest.raises(NotAllowed):
            council_agent(database, claims, scopes)
    with database.write() as session:
        session.get_one(Client, row.id).enabled = False
    with pytest.raises(NotSignedIn):
        council_agent(database, Claims(row.id, None, both), needed)


def test_many_rotations_leave_few_secrets(place: Place) -> None:
    admin = place.person(councils={COUNCIL: "admin"})
    made = make_client_row(place.app)
    last: dict[str, Any] = {}
    for _ in range(8):
        last = ask(
            place, admin, "POST", f"/v1/clients/{made.id}/secrets", json={"overlap_hours": 168}
        ).json()
    assert len(last["client"]["secrets"]) == 5
    assert token_of(place, str(made.id), made.secret).status_code == 401
    shown = ask(place, admin, "GET", f"/v1/clients/{made.id}").json()
    assert len(shown["secrets"]) == 5


# A request that is sent again


def test_a_request_that_is_sent_again_gets_the_same_answer(place: Place) -> None:
    owner, email = place.person(providers={PROVIDER: "owner"}), address()
    key = {"Idempotency-Key": "a key of my own"}
    body = {"email": email, "role": "editor"}
    first, again = (
        ask(place, owner, "POST", INVITATIONS, json=body, headers=key) for _ in range(2)
    )
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    for name in ("etag", "location", "content-type"):
        assert first.headers[name] == again.headers[name]
    assert len(place.rows(Invitation, Invitation.email == email)) == 1
    assert len(place.mail_to(email)) == 1
    other = ask(place, owner, "POST", INVITATIONS, json={**body, "role": "owner"}, headers=key)
    assert [one["code"] for one in other.json()["errors"]] == ["key_used"]
    # Somebody else's key of the same name, and another operation, are other keys.
    second = place.person(providers={PROVIDER: "owner"})
    made = ask(place, second, "POST", INVITATIONS, json=body, headers=key)
    assert made.json()["id"] != first.json()["id"]
    # A day later it is forgotten.
    with place.app.state.database.write() as session:
        session.execute(update(Idempotency).values(at=utc_now() - timedelta(hours=25)))
    late = ask(place, owner, "POST", INVITATIONS, json=body, headers=key)
    assert late.json()["id"] != first.json()["id"]


def test_what_fails_keeps_no_key(place: Place) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    key = {"Idempotency-Key": str(uuid7())}
    bad = ask(place, owner, "POST", INVITATIONS, json={"email": "x"}, headers=key)
    assert bad.status_code == 422
    good = {"email": address(), "role": "editor"}
    assert ask(place, owner, "POST", INVITATIONS, json=good, headers=key).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "ключ", "a\tb"])
def test_a_key_that_is_unsound_is_refused(place: Place, key: str) -> None:
    owner = place.person(providers={PROVIDER: "owner"})
    headers = {b"idempotency-key": key.encode()}
    headers |= {name.encode(): value.encode() for name, value in owner.headers.items()}
    body = {"email": address(), "role": "editor"}
    answer = place.client.post(INVITATIONS, json=body, headers=headers)
    assert [one["code"] for one in answer.json()["errors"]] == ["key_unsound"]


def test_of_many_at_once_with_one_key_one_is_carried_out(place: Place) -> None:
    owner, email = place.person(providers={PROVIDER: "owner"}), address()
    key = {"Idempotency-Key": str(uuid7())}
    body = {"email": email, "role": "editor"}
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(
                lambda _: ask(place, owner, "POST", INVITATIONS, json=body, headers=key), range(16)
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(place.rows(Invitation, Invitation.email == email)) == 1


def test_who_waits_too_long_for_the_first_request_is_told_to_come_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = place.app.state.database
    if database.sqlite:
        return  # There is one writer at a time, and everybody waits for it alike.
    monkeypatch.setattr("app.accounts.idempotency.PATIENCE", 1)
    owner, key = place.person(providers={PROVIDER: "owner"}), str(uuid7())
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as session:
            session.add(
                Idempotency(
                    principal=f"account:{owner.id}",
                    operation="create_provider_invitation",
                    key=key,
                    body_digest="0" * 64,
                    headers={},
                    at=utc_now(),
                )
            )
            session.flush()
            held.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    begun = time.monotonic()
    body = {"email": address(), "role": "editor"}
    answer = ask(place, owner, "POST", INVITATIONS, json=body, headers={"Idempotency-Key": key})
    waited = time.monotonic() - begun
    done.set()
    holder.join()
    assert answer.status_code == 409
    assert answer.headers["retry-after"] == "2"
    assert waited >= 1


# Lists cost the same at any length


@pytest.mark.parametrize(
    "path", [MEMBERS, INVITATIONS, "/v1/clients", "/v1/audit", "/v1/me/sessions"]
)
def test_a_list_takes_as_many_statements_at_any_length(place: Place, path: str) -> None:
    person = place.person(providers={PROVIDER: "owner"}, councils={COUNCIL: "admin"})
    for _ in range(3):
        place.person(providers={PROVIDER: "editor"})
        make_invitation(place.app, provider=True)
        made = make_client_row(place.app)
        ask(place, person, "POST", f"/v1/clients/{made.id}/secrets", json={"overlap_hours": 1})
        place.sign_in(person.email)
    counts = []
    for per_page in (1, 100):
        with counted_statements(place.app.state.database.engine) as statements:
            answer = ask(place, person, "GET", f"{path}?per_page={per_page}")
        assert len(answer.json()["items"]) >= min(per_page, 3)
        # Threads of the application's own look at the clock and at the mail meanwhile.
        others = ("catalogue_clock", "FROM letter", "BEGIN")
        own = [one for one in statements if not any(words in one for words in others)]
        counts.append(len(own))
    assert counts[0] == counts[1] <= 12


# Demo accounts


def test_the_demo_accounts_have_the_roles_that_they_are_named_for(place: Place) -> None:
    database = place.app.state.database
    make_demos(database, "first password for demos")
    make_demos(database, PASSWORD)
    with database.read() as session:
        assert has_demos(session)
    rows = place.rows(Account, Account.demo)
    assert {row.email for row in rows} == {demo.email for demo in DEMOS}
    for demo in DEMOS:
        got = place.sign_in(demo.email).json()
        headers = {"Authorization": f"Bearer {got['access_token']}"}
        me = place.client.get("/v1/me", headers=headers).json()
        roles = {one["slug"]: one["role"] for one in (*me["providers"], *me["councils"])}
        assert roles == {demo.provider or demo.council: demo.role}
    with database.write() as session:
        session.execute(delete(Account).where(col(Account.demo)))


def test_the_log_names_nobody_by_address(place: Place) -> None:
    admin = place.person(councils={COUNCIL: "admin"})
    email = address()
    path = f"/v1/manage/councils/{COUNCIL}/members/invitations"
    ask(place, admin, "POST", path, json={"email": email, "role": "officer"})
    assert email not in str([row.model_dump() for row in place.rows(AuditEntry)])
