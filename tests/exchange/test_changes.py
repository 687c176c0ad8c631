"""Who follows the changes misses nothing, in whatever order things happen."""

import asyncio
import random
import threading
import time
from typing import Any

import httpx
import pytest
from conftest import ClientMaker, counted_statements
from exchange.own import Own
from factories import make_activity, make_provider
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from app.catalogue.commands import close_activity, hide_activity
from app.catalogue.documents import ActivityDocument
from app.exchange.cursors import WHOLE, Cursor, read_cursor, written
from app.problems import Malformed
from app.schema import start_epoch

CHANGES = "/v1/changes"


@pytest.fixture
def own(make_client: ClientMaker, empty_url: str) -> Own:
    return Own(make_client(empty_url))


class Follower:
    """A consumer that keeps a copy of the catalogue by the changes alone."""

    def __init__(self, client: TestClient, cursor: str | None = None) -> None:
        self.client = client
        self.cursor = cursor
        self.held: dict[tuple[str, str], Any] = {}
        self.sequences: list[tuple[int, int]] = []

    def catch_up(self, limit: int = 50) -> None:
        more = True
        while more:
            query: dict[str, Any] = {"limit": limit, "expand": True}
            if self.cursor is not None:
                query["cursor"] = self.cursor
            answer = self.client.get(CHANGES, params=query)
            assert answer.status_code == 200
            page = answer.json()
            for item in page["items"]:
                self.take(item)
            self.cursor, more = page["next_cursor"], page["more"]

    def take(self, item: Any) -> None:
        key = (item["kind"], item["id"])
        if item["change"] == "removed" or item["document"] is None:
            self.held.pop(key, None)
        else:
            self.held[key] = item["document"]
        self.sequences.append((item["sequence"], len(self.sequences)))

    def activities(self) -> dict[str, Any]:
        return {key: one for (kind, key), one in self.held.items() if kind == "activity"}


def exported(client: TestClient) -> dict[str, Any]:
    return {one["id"]: one for one in client.get("/v1/export/activities.json").json()["items"]}


def test_every_change_is_told_in_order_with_what_was_removed(own: Own) -> None:
    first, second, third = own.activities(3)
    own.publish(first.model_copy(update={"name": "Another name"}))
    own.write(close_activity, second.id, replaced_by=third.id)
    own.write(hide_activity, third.id, since=third.confirmed_on)
    own.publish(third)
    told = [(one["kind"], one["id"], one["change"]) for one in own.get(CHANGES)["items"]]
    assert told == [
        ("council", str(own.council.id), "created"),
        ("provider", str(own.provider.id), "created"),
        ("activity", str(first.id), "created"),
        ("activity", str(second.id), "created"),
        ("activity", str(third.id), "created"),
        ("activity", str(first.id), "updated"),
        ("activity", str(second.id), "removed"),
        ("activity", str(third.id), "removed"),
        ("activity", str(third.id), "created"),
    ]
    items = own.get(CHANGES)["items"]
    assert [one["sequence"] for one in items] == [1, 1, *range(2, 9)]
    assert items[6]["replaced_by"] == str(third.id)
    assert items[6]["etag"] is None
    assert items[5]["etag"] != items[2]["etag"]


def test_a_provider_with_a_new_name_changes_what_shows_it(own: Own) -> None:
    own.activities(2)
    cursor = own.get(CHANGES)["next_cursor"]
    own.publish(own.provider.model_copy(update={"name": "Another provider"}))
    page = own.get(f"{CHANGES}?cursor={cursor}&expand=true")
    assert sorted(one["kind"] for one in page["items"]) == ["activity", "activity", "provider"]
    for one in page["items"]:
        document = one["document"]
        name = document["name"] if one["kind"] == "provider" else document["provider"]["name"]
        assert name == "Another provider"
        assert document["etag"] == one["etag"]


