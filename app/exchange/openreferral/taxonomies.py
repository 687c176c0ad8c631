"""Our vocabularies as taxonomies, and what is stated of something as attributes."""

from collections.abc import Iterable, Mapping
from functools import cache
from uuid import UUID

from app.exchange.openreferral.identity import (
    area_address,
    derived_id,
    taxonomy_id,
    term_id,
)
from app.exchange.openreferral.schemas import (
    FeedAttribute,
    FeedCrosswalk,
    FeedTaxonomy,
    FeedTerm,
)
from app.vocabulary.crosswalks import crosswalks_of
from app.vocabulary.terms import Scheme, vocabulary

LINK_TYPES: Mapping[str, str] = {
    "cohort": "intended audience",
    "open_to": "eligibility",
    "outcome": "outcome",
    "activity_type": "activity",
    "setting": "setting",
    "support_mode": "support",
    "support_need": "support need met",
    "access": "accessibility",
    "communication": "communication",
    "attendance": "attendance",
    "funding": "funding",
    "travel": "travel",
    "preference": "preference",
    "language": "language",
    "how_to_start": "referral route",
}
"""The schemes that listings are described with, and what each says of them."""

NOT_STATED_OF_LISTINGS = frozenset({"not_sure"})
"""Codes that are answers of people alone."""


def listed_terms(scheme: Scheme) -> list[str]:
    """The codes of a scheme that a listing can state, in the order of the scheme."""
    return [code for code in scheme.codes if code not in NOT_STATED_OF_LISTINGS]


@cache
def feed_terms() -> dict[UUID, FeedTerm]:
    """Every term by its id, in the order of the vocabularies."""
    return {
        made.id: made
        for name in LINK_TYPES
        for code in listed_terms(vocabulary().scheme(name))
        for made in [_term(name, code)]
    }


@cache
def term_keys() -> dict[UUID, tuple[str, str]]:
    """The scheme and the code of every term, by its id."""
    return {
        term_id(name, code): (name, code)
        for name in LINK_TYPES
        for code in listed_terms(vocabulary().scheme(name))
    }


def _term(name: str, code: str) -> FeedTerm:
    scheme = vocabulary().scheme(name)
    term = scheme.term(code)
    return FeedTerm(
        id=term_id(name, code),
        name=term.label,
        description=term.easy_read,
        code=code,
        parent_id=term_id(name, term.parent) if term.parent else None,
        taxonomy=scheme.title,
        taxonomy_id=taxonomy_id(name),
        term_uri=f"urn:carefinder:term:{name}:{code}",
        term=term.label,
        x_crosswalks=[
            FeedCrosswalk(
                council=one.council,
                council_uri=area_address(one.council),
                source=one.source,
                label=one.label,
                code=one.code,
            )
            for one in crosswalks_of(name, code)
        ]
        or None,
    )


@cache
def feed_taxonomies() -> dict[UUID, FeedTaxonomy]:
    """Every taxonomy with its terms, by its id."""
    found = {}
    for name in LINK_TYPES:
        scheme = vocabulary().scheme(name)
        found[taxonomy_id(name)] = FeedTaxonomy(
            id=taxonomy_id(name),
            name=scheme.title,
            description=scheme.note or scheme.title,
            uri=f"urn:carefinder:taxonomy:{name}",
            version=vocabulary().version,
            taxonomy_terms=[feed_terms()[term_id(name, code)] for code in listed_terms(scheme)],
        )
    return found


@cache
def scheme_of(taxonomy: UUID) -> str | None:
    """The scheme of a taxonomy, if there is such a one."""
    return next((name for name in LINK_TYPES if taxonomy_id(name) == taxonomy), None)


@cache
def _plain_term(scheme: str, code: str) -> FeedTerm:
    """A term as attributes carry it; what councils call it stands with the term itself."""
    return feed_terms()[term_id(scheme, code)].model_copy(update={"x_crosswalks": None})


def attributes(
    owner: UUID, entity: str, stated: Iterable[tuple[str, str, str | None, str | None]]
) -> list[FeedAttribute]:
    """What is stated of something.

    Args:
        owner: its id.
        entity: what it is, as the standard names it.
        stated: scheme, code, value and note of each statement. One that says no is no attribute.
    """
    return [
        FeedAttribute(
            id=derived_id("attribute", owner, scheme, code),
            link_id=owner,
            link_type=LINK_TYPES[scheme],
            link_entity=entity,
            taxonomy_term_id=term_id(scheme, code),
            value=value,
            label=note,
            taxonomy_term=_plain_term(scheme, code),
        )
        for scheme, code, value, note in stated
        if value != "no" and code not in NOT_STATED_OF_LISTINGS
    ]
