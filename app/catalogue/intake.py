"""Loading a folder of files into the catalogue: all of it or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import TypeVar

from sqlmodel import select

from app.catalogue.commands import close_activity, publish
from app.catalogue.documents import ActivityDocument, ProviderDocument, VenueDocument
from app.catalogue.documents.base import Origin
from app.catalogue.files import CatalogueFiles, KnownIds, read_folder
from app.catalogue.loading import known_children, known_slugs
from app.catalogue.models import Activity, ActivitySession, Council, Price, Provider, Venue
from app.catalogue.queries import SAMPLE
from app.database import Database, Reading, Writing

DocumentT = TypeVar("DocumentT", ActivityDocument, ProviderDocument, VenueDocument)


@dataclass(frozen=True)
class Loaded:
    """How much a folder held."""

    councils: int
    providers: int
    venues: int
    activities: int


def sample_folder() -> Path:
    """Where the invented sample catalogue lies."""
    return Path(str(resources.files("app.catalogue").joinpath("sample")))


def load_sample(database: Database, today: date) -> Loaded:
    """Load the sample catalogue, as fresh as if it had been confirmed for today."""
    return load_folder(database, sample_folder(), today, source=SAMPLE)


def load_folder(
    database: Database, folder: Path, today: date, *, source: str | None = None
) -> Loaded:
    """Load a folder in the sample's format. Loading it again changes only what differs.

    Args:
        database: where to load it.
        folder: holds `councils/` and the providers' files.
        today: the day from which relative dates count.
        source: where the records come from; kept beside those that do not say so themselves.

    Raises:
        FilesError: the files cannot be read as a catalogue; nothing was changed.
    """
    with database.read() as session:
        known = _known(session)
    files = read_folder(folder, today, known)
    with database.write() as writing:
        _write(writing, files, source)
    return Loaded(
        councils=len(files.councils),
        providers=len(files.providers),
        venues=len(files.venues),
        activities=len(files.activities),
    )


def _known(session: Reading) -> KnownIds:
    return KnownIds(
        councils=known_slugs(session, Council),
        providers=known_slugs(session, Provider),
        venues=known_slugs(session, Venue),
        activities=known_slugs(session, Activity),
        sessions=known_children(session, ActivitySession),
        prices=known_children(session, Price),
    )


def _write(session: Writing, files: CatalogueFiles, source: str | None) -> None:
    # What is closed already stays as it is: publishing it again would open it for a moment.
    closed = set(session.exec(select(Activity.id).where(Activity.status == "closed")))
    closed &= files.closed
    activities = [activity for activity in files.activities if activity.id not in closed]
    publish(
        session,
        [
            *files.councils,
            *_marked(files.providers, source),
            *_marked(files.venues, source),
            *_marked(activities, source),
        ],
    )
    for activity_id in files.closed - closed:
        close_activity(session, activity_id)


def _marked(documents: Iterable[DocumentT], source: str | None) -> list[DocumentT]:
    if source is None:
        return list(documents)
    return [
        document
        if document.origin
        else document.model_copy(update={"origin": Origin(source=source, source_id=document.slug)})
        for document in documents
    ]
