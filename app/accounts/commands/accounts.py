"""Registering, and changing or deleting one's own account.

No answer tells whether an address is known, nor does the time that it takes: a known and an
unknown address are looked up, counted and written alike. Passwords are hashed before anything is
written.
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.accounts import letters, passwords
from app.accounts.access import NotAllowed
from app.accounts.allowances import (
    REGISTER_ADDRESS,
    REGISTER_ALL,
    REGISTER_EMAIL,
    RESET_ADDRESS,
    RESET_ALL,
    RESET_EMAIL,
    SIGN_IN_ACCOUNT,
    SIGN_IN_KNOWN,
    forget,
    give_back,
    take,
)
from app.accounts.audit import record
from app.accounts.commands.sign_ins import Caller, EndedBy, end_sign_ins
from app.accounts.editing import Precondition
from app.accounts.erasure import erase
from app.accounts.letters import Wording
from app.accounts.models import Account, MailedLink, SignIn
from app.accounts.opaque import digest_of, make_secret
from app.accounts.principals import Actor, SignedIn
from app.accounts.queries import NoSuchSignIn, get_me
from app.accounts.schemas import Me, MyChange
from app.database import Database, Writing, utc_now
from app.mail import outbox
from app.problems import Conflict, Fault, Malformed

REGISTERING = timedelta(days=1)
RESETTING = timedelta(hours=1)
CHANGING = timedelta(days=1)

FRESH = timedelta(minutes=15)
"""How long ago somebody may have signed in who deletes their account."""

Purpose = Literal["register", "reset", "email"]


class AddressTaken(Conflict):
    """Another account has come to use this address meanwhile."""

    code = "address_taken"

    def __init__(self) -> None:
        super().__init__("Another account uses this address by now. Sign in with that one.")


class SignInAgain(NotAllowed):
    """This needs a sign-in that is not older than a quarter of an hour."""

    code = "sign_in_again"

    def __init__(self) -> None:
        super().__init__("Please sign in again first: this needs a sign-in of the last 15 minutes.")


def refuse_weak(password: str, email: str, name: str = "/password") -> None:
    """Go on only with a password that others would not guess.

    Raises:
        Malformed: it names the field, and says what is wrong.
    """
    if (wrong := passwords.weakness(password, email)) is not None:
        fault = Fault(**{"in": "body"}, name=name, code="weak_password", message=wrong)
        raise Malformed([fault])


def unusable_token() -> Malformed:
    """The problem with a code that was mailed to nobody, was used, or is too old."""
    message = "This code is not good any more, or never was. Please ask for a new one."
    fault = Fault(**{"in": "body"}, name="/token", code="token_unusable", message=message)
    return Malformed([fault])


def find_by_email(session: Session, email: str) -> Account | None:
    """The account that signs in with this address."""
    return session.exec(select(Account).where(Account.email == email)).first()


# Registering


def register(database: Database, site: str, email: str, password: str, caller: Caller) -> None:
    """Send a code to an address; with it there will be an account. Nobody is told if there is.

    Raises:
        Malformed: the password is weak.
        TooMany: this was tried too often.
    """
    refuse_weak(password, email)
    take(
        database,
        [
            (REGISTER_EMAIL, email),
            (REGISTER_ADDRESS, caller.address),
            (REGISTER_ALL, "all"),
        ],
    )
    kept = passwords.hash_password(password)
    with database.write() as session:
        known = find_by_email(session, email) is not None
        token = _link(session, "register", REGISTERING, email=email, password=kept)
        wording = letters.to_known(site) if known else letters.to_register(site, token)
        outbox.put(session, email, wording.subject, wording.text)


def verify(session: Writing, token: str) -> None:
    """Make the account that was registered, now that the code came back from its address.

    Raises:
        Malformed: the code is not good, or not any more.
        AddressTaken: there is an account by now.
    """
    link = _use(session, token, "register")
    assert link.email  # noqa: S101 - a link to register has both.
    assert link.password  # noqa: S101
    if find_by_email(session, link.email) is not None:
        raise AddressTaken
    account = make_account(session, link.email, link.password)
    record(session, Actor("account", account.id), "account.registered", "account", account.id)


def make_account(session: Writing, email: str, kept: str, *, demo: bool = False) -> Account:
    """A new account. What else was registered for its address is not good any more.

    Args:
        session: the transaction.
        email: proved to be its owner's.
        kept: the password's hash.
        demo: whether it is there for trying out alone.
    """
    account = Account(email=email, password=kept, demo=demo)
    session.add(account)
    session.flush()
    of_others = col(MailedLink.email) == email, col(MailedLink.purpose) == "register"
    session.execute(delete(MailedLink).where(*of_others))
    return account


# A forgotten password


def ask_for_reset(database: Database, site: str, email: str, caller: Caller) -> None:
    """Send a code with which a new password can be chosen, if there is such an account.

    Raises:
        TooMany: this was tried too often.
    """
    takings = [(RESET_EMAIL, email), (RESET_ADDRESS, caller.address), (RESET_ALL, "all")]
    take(database, takings)
    with database.write() as session:
        account = find_by_email(session, email)
        good = account is not None and account.disabled_at is None
        token = _link(session, "reset", RESETTING, account_id=account.id if account else None)
        wording = letters.to_reset(site, token)
        (outbox.put if good else outbox.withhold)(session, email, wording.subject, wording.text)


def reset(database: Database, token: str, password: str) -> None:
    """Choose a new password with a code. It ends every sign-in, and begins the limits anew.

    Raises:
        Malformed: the code is not good, or the password is weak.
    """
    with database.read() as session:
        link = _find(session, token, "reset")
        account = session.get(Account, link.account_id) if link else None
    if link is None or account is None or account.disabled_at is not None:
        raise unusable_token()
    refuse_weak(password, account.email)
    kept = passwords.hash_password(password)
    with database.write() as session:
        _use(session, token, "reset")
        account = session.get_one(Account, account.id)
        set_password(session, account, kept, Actor("account", account.id))


def set_password(session: Writing, account: Account, kept: str, actor: Actor) -> None:
    """Give an account another password, which ends all that was begun with the old one."""
    account.password = kept
    _end_everything(session, account, "password")
    forget(session, [(SIGN_IN_ACCOUNT, account.email), (SIGN_IN_KNOWN, account.email)])
    _tell(session, account.email, letters.of_changed_password())
    record(session, actor, "account.password_changed", "account", account.id)


# Changing oneself


def change_me(
    database: Database, site: str, person: SignedIn, precondition: Precondition, change: MyChange
) -> Me:
    """Change one's password at once, and one's address once a code came back from the new one.

    Raises:
        PreconditionFailed: the account was changed since it was read.
        Malformed: the present password is wrong, or the new one is weak.
        TooMany: the present password was tried too often.
    """
    with database.read() as session:
        account = session.get_one(Account, person.id)
    precondition.require(account)
    if change.password is not None:
        refuse_weak(change.password, account.email)
    takings = [(SIGN_IN_ACCOUNT, account.email)]
    take(database, takings)
    if not passwords.fits(account.password, change.current_password):
        message = "This is not your present password."
        fault = Fault(
            **{"in": "body"}, name="/current_password", code="wrong_password", message=message
        )
        raise Malformed([fault])
    give_back(database, takings)
    kept = passwords.hash_password(change.password) if change.password is not None else None
    with database.write() as session:
        account = session.get_one(Account, person.id)
        precondition.require(account)
        if kept is not None:
            set_password(session, account, kept, person.actor)
        if change.email is not None and change.email != account.email:
            _ask_new_address(session, site, account, change.email)
        session.flush()
        return get_me(session, person.id)


def _ask_new_address(session: Writing, site: str, account: Account, email: str) -> None:
    taken = find_by_email(session, email) is not None
    token = _link(session, "email", CHANGING, email=email, account_id=account.id)
    _tell(
        session, email, letters.to_known(site) if taken else letters.to_change_address(site, token)
    )


def confirm_address(session: Writing, token: str) -> None:
    """Use a new address, now that the code came back from it. It ends every sign-in.

    Raises:
        Malformed: the code is not good, or not any more.
        AddressTaken: another account uses the address by now.
    """
    link = _use(session, token, "email")
    account = session.get_one(Account, link.account_id)
    if account.disabled_at is not None:
        raise unusable_token()
    assert link.email  # noqa: S101 - a link to change an address has the new one.
    if find_by_email(session, link.email) is not None:
        raise AddressTaken
    old, account.email = account.email, link.email
    _end_everything(session, account, "email")
    _tell(session, old, letters.of_changed_address())
    record(session, Actor("account", account.id), "account.email_changed", "account", account.id)


def delete_me(session: Writing, person: SignedIn, precondition: Precondition) -> None:
    """Delete one's account, and what is held about one.

    Raises:
        SignInAgain: the sign-in is too old.
        PreconditionFailed: the account was changed since it was read.
    """
    if person.signed_in_at < utc_now() - FRESH:
        raise SignInAgain
    account = session.get_one(Account, person.id)
    precondition.require(account)
    record(session, person.actor, "account.deleted", "account", account.id)
    farewell = letters.of_closed_account()
    email = account.email
    erase(session, account)
    _tell(session, email, farewell)


def end_all_of_mine(session: Writing, person: SignedIn) -> int:
    """Sign out everywhere; the answer is at how many places."""
    record(session, person.actor, "account.signed_out_everywhere", "account", person.id)
    return end_sign_ins(session, person.id, "everywhere")


def end_one_of_mine(session: Writing, person: SignedIn, sign_in_id: UUID) -> None:
    """Sign out at one place.

    Raises:
        NoSuchSignIn: it is somebody else's, or has ended.
    """
    begun = session.get(SignIn, sign_in_id)
    if begun is None or begun.account_id != person.id:
        raise NoSuchSignIn
    if end_sign_ins(session, person.id, "sign_out", only=sign_in_id) == 0:
        raise NoSuchSignIn


# Disabling, on the command line


def disable(session: Writing, account: Account, actor: Actor) -> None:
    """Have an account do nothing from now on: it cannot sign in, and is signed out everywhere."""
    account.disabled_at = utc_now()
    _end_everything(session, account, "disabled")
    record(session, actor, "account.disabled", "account", account.id)


def enable(session: Writing, account: Account, actor: Actor) -> None:
    """Let an account sign in again."""
    account.disabled_at = None
    record(session, actor, "account.enabled", "account", account.id)


# Codes that were mailed


def _tell(session: Writing, email: str, wording: Wording) -> None:
    outbox.put(session, email, wording.subject, wording.text)


def _end_everything(session: Writing, account: Account, by: EndedBy) -> None:
    """End an account's sign-ins, and the codes that were mailed for it."""
    end_sign_ins(session, account.id, by)
    session.execute(delete(MailedLink).where(col(MailedLink.account_id) == account.id))


