"""Public answers that change only with the catalogue, the code or the day carry a strong ETag.

The ETag stands for what the answer is made of, so it is tested before any work is done.
"""

import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from starlette.datastructures import QueryParams

from app.clock import read_clock
from app.database import ReadSession
from app.parameters import Today

CACHE_CONTROL = "public, max-age=60"


class NotModified(Exception):  # noqa: N818 - it is an answer and not an error.
    """What the caller has is still right."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


@cache
def build() -> str:
    """What tells one version of the code from another: a digest of the code and its data."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(_sources(resources.files("app")), key=str):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(folder: Traversable) -> list[Traversable]:
    found = []
    for path in folder.iterdir():
        if path.is_dir() and path.name != "sample":
            found += _sources(path)
        elif path.name.endswith((".py", ".json", ".csv")):
            found.append(path)
    return found


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether an `If-None-Match` header names this ETag, weak or compressed spellings included."""
    if not if_none_match:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or f'{etag[:-1]}-gzip"' in tags


def cacheable(request: Request, response: Response, session: ReadSession, today: Today) -> None:
    """Give the answer its ETag, or end the request at once if the caller has it already.

    Raises:
        NotModified: the caller's `If-None-Match` names the answer.
    """
    face = read_clock(session)
    parts = (
        face.epoch,
        str(face.sequence),
        build(),
        today.isoformat(),
        request.url.path,
        _normal(request.query_params),
    )
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=16)
    etag = f'"{digest.hexdigest()}"'
    if matches(request.headers.get("if-none-match"), etag):
        raise NotModified(etag)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = CACHE_CONTROL


def _normal(query: QueryParams) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(query.multi_items()))


Cacheable = Annotated[None, Depends(cacheable)]


def install(app: FastAPI) -> None:
    """Have `NotModified` answered as 304."""
    app.add_exception_handler(NotModified, _answer)


def _answer(_: Request, unchanged: Exception) -> Response:
    assert isinstance(unchanged, NotModified)  # noqa: S101 - tells mypy what the handler is for.
    headers = {"ETag": unchanged.etag, "Cache-Control": CACHE_CONTROL}
    return Response(status_code=304, headers=headers)
