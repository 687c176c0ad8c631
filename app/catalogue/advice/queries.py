from app.catalogue.advice.articles import articles
from app.catalogue.advice.schemas import (
    AdviceArticle,
    AdviceSummary,
    advice_article,
    advice_summary,
)
from app.paging import Page, PageParams, page_of
from app.parameters import Language, LanguageParams
from app.problems import NotFound


class AdviceNotFound(NotFound):
    """No article of advice has this slug."""

    code = "advice_not_found"

    def __init__(self) -> None:
        super().__init__("No article of advice has this slug. They are listed at /v1/advice.")


class AdviceParams(PageParams, LanguageParams):
    """Which part of the list of articles."""


def list_advice(params: AdviceParams) -> Page[AdviceSummary]:
    """One page of the articles, in the order in which to read them."""
    known = [*articles().values()]
    start = (params.page - 1) * params.per_page
    shown = known[start : start + params.per_page]
    return page_of([advice_summary(one, params.lang) for one in shown], len(known), params)


def get_advice(slug: str, lang: Language) -> AdviceArticle:
    """The article with this slug, in a language.

    Raises:
        AdviceNotFound: there is none.
    """
    article = articles().get(slug)
    if article is None:
        raise AdviceNotFound
    return advice_article(article, lang)
