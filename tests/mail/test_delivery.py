"""Letters: sent once, tried again after a failure, once more after a crash, never a third time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from sqlmodel import select

from app.database import Database, utc_now
from app.mail import delivery, outbox
from app.mail.delivery import CLAIM, WAITS, Postman, deliver_due, tidy_letters
from app.mail.models import Letter
from app.mail.senders import Folder, MailServer, NotSentError, sender_of
from app.settings import Settings


class Remembering:
    """A sender that keeps what it is given, or says that it cannot be sent."""

    def __init__(self, *, trouble: NotSentError | None = None) -> None:
        self.sent: list[str] = []
        self.trouble = trouble

    def send(self, letter: Letter) -> None:
        if self.trouble:
            raise self.trouble
        self.sent.append(letter.message_id)


class CrashedError(BaseException):
    """The process is gone."""


class Crashing(Remembering):
    """A sender whose process ends as soon as it has sent a letter."""

    def send(self, letter: Letter) -> None:
        super().send(letter)
        raise CrashedError


def put(database: Database, recipient: str = "a@example.org") -> str:
    with database.write() as session:
        letter = outbox.put(session, recipient, "Hello", "A secret: cf_x\n")
        session.flush()
        return letter.message_id


def letters(database: Database) -> list[Letter]:
    with database.read() as session:
        return list(session.exec(select(Letter)).all())


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock of the delivery on."""
    ahead = [timedelta(0)]

    def now() -> datetime:
        return utc_now() + ahead[0]

    monkeypatch.setattr(delivery, "utc_now", now)

    def move(by: timedelta) -> None:
        ahead[0] += by

    return move


def test_a_letter_is_sent_once_and_its_text_forgotten(database: Database) -> None:
    message_id = put(database)
    sender = Remembering()
    assert deliver_due(database, sender) == 1
    assert deliver_due(database, sender) == 0
    assert sender.sent == [message_id]
    (letter,) = letters(database)
    assert letter.sent_at is not None
    assert (letter.text, letter.claimed_until, letter.attempts) == ("", None, 1)


def test_what_is_undone_sends_nothing(database: Database) -> None:
    def undo() -> None:
        with database.write() as session:
            outbox.put(session, "a@example.org", "Hello", "x")
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        undo()
    assert deliver_due(database, Remembering()) == 0


def test_a_letter_that_is_withheld_is_written_and_never_sent(database: Database) -> None:
    with database.write() as session:
        outbox.withhold(session, "a@example.org", "Hello", "A secret")
    sender = Remembering()
    assert deliver_due(database, sender) == 0
    (letter,) = letters(database)
    assert (letter.recipient, letter.text, letter.due_at) == ("", "", None)


def test_after_a_failure_it_waits_longer_each_time_and_is_given_up_in_the_end(
    database: Database, later: Callable[[timedelta], None]
) -> None:
    message_id = put(database)
    failing = Remembering(trouble=NotSentError("mail server: 451"))
    for number, wait in enumerate(WAITS, start=1):
        assert deliver_due(database, failing) == 0
        (letter,) = letters(database)
        assert (letter.attempts, letter.trouble) == (number, "mail server: 451")
        later(wait - timedelta(seconds=5))
        deliver_due(database, failing)
        assert letters(database)[0].attempts == number
        later(timedelta(seconds=6))
    assert letters(database)[0].message_id == message_id
    deliver_due(database, failing)
    (letter,) = letters(database)
    assert (letter.due_at, letter.text, letter.sent_at) == (None, "", None)
    later(timedelta(days=30))
    assert deliver_due(database, Remembering()) == 0
    assert list(WAITS) == sorted(WAITS)


def test_once_the_server_is_well_again_it_is_sent(
    database: Database, later: Callable[[timedelta], None]
) -> None:
    message_id = put(database)
    deliver_due(database, Remembering(trouble=NotSentError("mail server: gone")))
    later(WAITS[0])
    sender = Remembering()
    assert deliver_due(database, sender) == 1
    assert sender.sent == [message_id]
    assert letters(database)[0].trouble is None


def test_what_can_never_be_sent_is_given_up_at_once(database: Database) -> None:
    put(database)
    deliver_due(database, Remembering(trouble=NotSentError("550", for_good=True)))
    assert letters(database)[0].due_at is None


def test_after_a_crash_it_is_sent_once_more_under_the_same_id_and_not_a_third_time(
    database: Database, later: Callable[[timedelta], None]
) -> None:
    message_id = put(database)
    sent = []
    for number in range(4):
        crashing = Crashing()
        with suppress(CrashedError):
            deliver_due(database, crashing)
        assert bool(crashing.sent) is (number < 2)
        sent += crashing.sent
        # As long as the claim lasts nobody else sends it.
        assert deliver_due(database, Remembering()) == 0
        later(CLAIM + timedelta(seconds=1))
    assert sent == [message_id, message_id]
    assert letters(database)[0].trouble == "not heard of twice"


def test_of_many_senders_at_once_each_letter_is_one_senders(database: Database) -> None:
    expected = sorted(put(database, f"a{number}@example.org") for number in range(20))
    sender = Remembering()
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda _: deliver_due(database, sender), range(6))) == 20
    assert sorted(sender.sent) == expected


