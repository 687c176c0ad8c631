"""Servers under measurement: started, asked, and stopped again. Everything stays on loopback."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

HOST = "127.0.0.1"
START_SECONDS = 3_600
STOP_SECONDS = 60
ASK_SECONDS = 120
BETWEEN_LOOKS = 0.01
"""Seconds between two looks whether a server is ready."""

EXACT_TO = 0.01
"""What takes long is looked at less often: its seconds are right to so large a part of them."""

SETTLED_FOR = 0.05
"""A server that used no processor time for so many seconds is at rest."""

SETTLE_LOOKS = 200


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    etag: str
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever the JSON holds.
        """The body, read."""
        return json.loads(self.body)


class NotServing(Exception):  # noqa: N818 - errors here are nouns.
    """A server did not start, or ended by itself."""


class Server:
    """A server in a process of its own, on a free port."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        ready: str,
        log: Path,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Start nothing yet: that is for `with`.

        Args:
            command: what to run; the port is added to it.
            ready: a path that answers 200 once the server can answer.
            log: the file for what it prints.
            variables: added to the environment.
        """
        self.port = _free_port()
        self._command = [*command, str(self.port)]
        self._ready = ready
        self._log = log
        self._variables = variables or {}
        self._process: subprocess.Popen[bytes] | None = None
        self.seconds_to_ready = 0.0

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the commands are written in this folder.
                self._command,
                env={**os.environ, **self._variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait(begun)
        except BaseException:
            self.stop()
            raise
        self.seconds_to_ready = time.monotonic() - begun
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The number of its process."""
        if self._process is None:
            raise NotServing("The server was not started.")
        return self._process.pid

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://{HOST}:{self.port}"

    def ask(self, path: str) -> Answer:
        """What it answers to a GET, on a connection of its own; to a POST of what tabs part off."""
        path, _, body = path.partition("\t\t")
        with contextlib.closing(
            http.client.HTTPConnection(HOST, self.port, timeout=ASK_SECONDS)
        ) as connection:
            if body:
                headers = {"Content-Type": "application/json"}
                connection.request("POST", path, body, headers)
            else:
                connection.request("GET", path)
            response = connection.getresponse()
            return Answer(response.status, response.getheader("ETag") or "", response.read())

    def tell(self, path: str, body: object) -> Answer:
        """What it answers to a POST of JSON, on a connection of its own."""
        with contextlib.closing(
            http.client.HTTPConnection(HOST, self.port, timeout=ASK_SECONDS)
        ) as connection:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            return Answer(response.status, response.getheader("ETag") or "", response.read())

    def cpu_seconds(self) -> float | None:
        """The processor time that it has used; None where the system does not tell."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return None
        # The name in brackets may hold spaces; user and system time are 11 and 12 after it.
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self) -> None:
        """Wait until it works no longer on what was left of the last load."""
        before = self.cpu_seconds()
        for _ in range(SETTLE_LOOKS):
            time.sleep(SETTLED_FOR)
            after = self.cpu_seconds()
            if before is None or after is None or after == before:
                return
            before = after

    def memory_mb(self) -> float | None:
        """The memory that it holds now; None where the system does not tell."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        except OSError:
            return None
        kilobytes = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(next(kilobytes)) / 1024

    def stop(self) -> None:
        """End it as an operator would, and wait until it has ended."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self, begun: float) -> None:
        while time.monotonic() - begun < START_SECONDS:
            if self._process is not None and self._process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask(self._ready).status == http.client.OK:
                    return
            time.sleep(max(BETWEEN_LOOKS, EXACT_TO * (time.monotonic() - begun)))
        raise NotServing(f"{self._command[0]} did not get ready; it says why in {self._log}.")


def application(database_url: str, folder: Path) -> Server:
    """The application on a database, started as `carefinder serve` is.

    Args:
        database_url: its database.
        folder: for what it writes.
    """
    command = [str(Path(sys.executable).with_name("carefinder")), "serve"]
    return Server(
        [*command, "--database", database_url, "--host", HOST, "--port"],
        ready="/health/ready",
        log=folder / "server.log",
        variables={"CAREFINDER_VAR": str(folder)},
    )


def bare_server(folder: Path) -> Server:
    """The application that does nothing but answer."""
    command = [sys.executable, str(Path(__file__).with_name("bare.py"))]
    return Server(command, ready="/2", log=folder / "bare.log")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port
