"""Reading a CSV file as people make them: their encodings, their separators, their spreadsheets."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from app.listings.imports.columns import BY_NAME, COLUMNS, Cells

MOST_ROWS = 10_000
FORMULA = frozenset("=+-@\t\r")
"""What makes a spreadsheet take a cell for a formula when it stands first (OWASP)."""

NUMERIC = frozenset({"phone"})
"""The columns in which + may stand first, as in +44."""


class CellFault(NamedTuple):
    """Something to put right in a file: its row, as spreadsheets count, and its column."""

    row: int
    column: str | None
    code: str
    message: str


@dataclass
class Table:
    """The rows of a file by their number, and what is wrong with them."""

    rows: list[tuple[int, Cells]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


def read_table(content: bytes) -> Table:
    """The rows of a CSV file; the first one names the columns.

    Args:
        content: UTF-8, with or without a byte order mark; separated by commas, semicolons or tabs.
    """
    table = Table()
    text = _text(content, table)
    if text is None:
        return table
    header, _, _ = text.partition("\n")
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        _read(reader, table)
    except csv.Error:
        message = "This row cannot be read. A quotation mark may be open, or a cell too long."
        table.faults.append(CellFault(reader.line_num, None, "csv", message))
    return table


def _text(content: bytes, table: Table) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Guessing an encoding would publish wrong letters in names.
        row = content.count(b"\n", 0, error.start) + 1
        message = "This is not UTF-8. In your spreadsheet, save it as “CSV UTF-8”."
        table.faults.append(CellFault(row, None, "encoding", message))
        return None


def _read(reader: Iterator[list[str]], table: Table) -> None:
    names = [_tidy(cell).casefold() for cell in next(reader, [])]
    if not _has_sound_header(names, table):
        return
    for values in reader:
        # A cell may hold several lines; a row is known by the line on which it ends.
        row = reader.line_num  # type: ignore[attr-defined] # The reader of the library has it.
        if not any(value.strip() for value in values):
            continue
        if len(table.rows) == MOST_ROWS:
            message = f"A file has at most {MOST_ROWS:,} rows. Send the rest in another one."
            table.faults.append(CellFault(row, None, "too_many_rows", message))
            return
        if len(values) > len(names):
            message = "This row has more cells than there are columns."
            table.faults.append(CellFault(row, None, "too_many_cells", message))
            continue
        cells = {name: _tidy(value) for name, value in zip(names, values, strict=False)}
        table.faults += _formulas(row, cells)
        table.rows.append((row, {name: plain(value) for name, value in cells.items()}))


def _has_sound_header(names: list[str], table: Table) -> bool:
    before = len(table.faults)
    for name in dict.fromkeys(names):
        if name not in BY_NAME:
            # What stands there can be anything, so that it is not repeated.
            message = f"Column {names.index(name) + 1} is not known. The template names them all."
            table.faults.append(CellFault(1, None, "unknown_column", message))
        elif names.count(name) > 1:
            table.faults.append(CellFault(1, name, "repeated", "This column stands there twice."))
    for column in COLUMNS:
        if column.required and column.name not in names:
            message = "This column is missing."
            table.faults.append(CellFault(1, column.name, "missing", message))
    return len(table.faults) == before


def _tidy(cell: str) -> str:
    return cell.strip(" \u00a0\n\r")


def _formulas(row: int, cells: Cells) -> Iterator[CellFault]:
    """The cells that a spreadsheet would carry out."""
    for name, value in cells.items():
        first = unicodedata.normalize("NFKC", value[:1])
        harmless = first in {"+", "-"} and (
            name in NUMERIC or value[1:].strip().replace(" ", "").isdigit()
        )
        if first in FORMULA and not harmless:
            message = "This begins like a formula. Begin it with a letter or a number."
            yield CellFault(row, name, "formula", message)


def harmless(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    first = unicodedata.normalize("NFKC", value[:1])
    return f"'{value}" if first in FORMULA else value


def plain(value: str) -> str:
    """The cell without the mark that `harmless` puts in front."""
    inner = value[1:]
    return inner if value[:1] == "'" and harmless(inner) == value else value
