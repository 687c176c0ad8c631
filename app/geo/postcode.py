"""Postcodes as people type them.

A full postcode (a unit, `CM1 1AB`) is an outcode (`CM1`) and an incode (`1AB`); the outcode and
the first digit of the incode are its sector (`CM1 1`). A unit can be one house, so the sector is
the most that anything here passes on of somebody's home.
"""

import re
import unicodedata
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

Kind = Literal["unit", "sector", "outcode"]
Standing = Literal["in_use", "non_geographic", "outside_great_britain", "not_in_use"]

MOST_CHANGES = 3
"""So many look-alikes are forgiven in one postcode. With more, anything could be a postcode."""

MOST_CHANGES_WITHOUT_DIGITS = 2
"""Letters alone are more often a name that was misspelt. Without a space in the place where a
postcode has one, they may have one change at most: ESSEX is not E5 5EX."""

LOOK_ALIKES = ("O0Q", "IL1", "S5", "Z2", "B8", "G6")
"""Characters that are read or typed one for another."""

OUTSIDE_GREAT_BRITAIN = frozenset({"BT", "GY", "IM", "JE"})
"""Postcode areas of Northern Ireland, Guernsey, the Isle of Man and Jersey."""

_POST_BOXES = """
AB99 B99 BB94 BD97 BD98 BD99 BL11 BL78 BN50 BN51 BN52 BN88 BN91 BN95 BN99 BR98 BS0 BS80 BS98 BS99
CA95 CA99 CF30 CF91 CF95 CF99 CH25 CH26 CH27 CH28 CH29 CH30 CH31 CH32 CH33 CH34 CH70 CH88 CH99
CM92 CM98 CM99 CR9 CR44 CR90 CT50 CW98 DE99 DH97 DH98 DH99 DL98 DN55 E77 E98 EC1P EC2P EC3P EC4P
EH77 EH91 EH95 EH99 G9 G58 G70 G79 G90 GU95 IP98 IV99 KY99 L67 L68 L69 L70 L71 L72 L73 L74 L75 L80
LE21 LE41 LE55 LE87 LE94 LE95 LS88 LS98 LS99 M60 M61 M99 ME99 MK77 N1P N81 NE82 NE83 NE85 NE88
NE92 NE98 NE99 NG70 NG80 NG90 NR99 NW1W NW26 OL95 PE99 PL95 PR0 PR11 RH77 S49 S95 S96 S97 S98 S99
SA80 SA99 SE1P SL60 SL95 SN38 SN99 SO97 SR43 SS22 SS99 ST55 SW95 SW99 SY99 UB18 W1A WA55 WA88 WD99
WF90 WR78 WR99 WV98 WV99 YO90 YO91
"""

NON_GEOGRAPHIC = frozenset(_POST_BOXES.split())
"""Outcodes of post boxes and large companies. Nobody lives there, and some lie nowhere."""

_OUTCODE_SHAPES = {2: ("A9",), 3: ("A99", "AA9", "A9A"), 4: ("AA99", "AA9A")}
_CUT_SHORT = "9U"
_INCODE_SHAPES: tuple[tuple[Kind, str], ...] = (
    ("outcode", ""),
    ("unit", "9UU"),
    ("sector", "9"),
    ("sector", _CUT_SHORT),
)
_CHARACTERS = {
    "A": frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "9": frozenset("0123456789"),
    "U": frozenset("ABDEFGHJLNPQRSTUWXYZ"),
}
_WELL_WRITTEN = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ([0-9])([ABD-HJLNP-UW-Z]{2})", re.ASCII)
_KIND_ORDER: tuple[Kind, ...] = ("outcode", "unit", "sector")
_INCODE_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Postcode:
    """How a text was read as a postcode.

    `changes` counts the look-alike characters that were put right. `standing` says whether its
    outcode is in use, and where. The last two letters are kept out of the printed form, so that
    no log shows somebody's home.
    """

    outcode: str
    digit: str = ""
    letters: str = field(default="", repr=False)
    standing: Standing = "in_use"
    changes: int = 0

    @property
    def kind(self) -> Kind:
        """Whether this is a full postcode, a sector or an outcode."""
        if self.letters:
            return "unit"
        return "sector" if self.digit else "outcode"

    @property
    def sector(self) -> str | None:
        """The sector, such as `CM1 1`; None when only an outcode is known."""
        return f"{self.outcode} {self.digit}" if self.digit else None

    @property
    def text(self) -> str:
        """The postcode as it is printed, with its last two letters if they are known."""
        return f"{self.outcode} {self.digit}{self.letters}".strip()


