"""When a provider is reminded, and when a listing is hidden."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.documents.councils import FreshnessDays
from app.listings.freshness.due import BETWEEN_DAYS, duty

TODAY = date(2026, 3, 16)
DAYS = FreshnessDays()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("confirmed", "sent", "expected"),
    [
        (0, [], None),
        (90, [], None),
        (91, [], "first"),
        (91, [0], None),
        (180, [89], None),
        (181, [90], "last"),
        (181, [13], None),
        (181, [14], "last"),
        (365, [270, 180], None),
        (366, [270, 180], "hide"),
        (366, [270, 13], None),
        (366, [270, 14], "hide"),
        (366, [270, 180, 14], None),
        # Where reminding began late, each still waits for the one before.
        (1_000, [], "first"),
        (1_000, [14], "last"),
        (1_000, [28, 14], "hide"),
    ],
)
def test_what_is_due(confirmed: int, sent: list[int], expected: str | None) -> None:
    assert duty(ago(confirmed), TODAY, DAYS, [ago(days) for days in sent]) == expected


def test_a_council_may_set_other_days() -> None:
    days = FreshnessDays(fresh=10, due=20, stale=30)
    assert duty(ago(11), TODAY, days, []) == "first"
    assert duty(ago(31), TODAY, days, [ago(20), ago(15)]) == "hide"


@given(st.integers(0, 800), st.integers(1, 30))
def test_nobody_is_hidden_before_two_notices_and_their_time(confirmed: int, step: int) -> None:
    sent: list[date] = []
    hidden = None
    for day in range(0, 800, step):
        today = ago(confirmed) + timedelta(days=day)
        due = duty(ago(confirmed), today, DAYS, sent)
        if due == "hide":
            hidden = today
            break
        if due:
            sent.append(today)
    if hidden is not None:
        assert len(sent) == 2
        assert (sent[1] - sent[0]).days >= BETWEEN_DAYS
        assert (hidden - sent[1]).days >= BETWEEN_DAYS
        assert (hidden - ago(confirmed)).days > DAYS.stale
