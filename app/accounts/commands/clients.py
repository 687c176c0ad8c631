"""A council's clients: the systems that call the API for it, and their secrets."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import Session, col

from app.accounts.access import NoSuchCouncil
from app.accounts.audit import record
from app.accounts.editing import Precondition
from app.accounts.finding import find_council
from app.accounts.models import Client, ClientSecret
from app.accounts.opaque import digest_of, make_secret
from app.accounts.principals import SignedIn
from app.accounts.queries import client_views, get_client
from app.accounts.schemas import ClientChange, ClientView, ClientWithSecret, NewClient
from app.database import Writing, utc_now

MOST_SECRETS = 5
"""Secrets of a client that may be good at once; the oldest of more end at once."""


def create_client(session: Writing, admin: SignedIn, new: NewClient) -> ClientWithSecret:
    """Make a client with its first secret.

    Raises:
        NoSuchCouncil: there is none, or who asks is not its admin.
    """
    council = find_council(session, new.council)
    if council is None or council.id not in admin.administers:
        raise NoSuchCouncil
    row = Client(council_id=council.id, name=new.name, scopes=sorted(set(new.scopes)))
    session.add(row)
    session.flush()
    secret = _new_secret(session, row)
    _note(session, admin, "client.created", row)
    return ClientWithSecret(client=_view(session, row), secret=secret)


def change_client(
    session: Writing,
    admin: SignedIn,
    client_id: UUID,
    change: ClientChange,
    precondition: Precondition,
) -> ClientView:
    """Change a client. What is taken away from it is gone at once, whatever its tokens say.

    Raises:
        NoSuchClient: it is not one of the councils that somebody is an admin of.
    """
    row = get_client(session, admin, client_id)
    precondition.require(row)
    if change.name is not None:
        row.name = change.name
    if change.scopes is not None:
        row.scopes = sorted(set(change.scopes))
    if change.enabled is not None:
        row.enabled = change.enabled
    session.flush()
    _note(session, admin, "client.changed", row)
    return _view(session, row)


def delete_client(
    session: Writing, admin: SignedIn, client_id: UUID, precondition: Precondition
) -> None:
    """Delete a client, its secrets, and what its tokens are good for."""
    row = get_client(session, admin, client_id)
    precondition.require(row)
    _note(session, admin, "client.deleted", row)
    session.delete(row)


def rotate_secret(
    session: Writing, admin: SignedIn, client_id: UUID, overlap_hours: int
) -> ClientWithSecret:
    """Give a client a new secret; those that it has stay good for some hours."""
    row = get_client(session, admin, client_id)
    ends = utc_now() + timedelta(hours=overlap_hours)
    # One that ends sooner already is not made to last.
    later = or_(col(ClientSecret.expires_at).is_(None), col(ClientSecret.expires_at) > ends)
    session.execute(
        update(ClientSecret)
        .where(col(ClientSecret.client_id) == row.id, later)
        .values(expires_at=ends)
    )
    secret = _new_secret(session, row)
    _note(session, admin, "client.secret_rotated", row, overlap_hours=overlap_hours)
    view = _view(session, row)
    for surplus in view.secrets[MOST_SECRETS:]:
        session.get_one(ClientSecret, surplus.id).expires_at = utc_now()
    return ClientWithSecret(
        client=view.model_copy(update={"secrets": view.secrets[:MOST_SECRETS]}), secret=secret
    )


def _new_secret(session: Writing, row: Client) -> str:
    secret = make_secret("client")
    session.add(ClientSecret(client_id=row.id, digest=digest_of(secret), created_at=utc_now()))
    session.flush()
    return secret


def _view(session: Session, row: Client) -> ClientView:
    return client_views(session, [row])[0]


def _note(session: Writing, admin: SignedIn, action: str, row: Client, **details: int) -> None:
    record(
        session,
        admin.actor,
        action,
        "client",
        row.id,
        council_id=row.council_id,
        scopes=list(row.scopes),
        **details,
    )
