"""What happens around every request: its id, its line in the log, headers, size and count."""

import gzip
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Templates, make_app
from contract import ContractClient
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from app.settings import Settings
from app.traffic.log import JsonFormatter, set_up_logging
from app.traffic.metrics import METHODS, Metrics, may_read

CANARY = "canary-5f1c"

UUID = "0190b2f0-0000-7000-8000-000000000001"


@pytest.fixture
def own(templates: Templates) -> Iterator[TestClient]:
    """A client of an application that nobody else calls, on the sample."""
    app = make_app(templates.copy("sqlite", "sample"))
    with ContractClient(app) as client:
        yield client


# The id


def test_a_uuid_that_the_caller_sends_is_the_requests_id(client: TestClient) -> None:
    answer = client.get("/v1/nothing", headers={"X-Request-Id": UUID})
    assert answer.headers["x-request-id"] == UUID
    assert answer.json()["instance"] == f"urn:uuid:{UUID}"


def test_an_id_in_capitals_is_answered_in_small_letters(client: TestClient) -> None:
    answer = client.get("/v1", headers={"X-Request-Id": UUID.upper()})
    assert answer.headers["x-request-id"] == UUID


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "1",
        "hello",
        f"{UUID}0",
        f"{UUID} x",
        UUID.replace("-", ""),
        f"{{{UUID}}}",
        UUID + "," + UUID,
    ],
)
def test_any_other_id_is_replaced(client: TestClient, sent: str) -> None:
    answer = client.get("/v1", headers={"X-Request-Id": sent})
    made = answer.headers["x-request-id"]
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", made
    )
    assert made != sent


def test_every_request_has_an_id_of_its_own(client: TestClient) -> None:
    ids = {client.get("/v1/vocabularies").headers["x-request-id"] for _ in range(20)}
    assert len(ids) == 20


# The log


