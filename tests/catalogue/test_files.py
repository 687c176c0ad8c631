"""The folder format: what it spares its writers, and how it tells what is wrong."""

import json
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from conftest import TODAY
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.files import CatalogueFiles, FilesError, KnownIds, read_folder
from app.database import uuid7

COUNCIL: dict[str, Any] = {
    "slug": "crewe",
    "name": "Crewe Council",
    "served": True,
    "area": {"name": "Crewe", "tier": "unitary"},
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
    "activities": [
        {
            "slug": "tea-time",
            "name": "Tea Time",
            "summary": "Tea for all.",
            "description": "We drink tea.",
            "sessions": [
                {
                    "key": "a",
                    "venue": "hall",
                    "day": "tue",
                    "starts_at": "10:00",
                    "ends_at": "11:00",
                },
                {
                    "key": "b",
                    "place": "online",
                    "day": "wed",
                    "starts_at": "10:00",
                    "ends_at": "11:00",
                },
            ],
            "prices": [
                {
                    "sessions": ["b"],
                    "parts": [{"part": "support", "unit": "session", "amount_pence": 500}],
                }
            ],
            "confirmed_days_ago": 12,
        }
    ],
}
GONE = object()
"""In place of a value: leave it out."""


def with_(whole: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """A copy with one value changed, added or, for `GONE`, left out."""
    copy = deepcopy(whole)
    *path, last = [int(part) if part.isdigit() else part for part in pointer[1:].split("/")]
    here: Any = copy
    for part in path:
        here = here[part]
    if value is GONE:
        del here[last]
    elif isinstance(here, list) and last == len(here):
        here.append(value)
    else:
        here[last] = value
    return copy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a council's file and a provider's."""
    (tmp_path / "councils").mkdir()
    put(tmp_path / "councils" / "crewe.json", COUNCIL)
    put(tmp_path / "kettle.json", PROVIDER)
    return tmp_path


def put(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def faults(folder: Path, known: KnownIds | None = None) -> list[str]:
    with pytest.raises(FilesError) as refused:
        read_folder(folder, TODAY, known or KnownIds())
    assert str(refused.value) == "\n".join(refused.value.faults)
    return refused.value.faults


def read(folder: Path, known: KnownIds | None = None, today: date = TODAY) -> CatalogueFiles:
    return read_folder(folder, today, known or KnownIds())


# What may be left out


def test_what_has_no_id_is_given_one(folder: Path) -> None:
    files = read(folder)
    (activity,), (provider,), (venue,) = files.activities, files.providers, files.venues
    made = [files.councils[0].id, provider.id, venue.id, activity.id]
    made += [one.id for one in activity.sessions]
    made += [one.id for one in activity.prices]
    assert len({*made}) == 7
    assert {one.version for one in made} == {7}


def test_records_refer_to_each_other_by_slug_and_key(folder: Path) -> None:
    files = read(folder)
    (activity,), (provider,), (venue,) = files.activities, files.providers, files.venues
    assert provider.council_id == files.councils[0].id
    assert venue.provider_id == activity.provider_id == provider.id
    assert [one.venue_id for one in activity.sessions] == [venue.id, None]
    assert activity.prices[0].session_ids == [activity.sessions[1].id]
    assert files.closed == set()


def test_what_is_known_is_found_again_by_slug_and_by_place(folder: Path) -> None:
    ids = [uuid7() for _ in range(7)]
    known = KnownIds(
        councils={"crewe": ids[0]},
        providers={"kettle": ids[1]},
        venues={"hall": ids[2]},
        activities={"tea-time": ids[3]},
        sessions={ids[3]: [ids[4]]},
        prices={ids[3]: [ids[5], ids[6]]},
    )
    files = read(folder, known)
    (activity,) = files.activities
    assert [files.councils[0].id, files.providers[0].id, files.venues[0].id] == ids[:3]
    assert (activity.id, activity.sessions[0].id, activity.prices[0].id) == (ids[3], ids[4], ids[5])
    # A second session is new.
    assert activity.sessions[1].id not in ids


def test_an_id_that_is_given_counts(folder: Path) -> None:
    given_id = uuid7()
    for pointer in (
        "/provider/id",
        "/venues/0/id",
        "/activities/0/id",
        "/activities/0/prices/0/id",
    ):
        put(folder / "kettle.json", with_(PROVIDER, pointer, str(given_id)))
        files = read(folder)
        found = {files.providers[0].id, files.venues[0].id, files.activities[0].id}
        found |= {price.id for price in files.activities[0].prices}
        assert given_id in found


def test_a_session_with_an_id_of_its_own_is_named_by_its_key(folder: Path) -> None:
    session_id = uuid7()
    put(folder / "kettle.json", with_(PROVIDER, "/activities/0/sessions/1/id", str(session_id)))
    (activity,) = read(folder).activities
    assert activity.prices[0].session_ids == [session_id]


def test_a_council_of_the_catalogue_needs_no_file(folder: Path) -> None:
    (folder / "councils" / "crewe.json").unlink()
    council_id = uuid7()
    files = read(folder, KnownIds(councils={"crewe": council_id}))
    assert (files.councils, files.providers[0].council_id) == ([], council_id)


def test_providers_may_lie_in_any_folder(folder: Path) -> None:
    (folder / "by" / "place").mkdir(parents=True)
    (folder / "kettle.json").rename(folder / "by" / "place" / "kettle.json")
    (folder / "notes.txt").write_text("These are not read.")
    assert len(read(folder).activities) == 1


def test_a_provider_may_have_nothing_else(folder: Path) -> None:
    put(folder / "kettle.json", {"provider": PROVIDER["provider"]})
    files = read(folder)
    assert (len(files.providers), files.venues, files.activities) == (1, [], [])


def test_an_activity_may_be_closed(folder: Path) -> None:
    put(folder / "kettle.json", with_(PROVIDER, "/activities/0/closed", True))
    files = read(folder)
    assert files.closed == {files.activities[0].id}


# Dates told in days


@pytest.mark.parametrize(
    ("pointer", "content", "expected"),
    [
        ("/confirmed_days_ago", 0, ("confirmed_on", "2026-03-16")),
        ("/confirmed_days_ago", 16, ("confirmed_on", "2026-02-28")),
        ("/confirmed_days_ago", 36_500, ("confirmed_on", "1926-04-10")),
        (
            "/alert",
            {"text": "The lift is broken.", "until_days_ahead": 30},
            ("alert", {"until": "2026-04-15"}),
        ),
        (
            "/closure",
            {"reason": "Repairs.", "closed_from_days_ago": 3, "reopens_days_ahead": 1},
            ("closure", {"closed_from": "2026-03-13", "reopens_on": "2026-03-17"}),
        ),
        (
            "/capacity",
            {"status": "open", "as_of_days_ago": 41},
            ("capacity", {"as_of": "2026-02-03"}),
        ),
        (
            "/declarations",
            [{"code": "dbs_checks", "declared_days_ago": 1}],
            ("declarations", [{"declared_on": "2026-03-15"}]),
        ),
        (
            "/contracts",
            [
                {
                    "council_gss": "E06000049",
                    "route": "spot",
                    "starts_days_ago": 1,
                    "ends_days_ahead": 1,
                }
            ],
            ("contracts", [{"starts_on": "2026-03-15", "ends_on": "2026-03-17"}]),
        ),
        (
            "/sessions/0",
            {
                "place": "online",
                "repeats": "dated",
                "dates_days_ahead": [7, 21],
                "starts_at": "10:00",
                "ends_at": "11:00",
                "valid_from_days_ago": 1,
                "valid_to_days_ahead": 30,
            },
            (
                "sessions",
                [
                    {
                        "dates": ["2026-03-23", "2026-04-06"],
                        "valid_from": "2026-03-15",
                        "valid_to": "2026-04-15",
                    },
                    {},
                ],
            ),
        ),
        (
            "/sessions/1",
            {
                "key": "b",
                "place": "online",
                "repeats": "fortnightly",
                "day": "tue",
                "week_of_days_ahead": 7,
                "starts_at": "10:00",
                "ends_at": "11:00",
            },
            ("sessions", [{}, {"week_of": "2026-03-23"}]),
        ),
    ],
)
def test_a_date_may_be_told_as_days_before_or_after_loading(
    folder: Path, pointer: str, content: Any, expected: tuple[str, Any]
) -> None:
    activity = with_(PROVIDER["activities"][0], "/confirmed_days_ago", 12)
    put(folder / "kettle.json", {**PROVIDER, "activities": [with_(activity, pointer, content)]})
    (found,) = read(folder).activities
    name, part = expected
    assert holds(found.model_dump(mode="json")[name], part)


def holds(whole: Any, part: Any) -> bool:
    """Whether a JSON value holds all that another says."""
    if isinstance(part, dict):
        return all(holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


def test_a_councils_sources_were_checked_some_days_ago(folder: Path) -> None:
    line = {"phone": "0345 603 7630", "source": "Its website", "checked_days_ago": 16}
    put(folder / "councils" / "crewe.json", {**COUNCIL, "safeguarding": {"adult_line": line}})
    found = read(folder).councils[0].safeguarding.adult_line
    assert found is not None
    assert found.checked_on == date(2026, 2, 28)


@given(st.dates(date(2025, 1, 1), date(2100, 1, 1)), st.integers(0, 36_500))
def test_a_listing_is_as_old_on_whatever_day_it_is_loaded(today: date, days: int) -> None:
    content = with_(PROVIDER, "/activities/0/confirmed_days_ago", days)
    with pytest.MonkeyPatch.context() as patch:
        texts = {"crewe.json": json.dumps(COUNCIL), "kettle.json": json.dumps(content)}
        paths = [Path("/x/councils/crewe.json"), Path("/x/kettle.json")]
        patch.setattr(Path, "rglob", lambda *_: iter(paths))
        patch.setattr(Path, "read_text", lambda path, **_: texts[path.name])
        (activity,) = read_folder(Path("/x"), today).activities
    assert (today - activity.confirmed_on).days == days


# What is wrong


HERE = "kettle.json: "
EMPTY_PROVIDER = [f"/provider/{name}" for name in ("slug", "name", "description", "council_id")]


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        # Something is missing.
        ("/provider", GONE, EMPTY_PROVIDER),
        ("/provider/slug", GONE, ["/provider/slug"]),
        ("/provider/council", GONE, ["/provider/council_id"]),
        ("/venues/0/slug", GONE, ["/venues/0/slug", "/activities/0/sessions/0/venue"]),
        ("/venues/0/address/postcode", GONE, ["/venues/0/address/postcode"]),
        ("/activities/0/slug", GONE, ["/activities/0/slug"]),
        ("/activities/0/confirmed_days_ago", GONE, ["/activities/0/confirmed_on"]),
        ("/activities/0/prices/0/parts", GONE, ["/activities/0/prices/0/parts"]),
        # Something is of the wrong kind.
        ("/provider", "secret", EMPTY_PROVIDER),
        ("/provider/name", 7_777, ["/provider/name"]),
        ("/provider/id", "secret", ["/provider/id"]),
        ("/provider/slug", ["secret"], ["/provider/slug"]),
        ("/provider/council", ["secret"], ["/provider/council"]),
        ("/venues", "secret", ["/venues", "/activities/0/sessions/0/venue"]),
        ("/venues/0/id", "secret", ["/venues/0/id"]),
        ("/venues/0/latitude", "secret", ["/venues/0/latitude"]),
        ("/venues/0/latitude", 7.777, ["/venues/0/latitude"]),
        ("/activities", {"secret": 1}, ["/activities"]),
        ("/activities/0/id", "secret", ["/activities/0/id"]),
        ("/activities/0/closed", "secret", ["/activities/0/closed"]),
        ("/activities/0/sessions/0", "secret", ["/activities/0/sessions/0"]),
        ("/activities/0/sessions/0/key", ["secret"], ["/activities/0/sessions/0/key"]),
        ("/activities/0/sessions/0/day", "secret", ["/activities/0/sessions/0/day"]),
        ("/activities/0/prices", "secret", ["/activities/0/prices"]),
        ("/activities/0/prices/0", None, ["/activities/0/prices/0"]),
        ("/activities/0/name", "Tea\u0000secret", ["/activities/0/name"]),
        # Something names what is not there.
        ("/provider/council", "secret", ["/provider/council"]),
        ("/activities/0/sessions/0/venue", "secret", ["/activities/0/sessions/0/venue"]),
        ("/activities/0/prices/0/sessions/0", "secret", ["/activities/0/prices/0/sessions/0"]),
        ("/activities/0/prices/0/sessions/1", 7_777, ["/activities/0/prices/0/sessions/1"]),
        (
            "/activities/0/sessions/1/key",
            "a",
            ["/activities/0/sessions/1/key", "/activities/0/prices/0/sessions/0"],
        ),
        # Something is not known; not even its name is repeated.
        ("/secret", 1, [""]),
        ("/provider/secret", 1, ["/provider"]),
        ("/venues/0/secret", 1, ["/venues/0"]),
        ("/activities/0/secret", 1, ["/activities/0"]),
        ("/activities/0/sessions/0/secret", 1, ["/activities/0/sessions/0"]),
        ("/activities/0/cohorts", ["secret"], ["/activities/0/cohorts/0"]),
        # Days are told wrongly.
        ("/activities/0/secret_days_ago", 1, ["/activities/0", "/activities/0"]),
        ("/activities/0/confirmed_days_ago", "secret", ["/activities/0/confirmed_days_ago"]),
        ("/activities/0/confirmed_days_ago", -7_777, ["/activities/0/confirmed_days_ago"]),
        ("/activities/0/confirmed_days_ago", 36_501, ["/activities/0/confirmed_days_ago"]),
        ("/activities/0/confirmed_days_ago", True, ["/activities/0/confirmed_days_ago"]),
        ("/activities/0/confirmed_days_ago", 1.5, ["/activities/0/confirmed_days_ago"]),
        ("/activities/0/confirmed_days_ago", [1], ["/activities/0/confirmed_on"]),
    ],
)
def test_a_fault_names_file_and_place_and_repeats_nothing(
    folder: Path, pointer: str, value: Any, expected: list[str]
) -> None:
    put(folder / "kettle.json", with_(PROVIDER, pointer, value))
    found = faults(folder)
    for fault in found:
        assert "secret" not in fault
        assert "7777" not in fault
        assert fault.endswith(".")
    assert [fault.removeprefix(HERE).rpartition(": ")[0] for fault in found] == expected


@pytest.mark.parametrize(
    ("pointer", "value", "message"),
    [
        ("/activities/0/name", GONE, "/activities/0/name: This is needed."),
        ("/provider/council", "x", "/provider/council: There is no such council here."),
        (
            "/activities/0/sessions/0/venue",
            "x",
            "/activities/0/sessions/0/venue: There is no such venue here.",
        ),
        (
            "/activities/0/prices/0/sessions/0",
            "x",
            "/activities/0/prices/0/sessions/0: There is no such session here.",
        ),
        (
            "/activities/0/sessions/1/key",
            "a",
            "/activities/0/sessions/1/key: A key is text, and one session's alone.",
        ),
        ("/extra", 1, "Only provider, venues and activities stand here."),
        ("/venues", {}, "/venues: This should be a list."),
        ("/activities/0/closed", "yes", "/activities/0/closed: This should be true or false."),
        (
            "/activities/0/confirmed_days_ago",
            -1,
            "/activities/0/confirmed_days_ago: Days are a whole number from 0 to 36500.",
        ),
        (
            "/activities/0/noticed_days_ago",
            1,
            "/activities/0: There is no such date to be told in days.",
        ),
    ],
)
def test_a_fault_says_what_to_change(folder: Path, pointer: str, value: Any, message: str) -> None:
    put(folder / "kettle.json", with_(PROVIDER, pointer, value))
    assert HERE + message in faults(folder)


@pytest.mark.parametrize("pointer", ["/provider/council_id", "/activities/0/sessions/0/venue_id"])
def test_a_slug_goes_before_an_id(folder: Path, pointer: str) -> None:
    put(folder / "kettle.json", with_(PROVIDER, pointer, str(uuid7())))
    files = read(folder)
    assert files.providers[0].council_id == files.councils[0].id
    assert files.activities[0].sessions[0].venue_id == files.venues[0].id


def test_ids_of_others_must_be_there(folder: Path) -> None:
    stranger = str(uuid7())
    content = with_(PROVIDER, "/activities/0/sessions/0/venue_id", stranger)
    content = with_(content, "/activities/0/sessions/0/venue", GONE)
    content = with_(content, "/provider/council_id", stranger)
    put(folder / "kettle.json", with_(content, "/provider/council", GONE))
    assert faults(folder) == [
        HERE + "/provider/council_id: There is no such council here.",
        HERE + "/activities/0/sessions/0/venue_id: There is no such venue here.",
    ]
    known = KnownIds(councils={"x": UUID(stranger)}, venues={"y": UUID(stranger)})
    assert read(folder, known).providers[0].council_id == UUID(stranger)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "This is not JSON: Expecting property name enclosed in double quotes at line 1."),
        (
            b"{\n\n'a': 1}",
            "This is not JSON: Expecting property name enclosed in double quotes at line 3.",
        ),
        (b"", "This is not JSON: Expecting value at line 1."),
        (b"[]", "The file should hold one JSON object."),
        (b'"secret"', "The file should hold one JSON object."),
        (b'{"name": "caf\xe9"}', "It cannot be read as UTF-8 text (UnicodeDecodeError)."),
        (b"\xff\xfe{\0}\0", "It cannot be read as UTF-8 text (UnicodeDecodeError)."),
        (b'{"a": ' + b"9" * 5_000 + b"}", "A number in it is too long."),
        (b'{"a": ' + b"[" * 100_000, "This is nested too deeply."),
        (b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}", "This is nested too deeply."),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.parametrize("name", ["kettle.json", "councils/other.json"])
def test_a_file_that_cannot_be_read_is_named(
    folder: Path, name: str, content: bytes, message: str
) -> None:
    (folder / name).write_bytes(content)
    assert f"{name}: {message}" in faults(folder)


def test_a_folder_in_place_of_a_file_is_named(folder: Path) -> None:
    (folder / "odd.json").mkdir()
    assert faults(folder) == ["odd.json: It cannot be read as UTF-8 text (IsADirectoryError)."]


def test_every_fault_of_every_file_is_told(folder: Path) -> None:
    put(folder / "councils" / "crewe.json", with_(COUNCIL, "/served", "perhaps"))
    content = with_(PROVIDER, "/provider/name", GONE)
    content = with_(content, "/venues/0/address/town", GONE)
    content = with_(content, "/activities/0/sessions/0/day", "someday")
    content = with_(content, "/activities/0/sessions/1/starts_at", "soon")
    content = with_(content, "/activities/0/prices/0/sessions/0", "z")
    put(folder / "kettle.json", content)
    (folder / "broken.json").write_text("{")
    places = [fault.rpartition(": ")[0] for fault in faults(folder)]
    # What refers to a refused record is not blamed for that.
    assert sorted(places) == [
        "broken.json: This is not JSON",
        "councils/crewe.json: /served",
        "kettle.json: /activities/0/prices/0/sessions/0",
        "kettle.json: /activities/0/sessions/0/day",
        "kettle.json: /activities/0/sessions/1/starts_at",
        "kettle.json: /provider/name",
        "kettle.json: /venues/0/address/town",
    ]


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("{}")
    assert faults(tmp_path) == [f"{tmp_path}: there is no .json file in this folder."]


# Twins


def test_two_records_with_one_slug_are_refused(folder: Path) -> None:
    put(folder / "second.json", PROVIDER)
    put(folder / "councils" / "second.json", COUNCIL)
    known = "kettle.json: /activities/0"
    second = [f"second.json: /activities/0/slug: Another activity has this slug: {known}."]
    assert faults(folder) == [
        "councils/second.json: /slug: Another council has this slug: councils/crewe.json.",
        "second.json: /provider/slug: Another provider has this slug: kettle.json: /provider.",
        "second.json: /venues/0/slug: Another venue has this slug: kettle.json: /venues/0.",
        *second,
    ]


@pytest.mark.parametrize(
    ("pointer", "kind"),
    [
        ("/provider", "provider"),
        ("/venues/0", "venue"),
        ("/activities/0", "activity"),
        ("/activities/0/sessions/0", "session"),
        ("/activities/0/prices/0", "price"),
    ],
)
def test_two_records_with_one_id_are_refused(folder: Path, pointer: str, kind: str) -> None:
    one = with_(PROVIDER, f"{pointer}/id", str(uuid7()))
    another = with_(one, "/provider/slug", "second")
    another = with_(another, "/venues/0/slug", "second")
    another = with_(another, "/activities/0/slug", "second")
    another = with_(another, "/activities/0/sessions/0/venue", "second")
    put(folder / "kettle.json", one)
    put(folder / "second.json", another)
    assert faults(folder) == [
        f"second.json: {pointer}/id: Another {kind} has this id: kettle.json: {pointer}."
    ]


def test_two_councils_of_one_area_are_refused(folder: Path) -> None:
    coded = with_(COUNCIL, "/area/gss", "E06000049")
    put(folder / "councils" / "crewe.json", coded)
    put(folder / "councils" / "second.json", {**coded, "slug": "second"})
    assert faults(folder) == [
        "councils/second.json: /area/gss: Another council has this gss: councils/crewe.json: /area."
    ]


@pytest.mark.parametrize(
    ("pointer", "kind"),
    [("/provider", "provider"), ("/venues/0", "venue"), ("/activities/0", "activity")],
)
def test_a_slug_of_the_catalogue_belongs_to_its_record(
    folder: Path, pointer: str, kind: str
) -> None:
    known = KnownIds(
        providers={"kettle": uuid7()}, venues={"hall": uuid7()}, activities={"tea-time": uuid7()}
    )
    put(folder / "kettle.json", with_(PROVIDER, f"{pointer}/id", str(uuid7())))
    assert faults(folder, known) == [
        f"{HERE}{pointer}/slug: Another {kind} in the catalogue has this slug."
    ]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 40_000) | st.just("hall") | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["slug", "id", "key", "sessions", "confirmed_days_ago", "x"]), inner
        )
    ),
    max_leaves=6,
)
PLACES = st.sampled_from(
    [
        "/provider",
        "/provider/slug",
        "/provider/council",
        "/venues",
        "/venues/0",
        "/venues/0/slug",
        "/activities",
        "/activities/0",
        "/activities/0/slug",
        "/activities/0/closed",
        "/activities/0/sessions",
        "/activities/0/sessions/0",
        "/activities/0/sessions/0/key",
        "/activities/0/sessions/0/venue",
        "/activities/0/prices",
        "/activities/0/prices/0/sessions",
        "/activities/0/until_days_ahead",
    ]
)


@given(pointer=PLACES, value=ANY_JSON)
def test_no_file_does_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, pointer: str, value: Any
) -> None:
    folder = tmp_path_factory.mktemp("folder")
    (folder / "councils").mkdir()
    put(folder / "councils" / "crewe.json", COUNCIL)
    put(folder / "kettle.json", with_(PROVIDER, pointer, value))
    try:
        told = [f"kettle.json: {one.slug}" for one in read(folder).providers]
    except FilesError as refused:
        told = refused.faults
    assert told
    assert all(one.startswith("kettle.json: ") for one in told)


def test_days_ahead_are_after_the_day_of_loading(folder: Path) -> None:
    later = TODAY + timedelta(days=1_500)
    assert read(folder, today=later).activities[0].confirmed_on == later - timedelta(days=12)
