"""The limit: an application that does nothing but answer, under the same server.

`/300` is answered with 300 bytes, and `/304` with a 304.
"""

import socket
import sys

import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope

NOT_MODIFIED = "/304"
_BODIES: dict[str, bytes] = {}
_HEADERS: dict[str, list[tuple[bytes, bytes]]] = {}


async def bare(scope: HTTPScope, _: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Answer with as many bytes as the path says; they are made once."""
    path = scope["path"]
    if path == NOT_MODIFIED:
        await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b'"1"')]})
        await send({"type": "http.response.body", "body": b""})
        return
    if path not in _BODIES:
        _BODIES[path] = b"x" * int(path[1:])
        length = str(len(_BODIES[path])).encode()
        _HEADERS[path] = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS[path]})
    await send({"type": "http.response.body", "body": _BODIES[path]})


def main(port: int) -> None:
    """Serve on a port of this machine, set up as `carefinder serve` does."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            bare, lifespan="off", log_config=None, access_log=False, server_header=False
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]))
