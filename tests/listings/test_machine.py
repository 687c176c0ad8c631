"""The whole workflow as a state machine: what hypothesis thinks of, held to a plain model.

By hand: `LISTING_RUNS=1000 pytest --timeout 0 tests/listings/test_machine.py` runs a thousand of
them, which takes a quarter of an hour and more.
"""

import os
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import TODAY, Kind, Templates
from fastapi import Response
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from preparing import COUNCIL, OTHER_COUNCIL, council_id, provider_id
from sqlmodel import select

from app.accounts.access import NotAllowed
from app.accounts.editing import Precondition
from app.accounts.idempotency import Once
from app.accounts.models import Account, AuditEntry
from app.accounts.principals import CouncilRole, ProviderAccess, ProviderRole, SignedIn
from app.catalogue.models import Activity
from app.database import Database, utc_now, uuid7
from app.listings.access import ListingAccess
from app.listings.activities import commands
from app.listings.activities.drafts import ActivityChange, ActivityDraft
from app.listings.activities.schemas import Closing
from app.listings.copies import find
from app.listings.models import Revision
from app.listings.moderation.commands import Verdict, decide
from app.listings.moderation.queries import NothingToReview, find_subject, review_tag
from app.listings.stages import NotPossibleNow
from app.problems import PreconditionFailed, Problem
from app.search.queries import ActivityClosed, get_activity

RUNS = int(os.environ.get("LISTING_RUNS", "8"))
WORDS = st.sampled_from(["One.", "Two.", "Three.", "Four."])


@dataclass
class Known:
    """What the model believes of one activity."""

    id: Any
    working: str
    stage: str = "draft"
    shown: str | None = None
    closed: bool = False
    authors: set[str] = field(default_factory=set)
    steps: int = 1


