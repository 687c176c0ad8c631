"""Loading a folder: all of it or nothing, and loading it again changes only what differs."""

import json
from collections import Counter
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.catalogue.files import FilesError, read_folder
from app.catalogue.freshness import believed_capacity, freshness
from app.catalogue.intake import Loaded, load_folder, load_sample, sample_folder
from app.catalogue.models import Activity, ActivitySession, Council, Price, Provider, Venue
from app.catalogue.queries import has_sample, is_empty
from app.clock import Change, read_clock
from app.database import Database

COUNCIL: dict[str, Any] = {
    "slug": "crewe",
    "name": "Crewe Council",
    "served": True,
    "area": {"name": "Crewe", "tier": "unitary"},
}


def activity(slug: str, **over: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": "Tea Time",
        "summary": "Tea for all.",
        "description": "We drink tea.",
        "sessions": [
            {"venue": "hall", "day": day, "starts_at": "10:00", "ends_at": "11:00"}
            for day in ("tue", "wed")
        ],
        "prices": [{"parts": [{"part": "support", "unit": "session", "amount_pence": 500}]}],
        "confirmed_on": "2026-03-01",
        **over,
    }


PROVIDER: dict[str, Any] = {
    "provider": {
        "slug": "kettle",
        "name": "The Kettle",
        "description": "We make tea.",
        "council": "crewe",
    },
    "venues": [
        {
            "slug": "hall",
            "name": "The Hall",
            "address": {"lines": ["1 High Street"], "town": "Crewe", "postcode": "CW1 2AB"},
            "latitude": 53.1,
            "longitude": -2.4,
        }
    ],
    "activities": [activity("tea-time"), activity("cake-time")],
}
TABLES = (Council, Provider, Venue, Activity, ActivitySession, Price)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "councils").mkdir()
    put(tmp_path / "councils" / "crewe.json", COUNCIL)
    put(tmp_path / "kettle.json", PROVIDER)
    return tmp_path


def put(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def contents(database: Database) -> dict[str, set[Any]]:
    """All rows of the catalogue's nouns, with their ids, versions and moments."""
    with database.read() as session:
        return {
            table.__name__: {repr(row) for row in session.exec(select(table))} for table in TABLES
        }


def changes(database: Database, after: int = 0) -> list[tuple[str, str]]:
    with database.read() as session:
        statement = select(Change.change, Change.kind).where(col(Change.sequence) > after)
        return sorted(session.exec(statement))


def sequence(database: Database) -> int:
    with database.read() as session:
        return read_clock(session).sequence


def test_a_folder_is_loaded_in_one_transaction(database: Database, folder: Path) -> None:
    loaded = load_folder(database, folder, TODAY)
    assert loaded == Loaded(councils=1, providers=1, venues=1, activities=2)
    assert sequence(database) == 1
    assert changes(database) == [
        ("created", "activity"),
        ("created", "activity"),
        ("created", "council"),
        ("created", "provider"),
    ]


def test_loading_it_again_changes_nothing(database: Database, folder: Path) -> None:
    load_folder(database, folder, TODAY)
    before = contents(database)
    assert all(before.values())
    load_folder(database, folder, TODAY)
    assert contents(database) == before
    assert sequence(database) == 1


def test_loading_the_sample_again_changes_nothing(sample_database: Database) -> None:
    before, clock = contents(sample_database), sequence(sample_database)
    load_sample(sample_database, TODAY)
    assert contents(sample_database) == before
    assert sequence(sample_database) == clock


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("activities", 0, "name"), "Tea", [("updated", "activity")]),
        (("activities", 1, "prices", 0, "label"), "£5", [("updated", "activity")]),
        (("provider", "description"), "We make good tea.", [("updated", "provider")]),
        (("venues", 0, "name"), "The Old Hall", [("updated", "activity"), ("updated", "activity")]),
    ],
)
def test_a_changed_file_changes_just_that(
    database: Database,
    folder: Path,
    place: tuple[str | int, ...],
    value: str,
    expected: list[tuple[str, str]],
) -> None:
    load_folder(database, folder, TODAY)
    changed: Any = deepcopy(PROVIDER)
    here = changed
    for part in place[:-1]:
        here = here[part]
    here[place[-1]] = value
    put(folder / "kettle.json", changed)
    load_folder(database, folder, TODAY)
    assert changes(database, after=1) == expected


def test_records_keep_the_ids_they_were_given(database: Database, folder: Path) -> None:
    def ids() -> dict[str, list[Any]]:
        with database.read() as session:
            return {
                table.__name__: sorted(session.exec(select(table.id)).all()) for table in TABLES
            }

    load_folder(database, folder, TODAY)
    before = ids()
    changed = deepcopy(PROVIDER)
    for one in changed["activities"]:
        one["name"] = "Another name"
        one["sessions"].append({**one["sessions"][0], "day": "fri"})
    put(folder / "kettle.json", changed)
    load_folder(database, folder, TODAY)
    after = ids()
    # Each activity has one session more, and those there were are the same.
    assert len({*after["ActivitySession"]} - {*before["ActivitySession"]}) == 2
    assert {*before["ActivitySession"]} <= {*after["ActivitySession"]}
    for name in ("Council", "Provider", "Venue", "Activity", "Price"):
        assert after[name] == before[name]


