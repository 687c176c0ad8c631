"""Signing in, going on, signing out, and what tries that too often."""

import base64
import os
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from accounts.conftest import Place, PlaceMaker
from argon2 import PasswordHasher
from preparing import PASSWORD, make_client_row
from sqlalchemy import update
from sqlmodel import col

from app.accounts import allowances, passwords
from app.accounts.allowances import SIGN_IN_ACCOUNT, Rule, take
from app.accounts.commands import sign_ins
from app.accounts.models import Account, Allowance, AuditEntry, RefreshToken, SignIn
from app.accounts.opaque import digest_of
from app.database import utc_now
from app.problems import Unavailable
from app.traffic.allowance import TooMany


def refusal(answer: Any) -> str:
    """The error code of an answer as RFC 6749 has them."""
    assert answer.status_code in {400, 401}
    code: str = answer.json()["error"]
    return code


# With a password


def test_a_password_gives_tokens_that_are_good_and_kept_by_nobody(place: Place) -> None:
    person = place.person()
    answer = place.sign_in(person.email)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    got = answer.json()
    assert got.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert got["token_type"] == "Bearer"  # noqa: S105 - that is how it is sent.
    assert got["expires_in"] == 600
    assert place.me(got["access_token"]) == 200
    kept = place.rows(RefreshToken)
    assert digest_of(got["refresh_token"]) in {row.digest for row in kept}
    assert not any(got["refresh_token"] in str(row.model_dump()) for row in kept)


def test_capitals_and_spaces_around_an_address_do_not_matter(place: Place) -> None:
    person = place.person()
    assert place.sign_in(f" {person.email.upper()} ").status_code == 200


def test_whoever_cannot_sign_in_is_told_the_same(place: Place) -> None:
    known, disabled = place.person(), place.person(disabled=True)
    answers = [
        place.sign_in("nobody@example.org"),
        place.sign_in(known.email, "another password"),
        place.sign_in(disabled.email),
        place.sign_in(disabled.email, "another password"),
        place.sign_in("' OR 1=1 --"),
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.text for answer in answers}) == 1
    headers = [{k: v for k, v in one.headers.items() if k != "x-request-id"} for one in answers]
    assert all(one == headers[0] for one in headers)


def test_an_unknown_address_takes_as_much_work_as_a_known_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[bool] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, password: str) -> bool:
        worked.append(True)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    known = place.person()
    for address in (known.email, "nobody@example.org"):
        worked.clear()
        place.sign_in(address, "another password")
        assert len(worked) == 1


def test_the_time_tells_nothing_either(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(2, 4_096, 1))
    passwords._nobodys.cache_clear()  # noqa: SLF001 - it was made at another cost.
    for name in ("ACCOUNT", "ADDRESS", "ALL"):
        monkeypatch.setattr(sign_ins, f"SIGN_IN_{name}", Rule(name, 10_000, timedelta(minutes=5)))
    known = place.person()
    taken: dict[str, list[float]] = {known.email: [], "nobody@example.org": []}
    for _ in range(30):
        for address, times in taken.items():
            begun = time.process_time()
            place.sign_in(address, "another password")
            times.append(time.process_time() - begun)
    passwords._nobodys.cache_clear()  # noqa: SLF001
    one, other = (statistics.median(times) for times in taken.values())
    # The long comparison, with figures, is in scripts/faults.
    assert abs(one - other) < 0.25 * max(one, other)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": "password", "username": "a@example.org"}, "invalid_request"),
        ({"grant_type": "password", "username": "", "password": ""}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "invalid_request"),
        (
            {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"},
            "invalid_client",
        ),
        ({"grant_type": ["password", "password"]}, "invalid_request"),
        ({"grant_type": "p" * 101}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "p" * 200}, "invalid_request"),
    ],
)
def test_a_form_that_is_wrong_is_refused_as_rfc_6749_says(
    place: Place, form: dict[str, Any], error: str
) -> None:
    assert refusal(place.client.post("/v1/auth/token", data=form)) == error


def test_what_the_form_holds_besides_is_ignored(place: Place) -> None:
    form = {
        "grant_type": "password",
        "username": place.person().email,
        "password": PASSWORD,
        "client_id": "a-website",
        "audience": "x",
    }
    assert place.client.post("/v1/auth/token", data=form).status_code == 200


