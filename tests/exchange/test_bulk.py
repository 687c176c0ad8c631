"""Everything at once: complete, of one state, in constant memory, and harmless in a spreadsheet."""

import csv
import io
import json
import re
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from conftest import ClientMaker, make_app
from exchange.own import Own
from factories import make_price, make_session, make_venue
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.catalogue.commands import close_activity, hide_activity
from app.exchange import live, streams
from app.exchange.bulk import spool, tables
from app.exchange.bulk.spool import Spool, Spools
from app.exchange.bulk.tables import FORMULA_STARTS, harmless, table
from app.schema import start_epoch

EXPORT = "/v1/export/activities"


@pytest.fixture
def own(make_client: ClientMaker, empty_url: str) -> Own:
    return Own(make_client(empty_url))


def rows_of(client: TestClient, address: str) -> list[dict[str, str]]:
    text = client.get(address).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def lines_of(client: TestClient, query: str = "") -> list[Any]:
    answer = client.get(f"{EXPORT}.ndjson{query}")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


# What it holds


def test_every_activity_is_there_once_in_every_format(client: TestClient) -> None:
    lines = lines_of(client)
    whole = client.get(f"{EXPORT}.json").json()
    assert whole["items"] == lines
    assert whole["total"] == len(lines) == client.get("/v1/activities").json()["total"] == 200
    ids = [one["id"] for one in lines]
    assert ids == sorted(set(ids))
    assert [row["id"] for row in rows_of(client, f"{EXPORT}.csv")] == ids


def test_a_record_tells_what_the_detail_tells(client: TestClient) -> None:
    same: tuple[str, ...] = (
        "name",
        "summary",
        "description",
        "provider",
        "council",
        "cohorts",
        "outcomes",
    )
    same += ("prices", "policies", "contacts", "funding", "ages", "served_areas", "languages")
    for record in lines_of(client)[:200:9]:
        detail = client.get(record["url"]).json()
        assert {key: record[key] for key in same} == {key: detail[key] for key in same}
        assert [one["times"] for one in record["sessions"]] == [
            one["times"] for one in detail["sessions"]
        ]
        for stated, shown in zip(record["venues"], detail["venues"], strict=True):
            known = [one for one in shown["access"] if one["value"] != "not_stated"]
            assert stated == {**shown, "access": known}


def test_an_export_holds_what_the_search_finds(client: TestClient) -> None:
    for query in (
        "?near=CW1%202AB&within=8&funding=direct_payment",
        "?q=gardening",
        "?cohort=dementia&cohort=autism&day=tue&max_price_pence=3000",
        "?provider=two-oars",
        "?q=qqqqqq",
    ):
        found = client.get(f"/v1/activities{query}&per_page=100").json()
        assert found["total"] <= 100
        ids = {one["id"] for one in found["items"]}
        assert {one["id"] for one in lines_of(client, query)} == ids
        assert {row["id"] for row in rows_of(client, f"{EXPORT}.csv{query}")} == ids
        prices = rows_of(client, f"/v1/export/prices.csv{query}")
        assert {row["activity_id"] for row in prices} <= ids