def test_what_a_folder_no_longer_holds_stays(database: Database, folder: Path) -> None:
    load_folder(database, folder, TODAY)
    put(folder / "kettle.json", {**PROVIDER, "activities": PROVIDER["activities"][:1]})
    load_folder(database, folder, TODAY)
    assert sequence(database) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("zebra.json", {"provider": {**PROVIDER["provider"], "slug": "zebra", "name": 1}}),
        ("zebra.json", {**PROVIDER, "provider": {**PROVIDER["provider"], "council": "x"}}),
        ("councils/zebra.json", {**COUNCIL, "slug": "zebra", "served": "perhaps"}),
        ("zebra.json", PROVIDER),
        ("zebra.json", []),
    ],
)
def test_one_fault_keeps_all_files_out(
    database: Database, folder: Path, name: str, content: object
) -> None:
    put(folder / name, content)
    with pytest.raises(FilesError):
        load_folder(database, folder, TODAY)
    assert not any(contents(database).values())
    with database.read() as session:
        assert is_empty(session)


def test_a_fault_that_only_the_database_sees_keeps_all_files_out(
    database: Database, folder: Path
) -> None:
    origin = {"source": "A register", "source_id": "7"}
    both = [activity("tea-time", origin=origin), activity("cake-time", origin=origin)]
    put(folder / "kettle.json", {**PROVIDER, "activities": both})
    with pytest.raises(IntegrityError):
        load_folder(database, folder, TODAY)
    assert not any(contents(database).values())
    assert sequence(database) == 0


def test_a_closed_activity_was_never_seen_and_stays_as_it_is(
    database: Database, folder: Path
) -> None:
    closed = activity("cake-time", closed=True)
    put(folder / "kettle.json", {**PROVIDER, "activities": [activity("tea-time"), closed]})
    load_folder(database, folder, TODAY)
    assert changes(database).count(("created", "activity")) == 1
    before = contents(database)
    load_folder(database, folder, TODAY)
    assert contents(database) == before


def test_an_activity_that_is_closed_later_is_removed(database: Database, folder: Path) -> None:
    load_folder(database, folder, TODAY)
    closed = activity("cake-time", closed=True)
    put(folder / "kettle.json", {**PROVIDER, "activities": [activity("tea-time"), closed]})
    load_folder(database, folder, TODAY)
    assert changes(database, after=1) == [("removed", "activity")]
    put(folder / "kettle.json", PROVIDER)
    load_folder(database, folder, TODAY)
    assert changes(database, after=2) == [("created", "activity")]


def test_records_keep_where_they_come_from(database: Database, folder: Path) -> None:
    origin = {"source": "A register", "source_id": "7"}
    mixed = [activity("tea-time", origin=origin), activity("cake-time")]
    put(folder / "kettle.json", {**PROVIDER, "activities": mixed})
    load_folder(database, folder, TODAY, source="A list")
    with database.read() as session:
        of_activities = select(Activity.slug, Activity.source, Activity.source_id)
        assert sorted(session.exec(of_activities).all()) == [
            ("cake-time", "A list", "cake-time"),
            ("tea-time", "A register", "7"),
        ]
        for table in (Provider, Venue):
            assert session.exec(select(table.source)).all() == ["A list"]
        assert not has_sample(session)


def test_without_a_source_nothing_is_said_of_it(database: Database, folder: Path) -> None:
    load_folder(database, folder, TODAY)
    with database.read() as session:
        assert session.exec(select(Activity.source, Activity.source_id)).all() == [(None, None)] * 2


def test_the_sample_is_known_as_such(sample_database: Database) -> None:
    with sample_database.read() as session:
        assert has_sample(session)
        assert not is_empty(session)


def test_the_sample_of_another_day_takes_its_place(sample_database: Database) -> None:
    """Only dates move: nothing new, nothing lost, and the same activities as before."""
    with sample_database.read() as session:
        before = session.exec(select(Activity.id, Activity.status)).all()
    clock = sequence(sample_database)
    load_sample(sample_database, date(2030, 7, 1))
    with sample_database.read() as session:
        assert sorted(session.exec(select(Activity.id, Activity.status))) == sorted(before)
    assert {change for change, _ in changes(sample_database, after=clock)} == {"updated"}


@pytest.mark.parametrize("day", [date(2026, 3, 16), date(2030, 1, 1), date(2030, 7, 31)])
def test_the_sample_is_as_fresh_on_any_day(day: date) -> None:
    def told(today: date) -> list[tuple[object, ...]]:
        files = read_folder(sample_folder(), today)
        days = files.councils[0].freshness
        return [
            (
                one.slug,
                freshness(one.confirmed_on, today, days).text,
                one.capacity and (today - one.capacity.as_of).days,
                one.alert and (one.alert.until - today).days,
                one.closure and (today - one.closure.closed_from).days,
            )
            for one in files.activities
        ]

    assert told(day) == told(TODAY)
    files = read_folder(sample_folder(), day)
    believed = Counter(
        capacity.status
        for one in files.activities
        if (capacity := believed_capacity(one.capacity, day))
    )
    assert believed["open"] > 20
    assert min(believed["waiting_list"], believed["full"], believed["unknown"]) > 0
