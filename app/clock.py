"""One clock for the catalogue: every public change has a number, in the order of commits.

A transaction that changes anything public takes its number after all its other writes and then
writes its change rows. The clock's row stays locked until the commit, so a follower who has read
up to a number has missed nothing below it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import BigInteger, CheckConstraint, delete, event, insert, update
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Field, Session, col, select

from app.database import PUBLIC_CHANGE, Record, UtcDateTime, Writing, utc_now
from app.problems import Unavailable

Kind = Literal["activity", "provider", "council", "vocabulary"]
_PENDING = "catalogue changes"
_NUMBERED = "rows to be numbered"


class CatalogueClock(Record, table=True):
    """The catalogue's one clock. Its epoch is made by the migrations, anew after a restore."""

    __tablename__ = "catalogue_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    sequence: int = Field(default=0, sa_type=BigInteger)
    epoch: str = Field(max_length=32)


class Change(Record, table=True):
    """One public document that changed in one transaction."""

    __tablename__ = "change"

    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)
    kind: str = Field(max_length=16)
    subject: str = Field(max_length=64, index=True)
    change: str = Field(max_length=8)
    replaced_by: str | None = Field(default=None, max_length=64)
    digest: str | None = Field(default=None, max_length=32)
    at: datetime = Field(sa_type=cast("Any", UtcDateTime))


@dataclass(frozen=True)
class ClockFace:
    """What the clock shows in one transaction."""

    epoch: str
    sequence: int


def read_clock(session: Session) -> ClockFace:
    """What the clock shows in this transaction.

    Raises:
        Unavailable: the database has no clock yet: it was not migrated.
    """
    row = session.exec(select(CatalogueClock.epoch, CatalogueClock.sequence)).first()
    if row is None:
        raise Unavailable("The catalogue is not set up yet.", retry_after=30)
    return ClockFace(*row)


def note_change(  # noqa: PLR0913 - each says one thing of the change.
    session: Writing,
    kind: Kind,
    subject: object,
    *,
    before: str | None,
    after: str | None,
    replaced_by: object | None = None,
) -> None:
    """Remember that a public document changed; the rows are written at the commit.

    Args:
        session: the transaction in which it changes.
        kind: what it is.
        subject: its id.
        before: the digest of the document as the public saw it; None when it was not public.
        after: the digest of the document as the public will see it; None when it no longer is.
        replaced_by: the id of what takes the place of a removed one.
    """
    pending: dict[tuple[str, str], dict[str, Any]] = session.info.setdefault(_PENDING, {})
    key = (kind, str(subject))
    first = pending.get(key, {"before": before})
    pending[key] = {
        "before": first["before"],
        "after": after,
        "replaced_by": None if replaced_by is None else str(replaced_by),
    }


def number_row(
    session: Writing, kind: Kind, subject: object, table: type[Record], values: Mapping[str, Any]
) -> None:
    """Have a row written at the commit with the number of the change that brings it.

    Args:
        session: the transaction.
        kind: of the public document that brings it.
        subject: the document's id; where the public does not see it after all, nothing is written.
        table: has a `sequence`, and a `position` that counts its rows within one number.
        values: those of all other columns, which can be told apart; a row that is noted twice is
            written once.

    Of a table with a `KEPT_FOR` the rows of so many last numbers stay, and older ones go.
    """
    waiting: dict[Any, dict[str, Any]] = session.info.setdefault(_NUMBERED, {})
    waiting.setdefault(((kind, str(subject)), table, *values.values()), {**values})


def noted(session: Writing, kind: Kind) -> list[str]:
    """The ids of what a transaction has changed so far and the public will see, of one kind."""
    pending: dict[tuple[str, str], dict[str, Any]] = session.info.get(_PENDING, {})
    return [
        subject
        for (one, subject), values in pending.items()
        if one == kind and values["after"] and _what_changed(values)
    ]


@event.listens_for(Writing, "before_commit")
def _write_changes(session: OrmSession) -> None:
    pending, numbered = session.info.pop(_PENDING, {}), session.info.pop(_NUMBERED, {})
    changed = [
        (kind, subject, what, values)
        for (kind, subject), values in pending.items()
        if (what := _what_changed(values)) is not None
    ]
    if not changed:
        return
    session.info[PUBLIC_CHANGE] = True
    # The number comes after all other writes, so that the lock on the clock is held shortly.
    session.flush()
    sequence = session.execute(
        update(CatalogueClock)
        .values(sequence=CatalogueClock.sequence + 1)
        .returning(col(CatalogueClock.sequence))
    ).scalar_one()
    at = utc_now()
    session.execute(
        insert(Change),
        [
            {
                "sequence": sequence,
                "position": position,
                "kind": kind,
                "subject": subject,
                "change": what,
                "replaced_by": values["replaced_by"],
                "digest": values["after"],
                "at": at,
            }
            for position, (kind, subject, what, values) in enumerate(changed)
        ],
    )
    shown = {(kind, subject) for kind, subject, _, values in changed if values["after"]}
    rows: dict[type[Record], list[dict[str, Any]]] = {}
    for position, ((document, table, *_), values) in enumerate(numbered.items()):
        if document in shown:
            numbers = {"sequence": sequence, "position": position}
            rows.setdefault(table, []).append({**values, **numbers})
    for table, found in rows.items():
        session.execute(insert(table), found)
        if kept_for := getattr(table, "KEPT_FOR", None):
            # With the clock's row locked: no two transactions remove the same ones.
            number = table.__table__.c.sequence  # type: ignore[attr-defined]
            session.execute(delete(table).where(number <= sequence - kept_for))


@event.listens_for(Writing, "after_rollback")
def _forget_changes(session: OrmSession) -> None:
    session.info.pop(_PENDING, None)
    session.info.pop(_NUMBERED, None)


def _what_changed(values: Mapping[str, Any]) -> str | None:
    before, after = values["before"], values["after"]
    if before == after:
        return None
    if before is None:
        return "created"
    return "removed" if after is None else "updated"
