"""Reminders, the link in them, and hiding what nobody confirms: once, on however many machines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from conftest import TODAY, ClientMaker
from fastapi import FastAPI
from fastapi.testclient import TestClient
from listed import Caller, admin, letters_to, officer, owner, public, published
from sqlmodel import col, delete, func, select, update

from app.accounts.opaque import make_secret
from app.catalogue.commands import publish
from app.catalogue.loading import activity_documents
from app.catalogue.models import Activity
from app.database import Database
from app.listings.freshness import housekeeping
from app.listings.freshness.due import BETWEEN_DAYS, LINK_DAYS
from app.listings.freshness.housekeeping import Keeper, keep_house
from app.listings.letters import remind, tell_hidden, tell_new_member, tell_verdict
from app.listings.models import Notice
from app.mail.models import Letter
from app.vocabulary.easy_read import lint

BASE = "http://127.0.0.1:8000"
PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def shop(make_client: ClientMaker, sample_url: str) -> TestClient:
    """A client of a sample of the test's own, in which everything is fresh."""
    client = make_client(sample_url)
    with database_of(client).write() as session:
        session.execute(update(Activity).values(confirmed_on=TODAY))
    return client


def database_of(client: TestClient) -> Database:
    assert isinstance(client.app, FastAPI)
    database: Database = client.app.state.database
    return database


def keep(client: TestClient, day: date) -> tuple[int, int]:
    kept = keep_house(database_of(client), day, BASE)
    return kept.reminded, kept.hidden


