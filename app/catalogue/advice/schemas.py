"""How articles of advice look in answers."""

from datetime import date

from pydantic import BaseModel, Field

from app.catalogue.advice.articles import Article
from app.parameters import Language


class AdviceSummary(BaseModel):
    """An article in the list of articles."""

    slug: str = Field(description="Stable. `advice` in the answer to a questionnaire names it.")
    title: str = Field(description="Its title: plain, or Easy Read with `lang=easy`.")
    summary: str = Field(description="What it is about, in a sentence or two.")
    version: str = Field(description="Another one whenever the article changes.")
    checked_on: date = Field(description="The day on which it was last held against its sources.")
    url: str = Field(description="Where the whole article is.")


class AdviceSection(BaseModel):
    """A part of an article. Show its paragraphs first, then its points as a list."""

    heading: str
    paragraphs: list[str] = Field(description="May be empty.")
    points: list[str] = Field(description="May be empty.")


class AdviceSource(BaseModel):
    """Where something in an article comes from."""

    title: str = Field(description="The law, or the page or chapter of guidance.")
    publisher: str = Field(description="Who publishes it.")
    url: str | None = Field(description="Where it is; null where no lasting address is known.")


class AdviceArticle(AdviceSummary):
    """A whole article. It is general information, and no promise about anybody's own case."""

    sections: list[AdviceSection]
    call: str = Field(description="Which human to turn to. Show it with every article.")
    sources: list[AdviceSource]


def advice_summary(article: Article, lang: Language) -> AdviceSummary:
    """An article as the list shows it, in a language."""
    written = article.written(lang)
    return AdviceSummary(
        slug=article.slug,
        title=written.title,
        summary=written.summary,
        version=article.version,
        checked_on=article.checked_on,
        url=f"/v1/advice/{article.slug}",
    )


def advice_article(article: Article, lang: Language) -> AdviceArticle:
    """A whole article in a language."""
    written = article.written(lang)
    return AdviceArticle(
        **advice_summary(article, lang).model_dump(),
        sections=[AdviceSection(**section.model_dump()) for section in written.sections],
        call=written.call,
        sources=[AdviceSource(**source.model_dump()) for source in article.sources],
    )
