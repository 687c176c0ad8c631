"""What differs between two states of a document, statement by statement, in words."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, Field

from app.catalogue.documents import ActivityDocument, ProviderDocument, VenueDocument
from app.listings.wording import (
    LABELS,
    Said,
    Venues,
    activity_statements,
    provider_statements,
    venue_statements,
)

UNTOLD = {"id", "slug", "origin", "confirmed_on"}
"""What a document carries for machines, or what every submission sets anew."""

Listed = ActivityDocument | ProviderDocument | VenueDocument


class Difference(BaseModel):
    """One statement that differs."""

    place: str = Field(
        description="A JSON Pointer to it; entries of a list are named by their code or id."
    )
    label: str = Field(description="What it is about, for people.")
    change: Literal["added", "removed", "changed"]
    before: str | None = Field(description="What it said; null where it is new.")
    after: str | None = Field(description="What it says; null where it is left out.")


def statements(document: Listed, venues: Venues) -> list[Said]:
    """All that a document says, in order."""
    if isinstance(document, ActivityDocument):
        return list(activity_statements(document, venues))
    if isinstance(document, ProviderDocument):
        return list(provider_statements(document))
    return list(venue_statements(document))


def differences(before: Listed | None, after: Listed, venues: Venues) -> list[Difference]:
    """What one state of a document says otherwise than another, in the order of its page.

    Args:
        before: None for a document that is new: then all of it is added.
        after: the state that is looked at.
        venues: the names of venues that sessions name.
    """
    old = _by_place(statements(before, venues) if before else [])
    new = _by_place(statements(after, venues))
    found = []
    for place, said in new.items():
        was = old.get(place)
        if was is None:
            found.append(_difference(said, "added", None, said.text))
        elif was.text != said.text:
            found.append(_difference(said, "changed", was.text, said.text))
        elif was.label != said.label:
            # A label names what an entry is called: a session renamed is a change too.
            found.append(_difference(said, "changed", was.label, said.label))
    found += [
        _difference(was, "removed", was.text, None)
        for place, was in old.items()
        if place not in new
    ]
    if before is not None:
        found += _unsaid(before, after, found)
    return found


def _unsaid(before: Listed, after: Listed, found: list[Difference]) -> list[Difference]:
    """The fields that differ in what no statement says, as the order of a list.

    Nothing may be approved that was not shown, so they are named at least.
    """
    told = {one.place.split("/")[1] for one in found}
    # A venue's statements put several fields into one.
    told |= {"latitude", "longitude"} if "point" in told else set()
    return [
        Difference(
            place=f"/{field}",
            label=LABELS.get(field, field.replace("_", " ").capitalize()),
            change="changed",
            before="As before",
            after="In another order or form",
        )
        for field in sorted(fields_changed(before, after) - told - UNTOLD)
    ]


def fields_changed(before: Listed, after: Listed) -> set[str]:
    """The names of the fields in which two states of a document differ at all."""
    names = type(after).model_fields
    return {name for name in names if getattr(before, name) != getattr(after, name)}


def _by_place(said: Iterable[Said]) -> dict[str, Said]:
    return {one.place: one for one in said}


def _difference(
    said: Said,
    change: Literal["added", "removed", "changed"],
    before: str | None,
    after: str | None,
) -> Difference:
    return Difference(place=said.place, label=said.label, change=change, before=before, after=after)
