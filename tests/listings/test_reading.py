"""Reading files as people make them, and telling what is wrong with them by row and column."""

import csv
import io
import time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.database import uuid7
from app.listings.imports.columns import COLUMNS
from app.listings.imports.reading import read_records, read_rows
from app.listings.imports.table import harmless, plain, read_table

HALL = uuid7()
VENUES = {"the hall": HALL, str(HALL): HALL}
ROW = {
    "reference": "A1",
    "name": "Clay",
    "summary": "Pots.",
    "description": "We make pots.",
    "session_venue": "The Hall",
    "session_day": "tue",
    "session_starts": "10:00",
    "session_ends": "12:00",
}


def written(rows: list[dict[str, str]], separator: str = ",") -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, delimiter=separator, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(content: bytes) -> Any:
    return read_rows(read_table(content), VENUES)


def faults(content: bytes) -> list[tuple[int, str | None, str]]:
    return [(one.row, one.column, one.code) for one in read(content).faults]


def test_a_row_is_an_activity_with_a_session() -> None:
    reading = read(written([{**ROW, "cohorts": "dementia; autism", "price_pounds": "£1,024.50"}]))
    assert reading.faults == []
    (one,) = reading.activities
    assert (one.reference, one.row) == ("A1", 2)
    assert one.draft.cohorts == ["dementia", "autism"]
    assert one.draft.sessions[0].venue_id == HALL
    assert one.draft.sessions[0].day == "tue"
    assert one.draft.prices[0].parts[0].amount_pence == 102_450


def test_rows_with_one_reference_are_sessions_of_one_activity() -> None:
    more = {"reference": "A1", "session_place": "online", "session_day": "wed"}
    more |= {"session_starts": "9.30", "session_ends": "11:00:00"}
    (one,) = read(written([ROW, more, {**ROW, "reference": "A2"}])).activities[:1]
    assert [session.place for session in one.draft.sessions] == ["venue", "online"]
    assert f"{one.draft.sessions[1].starts_at:%H:%M}" == "09:30"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_spreadsheet_s_separator_will_do(separator: str) -> None:
    content = written([{**ROW, "description": "Pots; and tea, too"}], separator)
    assert len(read(content).activities) == 1
    assert len(read(b"\xef\xbb\xbf" + content).activities) == 1


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"name": ""}, (2, "name", "missing")),
        ({"reference": ""}, (2, "reference", "missing")),
        ({"cohorts": "dementia;nonsense"}, (2, "cohorts", "unknown_code")),
        ({"funding_yes": "gold"}, (2, "funding_yes", "unknown_code")),
        ({"main_outcomes": "gold"}, (2, "main_outcomes", "unknown_code")),
        ({"session_day": "Tuesdays"}, (2, "session_day", "literal_error")),
        ({"session_starts": "noon"}, (2, "session_starts", "time_parsing")),
        ({"session_starts": ""}, (2, "session_starts", "missing")),
        ({"session_ends": "09:00"}, (2, "session_repeats", "document")),
        ({"session_venue": "Elsewhere"}, (2, "session_venue", "unknown_venue")),
        ({"price_pounds": "twenty"}, (2, "price_pounds", "cell")),
        ({"price_pounds": "1.005"}, (2, "price_pounds", "cell")),
        ({"price_pounds": "NaN"}, (2, "price_pounds", "cell")),
        ({"price_unit": "moon", "price_pounds": "1"}, (2, "price_unit", "unknown_code")),
        ({"minimum_age": "18.5"}, (2, "minimum_age", "cell")),
        ({"minimum_age": "80", "maximum_age": "20"}, (2, "minimum_age", "document")),
        ({"email": "not an address"}, (2, "email", "document")),
        ({"phone": "ring us"}, (2, "phone", "document")),
        ({"trial": "maybe"}, (2, "trial", "literal_error")),
        ({"summary": "x" * 301}, (2, "summary", "too_long")),
        ({"name": "=HYPERLINK(1)"}, (2, "name", "formula")),
        ({"name": "@SUM(1)"}, (2, "name", "formula")),
        ({"name": "\uff1dSUM(1)"}, (2, "name", "formula")),
        ({"name": "-1+1"}, (2, "name", "formula")),
        ({"name": "a\x00b"}, (2, "name", "control_character")),
    ],
)
def test_a_fault_is_told_by_its_row_and_column(
    cells: dict[str, str], expected: tuple[int, str | None, str]
) -> None:
    found = faults(written([{**ROW, **cells}]))
    assert expected in found