def find_postcode(text: str, outcodes: AbstractSet[str]) -> Postcode | None:
    """Read what somebody typed as a full postcode, a sector or an outcode.

    Case, spaces, a missing space and punctuation do not matter. Where the text as it stands is
    no postcode in use, look-alikes (0 and O, 1 and I and L, 5 and S …) are put right by their
    position: fewest changes first, and only into an outcode that is in use. Where several
    readings remain, a space or dash that was typed decides: `CM1 1` is a sector, `CM11` an
    outcode.

    Args:
        text: any text.
        outcodes: the outcodes in use, such as `CM1`.

    Returns:
        None when the text has not the form of a postcode. A postcode whose outcode is not in use
        has the standing `not_in_use`.
    """
    written = _WELL_WRITTEN.fullmatch(text)
    if written is not None and written[1] in outcodes:
        # No other reading can be better, so that none is looked for.
        return Postcode(written[1], written[2], written[3], _standing(written[1], outcodes))
    typed = _characters(text)
    if typed is None:
        return None
    characters, breaks = typed
    readings = (
        (_rank(reading, split, breaks), reading)
        for reading, split in _readings(characters, breaks, outcodes)
    )
    best = min(readings, key=lambda ranked: ranked[0], default=None)
    return None if best is None else best[1]


def sector_of(postcode: str) -> str:
    """The sector of a full postcode: `CM1 1` of `CM1 1AB`.

    Raises:
        ValueError: the text is not a full postcode.
    """
    joined = "".join(postcode.split()).upper()
    outcode, incode = joined[:-_INCODE_LENGTH], joined[-_INCODE_LENGTH:]
    shapes = _OUTCODE_SHAPES.get(len(outcode), ())
    if not (any(_fits(outcode, shape) for shape in shapes) and _fits(incode, "9UU")):
        raise ValueError("This is not a full postcode.")
    return f"{outcode} {incode[0]}"


def _fits(text: str, shape: str) -> bool:
    return len(text) == len(shape) and all(
        character in _CHARACTERS[place] for character, place in zip(text, shape, strict=True)
    )


def _characters(text: str) -> tuple[str, frozenset[int]] | None:
    """The letters and digits of a text, and where spaces or punctuation stood between them."""
    kept: list[str] = []
    breaks: set[int] = set()
    for character in unicodedata.normalize("NFKC", text).upper():
        if character.isascii() and character.isalnum():
            kept.append(character)
        elif character.isalnum():
            return None
        else:
            breaks.add(len(kept))
    return "".join(kept), frozenset(breaks - {0, len(kept)})


def _readings(
    characters: str, breaks: frozenset[int], outcodes: AbstractSet[str]
) -> Iterator[tuple[Postcode, int]]:
    """Every way to read the characters, each with the position where its incode begins."""
    for kind, shape in _INCODE_SHAPES:
        split = len(characters) - len(shape)
        shapes = _OUTCODE_SHAPES.get(split, ())
        incode = _nearest(characters[split:], shape) if shapes else None
        # Somebody may not have typed the last letter yet, but a space in the wrong place as well
        # is too much to guess from.
        if incode is None or (shape == _CUT_SHORT and breaks and split not in breaks):
            continue
        most = _most_changes(characters, spaced=split in breaks)
        digit, letters = incode[0][:1], incode[0][1:] if kind == "unit" else ""
        for outcode, changes in _outcodes(characters[:split], shapes):
            total = changes + incode[1]
            standing = _standing(outcode, outcodes)
            # A correction must lead to a place; otherwise the text is better left as it is.
            if total and (total > most or standing in {"not_in_use", "non_geographic"}):
                continue
            yield Postcode(outcode, digit, letters, standing, total), split


def _most_changes(characters: str, *, spaced: bool) -> int:
    if characters.isdigit():
        return 0
    if characters.isalpha():
        return MOST_CHANGES_WITHOUT_DIGITS if spaced else 1
    return MOST_CHANGES


def _rank(reading: Postcode, split: int, breaks: frozenset[int]) -> tuple[bool, int, bool, int]:
    """What makes a reading better than another; the least is the best."""
    return (
        reading.standing == "not_in_use",
        reading.changes,
        bool(breaks) and split not in breaks,
        _KIND_ORDER.index(reading.kind),
    )


def _standing(outcode: str, outcodes: AbstractSet[str]) -> Standing:
    if outcode in NON_GEOGRAPHIC:
        return "non_geographic"
    if outcode in outcodes:
        return "in_use"
    area = outcode.rstrip("0123456789")
    return "outside_great_britain" if area in OUTSIDE_GREAT_BRITAIN else "not_in_use"


def _outcodes(characters: str, shapes: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """What the characters can stand for as an outcode, with the number of changes."""
    for shape in shapes:
        options = (
            _options(character, place) for character, place in zip(characters, shape, strict=True)
        )
        for chosen in product(*options):
            outcode = "".join(chosen)
            yield outcode, sum(a != b for a, b in zip(outcode, characters, strict=True))


def _nearest(characters: str, shape: str) -> tuple[str, int] | None:
    """The characters made to fit a shape with the fewest changes, and their number."""
    chosen = ""
    for character, place in zip(characters, shape, strict=True):
        options = _options(character, place)
        if not options:
            return None
        chosen += options[0]
    return chosen, sum(a != b for a, b in zip(chosen, characters, strict=True))


def _options(character: str, place: str) -> tuple[str, ...]:
    """What a character can stand for in its place: itself first, then its look-alikes."""
    alike = next((group for group in LOOK_ALIKES if character in group), "")
    return tuple(
        option for option in dict.fromkeys(character + alike) if option in _CHARACTERS[place]
    )