def test_a_transaction_may_lie_on_several_pages(own: Own) -> None:
    own.publish(*[make_activity(own.provider) for _ in range(7)])
    pages: list[Any] = []
    cursor = ""
    while not pages or pages[-1]["more"]:
        pages.append(own.get(f"{CHANGES}?limit=2{cursor and f'&cursor={cursor}'}"))
        cursor = pages[-1]["next_cursor"]
    ids = [one["id"] for page in pages for one in page["items"]]
    assert len(ids) == len(set(ids)) == 9
    assert [len(page["items"]) for page in pages] == [2, 2, 2, 2, 1]
    end = own.get(f"{CHANGES}?cursor={cursor}")
    assert end == {"items": [], "next_cursor": cursor, "more": False}


def test_the_documents_are_those_of_every_kind(client: TestClient) -> None:
    follower = Follower(client)
    follower.catch_up(limit=1_000)
    kinds = {kind for kind, _ in follower.held}
    assert kinds == {"council", "provider", "activity"}
    assert follower.activities() == exported(client)
    bare = client.get(f"{CHANGES}?limit=1000").json()["items"]
    assert {one["document"] for one in bare} == {None}


def test_pages_cost_the_same_number_of_statements_at_any_length(client: TestClient) -> None:
    counts = []
    for limit in (80, 260):
        with counted_statements(client.app.state.database.engine) as statements:  # type: ignore[attr-defined] # of the application.
            client.get(f"{CHANGES}?limit={limit}&expand=true")
        # The index looks at the clock meanwhile.
        mine = [one for one in statements if "SELECT" in one and "catalogue_clock" not in one]
        counts.append(len(mine))
    assert counts[0] == counts[1] < 30


# Cursors


def test_a_cursor_of_another_epoch_says_to_export_again(own: Own) -> None:
    cursor = own.get(CHANGES)["next_cursor"]
    start_epoch(own.database)
    problem = own.get(f"{CHANGES}?cursor={cursor}", 410)
    assert problem["type"] == "urn:carefinder:problem:cursor_outdated"
    assert problem["export"] == "/v1/export/activities.ndjson"
    assert own.get(f"{CHANGES}?wait=20&cursor={cursor}", 410)


def test_a_cursor_from_the_future_belongs_to_another_catalogue(own: Own) -> None:
    own.activities(1)
    read = read_cursor(own.get(CHANGES)["next_cursor"])
    later = written(Cursor(read.epoch, read.sequence + 1))
    own.get(f"{CHANGES}?cursor={later}", 410)


