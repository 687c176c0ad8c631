"""Where a listing stands after each step: the whole table, written by hand."""

from typing import get_args

import pytest

from app.listings.stages import (
    Life,
    NotPossibleNow,
    Stage,
    Standing,
    Step,
    after,
    possible,
)

NEW: dict[Stage, dict[Step, str]] = {
    "draft": {"edit": "draft", "submit": "submitted", "discard": "clean"},
    "submitted": {
        "edit": "submitted",
        "submit": "submitted",
        "withdraw": "withdrawn",
        "approve": "live clean",
        "request_changes": "changes_requested",
        "reject": "rejected",
    },
    "changes_requested": {
        "edit": "changes_requested",
        "submit": "submitted",
        "discard": "clean",
    },
    "withdrawn": {
        "edit": "draft",
        "submit": "submitted",
        "withdraw": "withdrawn",
        "discard": "clean",
    },
    "rejected": {"edit": "draft", "submit": "submitted", "discard": "clean"},
}
"""What a new listing can do: the stage after each step. Whatever is not here is refused."""

STEPS: tuple[Step, ...] = get_args(Step)


def told(standing: Standing, step: Step) -> str:
    try:
        then = after(standing, step)
    except NotPossibleNow:
        return "refused"
    return then.stage if then.life == standing.life else f"{then.life} {then.stage}"


@pytest.mark.parametrize("stage", NEW)
@pytest.mark.parametrize("step", STEPS)
def test_a_new_listing_takes_these_steps_and_no_others(stage: Stage, step: Step) -> None:
    assert told(Standing("new", stage), step) == NEW[stage].get(step, "refused")


@pytest.mark.parametrize("stage", NEW)
@pytest.mark.parametrize("step", STEPS)
def test_the_change_of_a_live_one_takes_the_same_and_can_be_told_and_closed(
    stage: Stage, step: Step
) -> None:
    expected = NEW[stage].get(step, "refused").removeprefix("live ")
    expected = {"tell": stage, "close": "closed clean"}.get(step, expected)
    assert told(Standing("live", stage), step) == expected


@pytest.mark.parametrize("step", STEPS)
def test_a_live_one_without_a_change_can_be_edited_told_and_closed(step: Step) -> None:
    expected = {"edit": "draft", "tell": "clean", "close": "closed clean"}
    assert told(Standing("live", "clean"), step) == expected.get(step, "refused")


@pytest.mark.parametrize("step", STEPS)
def test_a_closed_one_takes_no_step(step: Step) -> None:
    assert told(Standing("closed", "clean"), step) == "refused"


def test_the_public_side_is_told_first() -> None:
    assert Standing("new", "submitted").status == "submitted"
    assert Standing("new", "submitted").change is None
    assert Standing("live", "submitted").status == "live"
    assert Standing("live", "submitted").change == "submitted"
    assert Standing("live", "clean").change is None
    assert Standing("closed", "clean").status == "closed"


def test_people_are_told_what_they_can_do_and_never_what_officers_can() -> None:
    assert possible(Standing("new", "submitted")) == ["edit", "submit", "withdraw"]
    assert possible(Standing("live", "clean")) == ["edit", "tell", "close"]
    lives: tuple[Life, ...] = get_args(Life)
    for life in lives:
        for stage in get_args(Stage):
            decisions = {"approve", "request_changes", "reject"}
            assert not decisions & set(possible(Standing(life, stage)))