def test_json_is_no_form(place: Place) -> None:
    answer = place.client.post("/v1/auth/token", json={"grant_type": "password"})
    assert refusal(answer) == "invalid_request"


def test_a_password_that_was_kept_at_another_cost_is_kept_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = place.person()
    (before,) = place.rows(Account, Account.id == person.id)
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(2, 16, 1))
    assert place.sign_in(person.email).status_code == 200
    (after,) = place.rows(Account, Account.id == person.id)
    assert before.password != after.password
    assert "m=16,t=2" in after.password
    assert before.version == after.version
    assert place.sign_in(person.email).status_code == 200


# Refresh tokens


def test_a_refresh_token_is_good_for_one_exchange(place: Place) -> None:
    person = place.person()
    first = place.sign_in(person.email).json()
    second = place.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert place.me(second["access_token"]) == 200
    third = place.refresh(second["refresh_token"]).json()
    assert place.me(third["access_token"]) == 200
    own = SignIn.account_id == person.id, SignIn.device == "testclient"
    assert len(place.rows(SignIn, *own)) == 1


def test_a_refresh_token_that_comes_again_ends_its_whole_family(place: Place) -> None:
    person = place.person()
    stolen = place.sign_in(person.email).json()
    elsewhere = place.sign_in(person.email).json()
    newest = place.refresh(stolen["refresh_token"]).json()
    assert refusal(place.refresh(stolen["refresh_token"])) == "invalid_grant"
    # Neither the thief nor the owner goes on, at once.
    assert refusal(place.refresh(newest["refresh_token"])) == "invalid_grant"
    assert place.me(newest["access_token"]) == 401
    assert place.me(stolen["access_token"]) == 401
    # Elsewhere nothing happens.
    assert place.me(elsewhere["access_token"]) == 200
    assert place.refresh(elsewhere["refresh_token"]).status_code == 200
    own = AuditEntry.subject_id == str(person.id)
    assert [row.action for row in place.rows(AuditEntry, own)] == ["sign_in.reused"]


def test_of_many_at_once_at_most_one_gets_through(place: Place) -> None:
    for _ in range(3):
        token = place.sign_in(place.person().email).json()["refresh_token"]
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _, token=token: place.refresh(token), range(20)))
        assert sorted(answer.status_code for answer in answers).count(200) <= 1
        assert {answer.status_code for answer in answers} <= {200, 400}
        won = [answer for answer in answers if answer.status_code == 200]
        # Whoever got through was in company, so the family ended behind it.
        for answer in won:
            assert refusal(place.refresh(answer.json()["refresh_token"])) == "invalid_grant"


def test_a_sign_in_ends_when_its_time_is_over_however_often_it_went_on(place: Place) -> None:
    person = place.person()
    got = place.sign_in(person.email).json()
    with place.app.state.database.write() as session:
        own = col(SignIn.account_id) == person.id
        session.execute(update(SignIn).where(own).values(expires_at=utc_now()))
    assert place.me(got["access_token"]) == 401
    assert refusal(place.refresh(got["refresh_token"])) == "invalid_grant"


@pytest.mark.parametrize("kind_of_token", ["access_token", "refresh_token"])
def test_signing_out_ends_the_sign_in_that_a_token_belongs_to(
    place: Place, kind_of_token: str
) -> None:
    person = place.person()
    got, other = place.sign_in(person.email).json(), place.sign_in(person.email).json()
    answer = place.client.post("/v1/auth/revoke", data={"token": got[kind_of_token]})
    assert (answer.status_code, answer.json()) == (200, {})
    assert place.me(got["access_token"]) == 401
    assert refusal(place.refresh(got["refresh_token"])) == "invalid_grant"
    assert place.me(other["access_token"]) == 200
    # Again, and with what was never a token, the answer is the same.
    for token in (got[kind_of_token], "x", "e30.e30.e30"):
        again = place.client.post("/v1/auth/revoke", data={"token": token})
        assert (again.status_code, again.json()) == (200, {})
    assert refusal(place.client.post("/v1/auth/revoke", data={})) == "invalid_request"


def test_an_access_token_is_no_refresh_token_nor_the_other_way_round(place: Place) -> None:
    got = place.sign_in(place.person().email).json()
    # It is even too long to be one.
    assert refusal(place.refresh(got["access_token"])) == "invalid_request"
    assert place.me(got["refresh_token"]) == 401


