"""Attempts to sign in that are certain to be refused: answered as ever, and at little cost."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from accounts.conftest import Place, PlaceMaker
from preparing import PASSWORD
from sqlalchemy import Engine, delete, event
from sqlalchemy.exc import OperationalError

from app.accounts import allowances, refusals
from app.accounts.commands import sign_ins
from app.accounts.commands.accounts import set_password
from app.accounts.models import Account, Allowance
from app.accounts.oauth import OAuthRefusal
from app.accounts.passwords import hash_password
from app.accounts.principals import SYSTEM
from app.database import utc_now, uuid7
from app.traffic.allowance import TooMany

OFTEN = 10


def use_up(place: Place) -> None:
    """Use up the attempts of the tests' address, and have the worker find it out."""
    for number in range(OFTEN):
        assert place.sign_in(f"nobody-{number}@example.org").status_code == 400
    assert place.sign_in("nobody@example.org").status_code == 429


@pytest.fixture
def refused(place: Place) -> Place:
    """A place whose address was used up a moment ago, by attempts for nobody."""
    use_up(place)
    return place


def told(answer: Any) -> Any:
    """An answer without what is another each time."""
    own = {"x-request-id"}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status_code, headers, answer.json() | {"instance": ""}


def test_it_is_told_as_the_operation_tells_it(
    refused: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now()
    monkeypatch.setattr(allowances, "utc_now", lambda: now)
    # Nothing that was found before this moment counts at it.
    allowances._used_up.clear()  # noqa: SLF001 - as another worker has it.
    by_operation = told(refused.sign_in("somebody@example.org"))
    with monkeypatch.context() as patched:
        patched.setattr(sign_ins, "sign_in", None)
        assert told(refused.sign_in("somebody@example.org")) == by_operation
    assert by_operation[0] == 429


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_it_is_told_to_websites_and_compressed_as_ever(
    make_place: PlaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_place(origins=("https://care.example.org",), compress_from_bytes=1)
    with place.app.state.database.write() as session:
        session.add(allowance_of("somebody@example.org"))
    now = utc_now()
    monkeypatch.setattr(allowances, "utc_now", lambda: now)
    for origin in ("https://care.example.org", "https://other.example.org"):
        # Bodies that differ are compressed to other lengths.
        sent = {"Origin": origin, "X-Request-Id": str(uuid7())}
        allowances._used_up.clear()  # noqa: SLF001 - as another worker has it.
        by_operation = told(place.sign_in("somebody@example.org", **sent))
        with monkeypatch.context() as patched:
            patched.setattr(sign_ins, "sign_in", None)
            assert told(place.sign_in("somebody@example.org", **sent)) == by_operation
        assert by_operation[0] == 429
        assert by_operation[1]["content-encoding"] == "gzip"


def test_a_refusal_that_is_certain_costs_one_look_up(
    refused: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "sign_in", None)
    statements: list[str] = []
    engine: Engine = refused.app.state.database.engine

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        if "sign_in" in statement or "allowance" in statement:
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    assert refused.sign_in("somebody@example.org").status_code == 429
    event.remove(engine, "before_cursor_execute", note)
    # Where accounts were signed in to from, and how often all this was tried.
    assert len(statements) == 2


def test_many_at_once_are_looked_up_together(
    refused: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "sign_in", None)
    looked_up = []

    def look_up(database: Any, attempts: Any) -> Any:
        looked_up.append(len(attempts))
        return sign_ins.refusals_of(database, attempts)

    monkeypatch.setattr(refusals, "GATHERING", 0.3)
    monkeypatch.setattr(refusals, "refusals_of", look_up)
    people = [f"nobody-{number}@example.org" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = [answer.status_code for answer in pool.map(refused.sign_in, people)]
    assert statuses == [429] * 8
    assert sum(looked_up) == 8
    assert len(looked_up) < 8


@contextmanager
def busy(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Keep the operation busy with as many attempts as it works on; gives those that it began."""
    begun: list[object] = []
    go_on = threading.Event()

    def work(*arguments: object) -> None:
        begun.append(arguments)
        go_on.wait(20)
        raise OAuthRefusal("invalid_grant", sign_ins.NOT_FITTING)

    monkeypatch.setattr(sign_ins, "sign_in", work)
    with ThreadPoolExecutor(refusals.AT_ONCE) as pool:
        people = [f"nobody-{number}@example.org" for number in range(refusals.AT_ONCE)]
        answers = [pool.submit(place.sign_in, one) for one in people]
        while len(begun) < refusals.AT_ONCE:
            time.sleep(0.005)
        try:
            yield begun
        finally:
            go_on.set()
        assert {answer.result().status_code for answer in answers} == {400}


@pytest.mark.parametrize(("name", "value"), [("IN_LINE", 0), ("PATIENCE", 0.02)])
def test_for_whom_there_is_no_room_in_the_line_the_operation_does_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    monkeypatch.setattr(refusals, name, value)
    with busy(place, monkeypatch) as begun:
        answer = place.sign_in("somebody@example.org")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        # What is no sign-in with a password does not stand in that line.
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        assert place.client.post("/v1/auth/token", data=form).status_code == 400
        assert len(begun) == refusals.AT_ONCE
    assert place.rows(Allowance) == []
    assert place.sign_in("somebody@example.org").status_code == 400


def test_whoever_waits_in_the_line_is_refused_if_that_comes_to_be_certain(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    takings = [(allowances.SIGN_IN_ACCOUNT, "somebody@example.org")]
    with ThreadPoolExecutor(1) as pool:
        with busy(place, monkeypatch) as begun:
            waits = pool.submit(place.sign_in, "somebody@example.org")
            time.sleep(0.05)
            # The last of them makes it doubtful.
            for _ in range(OFTEN):
                allowances.take(place.app.state.database, takings)
        assert waits.result().status_code == 429
        assert len(begun) == refusals.AT_ONCE


def test_whoever_waits_in_the_line_comes_to_their_turn(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with busy(place, monkeypatch) as begun:
            waits = pool.submit(place.sign_in, "somebody@example.org")
            time.sleep(0.05)
            assert len(begun) == refusals.AT_ONCE
        assert waits.result().status_code == 400
        assert len(begun) == refusals.AT_ONCE + 1


def test_a_place_that_is_known_is_let_through(place: Place) -> None:
    person = place.person()
    assert place.sign_in(person.email).status_code == 200
    use_up(place)
    assert place.sign_in(person.email).status_code == 200
    # Its own count is remembered too.
    for _ in range(OFTEN):
        assert place.sign_in(person.email, "wrong").status_code == 400
    assert place.sign_in(person.email).status_code == 429
    assert place.sign_in(person.email.upper()).status_code == 429


def begin_counts_anew_elsewhere(place: Place) -> None:
    """As another worker would, which does not tell this one."""
    with place.app.state.database.write() as session:
        session.execute(delete(Allowance))


def test_the_table_is_the_truth(refused: Place) -> None:
    person = refused.person()
    assert refused.sign_in(person.email).status_code == 429
    begin_counts_anew_elsewhere(refused)
    assert refused.sign_in(person.email).status_code == 200


def test_what_was_found_is_believed_for_a_second(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, takings = place.app.state.database, [(allowances.RESET_EMAIL, "a@example.org")]
    for _ in range(allowances.RESET_EMAIL.most):
        allowances.take(database, takings)
    with pytest.raises(TooMany):
        allowances.take(database, takings)
    begin_counts_anew_elsewhere(place)
    with pytest.raises(TooMany):
        allowances.take(database, takings)
    later = utc_now() + allowances.REMEMBERED + timedelta(milliseconds=1)
    monkeypatch.setattr(allowances, "utc_now", lambda: later)
    allowances.take(database, takings)


def test_after_its_window_nothing_is_doubtful(
    refused: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, takings = refused.app.state.database, [(allowances.SIGN_IN_ALL, "all")]
    found_at = utc_now()
    key = (database.url, allowances._name(*takings[0]))  # noqa: SLF001 - as it is remembered.
    monkeypatch.setitem(allowances._used_up, key, (found_at, found_at))  # noqa: SLF001
    assert allowances.is_doubtful(database, takings)
    later = found_at + allowances.SIGN_IN_ALL.window
    monkeypatch.setattr(allowances, "utc_now", lambda: later)
    assert not allowances.is_doubtful(database, takings)


def test_a_clock_that_is_set_back_makes_nobody_wait(
    refused: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = refused.person()
    begin_counts_anew_elsewhere(refused)
    before = utc_now() - timedelta(hours=1)
    monkeypatch.setattr(allowances, "utc_now", lambda: before)
    assert refused.sign_in(person.email).status_code == 200


def test_a_new_password_begins_anew_at_once(place: Place) -> None:
    person = place.person()
    with place.app.state.database.write() as session:
        session.add(allowance_of(person.email))
    assert place.sign_in(person.email).status_code == 429
    assert place.sign_in(person.email).status_code == 429
    kept = hash_password(PASSWORD)
    with place.app.state.database.write() as session:
        set_password(session, session.get_one(Account, person.id), kept, SYSTEM)
    assert place.sign_in(person.email).status_code == 200


def allowance_of(email: str) -> Any:
    name = allowances._name(allowances.SIGN_IN_ACCOUNT, email)  # noqa: SLF001 - as it is counted.
    return Allowance(name=name, began_at=utc_now(), taken=OFTEN)


def test_an_attempt_that_is_given_back_can_be_made_at_once(place: Place) -> None:
    takings = [(allowances.SIGN_IN_ACCOUNT, "a@example.org")]
    database = place.app.state.database
    for _ in range(OFTEN):
        allowances.take(database, takings)
    with pytest.raises(TooMany):
        allowances.take(database, takings)
    allowances.give_back(database, takings)
    allowances.take(database, takings)


FORM = {"grant_type": "password", "username": "a@example.org", "password": "x"}
FORM_TYPE = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "media", "query", "status"),
    [
        (urlencode(FORM), FORM_TYPE, "", 429),
        (urlencode(FORM | {"more": "x"}), FORM_TYPE, "", 429),
        (urlencode(FORM) + "&password=y", FORM_TYPE, "", 400),
        (urlencode(FORM | {"password": ""}), FORM_TYPE, "", 400),
        (urlencode(FORM | {"username": ""}), FORM_TYPE, "", 400),
        (urlencode(FORM | {"username": "a" * 255}), FORM_TYPE, "", 400),
        (urlencode(FORM | {"more": "x" * 5_000}), FORM_TYPE, "", 429),
        (urlencode(FORM | {"more": "x" * 200_000}), FORM_TYPE, "", 413),
        (urlencode(FORM | {"grant_type": "x"}), FORM_TYPE, "", 400),
        (urlencode({"grant_type": "refresh_token", "refresh_token": "x"}), FORM_TYPE, "", 400),
        (urlencode({f"n{n}": "" for n in range(12)}), FORM_TYPE, "", 400),
        (urlencode(FORM), FORM_TYPE, "?page=2", 422),
        ("", FORM_TYPE, "", 400),
        ("{}", "application/json", "", 400),
    ],
)
def test_what_has_another_form_is_left_to_the_operation(
    refused: Place, body: str, media: str, query: str, status: int
) -> None:
    headers = {"Content-Type": media}
    ask: Callable[..., Any] = refused.client.post
    answer = ask(f"/v1/auth/token{query}", content=body, headers=headers)
    assert answer.status_code == status
    allowances._used_up.clear()  # noqa: SLF001 - so that the layer is out of the way.
    plain = ask(f"/v1/auth/token{query}", content=body, headers=headers)
    assert told(plain) == told(answer) if status != 429 else plain.status_code == status


def test_a_look_up_that_fails_leaves_it_to_the_operation(
    refused: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(refusals, "refusals_of", fail)
    assert refused.sign_in("somebody@example.org").status_code == 429
    monkeypatch.setattr(sign_ins, "_find", fail)
    assert refused.sign_in("somebody@example.org").status_code == 503


def test_what_is_remembered_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowances, "MOST_REMEMBERED", 3)
    with place.app.state.database.write() as session:
        session.add_all(allowance_of(f"{number}@example.org") for number in range(9))
    for number in range(9):
        with pytest.raises(TooMany):
            allowances.take(
                place.app.state.database,
                [(allowances.SIGN_IN_ACCOUNT, f"{number}@example.org")],
            )
        assert len(allowances._used_up) <= 3  # noqa: SLF001 - nothing else shows it.