def confirmed(client: TestClient, key: str, day: date) -> None:
    with database_of(client).write() as session:
        (document,) = activity_documents(session, [session.get_one(Activity, UUID(key))])
        publish(session, [document.model_copy(update={"confirmed_on": day})])


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The links of the reminders that are sent meanwhile; a letter that was sent has no text."""
    found: list[str] = []

    def make(kind: str) -> str:
        token = make_secret(kind)
        found.append(f"/v1/confirmations?token={token}")
        return token

    monkeypatch.setattr(housekeeping, "make_secret", make)
    return found


def old(client: TestClient, who: Caller, days: int = 91) -> str:
    """The id of a live activity that was last confirmed so many days ago."""
    key = published(client, who)
    confirmed(client, key, TODAY - timedelta(days=days))
    return key


def forget_letters(client: TestClient) -> None:
    with database_of(client).write() as session:
        session.execute(delete(Letter))


def everything_else_is_fresh(client: TestClient, key: str, day: date) -> None:
    with database_of(client).write() as session:
        others = update(Activity).where(col(Activity.id) != UUID(key))
        session.execute(others.values(confirmed_on=day))


def test_a_provider_is_reminded_twice_before_anything_is_hidden(shop: TestClient) -> None:
    me = owner(shop)
    key = old(shop, me, 90)
    told = []
    for days in (0, 1, 1, 90, 91, 92, 275, 276, 277):
        day = TODAY + timedelta(days=days)
        everything_else_is_fresh(shop, key, day)
        told.append(keep(shop, day))
    assert told == [(0, 0), (1, 0), (0, 0), (0, 0), (1, 0), (0, 0), (0, 0), (0, 1), (0, 0)]
    assert letters_to(shop, me)[-3:] == [
        "Is this still right: Clay on Tuesdays?",
        "Is this still right: Clay on Tuesdays?",
        "People cannot see Clay on Tuesdays any more",
    ]


def test_a_hidden_one_is_gone_for_the_public_and_comes_back_when_confirmed(
    shop: TestClient, links: list[str]
) -> None:
    me = owner(shop)
    key = old(shop, me, 400)
    for _ in range(3):
        keep(shop, TODAY)
        with database_of(shop).write() as session:
            for notice in session.exec(select(Notice)):
                notice.sent_on -= timedelta(days=BETWEEN_DAYS)
    assert public(shop).get(f"/v1/activities/{key}").status_code == 410
    mine = me.get(f"/v1/manage/activities/{key}").json()
    assert (mine["status"], mine["hidden"], mine["public_url"]) == ("live", True, None)
    # Telling places is no word on all the rest: it stays out of sight.
    told = me.put(f"/v1/manage/activities/{key}/capacity", {"status": "open"})
    assert told.json()["hidden"]
    assert public(shop).get(f"/v1/activities/{key}").status_code == 410
    link = links[-1]
    assert shop.post(link).json()["confirmed"]
    assert public(shop).get(f"/v1/activities/{key}").status_code == 200
    assert not me.get(f"/v1/manage/activities/{key}").json()["hidden"]


def test_following_the_link_changes_nothing_and_the_button_confirms_once(
    shop: TestClient, links: list[str]
) -> None:
    me = owner(shop)
    key = old(shop, me)
    keep(shop, TODAY)
    link = links[-1]
    before = public(shop).get(f"/v1/activities/{key}").content
    for _ in range(3):
        looked = shop.get(link, headers=PAGE)
        assert looked.status_code == 200
        assert looked.headers["content-type"].startswith("text/html")
        assert looked.headers["cache-control"] == "private, no-store"
        assert "Clay on Tuesdays" in looked.text
        assert '<form method="post">' in looked.text
    assert not shop.get(link).json()["confirmed"]
    assert public(shop).get(f"/v1/activities/{key}").content == before
    pressed = shop.post(link, headers=PAGE)
    assert "Thank you" in pressed.text
    shown = public(shop).get(f"/v1/activities/{key}").json()
    assert shown["freshness"]["confirmed_on"] == TODAY.isoformat()
    # It is spent: pressed again on another day it confirms nothing.
    confirmed(shop, key, TODAY - timedelta(days=1))
    assert shop.post(link).json()["confirmed_on"] == "2026-03-15"
    items = me.get(f"/v1/manage/activities/{key}/history").json()["items"]
    assert (items[0]["action"], items[0]["by"]) == ("confirm_by_mail", "provider")


def test_the_link_does_nothing_else(shop: TestClient, links: list[str]) -> None:
    me = owner(shop)
    key = old(shop, me)
    me.patch(f"/v1/manage/activities/{key}", {"summary": "A change that waits."})
    me.post(f"/v1/manage/activities/{key}/submit")
    keep(shop, TODAY)
    shop.post(links[-1])
    shown = public(shop).get(f"/v1/activities/{key}").json()
    assert shown["summary"] == "A small group that works with clay."
    assert me.get(f"/v1/manage/activities/{key}").json()["change"] == "submitted"


@pytest.mark.parametrize("token", ["x", "cf_confirm_" + "A" * 43, "../../etc", "%27%20OR%201=1"])
def test_a_link_that_is_not_ours_is_refused(work: TestClient, token: str) -> None:
    for method in ("GET", "POST"):
        assert work.request(method, f"/v1/confirmations?token={token}").status_code == 404
    assert work.get("/v1/confirmations").status_code == 422


def test_an_old_link_and_that_of_a_closed_one_are_not_good_any_more(
    shop: TestClient, links: list[str]
) -> None:
    me = owner(shop)
    key = old(shop, me)
    keep(shop, TODAY)
    link = links[-1]
    with database_of(shop).write() as session:
        session.execute(update(Notice).values(expires_on=TODAY - timedelta(days=1)))
    assert shop.post(link).status_code == 404
    with database_of(shop).write() as session:
        session.execute(update(Notice).values(expires_on=TODAY + timedelta(days=LINK_DAYS)))
    me.post(f"/v1/manage/activities/{key}/close", {})
    assert shop.post(link).status_code == 404


def test_the_page_carries_names_as_text(shop: TestClient, links: list[str]) -> None:
    me = owner(shop)
    key = published(shop, me, name="<script>alert(1)</script>")
    confirmed(shop, key, TODAY - timedelta(days=91))
    keep(shop, TODAY)
    page = shop.get(links[-1], headers=PAGE).text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_two_machines_at_once_send_one_reminder(shop: TestClient) -> None:
    me = owner(shop)
    for _ in range(4):
        old(shop, me)
    url = database_of(shop).engine.url.render_as_string(hide_password=False)
    machines = [Database(url) for _ in range(4)]
    try:
        with ThreadPoolExecutor(len(machines)) as pool:
            kept = list(pool.map(lambda one: keep_house(one, TODAY, BASE), machines))
    finally:
        for machine in machines:
            machine.close()
    assert sum(one.reminded for one in kept) == 4
    with database_of(shop).read() as session:
        assert session.exec(select(func.count()).select_from(Notice)).one() == 4


def test_who_has_no_members_is_written_to_where_they_publish_and_else_the_officers(
    shop: TestClient,
) -> None:
    council = officer(shop)
    forget_letters(shop)
    with database_of(shop).write() as session:
        for slug in ("two-oars-days-out-dengie",):
            session.execute(
                update(Activity)
                .where(col(Activity.slug) == slug)
                .values(confirmed_on=TODAY - timedelta(days=91))
            )
    assert keep(shop, TODAY) == (1, 0)
    with database_of(shop).read() as session:
        assert session.exec(select(Letter.recipient)).all() == ["ahoy@twooars.example.org"]
    assert letters_to(shop, council) == []


def test_a_council_s_own_days_hold(shop: TestClient) -> None:
    me, boss = owner(shop), admin(shop)
    old(shop, me, 31)
    assert keep(shop, TODAY) == (0, 0)
    days = {"freshness": {"fresh": 30, "due": 60, "stale": 90}}
    assert boss.patch("/v1/manage/councils/E10000012", days).status_code == 200
    assert keep(shop, TODAY) == (1, 0)


def test_the_keeper_works_where_it_is_switched_on_and_stops(shop: TestClient) -> None:
    old(shop, owner(shop))
    off = Keeper(database_of(shop), lambda: TODAY, BASE, every=0)
    off.start()
    off.stop()
    on = Keeper(database_of(shop), lambda: TODAY, BASE, every=3_600)
    on.start()
    for _ in range(200):
        with database_of(shop).read() as session:
            if session.exec(select(func.count()).select_from(Notice)).one():
                break
        on._stopped.wait(0.05)  # noqa: SLF001 - waits no longer than the keeper lives.
    on.stop()
    with database_of(shop).read() as session:
        assert session.exec(select(func.count()).select_from(Notice)).one() == 1


def test_a_letter_says_what_it_is_about_in_easy_words_and_carries_the_link(
    database: Database,
) -> None:
    with database.write() as session:
        for last in (False, True):
            remind(session, ["ann@example.org"], "Clay", f"{BASE}/x", last=last, days=14)
        tell_hidden(session, ["ann@example.org"], "Clay", f"{BASE}/x")
        tell_verdict(session, ["ann@example.org"], "Clay", "reject", "It is the same.")
        tell_new_member(session, ["ann@example.org"], "Pots")
    with database.read() as session:
        letters = session.exec(select(Letter)).all()
        assert len(letters) == 5
        assert sum(f"{BASE}/x" in letter.text for letter in letters) == 3
        for letter in letters:
            assert lint(letter.text.replace(f"{BASE}/x", "")) == []