def test_old_letters_are_removed_and_waiting_ones_are_not(database: Database) -> None:
    put(database)
    deliver_due(database, Remembering())
    put(database)
    with database.write() as session:
        tidy_letters(session, utc_now() + timedelta(days=6))
    assert len(letters(database)) == 2
    with database.write() as session:
        tidy_letters(session, utc_now() + timedelta(days=8))
    assert [letter.sent_at for letter in letters(database)] == [None]


def test_a_postman_sends_at_once_and_outlives_trouble(database: Database) -> None:
    sender = Remembering()
    others = threading.active_count()
    postman = Postman(database, sender, every=3_600)
    postman.start()
    try:
        sender.trouble = NotSentError("mail server: gone")
        put(database)
        sender.trouble = None
        wanted = put(database)
        deadline = time.monotonic() + 20
        while wanted not in sender.sent:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        postman.stop()
    assert threading.active_count() <= others


# A folder


def test_a_folder_holds_each_letter_as_mail_programs_read_it(
    database: Database, tmp_path: Path
) -> None:
    put(database)
    folder = Folder(tmp_path / "mail", "Care Finder <hello@example.org>")
    assert deliver_due(database, folder) == 1
    (path,) = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o777 == 0o600
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["From"] == "Care Finder <hello@example.org>"
    assert message["Subject"] == "Hello"
    assert message["Message-ID"].endswith("@care-finder.invalid>")
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_letter_that_is_written_again_takes_its_own_place(
    database: Database, tmp_path: Path, later: Callable[[timedelta], None]
) -> None:
    put(database)

    class Gone(Folder):
        def send(self, letter: Letter) -> None:
            super().send(letter)
            raise CrashedError

    with pytest.raises(CrashedError):
        deliver_due(database, Gone(tmp_path, "a@example.org"))
    later(CLAIM + timedelta(seconds=1))
    assert deliver_due(database, Folder(tmp_path, "a@example.org")) == 1
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_a_full_disk_is_trouble_and_leaves_no_half_letter(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("app.mail.senders.os.open", full)
        assert deliver_due(database, Folder(tmp_path, "a@example.org")) == 0
    assert list(tmp_path.iterdir()) == []
    assert letters(database)[0].trouble == "folder: OSError 28"


# A mail server


class Inbox:
    """What a real mail server on this machine does with what it is sent."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.answer = "250 fine"
        self.refused = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names.
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refused:
            return self.refused
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name.
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


PORT = free_port()


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, Controller]]:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, sent: Any) -> Any:
        good = isinstance(sent, LoginPassword) and sent.password == b"right"
        return AuthResult(success=good, handled=good)

    handler = Inbox()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=PORT,
        authenticator=check,
        auth_require_tls=False,
        decode_data=False,
    )
    controller.start()
    yield handler, controller
    controller.stop(no_assert=True)


def server_settings(**over: Any) -> Settings:
    return Settings.model_validate(
        {"smtp_host": "127.0.0.1", "smtp_port": PORT, "smtp_security": "none", **over}
    )


def test_a_mail_server_is_handed_the_letter(
    database: Database, inbox: tuple[Inbox, Controller]
) -> None:
    message_id = put(database)
    sender = sender_of(server_settings(smtp_user="care", smtp_password="right"))  # noqa: S106
    assert isinstance(sender, MailServer)
    assert deliver_due(database, sender) == 1
    (message,) = inbox[0].messages
    assert (message["To"], message["Message-ID"]) == ("a@example.org", message_id)
    assert message.get_content().replace("\r\n", "\n") == "A secret: cf_x\n"


def test_what_a_mail_server_refuses_is_tried_again_or_given_up(
    database: Database, inbox: tuple[Inbox, Controller]
) -> None:
    for answer, refused, due in (
        ("451 later", "", True),
        ("250 fine", "450 busy", True),
        ("250 fine", "550 nobody here", False),
    ):
        inbox[0].answer, inbox[0].refused = answer, refused
        message_id = put(database)
        deliver_due(database, sender_of(server_settings()))
        (letter,) = (one for one in letters(database) if one.message_id == message_id)
        assert (letter.due_at is not None) is due
        assert letter.trouble is not None
        assert "example.org" not in letter.trouble
    assert inbox[0].messages == []


@pytest.mark.parametrize(
    "over",
    [
        {"smtp_user": "care", "smtp_password": "wrong"},
        {"smtp_security": "starttls"},
        {"smtp_security": "tls"},
    ],
)
def test_without_the_security_that_is_asked_for_nothing_is_sent(
    database: Database, inbox: tuple[Inbox, Controller], over: dict[str, str]
) -> None:
    put(database)
    assert deliver_due(database, sender_of(server_settings(**over))) == 0
    assert inbox[0].messages == []
    assert letters(database)[0].due_at is not None


def test_a_mail_server_that_is_down_is_trouble(database: Database) -> None:
    put(database)
    assert deliver_due(database, sender_of(server_settings(smtp_port=free_port()))) == 0
    trouble = letters(database)[0].trouble
    assert trouble == "mail server: ConnectionRefusedError"
