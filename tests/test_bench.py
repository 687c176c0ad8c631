"""The benchmark, run small: what it invents, what it stores, what it asks. Never how fast."""

import re
import shutil
import sqlite3
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import chain, islice
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from sqlmodel import col, select

from app.catalogue.commands import publish
from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.loading import activity_documents
from app.catalogue.models import Activity
from app.clock import read_clock
from app.database import Database
from app.geo.councils import lies_in_england
from app.geo.distance import Point, miles_between
from app.parameters import london_today
from app.schema import migrate
from app.vocabulary.terms import vocabulary
from scripts.benchmark import load, store
from scripts.benchmark.__main__ import main
from scripts.benchmark.england import sectors_for, sectors_of_england
from scripts.benchmark.goals import verdicts
from scripts.benchmark.load import Load
from scripts.benchmark.picture import COLOURS, draw_costs
from scripts.benchmark.queries import ROWS, Queries
from scripts.benchmark.results import Generated, Round, RowResult, Run, SizeResult, Times
from scripts.benchmark.synthetic import Catalogue, Listing

TODAY = date(2026, 3, 16)
SIZE = 400
EVERY_PARAMETER = frozenset(chain.from_iterable(row.needs for row in ROWS.values()))
BENCH = Path(__file__).resolve().parent.parent / "scripts/bench"


AnyDocument = CouncilDocument | ProviderDocument | VenueDocument | ActivityDocument


def documents_of(catalogue: Catalogue) -> list[AnyDocument]:
    found: list[AnyDocument] = [*catalogue.councils()]
    for provider, venues, activities in catalogue.listings():
        found += [provider, *venues, *activities]
    return found


@pytest.fixture(scope="module")
def listings() -> list[Listing]:
    return list(Catalogue(1, SIZE, TODAY).listings())


@pytest.fixture(scope="module")
def activities(listings: list[Listing]) -> list[ActivityDocument]:
    return [activity for listing in listings for activity in listing.activities]


# What is invented


def test_the_same_seed_invents_the_same(listings: list[Listing]) -> None:
    again = Catalogue(1, SIZE, TODAY)
    assert list(again.listings()) == listings
    assert list(again.listings(3, 5)) == listings[3:5]
    assert Catalogue(1, SIZE, TODAY).councils() == again.councils()
    other = Catalogue(2, SIZE, TODAY)
    assert next(other.listings()) != listings[0]
    assert other.sizes != again.sizes


def test_every_document_is_valid_and_the_only_one_of_its_name() -> None:
    documents = documents_of(Catalogue(1, SIZE, TODAY))
    for document in documents:
        assert type(document).model_validate_json(document.model_dump_json()) == document
    for kind in {type(document) for document in documents}:
        of_kind = [document for document in documents if isinstance(document, kind)]
        assert len({document.id for document in of_kind}) == len(of_kind)
        assert len({document.slug for document in of_kind}) == len(of_kind)


def test_activities_stand_with_their_provider_and_its_venues(listings: list[Listing]) -> None:
    for provider, venues, activities in listings:
        places = {venue.id for venue in venues}
        assert {venue.provider_id for venue in venues} == {provider.id}
        assert {activity.provider_id for activity in activities} == {provider.id}
        for activity in activities:
            at = {session.venue_id for session in activity.sessions if session.venue_id}
            assert at <= places


def test_sizes_are_as_asked_and_mostly_small(listings: list[Listing]) -> None:
    sizes = [len(listing.activities) for listing in listings]
    assert sum(sizes) == SIZE
    assert Catalogue(1, SIZE, TODAY).sizes == sizes
    assert max(Catalogue(1, 30_000, TODAY).sizes) == 60
    assert 0.3 < sizes.count(1) / len(sizes) < 0.6


def test_texts_have_a_hundred_words_of_a_long_tailed_vocabulary(
    activities: list[ActivityDocument],
) -> None:
    texts = [re.findall(r"[a-z]+", one.description.lower()) for one in activities]
    assert 85 < fmean(map(len, texts)) < 120
    found_in = Counter(word for text in texts for word in set(text))
    frequent = [word for word, count in found_in.items() if count > SIZE / 3]
    rare = [word for word, count in found_in.items() if count <= 2]
    assert 5 < len(frequent) < 100
    assert len(rare) > 200
    assert len({one.name for one in activities}) > SIZE / 2


