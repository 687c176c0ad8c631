"""Registering, forgetting, changing and deleting: by the mail in the folder, as people do it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from accounts.conftest import Place, PlaceMaker
from contract import check_problem
from preparing import PASSWORD, PROVIDER, mailed, make_invitation
from sqlalchemy import delete, inspect, update
from sqlmodel import col

from app.accounts.erasure import RULES
from app.accounts.models import (
    Account,
    AuditEntry,
    Idempotency,
    Invitation,
    MailedLink,
    ProviderMember,
    RefreshToken,
    SignIn,
)
from app.database import Record, utc_now, uuid7
from app.mail.models import Letter

OTHER = "another lamp by the water"


def address() -> str:
    return f"p{uuid7().hex[-10:]}@example.org"


def register(place: Place, email: str, password: str = PASSWORD) -> Any:
    return place.client.post("/v1/accounts", json={"email": email, "password": password})


def post(place: Place, path: str, **body: str) -> Any:
    return place.client.post(f"/v1/accounts/{path}", json=body)


def faults(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(one["name"], one["code"]) for one in answer.json()["errors"]]


REQUESTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/v1/accounts", {"password": PASSWORD}),
    ("/v1/accounts/password-reset", {}),
)
"""What anybody may ask for any address."""


# Registering


def test_somebody_registers_confirms_and_signs_in(place: Place) -> None:
    email = address()
    assert register(place, email).status_code == 202
    assert place.sign_in(email).status_code == 400
    (letter,) = place.mail_to(email)
    assert letter["Subject"] == "Please confirm your e-mail address"
    assert letter.get_content_type() == "text/plain"
    code = place.code_for(email)
    assert post(place, "verify", token=code).status_code == 200
    got = place.sign_in(email).json()
    me = place.client.get("/v1/me", headers={"Authorization": f"Bearer {got['access_token']}"})
    assert me.json()["email"] == email
    assert me.json()["providers"] == me.json()["councils"] == []
    # A code is good once.
    assert faults(post(place, "verify", token=code)) == [("/token", "token_unusable")]


def test_the_answer_is_the_same_whether_an_address_is_known(place: Place) -> None:
    known, unknown = place.person().email, address()
    for path, body in REQUESTS:
        answers = [
            place.client.post(path, json={"email": email, **body}) for email in (known, unknown)
        ]
        first, second = answers
        assert first.status_code == second.status_code == 202
        assert first.content == second.content
        assert first.headers.keys() == second.headers.keys()
    subjects = [str(letter["Subject"]) for letter in place.mail_to(known)]
    assert sorted(subjects) == ["Choose a new password", "You already have an account"]
    assert [str(one["Subject"]) for one in place.mail_to(unknown)] == [
        "Please confirm your e-mail address"
    ]
    assert len(place.rows(Account, Account.email == known)) == 1


def test_a_known_and_an_unknown_address_are_written_alike(place: Place) -> None:
    known, unknown = place.person().email, address()
    for path, body in REQUESTS:
        counts = []
        for email in (known, unknown):
            before = len(place.rows(MailedLink)), len(place.rows(Letter))
            place.client.post(path, json={"email": email, **body})
            after = len(place.rows(MailedLink)), len(place.rows(Letter))
            counts.append((after[0] - before[0], after[1] - before[1]))
        assert counts == [(1, 1), (1, 1)]


def test_registering_twice_takes_the_password_of_the_code_that_comes_back(place: Place) -> None:
    email = address()
    register(place, email, "first lamp by the water")
    mine = place.code_for(email)
    # Somebody else registers with the same address and a password of their own.
    register(place, email, "stranger at the water")
    assert post(place, "verify", token=mine).status_code == 200
    assert place.sign_in(email, "stranger at the water").status_code == 400
    assert place.sign_in(email, "first lamp by the water").status_code == 200
    # The other code is of no use any more.
    assert place.rows(MailedLink, MailedLink.email == email) == []


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "PASSWORD1234",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "qwertyuiop12",
        "P@ssw0rd2024!",
        "sunshinesunshine",
        "iloveyou!!!!",
        "somebody-1975",
        "x" * 129,
    ],
)
def test_a_password_that_others_would_guess_is_refused(place: Place, password: str) -> None:
    answer = register(place, "somebody@example.org", password)
    ((name, code),) = faults(answer)
    assert name == "/password"
    assert code in {"weak_password", "string_too_long"}
    assert password not in answer.text


@pytest.mark.parametrize(
    "password",
    [
        "lanterns by the river",
        "correct horse battery staple",
        "všude dobře doma nejlépe",
        "ten thousand small boats!",
        "        eight spaces first",
        "🦆🐟🌊🛶🏞️🌅🦢🐌🍃🌾🪷🐞",
    ],
)
def test_a_long_password_of_any_characters_will_do(place: Place, password: str) -> None:
    email = address()
    assert register(place, email, password).status_code == 202
    assert post(place, "verify", token=place.code_for(email)).status_code == 200
    assert place.sign_in(email, password).status_code == 200


@pytest.mark.parametrize(
    "email",
    [
        "",
        "x",
        "a@b",
        "a@example",
        "a b@example.org",
        "a@exa mple.org",
        "a@example.org\nBcc: x@example.org",
        "a@example.org\r\n",
        "<a@example.org>",
        "a@example.org, b@example.org",
        "ä@example.org",
        "a@-example.org",
        "a@example..org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 250}.org",
    ],
)
def test_what_is_no_address_is_refused(place: Place, email: str) -> None:
    assert faults(register(place, email))[0][0] == "/email"


def test_nobody_makes_themselves_more_than_they_are(place: Place) -> None:
    for more in ("id", "role", "providers", "councils", "demo", "disabled_at", "version"):
        body = {"email": address(), "password": PASSWORD, more: "x"}
        answer = place.client.post("/v1/accounts", json=body)
        assert faults(answer) == [("", "extra_forbidden")]
    person = place.person()
    headers = {**person.headers, "If-Match": "*"}
    for more in ("id", "providers", "councils", "created_at", "etag", "demo"):
        patch: dict[str, Any] = {"current_password": PASSWORD, more: []}
        answer = place.client.patch("/v1/me", json=patch, headers=headers)
        assert faults(answer) == [("", "extra_forbidden")]


def test_registering_too_often_is_refused(place: Place) -> None:
    email = address()
    for _ in range(5):
        assert register(place, email).status_code == 202
    assert register(place, email).status_code == 429
    assert register(place, address()).status_code == 202


def test_a_letter_has_a_link_where_the_settings_name_a_website(make_place: PlaceMaker) -> None:
    place = make_place(site_url="https://care.example.org/essex")
    email = address()
    register(place, email)
    text = place.mail_to(email)[0].get_content()
    assert "\nhttps://care.example.org/essex/account/verify#token=cf_register_" in text


# A forgotten password


def test_a_new_password_ends_everything_that_was_begun_with_the_old_one(place: Place) -> None:
    person = place.person()
    got = place.sign_in(person.email).json()
    post(place, "password-reset", email=person.email)
    post(place, "password-reset", email=person.email)
    codes = [
        word
        for letter in place.mail_to(person.email)
        for word in letter.get_content().split()
        if word.startswith("cf_reset_")
    ]
    assert len(set(codes)) == 2
    for _ in range(10):
        place.sign_in(person.email, "wrong")
    done = post(place, "password-reset/confirm", token=codes[0], password=OTHER)
    assert done.status_code == 200
    assert place.me(got["access_token"]) == 401
    assert place.me(person.token) == 401
    assert place.refresh(got["refresh_token"]).status_code == 400
    # Neither code is good any more.
    for code in codes:
        again = post(place, "password-reset/confirm", token=code, password=OTHER)
        assert faults(again) == [("/token", "token_unusable")]
    assert place.sign_in(person.email).status_code == 400
    assert place.sign_in(person.email, OTHER).status_code == 200
    assert str(place.mail_to(person.email)[-1]["Subject"]) == "Your password was changed"


def test_a_weak_new_password_uses_no_code_up(place: Place) -> None:
    person = place.person()
    token = mailed(place.app, "reset", account_id=person.id)
    weak = post(place, "password-reset/confirm", token=token, password="password1234")  # noqa: S106
    assert faults(weak) == [("/password", "weak_password")]
    good = post(place, "password-reset/confirm", token=token, password=OTHER)
    assert good.status_code == 200


def test_a_disabled_account_gets_no_code(place: Place) -> None:
    person = place.person(disabled=True)
    assert post(place, "password-reset", email=person.email).status_code == 202
    assert place.mail_to(person.email) == []
    token = mailed(place.app, "reset", account_id=person.id)
    again = post(place, "password-reset/confirm", token=token, password=OTHER)
    assert faults(again) == [("/token", "token_unusable")]


def test_a_disabled_account_keeps_its_address(place: Place) -> None:
    person, new = place.person(disabled=True), address()
    token = mailed(place.app, "email", account_id=person.id, email=new)
    assert faults(post(place, "email/confirm", token=token)) == [("/token", "token_unusable")]
    with place.app.state.database.read() as session:
        assert session.get_one(Account, person.id).email == person.email


def test_codes_grow_old(place: Place) -> None:
    token = mailed(place.app, "register", email=address())
    with place.app.state.database.write() as session:
        session.execute(update(MailedLink).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert faults(post(place, "verify", token=token)) == [("/token", "token_unusable")]
    with place.app.state.database.write() as session:
        session.execute(delete(MailedLink))


# One kind of token for another


def test_every_held_one_is_refused_where_another_is_wanted(place: Place) -> None:
    person = place.person()
    got = place.sign_in(person.email).json()
    held = {
        "access": got["access_token"],
        "refresh": got["refresh_token"],
        "register": mailed(place.app, "register", email=address()),
        "reset": mailed(place.app, "reset", account_id=person.id),
        "email": mailed(place.app, "email", account_id=person.id, email=address()),
        "invitation": make_invitation(place.app, provider=True)[1],
    }
    wants: dict[str, Callable[[str], Any]] = {
        "register": lambda token: post(place, "verify", token=token),
        "reset": lambda token: post(place, "password-reset/confirm", token=token, password=OTHER),
        "email": lambda token: post(place, "email/confirm", token=token),
        "invitation": lambda token: post(place, "invitations/accept", token=token, password=OTHER),
    }
    tried = 0
    for held_one, token in held.items():
        for wanted, use in wants.items():
            if wanted != held_one:
                assert use(token).status_code == 422, (held_one, wanted)
                tried += 1
        if held_one != "access":
            assert place.me(token) == 401
            tried += 1
        if held_one != "refresh":
            assert place.refresh(token).status_code == 400
            tried += 1
    assert tried == 30
    # All of this used nothing up: each is still good for its own use.
    assert place.me(held["access"]) == 200
    assert place.refresh(held["refresh"]).status_code == 200
    for wanted in ("register", "invitation", "email"):
        assert wants[wanted](held[wanted]).status_code == 200


# Oneself


def change(place: Place, person: Any, if_match: str | None = "*", **body: str) -> Any:
    headers = dict(person.headers) | ({"If-Match": if_match} if if_match else {})
    return place.client.patch("/v1/me", json=body, headers=headers)


def test_a_password_is_changed_with_the_present_one(place: Place) -> None:
    person = place.person()
    wrong = change(place, person, current_password="wrong", password=OTHER)  # noqa: S106
    assert faults(wrong) == [("/current_password", "wrong_password")]
    done = change(place, person, current_password=PASSWORD, password=OTHER)
    assert done.status_code == 200
    assert place.me(person.token) == 401
    assert place.sign_in(person.email).status_code == 400
    assert place.sign_in(person.email, OTHER).status_code == 200


def test_the_present_password_cannot_be_tried_without_end(place: Place) -> None:
    person = place.person()
    for _ in range(10):
        change(place, person, current_password="wrong", password=OTHER)  # noqa: S106
    assert change(place, person, current_password=PASSWORD, password=OTHER).status_code == 429


def test_a_new_address_is_used_once_its_code_comes_back(place: Place) -> None:
    person, new = place.person(), address()
    done = change(place, person, current_password=PASSWORD, email=new)
    assert done.json()["email"] == person.email
    assert place.sign_in(person.email).status_code == 200
    assert post(place, "email/confirm", token=place.code_for(new)).status_code == 200
    assert place.me(person.token) == 401
    assert place.sign_in(person.email).status_code == 400
    assert place.sign_in(new).status_code == 200
    assert str(place.mail_to(person.email)[-1]["Subject"]) == "Your e-mail address was changed"


def test_an_address_that_is_taken_is_told_to_its_owner_alone(place: Place) -> None:
    person, owner = place.person(), place.person()
    done = change(place, person, current_password=PASSWORD, email=owner.email)
    assert done.status_code == 200
    assert [str(one["Subject"]) for one in place.mail_to(owner.email)] == [
        "You already have an account"
    ]
    # Taken only after the code went out, it is told to whoever has the code.
    token = mailed(place.app, "email", account_id=person.id, email=owner.email)
    assert post(place, "email/confirm", token=token).status_code == 409


def test_a_change_says_what_it_is_based_on(place: Place) -> None:
    person = place.person()
    assert change(place, person, None, current_password=PASSWORD).status_code == 428
    before = place.client.get("/v1/me", headers=person.headers)
    tag = before.headers["etag"]
    assert before.json()["etag"] == tag
    for wrong in ('"x"', f"W/{tag}", "x", f'"{person.id.hex}-2"'):
        assert change(place, person, wrong, current_password=PASSWORD).status_code == 412
    assert change(place, person, f'"x", {tag}', current_password=PASSWORD).status_code == 200
    done = change(place, person, tag, current_password=PASSWORD, password=OTHER)
    assert done.headers["etag"] != tag
    again = place.sign_in(person.email, OTHER).json()["access_token"]
    headers = {"Authorization": f"Bearer {again}", "If-Match": tag}
    stale = place.client.delete("/v1/me", headers=headers)
    assert stale.status_code == 412
    check_problem(stale)


def test_signing_out_everywhere_and_at_one_place(place: Place) -> None:
    person, stranger = place.person(), place.person()
    tokens = [place.sign_in(person.email).json()["access_token"] for _ in range(3)]
    listed = place.client.get("/v1/me/sessions", headers=person.headers).json()
    assert listed["total"] == 4
    assert [one["current"] for one in listed["items"]].count(True) == 1
    assert listed["items"][0].keys() == {
        *("id", "started_at", "used_at", "expires_at", "device", "current")
    }
    newest = listed["items"][0]["id"]
    # Somebody else's is not there.
    path = f"/v1/me/sessions/{newest}"
    assert place.client.delete(path, headers=stranger.headers).status_code == 404
    assert place.me(tokens[2]) == 200
    assert place.client.delete(path, headers=person.headers).status_code == 204
    assert place.client.delete(path, headers=person.headers).status_code == 404
    assert [place.me(token) for token in tokens] == [200, 200, 401]
    ended = place.client.delete("/v1/me/sessions", headers=person.headers)
    assert ended.json() == {"ended": 3}
    assert [place.me(token) for token in (*tokens, person.token)] == [401] * 4
    assert place.me(stranger.token) == 200


# Deleting


def test_deleting_needs_a_sign_in_of_the_last_minutes(place: Place) -> None:
    person = place.person(signed_in_for=timedelta(minutes=16))
    headers = {**person.headers, "If-Match": "*"}
    refused = place.client.delete("/v1/me", headers=headers)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("sign_in_again")
    assert place.me(person.token) == 200


def test_after_deleting_nothing_names_the_person(place: Place) -> None:
    email = address()
    person = place.person(email=email, providers={PROVIDER: "owner"})
    place.sign_in(email)
    invited = {"email": address(), "role": "editor"}
    path = f"/v1/manage/providers/{PROVIDER}/members/invitations"
    headers = {**person.headers, "Idempotency-Key": str(uuid7())}
    assert place.client.post(path, json=invited, headers=headers).status_code == 201
    register(place, email)
    post(place, "password-reset", email=email)
    make_invitation(place.app, provider=False, email=email)
    kept = place.rows(Account, Account.id == person.id)[0].password
    gone = place.client.delete("/v1/me", headers={**person.headers, "If-Match": "*"})
    assert gone.status_code == 204
    assert place.me(person.token) == 401
    assert place.sign_in(email).status_code == 400
    place.mail_to(email)
    with place.app.state.database.read() as session:
        for table in Record.metadata.sorted_tables:
            text = str([tuple(row) for row in session.execute(table.select())])
            assert kept not in text, table.name
            # The farewell is on its way; the audit log keeps the id, which names nobody now.
            if table.name != "letter":
                assert email not in text, table.name
            if table.name not in {"audit_entry", "sign_in"}:
                assert person.id.hex not in text.replace("-", ""), table.name
    letters = place.rows(Letter, Letter.recipient == email)
    assert [letter.subject for letter in letters] == ["Your account was deleted"]
    # What the person sent to others stays, and says no more by whom.
    (sent,) = place.rows(Invitation, Invitation.email == invited["email"])
    assert sent.invited_by is None
    for own in (ProviderMember, SignIn):
        assert place.rows(own, own.account_id == person.id) == []
    assert place.rows(Idempotency, Idempotency.principal == f"account:{person.id}") == []
    noted = place.rows(AuditEntry, AuditEntry.actor_id == person.id)
    assert "account.deleted" in {row.action for row in noted}


def test_every_table_has_a_rule_for_when_an_account_is_deleted(place: Place) -> None:
    there = set(inspect(place.app.state.database.engine).get_table_names())
    assert there == set(RULES)
    assert set(Record.metadata.tables) | {"alembic_version"} == set(RULES)
    emptied = {
        table.name
        for table in Record.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"account", "sign_in"} and key.ondelete == "CASCADE"
    }
    assert {name for name in emptied if RULES[name] != "removed"} == set()


def test_the_audit_log_is_only_added_to(place: Place) -> None:
    person = place.person()
    change(place, person, current_password=PASSWORD, password=OTHER)
    assert place.rows(AuditEntry, AuditEntry.actor_id == person.id)
    for statement in (
        update(AuditEntry).values(action="x"),
        delete(AuditEntry).where(col(AuditEntry.actor_id) == person.id),
    ):
        with (
            pytest.raises(Exception, match="only added to"),
            place.app.state.database.write() as session,
        ):
            session.execute(statement)


def test_no_refresh_token_nor_password_is_kept_as_it_is(place: Place) -> None:
    email = address()
    register(place, email)
    code = place.code_for(email)
    post(place, "verify", token=code)
    got = place.sign_in(email).json()
    with place.app.state.database.read() as session:
        text = " ".join(
            str([tuple(row) for row in session.execute(table.select())])
            for table in Record.metadata.sorted_tables
        )
    for secret in (PASSWORD, code, got["refresh_token"], got["access_token"]):
        assert secret not in text
    assert place.rows(RefreshToken)