# Clients


def ask(place: Place, client_id: object, secret: str, **form: str) -> Any:
    """The answer to a client that asks for a token."""
    return place.client.post(
        "/v1/auth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": str(client_id),
            "client_secret": secret,
            **form,
        },
    )


def test_a_client_gets_a_token_for_its_scopes_and_no_refresh_token(place: Place) -> None:
    made = make_client_row(place.app, ("changes:read", "imports:write"))
    got = ask(place, made.id, made.secret).json()
    assert got.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert got["scope"] == "changes:read imports:write"
    assert (
        ask(place, made.id, made.secret, scope="imports:write").json()["scope"] == "imports:write"
    )
    for scope in ("webhooks:manage", "imports:write webhooks:manage", "x"):
        assert refusal(ask(place, made.id, made.secret, scope=scope)) == "invalid_scope"


def test_a_client_may_name_itself_in_the_header(place: Place) -> None:
    made = make_client_row(place.app)
    form = {"grant_type": "client_credentials"}

    def with_header(text: str, **more: str) -> Any:
        encoded = base64.b64encode(text.encode()).decode()
        headers = {"Authorization": f"Basic {encoded}"}
        return place.client.post("/v1/auth/token", data={**form, **more}, headers=headers)

    assert with_header(f"{made.id}:{made.secret}").status_code == 200
    wrong = with_header(f"{made.id}:x")
    assert refusal(wrong) == "invalid_client"
    assert wrong.headers["www-authenticate"].startswith("Basic ")
    assert refusal(with_header("no colon")) == "invalid_client"
    twice = with_header(f"{made.id}:{made.secret}", client_secret=made.secret)
    assert refusal(twice) == "invalid_request"
    broken = place.client.post("/v1/auth/token", data=form, headers={"Authorization": "Basic @@"})
    assert refusal(broken) == "invalid_client"


def test_a_secret_is_one_clients_and_is_tried_ten_times_at_most(place: Place) -> None:
    one, other = make_client_row(place.app), make_client_row(place.app)
    for _ in range(10):
        assert refusal(ask(place, one.id, other.secret)) == "invalid_client"
    assert ask(place, one.id, other.secret).status_code == 429
    # The right secret is never kept out: it cannot be guessed.
    assert ask(place, one.id, one.secret).status_code == 200


# Trying too often


def test_the_eleventh_attempt_is_refused_even_with_the_right_password(
    make_place: PlaceMaker,
) -> None:
    place = make_place()
    person = place.person()
    for _ in range(10):
        assert refusal(place.sign_in(person.email, "wrong")) == "invalid_grant"
    answer = place.sign_in(person.email)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 301
    # After a restart, and in another worker, it is the same.
    again = make_place(url=str(place.app.state.settings.database_url))
    assert again.sign_in(person.email).status_code == 429


def test_attempts_that_turn_out_well_are_not_counted(place: Place) -> None:
    person = place.person()
    for _ in range(25):
        assert place.sign_in(person.email).status_code == 200
    assert all(row.taken == 0 for row in place.rows(Allowance))


