"""Public answers that change only with the catalogue, the code or the day carry a strong ETag.

The ETag stands for what the answer is made of, so it is tested before any work is done.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from app.clock import read_clock
from app.database import ReadSession
from app.parameters import Today

CACHE_CONTROL = "public, max-age=60"

_HEADERS = {
    "ETag": {
        "description": "Changes whenever the answer does. Send it back as `If-None-Match`.",
        "schema": {"type": "string", "examples": ['"407ab2ac9dbc79db730214792bea2659"']},
    },
    "Cache-Control": {
        "description": "For how long it may be shown again without asking.",
        "schema": {"type": "string", "examples": [CACHE_CONTROL]},
    },
}

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {"headers": _HEADERS},
    304: {
        "description": "What you have, and named in `If-None-Match`, is still right.",
        "headers": _HEADERS,
    },
}
"""What the documentation of every cacheable operation says besides."""


class NotModified(Exception):  # noqa: N818 - it is an answer and not an error.
    """What the caller has is still right."""

    def __init__(self, etag: str, *, vary: str | None = None) -> None:
        super().__init__(etag)
        self.etag = etag
        self.vary = vary


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


def matching(if_none_match: str, etag: str) -> str | None:
    """The spelling of an ETag that an `If-None-Match` header names: as it is, or compressed.

    The comparison is weak, as for every GET (RFC 9110, section 13.1.2). The 304 has to name the
    very ETag that the caller's cache holds, or the cache does not know which answer is meant.
    """
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    spellings = (etag, f'{etag[:-1]}-gzip"')
    return next((spelling for spelling in spellings if spelling in tags), None)


def etag_of(
    path: str, query: Iterable[tuple[str, str]], epoch: str, sequence: int, today: date
) -> str:
    """The ETag of an answer to a request, from what it is made of.

    Args:
        path: of the request.
        query: the names and values of its query, whatever their order.
        epoch: of the catalogue's clock.
        sequence: the clock's number.
        today: the day that labels and next dates are worked out for.
    """
    digest = _begun(epoch, sequence, build(), today).copy()
    # Written so that no two queries are written alike.
    digest.update(f"{path}\x1f{sorted(query)!r}".encode("utf-8", "replace"))
    return f'"{digest.hexdigest()}"'


@lru_cache(maxsize=8)
def _begun(epoch: str, sequence: int, code: str, today: date) -> "hashlib.blake2b":
    """A digest of what all answers of a moment are made of."""
    text = f"{epoch}\x1f{sequence}\x1f{code}\x1f{today.isoformat()}\x1f"
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16)


def named_by(request: Request, etag: str) -> str | None:
    """The ETag as the caller's `If-None-Match` names it; None if it does not."""
    sent = request.headers.getlist("if-none-match")
    return matching(",".join(sent), etag) if sent else None


def unchanged(etag: str) -> Response:
    """The answer to a caller who has the answer already."""
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": CACHE_CONTROL})


def cacheable(request: Request, response: Response, session: ReadSession, today: Today) -> None:
    """Give an answer from the database its ETag, or end the request if the caller has it already.

    Raises:
        NotModified: the caller's `If-None-Match` names the answer.
    """
    face = read_clock(session)
    query = request.query_params.multi_items()
    etag = etag_of(request.scope["path"], query, face.epoch, face.sequence, today)
    if named := named_by(request, etag):
        raise NotModified(named)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = CACHE_CONTROL


LINKED_DATA = "application/ld+json"
"""Data in the words of schema.org, which search engines read (JSON-LD 1.1)."""


def prefers_linked_data(accept: str) -> bool:
    """Whether an `Accept` header wants linked data rather than plain JSON.

    It has to name it, and to like it no less than JSON (RFC 9110, section 12.5.1). A quality that
    cannot be read counts as none.
    """
    qualities: dict[str, float] = {}
    for part in accept.lower().split(","):
        media, *parameters = (one.strip() for one in part.split(";"))
        stated = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        fits = re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", stated)
        qualities[media] = max(qualities.get(media, 0.0), float(stated) if fits else 0.0)
    plain = next(
        (
            qualities[media]
            for media in ("application/json", "application/*", "*/*")
            if media in qualities
        ),
        0.0,
    )
    return qualities.get(LINKED_DATA, 0.0) > 0 and qualities[LINKED_DATA] >= plain


def linked_data_wanted(request: Request) -> bool:
    """Whether the caller wants linked data."""
    return prefers_linked_data(",".join(request.headers.getlist("accept")))


LinkedDataWanted = Annotated[bool, Depends(linked_data_wanted)]


def negotiated(
    request: Request,
    response: Response,
    session: ReadSession,
    today: Today,
    linked: LinkedDataWanted,
) -> None:
    """As `cacheable`, for what is also served as linked data, under an ETag of its own.

    Raises:
        NotModified: the caller's `If-None-Match` names the answer.
    """
    face = read_clock(session)
    epoch = f"{face.epoch} {LINKED_DATA}" if linked else face.epoch
    query = request.query_params.multi_items()
    etag = etag_of(request.scope["path"], query, epoch, face.sequence, today)
    if named := named_by(request, etag):
        raise NotModified(named, vary="Accept")
    response.headers.update({"ETag": etag, "Cache-Control": CACHE_CONTROL, "Vary": "Accept"})


Cacheable = Annotated[None, Depends(cacheable)]


def install(app: FastAPI) -> None:
    """Have `NotModified` answered as 304."""
    app.add_exception_handler(NotModified, _answer)


def _answer(_: Request, not_modified: Exception) -> Response:
    assert isinstance(not_modified, NotModified)  # noqa: S101 - tells mypy what this is for.
    answer = unchanged(not_modified.etag)
    if not_modified.vary:
        answer.headers["Vary"] = not_modified.vary
    return answer