@pytest.mark.parametrize("text", ["x", "MS4", "!", "\u00e9", "a" * 120])
def test_what_is_no_cursor_is_refused(client: TestClient, text: str) -> None:
    with pytest.raises(Malformed):
        read_cursor(text)
    answer = client.get(CHANGES, params={"cursor": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["name"] == "cursor"


def test_a_cursor_is_read_as_it_was_written() -> None:
    for cursor in (Cursor("0f", 1, 2), Cursor("abc123", 10**17, WHOLE), Cursor("a" * 32, 0, 0)):
        text = written(cursor)
        assert read_cursor(text) == cursor
        assert text.replace("-", "").replace("_", "").isalnum()


# Waiting


def test_a_wait_ends_with_the_change_that_it_waited_for(own: Own) -> None:
    cursor = own.get(CHANGES)["next_cursor"]
    late = threading.Timer(0.5, lambda: own.activities(1))
    late.start()
    begun = time.monotonic()
    page = own.get(f"{CHANGES}?cursor={cursor}&wait=20")
    assert 0.3 < time.monotonic() - begun < 8
    assert [one["change"] for one in page["items"]] == ["created"]
    late.join()


def test_a_wait_for_nothing_ends_in_time(own: Own) -> None:
    cursor = own.get(CHANGES)["next_cursor"]
    begun = time.monotonic()
    page = own.get(f"{CHANGES}?cursor={cursor}&wait=1")
    assert 1 <= time.monotonic() - begun < 6
    assert page["items"] == []
    assert page["next_cursor"] == cursor


def test_many_wait_without_a_thread_or_a_connection_each(own: Own) -> None:
    """Two hundred wait where forty threads and twenty connections are all there is."""
    cursor = own.get(CHANGES)["next_cursor"]
    address = f"{CHANGES}?cursor={cursor}&wait=25"
    taken: list[int] = []

    async def all_wait() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=own.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            waiting = [asyncio.create_task(client.get(address)) for _ in range(200)]
            await asyncio.sleep(1)
            pool: Any = own.database.engine.pool
            begun = time.monotonic()
            # On a slow machine some are still being taken in; the last half second counts.
            while time.monotonic() - begun < 20 and (len(taken) < 6 or max(taken[-5:]) > 1):
                await asyncio.sleep(0.1)
                taken.append(pool.checkedout())
            # Whoever asks for something else is answered meanwhile.
            assert (await client.get("/v1")).status_code == 200
            await asyncio.to_thread(own.activities, 1)
            return await asyncio.gather(*waiting)

    answers = asyncio.run(all_wait())
    assert {len(one.json()["items"]) for one in answers} == {1}
    # The index itself looks at the clock from time to time.
    assert max(taken[-5:]) <= 1


def test_an_answer_that_the_caller_has_is_not_sent_again(own: Own) -> None:
    first = own.client.get(CHANGES)
    assert first.headers["cache-control"] == "no-cache"
    again = own.client.get(CHANGES, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    own.activities(1)
    after = own.client.get(CHANGES, headers={"If-None-Match": first.headers["etag"]})
    assert after.status_code == 200


# A follower while others write

WRITERS = 8
CHANGES_EACH = 12
"""By hand a hundred times as many: set it and run this file with -k writers."""


def _write(own: Own, number: int, faults: list[Exception]) -> None:
    chance = random.Random(number)
    provider = make_provider(own.council)
    mine: list[ActivityDocument] = []
    try:
        own.publish(provider)
        for step in range(CHANGES_EACH):
            roll = chance.random()
            if not mine or roll < 0.4:
                made = [make_activity(provider) for _ in range(chance.randint(1, 3))]
                own.publish(*made)
                mine += made
            elif roll < 0.6:
                changed = chance.choice(mine).model_copy(update={"name": f"Name {step}"})
                own.publish(changed)
            elif roll < 0.7:
                own.publish(provider.model_copy(update={"name": f"Provider {number} {step}"}))
            elif roll < 0.85:
                own.write(close_activity, mine.pop(chance.randrange(len(mine))).id)
            else:
                one = chance.choice(mine)
                own.write(hide_activity, one.id, since=one.confirmed_on)
                if chance.random() < 0.5:
                    own.publish(one)
                else:
                    mine.remove(one)
    except OperationalError as error:  # pragma: no cover - only where writers fail.
        faults.append(error)


def test_a_follower_ends_with_exactly_the_catalogue_while_eight_writers_run(own: Own) -> None:
    faults: list[Exception] = []
    writers = [
        threading.Thread(target=_write, args=(own, number, faults)) for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    from_the_start = Follower(own.client)
    from_an_export: Follower | None = None
    while any(writer.is_alive() for writer in writers):
        from_the_start.catch_up(limit=7)
        if from_an_export is None and from_the_start.held:
            answer = own.client.get("/v1/export/activities.json")
            held = {("activity", one["id"]): one for one in answer.json()["items"]}
            from_an_export = Follower(own.client, answer.headers["changes-cursor"])
            from_an_export.held = held
    for writer in writers:
        writer.join()
    assert faults == []
    assert from_an_export is not None
    catalogue = exported(own.client)
    for follower in (from_the_start, from_an_export):
        follower.catch_up(limit=7)
        sequences = [number for number, _ in follower.sequences]
        assert sequences == sorted(sequences)
        assert follower.activities() == catalogue
    shown = {one["id"] for one in own.get("/v1/activities?per_page=100")["items"]}
    assert set(catalogue) == shown or len(catalogue) > 100
    assert len(catalogue) > WRITERS
