"""A real server that a test can make fail, or leak, by putting a file into a folder.

`python watched_server.py PORT FOLDER` serves on 127.0.0.1 as `carefinder serve` does, with every
logger at DEBUG. While FOLDER holds a file called `fail`, a layer raises an error whose message is
all that was sent, and with `fail-inside` matching itself does. While it holds `leak-log`,
`leak-file` or `leak-database`, what was sent is written there, so that a test can see that it
would notice.
"""

import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.main import create_app
from app.matching import router
from app.settings import get_settings
from app.traffic.log import set_up_logging

logger = logging.getLogger("carefinder.leak")


class Leaks:
    """A layer that does with the body of a request what nobody may do."""

    def __init__(self, app: ASGIApp, *, folder: Path, database: Any) -> None:
        self.app = app
        self.folder = folder
        self.database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not any(self.folder.iterdir()):
            await self.app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        text = body.decode("utf-8", "replace")
        if self.asked("log"):
            logger.debug("answers %s", text)
        if self.asked("file"):
            with tempfile.NamedTemporaryFile("w", delete=False) as file:
                file.write(text)
        if self.asked("database"):
            with self.database.write() as session:
                statement = "CREATE TABLE IF NOT EXISTS leaked (told TEXT)"
                session.connection().exec_driver_sql(statement)
                told = text.replace("'", "''")
                session.connection().exec_driver_sql(f"INSERT INTO leaked VALUES ('{told}')")  # noqa: S608 - leaking is its purpose.
        if (self.folder / "fail").exists():
            raise RuntimeError(text)
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)

    def asked(self, where: str) -> bool:
        return (self.folder / f"leak-{where}").exists()


def failing(folder: Path, answer: Callable[..., bytes]) -> Callable[..., bytes]:
    """Matching that fails when it is told to, with all that it was asked in its error."""

    def answer_or_fail(snapshot: Any, asked: Any) -> bytes:
        if (folder / "fail-inside").exists():
            raise RuntimeError(asked.model_dump_json())
        return answer(snapshot, asked)

    return answer_or_fail


def main(port: str, folder: str) -> None:
    answer = vars(router)["matches_found"]
    vars(router)["matches_found"] = failing(Path(folder), answer)
    application = create_app(get_settings())
    # The last one is the innermost: what it raises passes through every layer of the application.
    application.user_middleware.append(
        Middleware(Leaks, folder=Path(folder), database=application.state.database)
    )
    set_up_logging("DEBUG")
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=int(port),
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
