from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlmodel import col, select

from app.catalogue.models import Activity
from app.database import Database
from app.paging import PageParams, page_of, paginate

LISTS = ["/v1/activities", "/v1/providers", "/v1/councils", "/v1/vocabularies"]


def get(client: TestClient, address: str) -> dict[str, Any]:
    """The page at an address."""
    answer = client.get(address)
    assert answer.status_code == 200
    page: dict[str, Any] = answer.json()
    return page


def name_of(item: dict[str, Any]) -> str:
    """What tells an item from all others."""
    return str(item.get("id") or item["scheme"])


@pytest.mark.parametrize(
    ("total", "per_page", "pages"),
    [(0, 20, 0), (1, 20, 1), (20, 20, 1), (21, 20, 2), (200, 1, 200), (199, 100, 2)],
)
def test_the_number_of_pages_is_rounded_up_and_none_for_nothing(
    total: int, per_page: int, pages: int
) -> None:
    page = page_of(["x"], total, PageParams(page=1, per_page=per_page))
    assert page.model_dump() == {
        "items": ["x"],
        "total": total,
        "page": 1,
        "per_page": per_page,
        "pages": pages,
    }


def test_a_page_is_the_first_of_twenty_items_unless_asked_otherwise() -> None:
    assert PageParams().model_dump() == {"page": 1, "per_page": 20}


@pytest.mark.parametrize(
    ("page", "per_page"), [(0, 20), (-1, 20), (100_001, 20), (1, 0), (1, -1), (1, 101)]
)
def test_a_page_has_bounds(page: int, per_page: int) -> None:
    with pytest.raises(ValidationError):
        PageParams(page=page, per_page=per_page)


@pytest.mark.parametrize("per_page", [1, 7, 100])
def test_a_walk_meets_every_row_once_and_in_order(sample_database: Database, per_page: int) -> None:
    ordered = select(Activity).order_by(col(Activity.sort_name), col(Activity.id))
    with sample_database.read() as session:
        everything = [row.id for row in session.exec(ordered)]
        walked = []
        for page in range(1, len(everything) // per_page + 3):
            params = PageParams(page=page, per_page=per_page)
            rows, total = paginate(session, ordered, params)
            assert total == len(everything)
            walked += [row.id for row in rows]
    assert walked == everything


def test_the_total_counts_what_the_condition_lets_through(sample_database: Database) -> None:
    closed = select(Activity).where(Activity.status == "closed").order_by(col(Activity.id))
    with sample_database.read() as session:
        rows, total = paginate(session, closed, PageParams(page=1, per_page=2))
    assert (len(rows), total) == (2, 3)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("per_page", [3, 100])
def test_a_walk_through_a_list_loses_and_repeats_nothing(
    client: TestClient, address: str, per_page: int
) -> None:
    first = get(client, f"{address}?per_page={per_page}")
    walked = [
        name_of(item)
        for page in range(1, first["pages"] + 1)
        for item in get(client, f"{address}?per_page={per_page}&page={page}")["items"]
    ]
    assert len(walked) == len(set(walked)) == first["total"]
    assert first["pages"] == -(-first["total"] // per_page)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("page", [1_000, 100_000])
def test_past_the_end_there_is_nothing_and_no_error(
    client: TestClient, address: str, page: int
) -> None:
    answer = get(client, f"{address}?page={page}&per_page=100")
    assert answer["items"] == []
    assert answer["page"] == page
    assert answer["total"] > 0
    assert answer["pages"] == -(-answer["total"] // 100)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    ("query", "name", "code"),
    [
        ("page=0", "page", "greater_than_equal"),
        ("page=-1", "page", "greater_than_equal"),
        ("page=100001", "page", "less_than_equal"),
        (f"page=1{'0' * 30}", "page", "less_than_equal"),
        (f"page={'9' * 5_000}", "page", "int_parsing_size"),
        ("per_page=0", "per_page", "greater_than_equal"),
        ("per_page=101", "per_page", "less_than_equal"),
        ("per_page=", "per_page", "int_parsing"),
        ("per_page=ten", "per_page", "int_parsing"),
        ("per_page=1.5", "per_page", "int_parsing"),
        ("per_page=1.0", "per_page", "int_parsing"),
        ("per_page=1e1", "per_page", "int_parsing"),
        ("per_page=1_0", "per_page", "int_parsing"),
        ("per_page=%2B1", "per_page", "int_parsing"),
        ("per_page=%201", "per_page", "int_parsing"),
        ("per_page=1%0A", "per_page", "int_parsing"),
        ("per_page=%EF%BC%91", "per_page", "int_parsing"),
        ("per_page=true", "per_page", "int_parsing"),
        ("per_page=NaN", "per_page", "int_parsing"),
    ],
)
def test_a_page_that_cannot_be_is_refused(
    client: TestClient, address: str, query: str, name: str, code: str
) -> None:
    answer = client.get(f"{address}?{query}")
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["in"], fault["name"], fault["code"]) == ("query", name, code)
    assert fault["message"].endswith(".")


@pytest.mark.parametrize("address", LISTS)
def test_every_fault_is_told_at_once(client: TestClient, address: str) -> None:
    answer = client.get(f"{address}?page=0&per_page=0&colour=blue")
    assert {one["name"] for one in answer.json()["errors"]} == {"page", "per_page", "colour"}
    assert "3 things" in answer.json()["detail"]
