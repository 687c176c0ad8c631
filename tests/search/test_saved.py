"""A snapshot on disk answers as the one it was made of, or is not used at all."""

import gc
import json
import logging
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, Templates
from sqlmodel import col, select

from app.catalogue.commands import publish
from app.catalogue.documents import ActivityDocument
from app.catalogue.loading import activity_documents, all_councils
from app.catalogue.models import Activity
from app.database import Database
from app.parameters import LanguageParams
from app.schema import start_epoch
from app.search.answers import SimilarParams, activities_found, activities_like
from app.search.criteria import SearchCriteria
from app.search.index import apart, follow, reader, saved
from app.search.index.follow import Index
from app.search.index.snapshot import Snapshot

READ, SAVED = "read the whole catalogue", "read a saved snapshot"
NOT_WHOLE = "a saved snapshot is not whole and is not used"

QUESTIONS: list[dict[str, Any]] = [
    {"per_page": 100},
    {"per_page": 100, "page": 2, "lang": "easy"},
    {"near": "Crewe", "facets": ["cohort", "council", "time_band", "access"]},
    {"near": "CM1 1AB", "within": 30, "q": "gardening", "sort": "price"},
    {"q": "gardning", "facets": ["funding"]},
    {"q": "day centre", "sort": "newest", "cohort": ["learning_disability"]},
    {"provider": ["two-oars"], "sort": "-name"},
    {"council": ["E10000012"], "access": ["step_free"], "include_unknown": True},
]


@pytest.fixture(autouse=True)
def _small_catalogues_are_saved_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "FEWEST", 1)
    # Every test is in one process, whose rubbish is still to be found after this.
    monkeypatch.setattr(gc, "freeze", lambda: None)


@pytest.fixture(scope="module")
def few(templates: Templates) -> str:
    """A template with every fourth activity of the sample: reading takes most of the time here."""
    templates.duplicate("sqlite", "sample", "few")
    database = Database(templates.url("sqlite", "few"))
    with database.write() as session:
        rows = session.exec(select(Activity).order_by(col(Activity.id))).all()
        for number, row in enumerate(rows):
            if number % 4:
                row.status = "closed"
    database.close()
    return "few"