def lines_of(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The lines that were logged of requests, as they would be written."""
    formatter = JsonFormatter()
    return [
        json.loads(formatter.format(record))
        for record in caplog.records
        if record.name == "carefinder.requests"
    ]


def test_a_request_is_one_line_with_its_id_and_its_operations_address(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.get(
            "/v1/vocabularies/cohort",
            headers={"X-Request-Id": UUID, "Accept-Encoding": "identity"},
        )
    (line,) = lines_of(caplog)
    taken = line.pop("milliseconds")
    assert 0 <= taken < 60_000
    at = datetime.fromisoformat(line.pop("at"))
    assert abs((datetime.now(UTC) - at).total_seconds()) < 600
    assert line == {
        "level": "INFO",
        "logger": "carefinder.requests",
        "message": "request",
        "request_id": UUID,
        "method": "GET",
        "route": "/v1/vocabularies/{scheme}",
        "status": 200,
        "bytes": len(answer.content),
    }


@pytest.mark.parametrize(
    ("address", "status", "route"),
    [
        ("/v1/activities?provider=canary-5f1c", 200, "/v1/activities"),
        ("/v1/activities?canary=canary-5f1c", 422, "/v1/activities"),
        ("/v1/activities/canary-5f1c", 404, "/v1/activities/{activity}"),
        ("/v1/places?q=canary-5f1c", 404, "/v1/places"),
        ("/canary-5f1c", 404, "unknown"),
        (f"/v1?canary-5f1c={'x' * 9_000}", 414, "unknown"),
    ],
)
def test_nothing_of_what_is_asked_stands_in_any_log(
    client: TestClient, caplog: pytest.LogCaptureFixture, address: str, status: int, route: str
) -> None:
    headers = {
        "X-Canary": CANARY,
        "X-Request-Id": CANARY,
        "User-Agent": CANARY,
        "Referer": f"https://council.example/{CANARY}",
        "Authorization": f"Bearer {CANARY}",
        "Cookie": f"session={CANARY}",
        "If-None-Match": f'"{CANARY}"',
    }
    with caplog.at_level(logging.DEBUG):
        answer = client.get(address, headers=headers)
    assert answer.status_code == status
    # The test's own client logs what it does; the service does not use it.
    records = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    assert records
    for record in records:
        assert CANARY not in logging.Formatter().format(record) + str(vars(record))
    (line,) = lines_of(caplog)
    assert (line["status"], line["route"]) == (status, route)
    assert f"urn:uuid:{line['request_id']}" == answer.json().get(
        "instance", f"urn:uuid:{line['request_id']}"
    )


def test_a_log_is_written_as_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        set_up_logging("INFO")
        logging.getLogger("carefinder.requests").info("two\nlines", extra={"fields": {"n": 1}})
        logging.getLogger("uvicorn.error").error(
            "Exception in ASGI application", exc_info=RuntimeError(CANARY)
        )
        logging.getLogger("uvicorn.access").info("GET /v1?q=%s", CANARY)
        logging.getLogger("httpx").info("GET %s", CANARY)
        logging.getLogger("carefinder").debug("not at this level")
        written = capsys.readouterr().err
    finally:
        logging.getLogger().handlers[:], level = before[0], before[1]
        logging.getLogger().setLevel(level)
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["message"] for line in lines] == ["two\nlines", "Exception in ASGI application"]
    assert lines[0]["n"] == 1
    assert CANARY not in written


# The size


def test_a_large_answer_is_compressed_for_those_who_take_it(client: TestClient) -> None:
    plain = client.get("/v1/vocabularies/cohort", headers={"Accept-Encoding": "identity"})
    pressed = client.get("/v1/vocabularies/cohort", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert pressed.headers["content-encoding"] == "gzip"
    assert pressed.content == plain.content
    assert int(pressed.headers["content-length"]) < len(plain.content) / 3
    assert pressed.headers["etag"] == f'{plain.headers["etag"][:-1]}-gzip"'
    for answer in (plain, pressed):
        assert "Accept-Encoding" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize(
    ("sent", "compressed"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("GZIP;Q=0", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, identity", False),
        ("gzip;q=0.001", True),
        ("deflate", False),
        ("identity", False),
        ("", False),
    ],
)
def test_nobody_gets_what_they_do_not_take(
    client: TestClient, sent: str, *, compressed: bool
) -> None:
    answer = client.get("/v1/vocabularies/cohort", headers={"Accept-Encoding": sent})
    assert (answer.headers.get("content-encoding") == "gzip") is compressed
    assert answer.json()["scheme"] == "cohort"


def test_a_small_answer_is_not_compressed(templates: Templates) -> None:
    url = templates.copy("sqlite", "sample")
    with ContractClient(make_app(url, compress_from_bytes=100)) as client:
        size = len(client.get("/v1", headers={"Accept-Encoding": "identity"}).content)
    for limit, compressed in [(size, True), (size + 1, False)]:
        with ContractClient(make_app(url, compress_from_bytes=limit)) as client:
            answer = client.get("/v1")
            assert ("content-encoding" in answer.headers) is compressed
            assert answer.headers["etag"].endswith('-gzip"') is compressed
    templates.drop(url)


def test_what_is_compressed_can_be_opened_by_others(templates: Templates) -> None:
    app = make_app(templates.copy("sqlite", "empty"))

    @app.get("/large", include_in_schema=False)
    def large() -> Response:
        return Response("a" * 5_000, headers={"ETag": '"own"'})

    with ContractClient(app) as client, client.stream("GET", "/large") as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["etag"] == '"own-gzip"'
    assert gzip.GzipFile(fileobj=io.BytesIO(raw)).read() == b"a" * 5_000


# Browsers and other callers


def test_a_browser_that_asks_first_for_something_else_is_told_no(client: TestClient) -> None:
    answer = client.options(
        "/v1",
        headers={"Origin": "https://a.example", "Access-Control-Request-Method": "DELETE"},
    )
    assert answer.status_code == 400
    assert "DELETE" not in answer.headers["access-control-allow-methods"]


def test_an_answer_kept_for_one_website_is_not_given_to_another_without_its_leave(
    client: TestClient,
) -> None:
    # Asked without an origin there is no leave in the answer, so a cache must keep both.
    for headers in ({}, {"Origin": "https://a.example"}):
        assert "Origin" in client.get("/v1", headers=headers).headers["vary"]


@pytest.mark.parametrize("address", ["/v1", "/nothing", "/docs", "/metrics", "/v1?colour=blue"])
def test_every_answer_has_an_id_and_forbids_guessing_and_framing(
    client: TestClient, address: str
) -> None:
    headers = client.get(address).headers
    assert headers["x-request-id"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "max-age=" in headers["strict-transport-security"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_head_says_what_get_would_and_sends_nothing(client: TestClient) -> None:
    whole = client.get("/v1/vocabularies/cohort")
    head = client.head("/v1/vocabularies/cohort")
    assert head.content == b""
    for name in ("content-length", "content-type", "content-encoding", "etag", "cache-control"):
        assert head.headers[name] == whole.headers[name]
    known = client.head("/v1/vocabularies/cohort", headers={"If-None-Match": head.headers["etag"]})
    assert known.status_code == 304


@pytest.mark.parametrize(
    ("address", "status"),
    [("/nothing", 404), ("/v1?colour=blue", 422), (f"/v1?q={'x' * 9_000}", 414)],
)
def test_head_of_an_error_has_its_status_and_no_body(
    client: TestClient, address: str, status: int
) -> None:
    head = client.head(address)
    assert head.status_code == status
    assert head.headers["content-type"] == "application/problem+json"
    assert head.content == b""


def test_head_is_logged_and_counted_as_head(
    own: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        own.head("/v1/vocabularies/cohort")
    (line,) = lines_of(caplog)
    assert (line["method"], line["route"]) == ("HEAD", "/v1/vocabularies/{scheme}")
    assert line["bytes"] == 0
    assert counted(own)["HEAD", "/v1/vocabularies/{scheme}", "200"] == 1


def test_head_where_only_post_is_taken_is_refused(templates: Templates) -> None:
    app = make_app(templates.copy("sqlite", "empty"))

    @app.post("/only-post", include_in_schema=False)
    def only_post() -> None:
        return

    with ContractClient(app) as client:
        answer = client.head("/only-post")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"


def test_every_method_of_an_address_is_named(templates: Templates) -> None:
    app: FastAPI = make_app(templates.copy("sqlite", "empty"))
    for method in ("GET", "PATCH", "DELETE"):
        app.add_api_route("/thing/{one}", lambda: None, methods=[method], include_in_schema=False)
    with ContractClient(app) as client:
        answer = client.put("/thing/1")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "DELETE, GET, HEAD, PATCH"


# The counters

SAMPLE = re.compile(
    r'carefinder_requests_total\{method="(.*?)",route="(.*?)",status="(.*?)"\} (.+)'
)


def counted(client: TestClient) -> dict[tuple[str, str, str], float]:
    """How many requests were counted, by method, route and status."""
    text = client.get("/metrics").text
    return {(m, route, status): float(n) for m, route, status, n in SAMPLE.findall(text)}


def test_requests_are_counted_by_their_operations_address(own: TestClient) -> None:
    for slug in ("two-oars", "TWO-OARS", "nobody", CANARY):
        own.get(f"/v1/providers/{slug}?lang=easy")
    own.get("/v1/providers?page=0")
    assert counted(own) == {
        ("GET", "/v1/providers/{provider}", "200"): 1,
        ("GET", "/v1/providers/{provider}", "404"): 3,
        ("GET", "/v1/providers", "422"): 1,
    }
    assert CANARY not in own.get("/metrics").text


def test_the_time_of_each_operation_is_measured(own: TestClient) -> None:
    own.get("/v1/vocabularies")
    text = own.get("/metrics").text
    assert 'carefinder_request_seconds_count{route="/v1/vocabularies"} 1.0' in text
    assert 'carefinder_request_seconds_bucket{le="10.0",route="/v1/vocabularies"} 1.0' in text


def test_nobody_can_make_up_labels(own: TestClient) -> None:
    own.get("/v1")
    for number in range(50):
        own.get(f"/{number}/{CANARY}")
        own.request(f"BREW{number}", f"/v1/activities/{number}")
        own.request(f"BREW{number}", f"/v1/{number}")
        own.get(f"/static-offline-docs/{number}.js")
        own.get("/v1", headers={f"X-{number}": str(number)})
    labels = counted(own)
    assert labels == {
        ("GET", "/v1", "200"): 51,
        ("GET", "unknown", "404"): 100,
        ("other", "unknown", "404"): 50,
        ("other", "/v1/activities/{activity}", "405"): 50,
    }
    assert {method for method, _, _ in labels} <= METHODS | {"other"}


def test_two_applications_count_apart(own: TestClient, client: TestClient) -> None:
    client.get("/v1/nothing")
    assert ("GET", "unknown", "404") not in counted(own)
    assert Metrics().registry is not Metrics().registry


@pytest.mark.parametrize(
    ("environment", "allowed", "address", "may"),
    [
        ("development", "", "192.0.2.1", True),
        ("development", "", None, True),
        ("development", "10.0.0.0/8", "192.0.2.1", False),
        ("production", "", "127.0.0.1", False),
        ("production", "", None, False),
        ("production", "10.0.0.0/8", "10.1.2.3", True),
        ("production", "10.0.0.0/8, 2001:db8::/32", "2001:db8::1", True),
        ("production", "10.0.0.0/8", "11.0.0.1", False),
        ("production", "10.0.0.0/8", "::ffff:11.0.0.1", False),
        ("production", "10.0.0.0/8", "not an address", False),
        ("production", "10.0.0.0/8", None, False),
    ],
)
def test_in_production_named_networks_alone_may_read_the_counters(
    environment: str, allowed: str, address: str | None, *, may: bool
) -> None:
    settings = Settings.model_validate({"environment": environment, "metrics_allow": allowed})
    assert may_read(settings, address) is may


def test_for_others_there_is_nothing_where_the_counters_are(templates: Templates) -> None:
    app = make_app(
        templates.copy("sqlite", "empty"), environment="production", metrics_allow="10.0.0.0/8"
    )
    with ContractClient(app, client=("10.1.2.3", 4711)) as client:
        assert client.get("/metrics").status_code == 200
    with ContractClient(app, client=("192.0.2.1", 4711)) as client:
        answer = client.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"})
        assert answer.status_code == 404
        assert "carefinder" not in answer.text.replace("urn:carefinder", "")
