"""The audit log: who did what and when. It is only ever added to."""

from uuid import UUID

from app.accounts.models import AuditEntry
from app.accounts.principals import Actor
from app.database import Writing, utc_now


def record(  # noqa: PLR0913 - each says one thing of what was done.
    session: Writing,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: object,
    *,
    council_id: UUID | None = None,
    **details: str | int | bool | list[str] | None,
) -> None:
    """Note that somebody did something, in the transaction in which it was done.

    Args:
        session: the transaction; undone, nothing was done and nothing is noted.
        actor: who did it, and whether as an officer for a provider.
        action: what, as `noun.verb`: `client.created`, `activity.approved`.
        subject_kind: what it was done to: `account`, `client`, `provider`, `activity`, …
        subject_id: its id.
        council_id: the council whose officers may read of it; None for nobody's but the account's.
        details: more that is worth knowing. Never a secret, a name or an address of a person.
    """
    session.add(
        AuditEntry(
            at=utc_now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            as_officer=actor.as_officer,
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            council_id=council_id,
            details=details,
        )
    )
