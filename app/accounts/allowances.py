"""How often something may be tried, counted in the database: for all workers, and after a restart.

A window begins with the first attempt and is not made longer by attempts that were refused, so
nobody can keep another person out by trying on. Attempts that turn out well are given back.

The table is the truth. What was found used up there each worker remembers: for a second it is
believed, so that a flood of attempts does not become a flood of readings; until the window is over
it is a reason to look there before anything is begun.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import case, delete, event, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.accounts.models import Allowance
from app.database import Database, Writing, utc_now
from app.traffic.allowance import TooMany

MINUTES_5 = timedelta(minutes=5)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Rule:
    """So many attempts in a window of time, for each thing that is counted apart."""

    name: str
    most: int
    window: timedelta


SIGN_IN_ACCOUNT = Rule("sign-in:account", 10, MINUTES_5)
SIGN_IN_ADDRESS = Rule("sign-in:address", 10, MINUTES_5)
SIGN_IN_ALL = Rule("sign-in:all", 1_000, MINUTES_5)
SIGN_IN_KNOWN = Rule("sign-in:known", 10, MINUTES_5)
"""For an account at an address from which it was signed in to before. It is counted apart, so
that strangers who try the account's password do not keep its owner out."""

REGISTER_EMAIL = Rule("register:email", 5, HOUR)
REGISTER_ADDRESS = Rule("register:address", 20, HOUR)
REGISTER_ALL = Rule("register:all", 1_000, HOUR)
RESET_EMAIL = Rule("reset:email", 5, HOUR)
RESET_ADDRESS = Rule("reset:address", 20, HOUR)
RESET_ALL = Rule("reset:all", 1_000, HOUR)
INVITE_ACCOUNT = Rule("invite:account", 50, HOUR)

LONGEST_WINDOW = HOUR

REMEMBERED = timedelta(seconds=1)
"""How long a count that was found used up is taken to be so: by then another worker may have given
an attempt back, or begun anew."""

MOST_REMEMBERED = 10_000

Taking = tuple[Rule, str]
"""A rule and what it is counted for: an account's e-mail address, a caller's address, both with a
space between them, or `all`."""


_used_up: dict[tuple[str, str], tuple[datetime, datetime]] = {}
"""When a count of a database was found used up, and when its window began."""


def take(database: Database, takings: Sequence[Taking]) -> None:
    """Count one attempt against each of these rules, or against none of them.

    Raises:
        TooMany: one of them is used up. Such an attempt is not counted, and costs one reading at
            the most.
    """
    _refuse_remembered(database, takings)
    with database.read() as session:
        (problem,) = refusals_of(database, session, [takings])
    if problem is not None:
        raise problem
    with database.write() as writing:
        spent = take_within(writing, takings)
    _remember(database, spent)


def _refuse_remembered(database: Database, takings: Sequence[Taking]) -> None:
    now = utc_now()
    spent = []
    for rule, of in takings if _used_up else ():
        found_at, began_at = _used_up.get((database.url, _name(rule, of)), (None, now))
        if found_at is not None and found_at <= now < found_at + REMEMBERED:
            spent.append((rule, began_at))
    _refuse(spent, now)


def _remember(database: Database, spent: Mapping[str, datetime]) -> None:
    """Remember counts that are used up, by when their windows began."""
    now = utc_now()
    if len(_used_up) + len(spent) > MOST_REMEMBERED:
        _used_up.clear()
    _used_up.update({(database.url, name): (now, began_at) for name, began_at in spent.items()})


def _forget(database: Database, names: Iterable[str]) -> None:
    for name in names:
        _used_up.pop((database.url, name), None)


def is_doubtful(database: Database, takings: Sequence[Taking]) -> bool:
    """Whether one of these rules was found used up in a window that may still be open."""
    now = utc_now()
    for rule, of in takings if _used_up else ():
        found = _used_up.get((database.url, _name(rule, of)))
        if found is not None and now < found[1] + rule.window:
            return True
    return False


