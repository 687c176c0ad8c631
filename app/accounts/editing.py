"""Editing without overwriting one another: `ETag` when read, `If-Match` when changed."""

from collections.abc import Mapping
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response

from app.database import Noun
from app.problems import Fault, Malformed, PreconditionFailed, PreconditionRequired

LONGEST_TAGS = 1_000
TOO_LONG = Fault(
    **{"in": "header"}, name="If-Match", code="string_too_long", message="This is too long."
)

PRIVATE = "private, no-store"
"""Of what only those who are signed in may see."""

ETAG: dict[str, Any] = {
    "ETag": {
        "description": "Names this version. Send it as `If-Match` with a change.",
        "schema": {"type": "string", "examples": ['"01a16afa45fa796aba97b1af856c67e6-3"']},
    }
}
EDITABLE: dict[int | str, dict[str, Any]] = {200: {"headers": ETAG}}
"""What the documentation of an operation says that answers with something editable."""

MADE: dict[int | str, dict[str, Any]] = {201: {"headers": ETAG}}
"""The same where something editable has just been made."""


def version_tag(row_id: UUID, version: int) -> str:
    """The ETag of one version of a row."""
    return f'"{row_id.hex}-{version}"'


class Tagged(Protocol):
    """What is shown of something editable: it carries its own ETag."""

    @property
    def etag(self) -> str:
        """Made by `version_tag` after the row was flushed."""


ShownT = TypeVar("ShownT", bound=Tagged)


def tagged(response: Response, shown: ShownT) -> ShownT:
    """What is shown, once the answer's headers carry its ETag and keep it from caches."""
    response.headers.update({"ETag": shown.etag, "Cache-Control": PRIVATE})
    return shown


class Precondition:
    """What a change says that it was based on."""

    def __init__(self, tags: frozenset[str]) -> None:
        self.tags = tags

    def require(self, row: Noun) -> None:
        """Go on only if the row is still as it was read.

        Two who both pass here end in one success and one 412, because the row's version is
        compared once more when it is written.

        Raises:
            PreconditionFailed: somebody changed it since.
        """
        self.require_tag(version_tag(row.id, row.version))

    def require_tag(self, current: str) -> None:
        """The same for an ETag that was made otherwise."""
        if "*" not in self.tags and current not in self.tags:
            raise PreconditionFailed(
                "Somebody changed this since you read it. Read it again, and repeat your change."
            )


async def _precondition(request: Request) -> Precondition:
    sent = request.headers.getlist("if-match")
    if not sent:
        raise PreconditionRequired(
            "Say in `If-Match` which version you are changing: the ETag of what you read."
        )
    if sum(map(len, sent)) > LONGEST_TAGS:
        raise Malformed([TOO_LONG])
    # The comparison is strong, so a weak tag never fits (RFC 9110, section 13.1.1). What was
    # compressed on the way is the same version.
    tags = (one.strip() for one in ",".join(sent).split(","))
    return Precondition(frozenset(one.replace('-gzip"', '"') for one in tags))


IfMatch = Annotated[Precondition, Depends(_precondition)]
"""For operations that change something that others may change too: 428 without the header.

Document the header with `openapi_extra=IF_MATCH`, and the problems with
`responses(PreconditionRequired, PreconditionFailed)`.
"""

IF_MATCH: Mapping[str, Any] = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "The ETag of what you read, or `*` for whatever is there now.",
            "schema": {"type": "string", "maxLength": LONGEST_TAGS, "examples": ["*"]},
        }
    ]
}