def _link(  # noqa: PLR0913 - each is another part of the row.
    session: Writing,
    purpose: Purpose,
    lasts: timedelta,
    *,
    account_id: UUID | None = None,
    email: str | None = None,
    password: str | None = None,
) -> str:
    token = make_secret(purpose)
    session.add(
        MailedLink(
            digest=digest_of(token),
            purpose=purpose,
            account_id=account_id,
            email=email,
            password=password,
            expires_at=utc_now() + lasts,
        )
    )
    return token


def _find(session: Session, token: str, purpose: Purpose) -> MailedLink | None:
    link = session.get(MailedLink, digest_of(token))
    good = link is not None and link.purpose == purpose and _is_open(link, utc_now())
    return link if good else None


def _is_open(link: MailedLink, now: datetime) -> bool:
    return link.used_at is None and link.expires_at > now


def _use(session: Writing, token: str, purpose: Purpose) -> MailedLink:
    """Use a code up. Of several at once this lets one through."""
    used = session.execute(
        update(MailedLink)
        .where(
            col(MailedLink.digest) == digest_of(token),
            col(MailedLink.purpose) == purpose,
            col(MailedLink.used_at).is_(None),
            col(MailedLink.expires_at) > utc_now(),
        )
        .values(used_at=utc_now())
        .returning(col(MailedLink.digest))
    ).scalar_one_or_none()
    if used is None:
        raise unusable_token()
    return session.get_one(MailedLink, used)