def refusals_of(
    database: Database, session: Session, attempts: Sequence[Sequence[Taking]]
) -> list[TooMany | None]:
    """What each of these attempts would be told, which none of them is counted for.

    Costs one statement, and remembers what it finds used up, or not any more.
    """
    now = utc_now()
    named = [{_name(rule, of): rule for rule, of in takings} for takings in attempts]
    rules = {name: rule for names in named for name, rule in names.items()}
    found = session.exec(select(Allowance).where(col(Allowance.name).in_(rules))).all()
    began = {row.name: row.began_at for row in found if row.taken >= rules[row.name].most}
    _forget(database, rules)
    _remember(database, began)
    return [
        _refusal([(rule, began[name]) for name, rule in names.items() if name in began], now)
        for names in named
    ]


def take_within(session: Writing, takings: Sequence[Taking]) -> dict[str, datetime]:
    """The same in a transaction that is open already: refused, nothing of it is done.

    Returns:
        The names of counts that are used up now, and when their windows began.

    Raises:
        TooMany: one of the rules is used up.
    """
    now = utc_now()
    # In one order, so that no two wait for each other's rows.
    named = sorted(((_name(rule, of), rule) for rule, of in takings), key=itemgetter(0))
    counted = [(name, rule, *_count(session, name, rule, now)) for name, rule in named]
    # Refusing undoes the transaction, and with it the counting.
    _refuse([(rule, began) for _, rule, taken, began in counted if taken > rule.most], now)
    return {name: began for name, rule, taken, began in counted if taken == rule.most}


def give_back(database: Database, takings: Sequence[Taking]) -> None:
    """Uncount one attempt, because it turned out well."""
    names = [_name(rule, of) for rule, of in takings]
    with database.write() as session:
        session.execute(
            update(Allowance)
            .where(col(Allowance.name).in_(names), col(Allowance.taken) > 0)
            .values(taken=Allowance.taken - 1)
        )
    _forget(database, names)


def forget(session: Writing, takings: Sequence[Taking]) -> None:
    """Begin anew with these counts, and with those of the same at any caller's address."""
    for rule, of in takings:
        name = _name(rule, of)
        own = or_(col(Allowance.name) == name, col(Allowance.name).startswith(f"{name}:"))
        session.execute(delete(Allowance).where(own))
    event.listen(session, "after_commit", lambda _: _used_up.clear(), once=True)


def _name(rule: Rule, of: str) -> str:
    # Addresses are not kept as they are.
    parts = (hashlib.sha256(part.encode()).hexdigest()[:20] for part in of.split(" "))
    return ":".join((rule.name, *parts))


def _refuse(spent: Sequence[tuple[Rule, datetime]], now: datetime) -> None:
    problem = _refusal(spent, now)
    if problem is not None:
        raise problem


def _refusal(spent: Sequence[tuple[Rule, datetime]], now: datetime) -> TooMany | None:
    """What there is to tell where these rules are used up, in windows that began then."""
    waits = [(began + rule.window - now).total_seconds() for rule, began in spent]
    longest = max(waits, default=0)
    if longest <= 0:
        return None
    return TooMany(
        "This was tried too often. Please wait a little before the next attempt.",
        retry_after=int(longest) + 1,
    )


def _count(session: Writing, name: str, rule: Rule, now: datetime) -> tuple[int, datetime]:
    """One more attempt in the window that is open, or the first in a new one."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    dialect: Any = postgresql if on_postgresql else sqlite
    over = col(Allowance.began_at) <= now - rule.window
    statement = dialect.insert(Allowance).values(name=name, began_at=now, taken=1)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "taken": case((over, 1), else_=col(Allowance.taken) + 1),
            "began_at": case((over, now), else_=col(Allowance.began_at)),
        },
    ).returning(col(Allowance.taken), col(Allowance.began_at))
    taken, began_at = session.execute(statement).one()
    return taken, began_at