def test_a_telephone_number_may_begin_with_a_plus() -> None:
    assert faults(written([{**ROW, "phone": "+44 1632 960123"}])) == []


def test_a_second_row_may_not_contradict_the_first() -> None:
    content = written([ROW, {**ROW, "name": "Other"}])
    assert faults(content) == [(3, "name", "contradiction")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "missing"),
        (b"\xff\xfer\x00e\x00f\x00", "encoding"),
        ("reference,name\nA1,Caf\u00e9".encode("cp1252"), "encoding"),
        (b"reference,colour\nA1,blue\n", "unknown_column"),
        (b"reference,reference\nA1,A1\n", "repeated"),
        (b'reference,name,summary,description\nA1,"Clay\n', "csv"),
        (b"reference,name,summary,description\nA1,a,b,c,d\n", "too_many_cells"),
        (b"\x00\x01\x02", "missing"),
    ],
)
def test_a_file_that_is_no_such_table_says_why(content: bytes, expected: str) -> None:
    assert expected in {code for _, _, code in faults(content)}
    assert all("blue" not in one.message for one in read(content).faults)


def test_an_encoding_is_never_guessed_and_the_row_is_named() -> None:
    content = written([ROW, {**ROW, "reference": "A2", "name": "Caf\u00e9"}])
    wrong = content.decode().encode("cp1252")
    assert faults(wrong) == [(3, None, "encoding")]


def test_one_bad_cell_in_ten_thousand_rows_is_found() -> None:
    def seconds(count: int, bad: int) -> float:
        rows = [{**ROW, "reference": f"A{number}"} for number in range(count)]
        rows[bad]["cohorts"] = "nonsense"
        content = written(rows)
        begun = time.thread_time()
        assert faults(content) == [(bad + 2, "cohorts", "unknown_code")]
        return time.thread_time() - begun

    # Ten times as many rows take some ten times as long, on whatever machine.
    assert seconds(10_000, 7_654) < 30 * seconds(1_000, 765)


def test_more_rows_than_that_are_refused() -> None:
    content = written([{**ROW, "reference": f"A{number}"} for number in range(10_001)])
    assert read_table(content).faults[-1].code == "too_many_rows"


@given(st.text(max_size=40))
def test_a_cell_that_was_made_harmless_comes_back_as_it_was(text: str) -> None:
    assert plain(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_example_of_the_template_is_sound() -> None:
    example = {column.name: column.example for column in COLUMNS} | {"session_venue": "The Hall"}
    assert faults(written([example])) == []


def test_json_is_read_by_the_same_rules() -> None:
    draft = {"reference": "A1", "name": "Clay", "summary": "Pots.", "description": "Pots."}
    reading = read_records({"activities": [draft, {**draft, "cohorts": ["nonsense"]}, 7]})
    assert [one.reference for one in reading.activities] == ["A1"]
    assert [(one.row, one.column) for one in reading.faults] == [(2, "/cohorts/0"), (3, None)]
    assert read_records([draft]).faults[0].code == "shape"
    assert isinstance(HALL, UUID)


def test_what_a_provider_may_not_write_is_refused_in_json_too() -> None:
    draft = {"reference": "A1", "name": "Clay", "summary": "Pots.", "description": "Pots."}
    for name in ("id", "slug", "status", "provider_id", "contracts", "origin", "confirmed_on"):
        (fault,) = read_records({"activities": [{**draft, name: "x"}]}).faults
        assert fault.code == "extra_forbidden"
