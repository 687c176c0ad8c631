"""Reading our vocabularies in the standard's words."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from fastapi import Response

from app.exchange.openreferral import pages
from app.exchange.openreferral.feed import Feed
from app.exchange.openreferral.parameters import FeedListParams, TermParams
from app.exchange.openreferral.schemas import (
    FeedPage,
    FeedTaxonomy,
    FeedTerm,
    TaxonomyPage,
    TermPage,
)
from app.exchange.openreferral.service_queries import NotInFeed
from app.exchange.openreferral.taxonomies import feed_taxonomies, feed_terms

VocabularyT = TypeVar("VocabularyT", FeedTaxonomy, FeedTerm)


def list_taxonomies(feed: Feed, params: FeedListParams) -> Response:
    """A page of taxonomies, or all of them as a stream."""
    plain = [one.model_copy(update={"taxonomy_terms": None}) for one in feed_taxonomies().values()]
    return _listed(feed, params, TaxonomyPage, plain)


def get_taxonomy(feed: Feed, key: UUID) -> Response:
    """A taxonomy with its terms.

    Raises:
        NotInFeed: there is none with this id.
    """
    return _one(feed, feed_taxonomies().get(key))


def list_terms(feed: Feed, params: TermParams) -> Response:
    """A page of terms, or all of them as a stream."""
    found = [
        term
        for term in feed_terms().values()
        if params.taxonomy_id in (None, term.taxonomy_id)
        and params.parent_id in (None, term.parent_id)
        and not (params.top_only and term.parent_id)
    ]
    return _listed(feed, params, TermPage, found)


def get_term(feed: Feed, key: UUID) -> Response:
    """A term.

    Raises:
        NotInFeed: there is none with this id.
    """
    return _one(feed, feed_terms().get(key))


def _one(feed: Feed, found: FeedTaxonomy | FeedTerm | None) -> Response:
    if found is None:
        raise NotInFeed
    return pages.answer(feed, found)


def _listed(
    feed: Feed, params: FeedListParams, shape: type[FeedPage], items: Sequence[VocabularyT]
) -> Response:
    found = [
        item
        for item in items
        if all(word in f"{item.name} {item.description}".casefold() for word in params.words)
    ]
    if params.format == "ndjson":
        return pages.stream(feed, found, lambda _, some: some)
    start = (params.page - 1) * params.per_page
    page = pages.page_of(
        shape,
        found[start : start + params.per_page],
        total=len(found),
        page=params.page,
        per_page=params.per_page,
    )
    return pages.answer(feed, page)
