"""Where a listing stands, and what may happen to it next. Values in, values out.

A listing has a life (`new`, `live`, `closed`), as the public sees it, and its working copy a stage.
A `clean` one has no working copy apart from what the public sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from app.problems import Conflict

Life = Literal["new", "live", "closed"]
Stage = Literal["clean", "draft", "submitted", "changes_requested", "withdrawn", "rejected"]
Status = Literal[
    "draft", "submitted", "changes_requested", "live", "closed", "withdrawn", "rejected"
]
Pending = Literal["draft", "submitted", "changes_requested", "withdrawn", "rejected"]
Step = Literal[
    "edit",
    "submit",
    "withdraw",
    "discard",
    "approve",
    "request_changes",
    "reject",
    "tell",
    "close",
]
"""What may happen; `tell` is what goes out at once: places, an alert, a pause, "still correct"."""


class NotPossibleNow(Conflict):
    """The listing stands where this cannot be done; the detail says what can."""

    code = "not_possible_now"


@dataclass(frozen=True)
class Standing:
    """Where a listing stands."""

    life: Life
    stage: Stage

    @property
    def status(self) -> Status:
        """The listing's status in one word: the public's side first."""
        if self.life != "new":
            return self.life
        assert self.stage != "clean"  # noqa: S101 - what is new has a working copy.
        return self.stage

    @property
    def change(self) -> Pending | None:
        """The stage of a change that waits beside the live listing."""
        return self.stage if self.life == "live" and self.stage != "clean" else None


_DECISIONS: tuple[Step, ...] = ("approve", "request_changes", "reject")

_STAGES: Mapping[Step, Mapping[Stage, Stage]] = {
    # Whoever edits what is being looked at makes it new: the officer's ETag fits no more.
    "edit": {
        "clean": "draft",
        "draft": "draft",
        "submitted": "submitted",
        "changes_requested": "changes_requested",
        "withdrawn": "draft",
        "rejected": "draft",
    },
    # What was done already is no error, so that it may be sent again.
    "submit": {
        "draft": "submitted",
        "changes_requested": "submitted",
        "withdrawn": "submitted",
        "rejected": "submitted",
        "submitted": "submitted",
    },
    "withdraw": {"submitted": "withdrawn", "withdrawn": "withdrawn"},
    "approve": {"submitted": "clean"},
    "request_changes": {"submitted": "changes_requested"},
    "reject": {"submitted": "rejected"},
    "discard": {
        "draft": "clean",
        "changes_requested": "clean",
        "withdrawn": "clean",
        "rejected": "clean",
    },
    "tell": {stage: stage for stage in get_args(Stage)},
}

_REFUSALS: Mapping[Step, str] = {
    "submit": "There is no change to submit. Edit the listing first.",
    "withdraw": "Only what is submitted can be withdrawn.",
    "discard": "Only what is not submitted can be deleted. Withdraw it first.",
    "approve": "Only what is submitted can be approved.",
    "request_changes": "Only what is submitted can be sent back.",
    "reject": "Only what is submitted can be rejected.",
    "tell": "Only a live listing can say so to the public.",
    "close": "Only a live listing can be closed. Delete a draft instead.",
}


def after(standing: Standing, step: Step) -> Standing:
    """Where a listing stands after a step.

    Raises:
        NotPossibleNow: the step cannot be taken from there; nothing changes.
    """
    if standing.life == "closed":
        raise NotPossibleNow("This was closed for good. Copy it to begin again.")
    if step == "close" and standing.life == "live":
        return Standing("closed", "clean")
    if step == "tell" and standing.life == "new":
        raise NotPossibleNow(_REFUSALS[step])
    stage = _STAGES.get(step, {}).get(standing.stage)
    if stage is None:
        raise NotPossibleNow(_REFUSALS[step])
    return Standing("live" if step == "approve" else standing.life, stage)


def possible(standing: Standing) -> list[Step]:
    """Every step that can be taken from there, for people to choose from."""
    steps: list[Step] = []
    for step in get_args(Step):
        try:
            after(standing, step)
        except NotPossibleNow:
            continue
        steps.append(step)
    return [step for step in steps if step not in _DECISIONS]