def test_particulars_are_of_many_kinds(activities: list[ActivityDocument]) -> None:
    sessions = [session for one in activities for session in one.sessions]
    assert 2 < len(sessions) / SIZE < 4
    assert {one.place for one in sessions} == {"venue", "online", "comes_to_you"}
    assert {one.repeats for one in sessions} == {"weekly", "fortnightly", "monthly", "dated"}
    parts = [part for one in activities for price in one.prices for part in price.parts]
    assert len({part.unit for part in parts}) > 6
    cohorts = Counter(code for one in activities for code in one.cohorts)
    assert 0.3 < cohorts["learning_disability"] / SIZE < 0.6
    assert set(cohorts) <= set(vocabulary().scheme("cohort").codes)
    assert 0.5 < sum(one.ages.minimum is not None for one in activities) / SIZE < 0.8
    assert any(one.capacity for one in activities)
    values = {stated.value for one in activities for stated in one.support_needs}
    assert values == {"yes", "partly", "no"}
    days = [(TODAY - one.confirmed_on).days for one in activities]
    assert min(days) >= 0
    assert sorted(days)[len(days) // 2] < 90


def test_venues_lie_in_their_sectors_of_england(listings: list[Listing]) -> None:
    venues = [venue for listing in listings for venue in listing.venues]
    by_name = {row.name: row for row in sectors_of_england().rows}
    for venue in venues:
        sector = by_name[venue.address.postcode[:-2]]
        assert lies_in_england(sector.outcode)
        apart = miles_between(
            Point(venue.latitude, venue.longitude), Point(sector.latitude, sector.longitude)
        )
        assert apart < max(0.1, sector.p90_km) * 2


def test_small_catalogues_lie_in_one_council_and_large_ones_in_all_england() -> None:
    assert {row.council for row in sectors_for(3_000).rows} == {"Essex"}
    assert len(sectors_for(30_000).councils) == 11
    england = sectors_for(300_000)
    assert len(england.councils) > 140
    shares = [share for outcodes in england.councils.values() for share in outcodes.values()]
    assert 0 < min(shares) <= max(shares) == 1


# What is stored


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> store.Stored:
    return store.stored(tmp_path_factory.mktemp("bench"), 1, SIZE, TODAY)


def test_documents_are_read_back_as_they_were_invented(
    kept: store.Stored, activities: list[ActivityDocument]
) -> None:
    database = Database(kept.url)
    with database.read() as session:
        rows = session.exec(select(Activity).order_by(col(Activity.id))).all()
        assert activity_documents(session, rows) == activities
    database.close()


def test_tables_are_as_publishing_would_leave_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So few at once that workers share them out.
    monkeypatch.setattr(store, "AT_ONCE", 20)
    catalogue = Catalogue(1, 150, TODAY)
    store.write(catalogue, tmp_path / "bulk.db")
    url = f"sqlite:///{tmp_path / 'published.db'}"
    migrate(url)
    database = Database(url)
    with database.write() as session:
        publish(session, documents_of(catalogue))
    database.close()
    bulk, published = _tables(tmp_path / "bulk.db"), _tables(tmp_path / "published.db")
    assert bulk.keys() == published.keys()
    for table, rows in published.items():
        assert bulk[table] == rows, table


# When and in which transaction something was published, and what was drawn anew for it.
_OF_THE_MOMENT = {"digest", "created_at", "updated_at", "published_at", "at", "epoch", "area_id"}
_OF_THE_MOMENT |= {"sequence"}


_LEFT_OUT = {"area": {"id"}, "change": {"position"}, "activity_place": {"position"}}


def _tables(path: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in connection.execute(tables).fetchall():
            cursor = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's name.
            left_out = _OF_THE_MOMENT | _LEFT_OUT.get(table, set())
            kept = [
                place
                for place, column in enumerate(cursor.description)
                if column[0] not in left_out
            ]
            found[table] = Counter(tuple(row[place] for place in kept) for row in cursor)
    return found


def test_the_clock_shows_as_many_publications_as_there_are_changes(kept: store.Stored) -> None:
    database = Database(kept.url)
    with database.read() as session:
        sequence = read_clock(session).sequence
    database.close()
    with closing(sqlite3.connect(kept.path)) as connection:
        numbers = "SELECT sequence, max(position) + 1, count(*) FROM change GROUP BY sequence"
        changes = connection.execute(numbers).fetchall()
    assert [number for number, _, _ in changes] == list(range(1, sequence + 1))
    assert all(last == count for _, last, count in changes)


def test_a_kept_file_is_used_again_until_it_no_longer_fits(tmp_path: Path) -> None:
    first = store.stored(tmp_path, 1, 20, TODAY)
    assert first.seconds is not None
    inode = first.path.stat().st_ino
    again = store.stored(tmp_path, 1, 20, TODAY.replace(day=20))
    assert (again.seconds, again.catalogue.today) == (None, TODAY)
    assert store.stored(tmp_path, 2, 20, TODAY).path != first.path
    later = store.stored(tmp_path, 1, 20, TODAY.replace(month=5))
    assert later.seconds is not None
    assert later.path.stat().st_ino != inode or later.catalogue.today != TODAY
    first.path.with_suffix(".txt").unlink()
    assert store.stored(tmp_path, 1, 20, TODAY).seconds is not None


# What is asked


def test_queries_are_the_same_for_a_seed_and_each_search_is_asked_once() -> None:
    queries = Queries(1, 3_000, EVERY_PARAMETER, distinct=50)
    for row in ROWS.values():
        again = Queries(1, 3_000, EVERY_PARAMETER, distinct=50).addresses(row)
        assert queries.addresses(row) == again
        asked = list(islice(queries.stream(row), 1_000))
        assert asked[: len(again)] == again
        if row.unique:
            assert len(again) == 50
            assert len(set(asked)) == 1_000
            assert all(float(address.rsplit("=", 1)[1]) <= 100 for address in asked)
        else:
            assert set(asked) == set(again)
    assert Queries(2, 3_000, EVERY_PARAMETER).addresses(ROWS["search"]) != queries.addresses(
        ROWS["search"]
    )


@pytest.fixture
def without_wrk(monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "wrk" else found(name))


@pytest.mark.usefixtures("without_wrk")
def test_a_small_run_tells_of_every_row_and_goal_and_leaves_the_catalogue_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = store.stored(tmp_path, 3, 60, london_today())
    before = _named(catalogue.path)
    rows = "search,facets,304,pull,changes"
    options = f"--sizes 60 --rows {rows} --seconds 0.1 --rounds 2 --distinct 4 --seed 3"
    paths = (f"--folder={tmp_path}", f"--plot={tmp_path / 'plot.png'}")
    assert main([*options.split(), *paths]) == 0
    run = Run.model_validate_json((tmp_path / "bench.json").read_text(encoding="utf-8"))
    (size,) = run.sizes
    assert size.generated.seconds is None
    assert list(size.rows) == rows.split(",")[:-2]
    for name, row in size.rows.items():
        assert row.failed == 0
        assert all(one.limit.failed == 0 for one in row.rounds)
        assert len(row.rounds) == (2 if row.not_run is None else 0)
        assert 0 <= row.items <= 20
        assert row.items <= row.total <= 60
        assert (row.bytes == 0) == (name == "304")
    assert size.times.pull
    assert size.times.pull.records == 60
    assert size.times.seen
    assert len(size.times.seen) == 5
    assert _named(catalogue.path) == before
    assert not (tmp_path / "plot.png").exists()
    printed = capsys.readouterr().out
    assert all(line == line.rstrip() for line in printed.splitlines())
    for verdict in verdicts(run):
        assert verdict.what in printed
    for missing in ("questionnaire", "weekly plan"):
        assert re.search(rf"^{missing}.* not run$", printed, re.MULTILINE)
    for fact in (run.machine.processor, run.machine.commit, "seed 3", "fastapi 0."):
        assert fact in printed


def _named(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT id, name FROM activity ORDER BY id").fetchall()


# What is told


def a_load(per_second: int) -> Load:
    return Load(requests=per_second, seconds=1, bytes=1, failed=0, p50_ms=1, p99_ms=2)


def a_run(costs: Mapping[str, Sequence[int]], sizes: Sequence[int]) -> Run:
    """A run in which rows cost so many microseconds at each size, and the limit 30."""
    rows = [
        {
            name: RowResult(
                title=ROWS[name].title,
                rounds=[
                    Round(
                        load=a_load(1_000_000 // (at[place] * 2)),
                        cpu_seconds=at[place] / 1e6 * (1_000_000 // (at[place] * 2)),
                        limit=a_load(1_000_000 // 60),
                        limit_cpu_seconds=30 / 1e6 * (1_000_000 // 60),
                    )
                ],
            )
            for name, at in costs.items()
        }
        for place in range(len(sizes))
    ]
    machine = {"machine": "m", "processor": "p", "cores": 2, "memory_gb": 4, "load_before": 0}
    machine |= {"versions": {}, "commit": "c", "client": "wrk"}
    return Run.model_validate(
        {
            "at": "",
            "machine": machine,
            "seed": 1,
            "seconds": 1,
            "rounds": 1,
            "distinct": 1,
            "sizes": [
                SizeResult(
                    size=size,
                    generated=Generated(seconds=None, megabytes=1, made_on="2026-03-16"),
                    rows=row,
                    times=Times(
                        warm_start=4.0,
                        memory_mb=700.0,
                        intake_ms=[9.0, 30.0, 12.0],
                        plan_ms=[40.0, 130.0, 50.0],
                    ),
                )
                for size, row in zip(sizes, rows, strict=True)
            ],
        }
    )


def test_goals_are_judged_by_the_figures() -> None:
    costs = {"search": (250, 550), "facets": (700, 2_000), "repeated": (60, 70), "304": (50, 50)}
    found = {one.what: (one.figure, one.met) for one in verdicts(a_run(costs, (3_000, 300_000)))}
    assert [*found.values()] == [
        ("12.0 %", True),
        ("5.5 %", False),
        ("2.20x", False),
        ("3.64x at 300,000", False),
        ("not run", None),
        ("42.9 % at 300,000", True),
        ("60.0 % at 3,000", True),
        ("50 ms", True),
        ("130 ms", False),
        ("not run", None),
        ("12 ms", True),
        ("4.0 s", True),
        ("700 MB", False),
        ("not run", None),
        ("not run", None),
    ]


def test_what_had_no_answers_counts_as_not_run() -> None:
    run = a_run({"search": (250, 500)}, (3_000, 300_000))
    run.sizes[0].rows["search"].rounds[0].load.requests = 0
    found = {one.what: one.figure for one in verdicts(run)}
    assert found["search page of 20, full validation, at 3,000"] == "not run"
    assert found["search: its cost from 3,000 to 300,000"] == "not run"


def test_costs_are_drawn_from_two_sizes_on(tmp_path: Path) -> None:
    plot = tmp_path / "pictures/plot.png"
    assert not draw_costs(a_run({"search": (250,)}, (3_000,)), plot)
    assert not plot.exists()
    run = a_run({"search": (250, 500), "304": (40, 41)}, (3_000, 300_000))
    assert draw_costs(run, plot)
    dots, width, height = _png(plot)
    assert width > height > 400
    # The line of each row, in its own colour.
    for colour in COLOURS[:2]:
        assert dots.count(bytes(colour)) > 500
    every = {name: (200 + 40 * place, 400) for place, name in enumerate(ROWS)}
    assert draw_costs(a_run(every, (3_000, 300_000)), plot)
    dots, _, _ = _png(plot)
    assert all(bytes(colour) in dots for colour in COLOURS[: len(ROWS)])


def _png(path: Path) -> tuple[bytes, int, int]:
    """The dots of a picture, its width and its height."""
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    start = content.index(b"IDAT")
    (length,) = struct.unpack(">I", content[start - 4 : start])
    dots = zlib.decompress(content[start + 4 : start + 4 + length])
    assert len(dots) == height * (1 + width * 3)
    return dots, width, height


def test_nothing_but_this_machine_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Only a server on this machine"):
        load.load("http://example.org", ["/"], tmp_path / "addresses", 1)
    with pytest.raises(ValueError, match="Only a server on this machine"):
        load.main(["http://192.0.2.1:80", "1", "1", str(tmp_path / "addresses")])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "Usage: scripts/bench"),
        (["--colour"], 2, "there is no option '--colour'"),
        (["--sizes"], 2, "--sizes needs a value"),
    ],
)
def test_the_script_explains_itself(arguments: list[str], code: int, said: str) -> None:
    done = subprocess.run(  # noqa: S603 - the command is this project's own.
        [BENCH, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr


def test_a_row_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--rows", "searches"])
    assert "there is no row searches" in capsys.readouterr().err


def test_wrong_answers_and_failed_requests_are_faults() -> None:
    run = a_run({"search": (250,)}, (3_000,))
    assert run.sizes[0].faults == []
    run.sizes[0].wrong.append("/v1/activities was answered with 500.")
    run.sizes[0].rows["search"].rounds[0].load.failed = 7
    assert run.sizes[0].faults == [
        "3,000 activities: /v1/activities was answered with 500.",
        "3,000 activities: 7 requests of 'search page of 20' failed.",
    ]
