"""Draws what each row costs against the size of the catalogue, as a PNG, with numpy alone."""

import math
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import cycle, islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scripts.benchmark.results import Run

WIDTH, HEIGHT = 1120, 620
LEFT, TOP, BOTTOM = 120, 70, 100
BESIDE = 14
"""So much is left free before and behind the name of a line."""

SHARPER = 2
"""Everything is drawn at twice the size and then made smaller, so that lines are smooth."""

DOT = 2
"""How wide a dot of a letter is."""

FEWEST_SIZES = 2

INK, GREY, PALE = (40, 40, 40), (120, 120, 120), (226, 226, 226)
COLOURS = (
    *((0, 90, 160), (190, 60, 30), (20, 130, 70), (120, 70, 160), (150, 110, 0), (0, 130, 140)),
    *((200, 30, 110), (90, 90, 0), (60, 60, 200), (120, 80, 50)),
)

Colour = tuple[int, int, int]
Pixels = npt.NDArray[np.uint8]

# Five columns of eight dots for each sign from the space on, the lowest bit on top.
_FIRST_SIGN = 0x20
_SIGNS = bytes.fromhex(
    "0000000000 00005f0000 0007000700 147f147f14 242a7f2a12 2313086462 3649562050 0008070300"
    "001c224100 0041221c00 2a1c7f1c2a 08083e0808 0080703000 0808080808 0000606000 2010080402"
    "3e5149453e 00427f4000 7249494946 2141494d33 1814127f10 2745454539 3c4a494931 4121110907"
    "3649494936 464949291e 0000140000 0040340000 0008142241 1414141414 0041221408 0201590906"
    "3e415d594e 7c1211127c 7f49494936 3e41414122 7f4141413e 7f49494941 7f09090901 3e41415173"
    "7f0808087f 00417f4100 2040413f01 7f08142241 7f40404040 7f021c027f 7f0408107f 3e4141413e"
    "7f09090906 3e4151215e 7f09192946 2649494932 03017f0103 3f4040403f 1f2040201f 3f4038403f"
    "6314081463 0304780403 6159494d43 007f414141 0204081020 004141417f 0402010204 4040404040"
    "0003070800 2054547840 7f28444438 3844444428 384444287f 3854545418 00087e0902 18a4a49c78"
    "7f08040478 00447d4000 2040403d00 7f10284400 00417f4000 7c04780478 7c08040478 3844444438"
    "fc18242418 18242418fc 7c08040408 4854545424 04043f4424 3c4040207c 1c2040201c 3c4030403c"
    "4428102844 4c9090907c 4464544c44"
)
LETTER = 6 * DOT
"""How wide a letter is, with the space behind it."""