def test_what_does_not_say_which_activities_is_refused(client: TestClient) -> None:
    for query in ("page=1", "per_page=5", "sort=name", "facets=cohort", "lang=en", "colour=1"):
        answer = client.get(f"{EXPORT}.ndjson?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "extra_forbidden"


def test_the_tables_of_sessions_and_prices_join_that_of_activities(client: TestClient) -> None:
    records = {one["id"]: one for one in lines_of(client)}
    sessions = rows_of(client, "/v1/export/sessions.csv")
    assert len(sessions) == sum(len(one["sessions"]) for one in records.values())
    for row in sessions:
        record = records[row["activity_id"]]
        (session,) = (one for one in record["sessions"] if one["id"] == row["session_id"])
        assert (row["starts_at"], row["day"]) == (session["starts_at"], session["day"] or "")
        assert row["venue_id"] == (session["venue_id"] or "")
        if row["point"]:
            latitude, longitude = map(float, row["point"].split(","))
            assert 49 < latitude < 56
            assert -7 < longitude < 2
    prices = rows_of(client, "/v1/export/prices.csv")
    parts = sum(len(price["parts"]) for one in records.values() for price in one["prices"])
    assert len(prices) == parts > 100
    assert {row["currency"] for row in prices} == {"GBP"}


def test_a_place_that_shows_its_district_alone_gives_no_address_away(client: TestClient) -> None:
    hidden = [
        row
        for row in rows_of(client, "/v1/export/sessions.csv")
        if row["venue_id"] and not row["venue"]
    ]
    assert hidden
    for row in hidden:
        assert row["address"] == row["directions"] == ""
        assert " " not in row["postcode"]


def test_contract_facts_are_in_no_export(client: TestClient) -> None:
    assert not any("contracts" in one for one in lines_of(client))


# One state, with a cursor


def test_an_export_is_of_one_state_and_says_from_where_to_go_on(own: Own) -> None:
    first, second, third = own.activities(3)
    before = own.client.get(f"{EXPORT}.json")
    cursor = before.headers["changes-cursor"]
    assert before.json()["changes_cursor"] == cursor
    own.publish(first.model_copy(update={"name": "Another name"}))
    own.write(close_activity, second.id)
    own.write(hide_activity, third.id, since=third.confirmed_on)
    (fourth,) = own.activities(1)
    changes = own.get(f"/v1/changes?cursor={cursor}")["items"]
    assert [one["id"] for one in changes] == [str(one.id) for one in (first, second, third, fourth)]
    after = own.get(f"{EXPORT}.json")["items"]
    assert {one["id"]: one["name"] for one in after} == {
        str(first.id): "Another name",
        str(fourth.id): fourth.name,
    }
    # A venue's new name is a change of what is shown of the activity.
    venue = make_venue(own.provider)
    own.publish(venue)
    own.activities(1, venue)
    own.publish(venue.model_copy(update={"name": "Another hall"}))
    names = [place["name"] for one in own.get(f"{EXPORT}.json")["items"] for place in one["venues"]]
    assert names == ["Another hall"]


def test_the_tag_changes_with_the_catalogue_and_spares_the_body(own: Own) -> None:
    own.activities(1)
    first = own.client.get(f"{EXPORT}.ndjson")
    tag = first.headers["etag"]
    again = own.client.get(f"{EXPORT}.ndjson", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.headers["changes-cursor"] == first.headers["changes-cursor"]
    own.activities(1)
    later = own.client.get(f"{EXPORT}.ndjson", headers={"If-None-Match": tag})
    assert later.status_code == 200


def test_an_empty_catalogue_is_an_empty_export(own: Own) -> None:
    assert own.client.get(f"{EXPORT}.ndjson").text == ""
    assert own.get(f"{EXPORT}.json")["items"] == []
    assert rows_of(own.client, f"{EXPORT}.csv") == []


def test_a_record_that_lies_ready_is_not_made_again(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.activities(4)
    own.get(f"{EXPORT}.json")
    asked: list[int] = []
    real = live.live_records

    def counting(session: Any, ids: Any) -> Any:
        asked.append(len(ids))
        return real(session, ids)

    monkeypatch.setattr(spool, "live_records", counting)
    own.get(f"{EXPORT}.json")
    own.activities(1)
    assert len(own.get(f"{EXPORT}.json")["items"]) == 5
    assert sum(asked) == 1


def test_a_file_that_is_mostly_out_of_date_is_written_anew(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "SPARE_BYTES", 0)
    one, _ = own.activities(2)
    own.get(f"{EXPORT}.json")
    for number in range(6):
        own.publish(one.model_copy(update={"name": f"Name {number}"}))
        names = {record["name"] for record in own.get(f"{EXPORT}.json")["items"]}
        assert f"Name {number}" in names
    kept: Spool = own.app.state.spools.newest()
    assert kept.size <= 2 * kept.length
    assert kept.keys == sorted(kept.keys)


def test_after_a_restore_everything_is_read_again(own: Own) -> None:
    own.activities(2)
    first = own.client.get(f"{EXPORT}.json").headers["changes-cursor"]
    start_epoch(own.database)
    answer = own.client.get(f"{EXPORT}.json")
    assert len(answer.json()["items"]) == 2
    assert answer.headers["changes-cursor"] != first


def test_while_the_records_are_made_one_is_told_to_come_back(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.activities(1)
    monkeypatch.setattr(spool, "PATIENCE", 0.05)
    real = live.live_records

    def slow(session: Any, ids: Any) -> Any:
        time.sleep(0.5)
        return real(session, ids)

    monkeypatch.setattr(spool, "live_records", slow)
    answer = own.client.get(f"{EXPORT}.ndjson")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "15")
    time.sleep(1)
    assert len(lines_of(own.client)) == 1


# Harmless in a spreadsheet

ROWS = 1_000
"""How many rows are tried."""

CELLS = st.text(max_size=30) | st.sampled_from(
    ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", " =1", "'=1", "''=1", "\u00a0@x"]
)


@settings(max_examples=ROWS, deadline=None)
@given(text=CELLS)
@example("=cmd|'/c calc'!A0")
def test_no_cell_is_a_formula_and_each_can_be_read_back(text: str) -> None:
    cell = harmless(text)
    assert cell.lstrip(" \u00a0")[:1] not in FORMULA_STARTS or not cell.strip(" \u00a0")
    assert cell[:1] not in FORMULA_STARTS or not cell
    out = io.StringIO()
    csv.writer(out).writerow([cell, "behind"])
    ((read, behind),) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert (read, behind) == (cell, "behind")
    # Taking one apostrophe away gives back what was there, wherever one was put in front.
    assert text in (cell, cell[1:])


def test_a_hostile_name_is_text_in_every_table(own: Own) -> None:
    name = "=HYPERLINK(A1)"
    venue = make_venue(own.provider, name="@venue")
    own.publish(venue)
    price = {"id": UUID(int=7), "label": "+44 pounds"}
    own.publish()
    own.activities(1, venue, name=name, summary="-2", prices=[make_price(**price)])
    (row,) = rows_of(own.client, f"{EXPORT}.csv")
    assert (row["name"], row["summary"]) == (f"'{name}", "'-2")
    (session,) = rows_of(own.client, "/v1/export/sessions.csv")
    assert (session["venue"], session["activity"]) == ("'@venue", f"'{name}")
    (priced,) = rows_of(own.client, "/v1/export/prices.csv")
    assert priced["label"] == "'+44 pounds"


def test_a_table_is_written_as_rfc_4180_says() -> None:
    line = json.dumps({"a": 'says "hello", twice\nover'}).encode() + b"\n"
    text = b"".join(table(["a", "b"], [line], lambda record: [record])).decode()
    assert text == '\ufeffa,b\r\n"says ""hello"", twice\nover",\r\n'


def test_the_columns_are_filled(client: TestClient) -> None:
    for address, columns in (
        (f"{EXPORT}.csv", tables.ACTIVITY_COLUMNS),
        ("/v1/export/sessions.csv", tables.SESSION_COLUMNS),
        ("/v1/export/prices.csv", tables.PRICE_COLUMNS),
    ):
        rows = rows_of(client, address)
        assert tuple(rows[0]) == columns
        never = {column for column in columns if not any(row[column] for row in rows)}
        # No sample activity states these.
        assert never <= {"text_phone", "pick_up_areas", "weeks_per_year", "week_of"}, address


# Memory, slow clients and those that leave


def test_memory_does_not_grow_with_what_is_sent(own: Own) -> None:
    own.activities(3, description="word " * 700)
    newest: Spool = own.app.state.spools.newest()

    def peak(copies: int) -> int:
        many = Spool(
            newest.face,
            newest.file,
            newest.size,
            list(newest.keys) * copies,
            spool._array(newest.places.tolist() * copies),  # noqa: SLF001 - as it is made there.
        )
        pieces = many.pieces()
        next(pieces)
        tracemalloc.start()
        sent = sum(len(piece) for piece in pieces)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sent > (copies - 20) * newest.length
        return most

    # A place in the file takes some bytes; what lies there takes none.
    assert peak(4_000) < peak(400) + 4_000 * 3 * 200
    assert peak(4_000) < 4_000 * newest.length / 10


@pytest.fixture
def served(sample_url: str) -> Iterator[tuple[int, FastAPI]]:
    """A server with the sample catalogue, its port and its application."""
    application = make_app(sample_url)
    listener = socket.create_server(("127.0.0.1", 0))
    # What the system takes off the server's hands cannot be waited for.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    port = listener.getsockname()[1]
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    yield port, application
    server.should_exit = True
    thread.join(20)
    listener.close()


def _ask(port: int, address: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    # A small window, so that the server cannot push everything into the system's buffers.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    connection.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def _until(condition: Any, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def test_a_client_that_hangs_up_ends_the_stream(served: tuple[int, FastAPI]) -> None:
    port, _ = served
    for address in (
        f"{EXPORT}.ndjson",
        f"{EXPORT}.csv",
        "/open-referral-uk/v3/services?format=ndjson&full=true",
    ):
        with _ask(port, address) as connection:
            assert connection.recv(1) == b"H"
        assert _until(lambda: streams._open == 0)  # noqa: SLF001 - how many are open.


def test_a_client_that_reads_a_byte_at_a_time_holds_no_transaction(
    served: tuple[int, FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, application = served
    application.state.index.stop()
    pool = application.state.database.engine.pool
    monkeypatch.setattr(streams, "PATIENCE", 1.0)
    address = "/open-referral-uk/v3/services?format=ndjson&full=true"
    with _ask(port, address) as slow, _ask(port, f"{EXPORT}.ndjson") as other:
        for _ in range(5):
            assert len(slow.recv(1)) == len(other.recv(1)) == 1
            time.sleep(0.1)
        assert _until(lambda: pool.checkedout() == 0)
        # Others are served meanwhile.
        with _ask(port, "/v1/councils/essex") as quick:
            assert quick.recv(12) == b"HTTP/1.1 200"
        # In the end nobody waits for it any more, and it can see that it has not got all.
        assert _until(lambda: streams._open == 0)  # noqa: SLF001 - how many are open.
        received = b""
        with suppress(ConnectionError):
            while part := other.recv(65_536):
                received += part
        heads, _, body = received.partition(b"\r\n\r\n")
        (told,) = re.findall(rb"(?i)content-length: ([0-9]+)", heads)
        assert len(body) < int(told)


def test_no_more_streams_are_open_than_allowed(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    own.activities(1)
    monkeypatch.setattr(streams, "MOST_AT_ONCE", 0)
    answer = own.client.get(f"{EXPORT}.ndjson")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_a_stopped_service_makes_no_records(own: Own) -> None:
    own.activities(1)
    spools = Spools(own.database)
    spools._stopped = True  # noqa: SLF001 - as stop leaves it.
    with pytest.raises(Exception, match="stopping"):
        spools.newest()
    spools.stop()


def test_dated_sessions_tell_all_their_dates(own: Own) -> None:
    dates = ["2026-04-01", "2026-04-08"]
    session = make_session(repeats="dated", dates=dates)
    own.activities(1, sessions=[session])
    (row,) = rows_of(own.client, "/v1/export/sessions.csv")
    assert row["dates"] == "; ".join(dates)
