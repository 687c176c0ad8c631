from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.documents.councils import FreshnessDays
from app.catalogue.documents.sessions import Capacity
from app.catalogue.freshness import believed_capacity, freshness
from app.vocabulary.easy_read import lint

TODAY = date(2026, 3, 16)
USUAL = FreshnessDays()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (-10, "fresh"),
        (0, "fresh"),
        (90, "fresh"),
        (91, "due"),
        (180, "due"),
        (181, "stale"),
        (365, "stale"),
        (5_000, "stale"),
    ],
)
def test_a_listing_is_fresh_then_due_then_stale(age: int, code: str) -> None:
    assert freshness(ago(age), TODAY, USUAL).code == code


@pytest.mark.parametrize(("age", "code"), [(30, "fresh"), (31, "due"), (60, "due"), (61, "stale")])
def test_a_council_may_set_other_days(age: int, code: str) -> None:
    days = FreshnessDays(fresh=30, due=60, stale=90)
    assert freshness(ago(age), TODAY, days).code == code


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (-1, "today"),
        (0, "today"),
        (1, "yesterday"),
        (2, "2 days ago"),
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (20, "2 weeks ago"),
        (21, "3 weeks ago"),
        (60, "8 weeks ago"),
        (61, "2 months ago"),
        (91, "2 months ago"),
        (92, "3 months ago"),
        (365, "12 months ago"),
        (729, "23 months ago"),
        (730, "2 years ago"),
        (1_095, "3 years ago"),
    ],
)
def test_the_age_is_told_in_words(age: int, words: str) -> None:
    told = freshness(ago(age), TODAY, USUAL)
    assert told.confirmed_on == ago(age)
    assert f" {words}." in told.text
    assert f" {words}." in told.easy_read


@pytest.mark.parametrize(
    ("age", "text", "easy_read"),
    [
        (3, "Confirmed 3 days ago.", "They told us this is right 3 days ago."),
        (
            100,
            "Confirmed 3 months ago. Check the details with the provider.",
            "They told us this 3 months ago. Please check with them.",
        ),
        (
            200,
            "Last confirmed 6 months ago. Some details may have changed.",
            "They told us this 6 months ago. It may be different now.",
        ),
    ],
)
def test_each_label_says_what_to_do(age: int, text: str, easy_read: str) -> None:
    told = freshness(ago(age), TODAY, USUAL)
    assert (told.text, told.easy_read) == (text, easy_read)


@given(st.integers(-1_000, 10_000))
def test_every_label_is_easy_to_read(age: int) -> None:
    told = freshness(ago(age), TODAY, USUAL)
    assert lint(told.easy_read) == []
    # No "1 weeks ago": each unit begins where there are two of it.
    assert " 1 " not in told.text


@given(st.integers(0, 4_000), st.integers(0, 4_000))
def test_an_older_statement_is_never_fresher(one: int, other: int) -> None:
    order = ("fresh", "due", "stale")
    younger, older = (freshness(ago(age), TODAY, USUAL).code for age in sorted((one, other)))
    assert order.index(younger) <= order.index(older)


@pytest.mark.parametrize(("age", "believed"), [(-3, True), (0, True), (42, True), (43, False)])
def test_places_are_believed_for_six_weeks(age: int, believed: bool) -> None:  # noqa: FBT001 - a column of the table.
    said = Capacity(status="open", places=3, as_of=ago(age))
    unknown = Capacity(status="unknown", places=None, as_of=ago(age))
    assert believed_capacity(said, TODAY) == (said if believed else unknown)


def test_nothing_said_of_places_is_nothing_believed() -> None:
    assert believed_capacity(None, TODAY) is None