class Canvas:
    """A white sheet to draw on, in dots of the finished picture."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Pixels = np.full((height * SHARPER, width * SHARPER, 3), 255, dtype=np.uint8)

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: Colour) -> None:
        """A line from one point to another."""
        steps = int(max(abs(end[0] - start[0]), abs(end[1] - start[1])) * SHARPER) + 1
        for part in np.linspace(0, 1, steps + 1):
            x = start[0] + (end[0] - start[0]) * part
            y = start[1] + (end[1] - start[1]) * part
            self.dot((x, y), 1.0, colour)

    def dot(self, middle: tuple[float, float], radius: float, colour: Colour) -> None:
        """A disc."""
        x, y, reach = (value * SHARPER for value in (*middle, radius))
        top, left = max(0, int(y - reach)), max(0, int(x - reach))
        part = self.pixels[top : int(y + reach) + 1, left : int(x + reach) + 1]
        rows, columns = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
        part[(rows - y) ** 2 + (columns - x) ** 2 <= reach**2] = colour

    def text(
        self, at: tuple[float, float], words: str, colour: Colour = INK, *, upwards: bool = False
    ) -> None:
        """Words that begin at a point, which is half way up their letters."""
        dots = np.kron(_dots(words), np.ones((DOT * SHARPER, DOT * SHARPER), dtype=np.bool_))
        if upwards:
            dots = np.rot90(dots)
        left, top = int(at[0] * SHARPER), int(at[1] * SHARPER) - dots.shape[0] // 2
        part = self.pixels[top : top + dots.shape[0], left : left + dots.shape[1]]
        part[dots[: part.shape[0], : part.shape[1]]] = colour

    def png(self) -> bytes:
        """The finished picture."""
        height, width = (size // SHARPER for size in self.pixels.shape[:2])
        fine = self.pixels.reshape(height, SHARPER, width, SHARPER, 3)
        dots = fine.mean(axis=(1, 3)).round().astype(np.uint8)
        lines = b"".join(b"\0" + line.tobytes() for line in dots)
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def draw_costs(run: Run, path: Path) -> bool:
    """Draw the cost of each row; nothing is drawn of a single size.

    Returns:
        Whether there was anything to draw.
    """
    names = list(dict.fromkeys(name for one in run.sizes for name in one.rows))
    ran = [found for name in names if len(found := run.ran(name)) >= FEWEST_SIZES]
    if not ran:
        return False
    lines = {
        next(iter(found.values())).title: {size: row.cost for size, row in found.items()}
        for found in ran
    }
    lines["the limit"] = {
        size: min(found[size].limit_cost for found in ran if size in found) for size in ran[0]
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    note = f"{run.machine.processor}, commit {run.machine.commit}, seed {run.seed}"
    path.write_bytes(_chart(lines, note))
    return True


def _chart(lines: Mapping[str, Mapping[int, float]], note: str) -> bytes:
    """A chart with both axes in powers of ten, and each line named at its end."""
    canvas = Canvas(WIDTH, HEIGHT)
    sizes = sorted({size for line in lines.values() for size in line})
    costs = [cost for line in lines.values() for cost in line.values()]
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    right = WIDTH - 2 * BESIDE - max(map(len, lines)) * LETTER
    across = _scale((math.log10(sizes[0]), math.log10(sizes[-1])), (LEFT, right))
    up = _scale((low, high), (HEIGHT - BOTTOM, TOP))
    for mark in _marks(low, high):
        y = up(math.log10(mark))
        canvas.line((LEFT, y), (right, y), PALE)
        label = f"{mark:,}"
        canvas.text((LEFT - 10 - len(label) * LETTER, y), label, GREY)
    for size in sizes:
        x = across(math.log10(size))
        canvas.line((x, TOP), (x, HEIGHT - BOTTOM), PALE)
        label = f"{size:,}"
        canvas.text((x - len(label) * LETTER / 2, HEIGHT - BOTTOM + 20), label, GREY)
    ends: list[tuple[float, str, Colour]] = []
    colours = *islice(cycle(COLOURS), len(lines) - 1), GREY
    for colour, (name, line) in zip(colours, lines.items(), strict=True):
        points = [(across(math.log10(size)), up(math.log10(line[size]))) for size in sorted(line)]
        for start, end in pairwise(points):
            canvas.line(start, end, colour)
        for point in points:
            canvas.dot(point, 4, colour)
        ends.append((points[-1][1], name, colour))
    for y, name, colour in _apart(ends):
        canvas.text((right + BESIDE, y), name, colour)
    canvas.text((LEFT, 36), "What a request costs the server, by the size of the catalogue")
    canvas.text((LEFT, HEIGHT - BOTTOM + 48), "activities in the catalogue")
    canvas.text((14, (TOP + HEIGHT - BOTTOM) / 2), "CPU microseconds a request", upwards=True)
    canvas.text((LEFT, HEIGHT - 22), note, GREY)
    return canvas.png()


def _scale(values: tuple[float, float], places: tuple[float, float]) -> Callable[[float], float]:
    """Where a value stands between two places, from the two values that stand there."""
    step = (places[1] - places[0]) / max(values[1] - values[0], 1e-9)
    return lambda value: places[0] + (value - values[0]) * step


def _marks(low: int, high: int) -> Iterator[int]:
    for power in range(low, high + 1):
        for part in (1, 2, 5):
            if power < high or part == 1:
                yield part * 10**power


def _apart(ends: Sequence[tuple[float, str, Colour]]) -> Iterator[tuple[float, str, Colour]]:
    """The names at the ends of lines, moved down where they would stand on each other."""
    lowest = 0.0
    for y, name, colour in sorted(ends):
        lowest = max(y, lowest + 20)
        yield lowest, name, colour


def _dots(words: str) -> npt.NDArray[np.bool_]:
    columns = b"".join(_sign(letter) + b"\0" for letter in words)
    bits = np.unpackbits(np.frombuffer(columns, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    return bits.T.astype(np.bool_)


@cache
def _sign(letter: str) -> bytes:
    start = (ord(letter) - _FIRST_SIGN) * 5
    return _SIGNS[start : start + 5] if 0 <= start < len(_SIGNS) else _SIGNS[:5]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
