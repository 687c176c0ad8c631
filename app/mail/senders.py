"""The two ways out: a folder of files, and a mail server."""

import os
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from app.mail.models import Letter
from app.settings import Settings

PATIENCE = 20.0
"""Seconds that a mail server may take for each step."""

PERMANENT = 500
"""Answers of a mail server from here on mean that trying again is no use (RFC 5321, 4.2.1)."""


class NotSentError(Exception):
    """The letter was not sent. The message names the kind of trouble, and no address."""

    def __init__(self, trouble: str, *, for_good: bool = False) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.for_good = for_good


class Sender(Protocol):
    """Something that sends letters."""

    def send(self, letter: Letter) -> None:
        """Send one letter.

        Raises:
            NotSentError: it is certain that it was not sent, or not accepted.
        """


def sender_of(settings: Settings) -> Sender:
    """The sender that the settings ask for."""
    if settings.smtp_host:
        return MailServer(settings)
    return Folder(settings.var / "mail", settings.mail_from)


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The letter as mail programs exchange it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = letter.message_id
    # So that out-of-office programs do not answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    # As it is where that will do, so that a long link is not broken over lines.
    message.set_content(letter.text, cte="7bit" if letter.text.isascii() else "quoted-printable")
    return message


class Folder:
    """Writes each letter into a file, where a developer reads it."""

    def __init__(self, path: Path, sender: str) -> None:
        self.path = path
        self.sender = sender

    def send(self, letter: Letter) -> None:
        """Write the file. Sent again, a letter takes the place of itself."""
        name = f"{letter.created_at:%Y%m%dT%H%M%S}-{letter.id.hex}.eml"
        written = self.path / f".{name}"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(bytes(message_of(letter, self.sender)))
            written.replace(self.path / name)
        except OSError as error:
            with suppress(OSError):
                written.unlink(missing_ok=True)
            raise NotSentError(f"folder: {type(error).__name__} {error.errno}") from None


class MailServer:
    """Hands each letter to a mail server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def send(self, letter: Letter) -> None:
        """Connect, hand it over, and go."""
        try:
            with self._connected() as server:
                server.send_message(message_of(letter, self.settings.mail_from))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            for_good = min(codes, default=0) >= PERMANENT
            raise NotSentError(f"mail server: recipient {codes}", for_good=for_good) from None
        except smtplib.SMTPResponseException as error:
            raise NotSentError(f"mail server: {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError(f"mail server: {type(error).__name__}") from None

    def _connected(self) -> smtplib.SMTP:
        settings = self.settings
        context = ssl.create_default_context()
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.smtp_host, settings.smtp_port, timeout=PATIENCE, context=context
            )
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=context)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
        except BaseException:
            server.close()
            raise
        return server
