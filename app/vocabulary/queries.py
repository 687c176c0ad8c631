from app.paging import Page, PageParams, page_of
from app.parameters import Language
from app.problems import NotFound
from app.vocabulary.schemas import SchemeSummary, SchemeView, scheme_summary, scheme_view
from app.vocabulary.terms import UnknownScheme, vocabulary


class SchemeNotFound(NotFound):
    """The vocabulary has no scheme of this name; `near` names schemes that look like it."""

    title = "No such scheme"
    code = "unknown_scheme"

    def __init__(self, near: tuple[str, ...]) -> None:
        where = f"Did you mean {' or '.join(near)}?" if near else "See /v1/vocabularies."
        super().__init__(f"The vocabulary has no scheme of this name. {where}", near=[*near])


def list_schemes(params: PageParams) -> Page[SchemeSummary]:
    """One page of the schemes, in the order of the vocabulary."""
    schemes = [*vocabulary().schemes.values()]
    start = (params.page - 1) * params.per_page
    shown = schemes[start : start + params.per_page]
    return page_of([scheme_summary(scheme) for scheme in shown], len(schemes), params)


def get_scheme(name: str, lang: Language) -> SchemeView:
    """A scheme with its terms, in a language.

    Raises:
        SchemeNotFound: The vocabulary has no scheme of this name.
    """
    try:
        scheme = vocabulary().scheme(name)
    except UnknownScheme as unknown:
        raise SchemeNotFound(unknown.near) from None
    return scheme_view(scheme, vocabulary().version, lang)