class Workflow(RuleBasedStateMachine):
    """Providers, officers of two councils, and one who is both, work on one activity at a time."""

    database: Database

    @initialize(words=WORDS)
    def begin(self, words: str) -> None:
        with self.database.write() as session:
            self.provider = provider_id(session, "two-oars")
            self.council = council_id(session, COUNCIL)
            self.other_council = council_id(session, OTHER_COUNCIL)
            people = {}
            for name in ("owner", "officer", "second", "stranger", "both"):
                account = Account(email=f"{name}-{uuid7().hex}@example.org", password="")
                session.add(account)
                session.flush()
                people[name] = account.id
        self.people = people
        with self.database.write() as session:
            draft = ActivityDraft(name="Clay", summary=words, description="Pots.")
            access = self.access("owner").provider if hasattr(self, "known") else None
            access = access or self.provider_access("owner")
            once = Once("create_activity", None, "")
            answer = commands.create_activity(session, access, once, draft, TODAY)
        key = answer.headers["location"].rsplit("/", 1)[1]
        self.known = Known(id=type(self.provider)(key), working=words, authors={"owner"})

    # Who acts

    def account(self, name: str) -> SignedIn:
        councils = {
            "officer": {self.council: CouncilRole.OFFICER},
            "second": {self.council: CouncilRole.ADMIN},
            "stranger": {self.other_council: CouncilRole.ADMIN},
            "both": {self.council: CouncilRole.OFFICER},
        }.get(name, {})
        owns = {self.provider: ProviderRole.OWNER} if name in {"owner", "both"} else {}
        return SignedIn(
            id=self.people[name],
            email=f"{name}@example.org",
            version=1,
            sign_in=uuid7(),
            signed_in_at=utc_now(),
            providers=owns,
            councils=councils,
        )

    def provider_access(self, name: str) -> ProviderAccess:
        account = self.account(name)
        return ProviderAccess(
            account, self.provider, self.council, account.providers.get(self.provider)
        )

    def access(self, name: str) -> ListingAccess:
        return ListingAccess(self.known.id, self.provider_access(name))

    # What providers do

    def stepped(self, *, allowed: bool, act: Any) -> None:
        """Take a step, which must be possible exactly when the model says so."""
        try:
            with self.database.write() as session:
                act(session)
        except NotPossibleNow:
            assert not allowed
        else:
            assert allowed

    @rule(words=WORDS, who=st.sampled_from(["owner", "officer", "both"]))
    def edit(self, words: str, who: str) -> None:
        known = self.known
        same = words == known.working
        everything = Precondition(frozenset({"*"}))

        def act(session: Any) -> None:
            commands.change_activity(
                session,
                Response(),
                self.access(who),
                everything,
                ActivityChange(summary=words),
                TODAY,
            )

        self.stepped(allowed=same or not known.closed, act=act)
        if not known.closed and not same:
            known.working = words
            known.stage = {"clean": "draft", "withdrawn": "draft", "rejected": "draft"}.get(
                known.stage, known.stage
            )
            known.authors.add(who)

    @rule(who=st.sampled_from(["owner", "officer"]))
    def submit(self, who: str) -> None:
        known = self.known
        differs = known.shown is None or known.working != known.shown
        possible = not known.closed and (
            known.stage == "submitted" or (known.stage != "clean" and differs)
        )
        self.stepped(
            allowed=possible,
            act=lambda session: commands.submit_activity(
                session, Response(), self.access(who), TODAY
            ),
        )
        if possible and known.stage != "submitted":
            known.stage = "submitted"
            known.authors.add(who)

    @rule()
    def withdraw(self) -> None:
        known = self.known
        possible = known.stage in {"submitted", "withdrawn"} and not known.closed
        self.stepped(
            allowed=possible,
            act=lambda session: commands.withdraw_activity(
                session, Response(), self.access("owner"), TODAY
            ),
        )
        if possible:
            known.stage = "withdrawn"

    @precondition(lambda self: self.known.shown is not None)
    @rule()
    def discard(self) -> None:
        known = self.known
        possible = not known.closed and known.stage not in {"clean", "submitted"}
        everything = Precondition(frozenset({"*"}))
        self.stepped(
            allowed=possible,
            act=lambda session: commands.delete_change(session, self.access("owner"), everything),
        )
        if possible:
            assert known.shown is not None
            known.working, known.stage, known.authors = known.shown, "clean", set()

    @rule()
    def close(self) -> None:
        known = self.known
        possible = known.shown is not None or known.closed
        self.stepped(
            allowed=possible,
            act=lambda session: commands.close_activity(
                session, Response(), self.access("owner"), Closing(), TODAY
            ),
        )
        if possible and not known.closed:
            known.closed, known.working = True, known.shown or known.working
            known.stage, known.authors = "clean", set()

    # What officers do

    @rule(
        who=st.sampled_from(["officer", "second", "stranger", "both"]),
        verdict=st.sampled_from(["approve", "request_changes", "reject"]),
        stale=st.booleans(),
    )
    def judge(self, who: str, verdict: Verdict, stale: bool) -> None:  # noqa: FBT001 - drawn.
        known = self.known
        with self.database.read() as session:
            subject = find_subject(session, "activities", known.id)
            assert subject is not None
            tag = review_tag(session, subject)
        if stale:
            tag = '"of-another-version"'
        expected: type[Problem] | None = None
        if who == "stranger":
            expected = NothingToReview
        elif who == "both" or who in known.authors:
            expected = NotAllowed
        elif stale:
            expected = PreconditionFailed
        elif known.stage != "submitted" or known.closed:
            expected = NotPossibleNow
        told: Problem | None = None
        try:
            with self.database.write() as session:
                decide(
                    session,
                    Response(),
                    self.account(who),
                    "activities",
                    known.id,
                    verdict,
                    "So it is.",
                    Precondition(frozenset({tag})),
                )
        except Problem as problem:
            told = problem
        assert type(told) is (expected or type(None)), told
        if told is not None:
            return
        if verdict == "approve":
            known.shown, known.stage, known.authors = known.working, "clean", set()
        else:
            known.stage = {"reject": "rejected"}.get(verdict, "changes_requested")

    # What always holds

    @invariant()
    def the_public_sees_what_was_approved_last_and_nothing_else(self) -> None:
        if not hasattr(self, "known"):
            return
        known = self.known
        with self.database.read() as session:
            row = session.get(Activity, known.id)
            if known.shown is None:
                assert row is None
                return
            assert row is not None
            assert row.summary == known.shown
            assert row.status == ("closed" if known.closed else "live")
            try:
                seen = get_activity(session, str(known.id), TODAY, "en")
            except ActivityClosed:
                assert known.closed
            else:
                assert not known.closed
                assert seen.summary == known.shown

    @invariant()
    def the_working_copy_is_what_was_written_last(self) -> None:
        if not hasattr(self, "known"):
            return
        known = self.known
        with self.database.read() as session:
            held = find(session, "activity", known.id)
            assert held is not None
            assert held.document.model_dump()["summary"] == known.working
            assert held.listing.stage == known.stage
            history = select(Revision).where(Revision.listing_id == known.id)
            numbers = [one.number for one in session.exec(history)]
            assert sorted(numbers) == list(range(1, held.listing.number + 1))
            log = select(AuditEntry.action).where(AuditEntry.subject_id == str(known.id))
            assert len(session.exec(log).all()) == held.listing.number


@pytest.fixture(scope="module")
def opened(templates: Templates) -> Any:
    """A database for each kind, in which the machine makes one activity after another."""
    made: dict[Kind, Database] = {}

    def of(kind: Kind) -> Database:
        if kind not in made:
            made[kind] = Database(templates.copy(kind, "sample"))
        return made[kind]

    yield of
    for database in made.values():
        database.close()


def test_whatever_is_done_in_whatever_order_the_workflow_holds(opened: Any, kind: Kind) -> None:
    machine = type("Machine", (Workflow,), {"database": opened(kind)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
