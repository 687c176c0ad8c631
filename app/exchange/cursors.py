"""Where a follower of the changes stands, as a text that means nothing to anybody else."""

import base64
import binascii
import re
from dataclasses import dataclass

from app.clock import ClockFace
from app.problems import Fault, Gone, Malformed

WHOLE = 2**31 - 1
"""Stands for the last change of a transaction, however many it has."""

LONGEST = 120
_WRITTEN = re.compile(r"1\.([0-9a-f]{1,32})\.([0-9]{1,18})\.([0-9]{1,10})")


class CursorOutdated(Gone):
    """The cursor belongs to a catalogue that was since restored or replaced: export again."""

    title = "Export again"
    code = "cursor_outdated"

    def __init__(self) -> None:
        super().__init__(
            "This cursor does not belong to the catalogue as it is now: it was restored or "
            "replaced. Export everything again and go on from there.",
            export="/v1/export/activities.ndjson",
        )


@dataclass(frozen=True)
class Cursor:
    """The last change that was seen: a transaction's number, and a place in it."""

    epoch: str
    sequence: int
    position: int = WHOLE


def written(cursor: Cursor) -> str:
    """A cursor as a text that needs no encoding in an address."""
    text = f"1.{cursor.epoch}.{cursor.sequence}.{cursor.position}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """The cursor that a text is.

    Raises:
        Malformed: it is none of ours.
    """
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found = _WRITTEN.fullmatch(plain.decode())
    except (binascii.Error, ValueError):
        found = None
    if found is None:
        fault = Fault(
            **{"in": "query"},
            name="cursor",
            code="cursor",
            message="This is no cursor. Take one from next_cursor or Changes-Cursor as it is.",
        )
        raise Malformed([fault])
    return Cursor(found[1], int(found[2]), int(found[3]))


def refuse_outdated(cursor: Cursor, face: ClockFace) -> None:
    """Refuse a cursor of another epoch, or of a number that the clock has not reached.

    Raises:
        CursorOutdated: it belongs to another catalogue.
    """
    if cursor.epoch != face.epoch or cursor.sequence > face.sequence:
        raise CursorOutdated
