"""The articles of advice: whole in both ways of writing, sourced, and no promise to anybody."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from app.catalogue.advice.articles import ORDER, Article, Writing, articles
from app.vocabulary.easy_read import lint

each_article = pytest.mark.parametrize("slug", ORDER)

PROMISES = re.compile(
    r"(?<!whether )\b(you will (get|receive)|you are (eligible|entitled)|guarantee|we promise)\b",
    re.IGNORECASE,
)
UNWANTED = re.compile(
    r"\b(service users?|suffer\w*|vulnerable|wheelchair.bound|the disabled)\b", re.IGNORECASE
)
TELEPHONE = re.compile(r"(?<![£\d,.])\b0\d{3,4}[ \d]{5,}")


def texts(written: Writing) -> Iterator[str]:
    yield from (written.title, written.summary, written.call)
    for section in written.sections:
        yield from (section.heading, *section.paragraphs, *section.points)


def test_every_file_is_listed_and_every_listed_article_has_a_file() -> None:
    folder = files("app.catalogue.advice")
    found = {one.name.removesuffix(".json") for one in folder.iterdir() if ".json" in one.name}
    assert found == set(ORDER) == set(articles())


@each_article
def test_the_easy_read_is_easy_to_read(slug: str) -> None:
    hard = [finding for text in texts(articles()[slug].easy_read) for finding in lint(text)]
    assert hard == []


@each_article
def test_both_ways_of_writing_say_something_of_their_own(slug: str) -> None:
    article = articles()[slug]
    plain, easy = list(texts(article.plain)), list(texts(article.easy_read))
    assert len(" ".join(plain).split()) > 250
    assert 100 < len(" ".join(easy).split()) < len(" ".join(plain).split())
    assert article.plain.call != article.easy_read.call


@each_article
def test_a_section_is_never_empty(slug: str) -> None:
    article = articles()[slug]
    for written in (article.plain, article.easy_read):
        assert all(section.paragraphs or section.points for section in written.sections)


@each_article
def test_nothing_is_promised_and_nobody_is_called_what_they_do_not_want(slug: str) -> None:
    article = articles()[slug]
    for text in (*texts(article.plain), *texts(article.easy_read)):
        assert not PROMISES.search(text), text
        assert not UNWANTED.search(text), text
        # A number that somebody might have made up is worse than none: councils' lines come
        # from the council's own record. 999, 111 and 101 are the same everywhere.
        assert not TELEPHONE.search(text), text


@each_article
def test_a_human_to_call_is_named(slug: str) -> None:
    article = articles()[slug]
    for written in (article.plain, article.easy_read):
        assert re.search(r"\b([Rr]ing|[Cc]all|Ask)\b", written.call)


def test_in_danger_people_are_sent_to_999_first() -> None:
    staying_safe = articles()["staying-safe"]
    for written in (staying_safe.plain, staying_safe.easy_read):
        first = written.sections[0]
        assert "999" in " ".join((*first.paragraphs, *first.points))


@each_article
def test_every_article_names_a_law_or_guidance_and_the_day_it_was_checked(slug: str) -> None:
    article = articles()[slug]
    publishers = " ".join(source.publisher for source in article.sources)
    assert "legislation.gov.uk" in publishers or "GOV.UK" in publishers
    assert article.checked_on.year >= 2026


@pytest.mark.parametrize(
    "change",
    [
        {"sources": []},
        {"version": "one"},
        {"checked_on": "yesterday"},
        {"plain": None},
        {"more": 1},
    ],
)
def test_an_article_with_a_gap_is_refused(change: dict[str, Any]) -> None:
    whole = articles()["carers"].model_dump(mode="json")
    Article.model_validate_json(json.dumps(whole))
    with pytest.raises(ValidationError):
        Article.model_validate_json(json.dumps(whole | change))


# Over HTTP


def test_the_articles_are_listed_in_the_order_to_read_them(client: TestClient) -> None:
    page = client.get("/v1/advice").json()
    assert [one["slug"] for one in page["items"]] == list(ORDER)
    assert (page["total"], page["pages"]) == (len(ORDER), 1)
    assert page["items"][0] == {
        "slug": "what-is-a-direct-payment",
        "title": "What is a direct payment?",
        "summary": "A direct payment is money from your council that you spend yourself on the "
        "support you need, instead of the council arranging it for you.",
        "version": "1",
        "checked_on": "2026-11-30",
        "url": "/v1/advice/what-is-a-direct-payment",
    }
    second = client.get("/v1/advice?per_page=3&page=2&lang=easy").json()["items"]
    assert [one["slug"] for one in second] == list(ORDER[3:6])
    assert second[0]["title"] == "Personal assistants"
    assert second[0]["summary"] == (
        "A personal assistant is a person who helps you. You choose who it is."
    )
    assert client.get("/v1/advice?page=9").json()["items"] == []


@each_article
def test_an_article_is_served_whole_in_both_languages(client: TestClient, slug: str) -> None:
    article = articles()[slug]
    for lang, written in (("en", article.plain), ("easy", article.easy_read)):
        answer = client.get(f"/v1/advice/{slug}?lang={lang}").json()
        assert answer["title"] == written.title
        assert answer["call"] == written.call
        assert [one["heading"] for one in answer["sections"]] == [
            section.heading for section in written.sections
        ]
        assert [one["points"] for one in answer["sections"]] == [
            list(section.points) for section in written.sections
        ]
        assert [one["paragraphs"] for one in answer["sections"]] == [
            list(section.paragraphs) for section in written.sections
        ]
        assert answer["sources"] == [source.model_dump() for source in article.sources]


@pytest.mark.parametrize(
    ("slug", "status", "kind"),
    [
        ("nothing", 404, "advice_not_found"),
        ("CARERS", 404, "advice_not_found"),
        ("carers.json", 404, "advice_not_found"),
        ("..%5Carticles.py", 404, "advice_not_found"),
        ("carers%00", 422, "malformed"),
        ("x" * 81, 422, "malformed"),
        ("carers?lang=fr", 422, "malformed"),
        ("carers?page=1", 422, "malformed"),
    ],
)
def test_an_article_that_is_not_here_is_told_so(
    client: TestClient, slug: str, status: int, kind: str
) -> None:
    answer = client.get(f"/v1/advice/{slug}")
    assert answer.status_code == status
    assert answer.json()["type"] == f"urn:carefinder:problem:{kind}"