@pytest.fixture
def url(templates: Templates, few: str) -> Iterator[str]:
    made = templates.copy("sqlite", few)
    yield made
    templates.drop(made)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def start(database: Database, tmp_path: Path) -> Callable[..., Snapshot]:
    """Starts an index as another worker would; its snapshot."""

    def started(day: date = TODAY) -> Snapshot:
        index = Index(database, lambda: day, tmp_path / "index")
        index.refresh()
        return index.snapshot()

    return started


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the index has told since it was last asked."""
    caplog.set_level(logging.INFO, "carefinder.index")

    def messages() -> list[str]:
        found = [one.getMessage() for one in caplog.records if one.name == "carefinder.index"]
        caplog.clear()
        return found

    return messages


def answers(snapshot: Snapshot) -> list[bytes]:
    """What a snapshot answers to every question, and the activities like some."""
    found = [
        activities_found(snapshot, SearchCriteria.model_validate(question))
        for question in QUESTIONS
    ]
    page = json.loads(found[0])["items"]
    return found + [activities_like(snapshot, one["slug"], SimilarParams()) for one in page[:5]]


def change(database: Database, mark: str, count: int = 3) -> None:
    """Publish some activities under names that end in a mark."""
    with database.write() as session:
        rows = session.exec(select(Activity).where(Activity.status == "live").limit(count)).all()
        documents: list[ActivityDocument] = activity_documents(session, rows)
        publish(
            session,
            [one.model_copy(update={"name": f"{one.name[:60]} {mark}"}) for one in documents],
        )


def folders(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "index").iterdir() if path.is_dir())


def test_what_was_saved_answers_as_what_was_read(
    start: Callable[..., Snapshot], database: Database, told: Callable[[], list[str]]
) -> None:
    index = Index(database, lambda: TODAY)
    index.refresh()
    told()
    read = index.snapshot()
    start()
    assert told() == [READ]
    again = start()
    assert told() == [SAVED]
    assert answers(again) == answers(read)
    assert (again.epoch, again.sequence, again.total) == (read.epoch, read.sequence, read.total)


def test_what_changed_since_is_followed_and_the_file_stays_as_it_is(
    start: Callable[..., Snapshot],
    database: Database,
    told: Callable[[], list[str]],
    tmp_path: Path,
) -> None:
    start()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    change(database, "zebra")
    told()
    followed = start()
    assert told() == [SAVED]
    fresh = Index(database, lambda: TODAY)
    fresh.refresh()
    assert followed.sequence == fresh.snapshot().sequence
    assert answers(followed) == answers(fresh.snapshot())
    found = activities_found(followed, SearchCriteria(q="zebra"))
    assert json.loads(found)["total"] == 3
    assert {path: path.read_bytes() for path in before} == before


def test_what_a_council_says_is_followed_without_reading_everything_again(
    database: Database, told: Callable[[], list[str]]
) -> None:
    index = Index(database, lambda: TODAY)
    index.refresh()
    before = index.snapshot()
    question = SearchCriteria.model_validate({"near": "Crewe"})
    was = activities_found(before, question)
    with database.write() as session:
        crewe, *_ = (one for one in all_councils(session) if one.area.gss == "E06000049")
        outcodes = [one for one in crewe.area.outcodes if one.outcode not in {"CW1", "CW2"}]
        area = crewe.area.model_copy(update={"outcodes": outcodes})
        publish(session, [crewe.model_copy(update={"name": "Quokka Council", "area": area})])
    told()
    index.refresh()
    assert told() == []
    after, fresh = index.snapshot(), Index(database, lambda: TODAY)
    fresh.refresh()
    assert after.councils_said == fresh.snapshot().councils_said
    assert after.councils_said["E06000049"].name == "Quokka Council"
    assert answers(after) == answers(fresh.snapshot())
    assert b"Quokka Council" in b"".join(answers(after))
    found = activities_found(after, question)
    assert found == activities_found(fresh.snapshot(), question) != was
    assert activities_found(before, question) == was


def test_a_snapshot_is_never_altered_by_what_comes_after(
    start: Callable[..., Snapshot], database: Database
) -> None:
    index = Index(database, lambda: TODAY)
    index.refresh()
    for snapshot in (index.snapshot(), start()):
        before = answers(snapshot)
        for mark in ("zebra", "okapi"):
            change(database, mark, 40)
            start()
            index.refresh()
        assert answers(snapshot) == before


def spoil(path: Path, how: str) -> None:
    """Spoil a file in one of the ways in which files are spoilt."""
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "gone":
        path.unlink()
    elif how == "turned":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    else:
        path.write_bytes(pickle.dumps({"anything": 1}))


@pytest.mark.parametrize("how", ["cut", "empty", "gone", "turned", "pickled"])
@pytest.mark.parametrize("name", ["about.json", "arrays", "summaries", "text/postings.npy"])
def test_what_is_not_whole_is_told_and_written_anew(
    start: Callable[..., Snapshot],
    told: Callable[[], list[str]],
    tmp_path: Path,
    name: str,
    how: str,
) -> None:
    expected = answers(start())
    (folder,) = folders(tmp_path)
    spoil(tmp_path / "index" / folder / name, how)
    told()
    assert answers(start()) == expected
    messages = told()
    assert messages == [NOT_WHOLE, READ]
    assert answers(start()) == expected
    assert told() == [SAVED]


def test_another_day_epoch_code_or_a_later_number_is_not_used(
    start: Callable[..., Snapshot],
    database: Database,
    told: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    start()
    told()
    start(TODAY + timedelta(days=1))
    assert told() == [READ]
    start_epoch(database)
    start(TODAY + timedelta(days=1))
    assert told() == [READ]
    monkeypatch.setattr(saved, "build", lambda: "another")
    start(TODAY + timedelta(days=1))
    assert told() == [READ]
    # What is old is removed each time.
    assert len(folders(tmp_path)) == 1
    # A database that was put back without a new epoch gives numbers again.
    change(database, "zebra")
    (folder,) = folders(tmp_path)
    about = tmp_path / "index" / folder / "about.json"
    content = saved.read_about(about)
    saved.write_about(about, content | {"sequence": content["sequence"] + 100})
    start(TODAY + timedelta(days=1))
    assert told() == [NOT_WHOLE, READ]


def test_of_several_that_start_at_once_one_reads_and_the_others_take_what_it_saved(
    database: Database, told: Callable[[], list[str]], tmp_path: Path
) -> None:
    indexes = [Index(database, lambda: TODAY, tmp_path / "index") for _ in range(4)]
    threads = [threading.Thread(target=one.refresh) for one in indexes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(told()) == sorted([READ, SAVED, SAVED, SAVED])
    first, *others = [answers(one.snapshot()) for one in indexes]
    assert all(other == first for other in others)


def test_what_was_never_finished_is_removed_when_it_is_old(
    start: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left = tmp_path / "index" / f"{saved.UNFINISHED}x"
    left.mkdir(parents=True)
    start()
    assert left.exists()
    monkeypatch.setattr(saved, "FORGOTTEN", -1)
    start(TODAY + timedelta(days=1))
    assert not left.exists()


def test_a_folder_that_cannot_be_written_stops_nobody(
    database: Database, told: Callable[[], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "index").write_text("a file")
    index = Index(database, lambda: TODAY, tmp_path / "index")
    index.refresh()
    assert READ in told()
    assert json.loads(answers(index.snapshot())[0])["total"] > 40


def test_few_activities_are_not_saved(
    start: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(saved, "FEWEST", 1_000)
    start()
    assert not (tmp_path / "index").exists()


def test_languages_have_summaries_of_their_own(start: Callable[..., Snapshot]) -> None:
    start()
    again = start()
    plain, easy = (
        activities_found(again, SearchCriteria(**LanguageParams(lang=lang).model_dump()))
        for lang in ("en", "easy")
    )
    assert plain != easy


APART = "the catalogue could not be read by another process"


def test_a_large_catalogue_is_read_by_another_process(
    start: Callable[..., Snapshot],
    database: Database,
    told: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = Index(database, lambda: TODAY)
    index.refresh()
    told()
    monkeypatch.setattr(follow, "LARGE", 1)
    found = start()
    assert told() == [SAVED]
    assert answers(found) == answers(index.snapshot())
    change(database, "since")
    again = start()
    assert told() == [SAVED]
    assert again.late == 3


def test_where_no_other_process_can_read_it_is_read_here(
    start: Callable[..., Snapshot], told: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "LARGE", 1)
    monkeypatch.setattr(apart, "READER", "app.search.index.not_there")
    assert start().total > 1
    assert told() == [APART, READ]
    start()
    assert told() == [SAVED]


def test_who_stops_waits_for_no_reading(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "LARGE", 1)
    monkeypatch.setattr(apart, "BETWEEN_LOOKS", 0.01)
    index = Index(database, lambda: TODAY, tmp_path / "index")
    index.start()
    while not (tmp_path / "index/lock").exists():
        time.sleep(0.01)
    begun = time.monotonic()
    index.stop()
    assert time.monotonic() - begun < 10
    assert not index.ready
    assert folders(tmp_path) == []


def test_the_other_process_carries_out_its_order_and_ends_with_whoever_gave_it(
    url: str, tmp_path: Path
) -> None:
    order = json.dumps({"url": url, "folder": str(tmp_path / "index"), "today": str(TODAY)})
    command = [sys.executable, "-m", apart.READER]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603 - ours.
        # What it reads from ends at once.
        process.communicate(f"{order}\n".encode(), timeout=60)
    assert process.returncode == 1
    assert reader.save_whole(order)
    assert [one.startswith("snapshot-") for one in folders(tmp_path)] == [True]