def test_refused_attempts_do_not_make_the_wait_longer(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = place.person()
    for _ in range(10):
        place.sign_in(person.email, "wrong")
    begun = utc_now()
    for minutes in (1, 2, 3, 4):
        later = begun + timedelta(minutes=minutes)
        monkeypatch.setattr(allowances, "utc_now", lambda later=later: later)
        assert place.sign_in(person.email).status_code == 429
    later = begun + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(allowances, "utc_now", lambda: later)
    assert place.sign_in(person.email).status_code == 200


def test_an_address_is_limited_whatever_accounts_it_tries(place: Place) -> None:
    for number in range(10):
        place.sign_in(f"nobody-{number}@example.org")
    assert place.sign_in(place.person().email).status_code == 429


def forwarded(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


def test_a_header_of_the_callers_own_changes_nothing(place: Place) -> None:
    for number in range(10):
        place.sign_in(f"nobody-{number}@example.org", **forwarded(f"192.0.2.{number}"))
    answer = place.sign_in(place.person().email, **forwarded("192.0.2.99"))
    assert answer.status_code == 429


@pytest.fixture
def behind_proxy(make_place: PlaceMaker, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An application whose callers come by way of a trusted proxy at 10.0.0.1."""
    place = make_place(trusted_proxies="10.0.0.0/8")
    transport = place.client._transport  # noqa: SLF001 - the test client has no other way.
    monkeypatch.setattr(transport, "client", ("10.0.0.1", 4711))
    return place


def test_a_trusted_proxy_says_who_is_calling(behind_proxy: Place) -> None:
    place = behind_proxy
    for number in range(10):
        place.sign_in(f"nobody-{number}@example.org", **forwarded("192.0.2.1"))
    person = place.person()
    assert place.sign_in(person.email, **forwarded("192.0.2.1")).status_code == 429
    # What stands before the address that the proxy wrote is the caller's own invention.
    lied = forwarded("198.51.100.7, 192.0.2.1")
    assert place.sign_in(person.email, **lied).status_code == 429
    assert place.sign_in(person.email, **forwarded("192.0.2.2")).status_code == 200


def test_strangers_cannot_keep_somebody_out_of_a_place_that_is_known(behind_proxy: Place) -> None:
    place = behind_proxy
    person = place.person()
    home, stranger = forwarded("192.0.2.1"), forwarded("198.51.100.7")
    assert place.sign_in(person.email, **home).status_code == 200
    for _ in range(10):
        place.sign_in(person.email, "wrong", **stranger)
    assert place.sign_in(person.email, **stranger).status_code == 429
    # The owner signs in from home as ever, while strangers and new places wait.
    assert place.sign_in(person.email, **forwarded("192.0.2.50")).status_code == 429
    for _ in range(3):
        assert place.sign_in(person.email, **home).status_code == 200
    # A known place is limited too.
    for _ in range(10):
        assert refusal(place.sign_in(person.email, "wrong", **home)) == "invalid_grant"
    assert place.sign_in(person.email, **home).status_code == 429


def test_the_whole_service_is_limited(behind_proxy: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert allowances.SIGN_IN_ALL.most == 1_000
    monkeypatch.setattr(sign_ins, "SIGN_IN_ALL", Rule("all", 15, timedelta(minutes=5)))
    place = behind_proxy
    for number in range(15):
        answer = place.sign_in(f"n{number}@example.org", **forwarded(f"192.0.2.{number}"))
        assert refusal(answer) == "invalid_grant"
    answer = place.sign_in("n@example.org", **forwarded("192.0.2.99"))
    assert answer.status_code == 429


def test_of_many_at_once_no_more_are_counted_than_the_rule_has(place: Place) -> None:
    def attempt(_: int) -> bool:
        try:
            take(place.app.state.database, [(SIGN_IN_ACCOUNT, "a@example.org")])
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(40))) == 10


def test_what_is_counted_names_nobody(place: Place) -> None:
    place.sign_in("somebody.special@example.org", "wrong")
    assert "special" not in str([row.model_dump() for row in place.rows(Allowance)])


def test_too_many_passwords_at_once_are_asked_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admitted, may_end = threading.BoundedSemaphore(3), threading.Event()
    monkeypatch.setattr(passwords, "_admitted", admitted)
    with ThreadPoolExecutor(3) as people:
        for _ in range(3):
            people.submit(passwords._in_turn, may_end.wait)  # noqa: SLF001 - works till it may end.
        while admitted._value:  # noqa: SLF001 - the places left.
            time.sleep(0.001)
        with pytest.raises(Unavailable):
            passwords.hash_password("x")
        may_end.set()
    assert passwords.fits(passwords.hash_password("x"), "x")


@pytest.mark.skipif(sys.platform != "linux", reason="threads are equal on other systems")
def test_those_who_search_go_before_those_who_sign_in() -> None:
    def behind() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert passwords._in_turn(behind) == min(behind() + passwords.BEHIND, 19)  # noqa: SLF001


def test_a_disabled_account_is_out_at_once(place: Place) -> None:
    got = place.sign_in((person := place.person()).email).json()
    with place.app.state.database.write() as session:
        session.execute(
            update(Account).where(col(Account.id) == person.id).values(disabled_at=utc_now())
        )
    assert place.me(got["access_token"]) == 401
    assert refusal(place.refresh(got["refresh_token"])) == "invalid_grant"
