"""Lists as pages: bounded, and in a total order."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field
from sqlalchemy import func
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from app.database import Reading
from app.parameters import InDigits, QueryModel

T = TypeVar("T")


class PageParams(QueryModel):
    """Which part of a list to answer with."""

    page: Annotated[int, Field(ge=1, le=100_000), InDigits] = Field(
        1, description="The page, counted from 1."
    )
    per_page: Annotated[int, Field(ge=1, le=100), InDigits] = Field(
        20, description="How many items a page holds."
    )


class Page(BaseModel, Generic[T]):
    """One page of a list. Past the end there are no items, and that is no error."""

    items: list[T] = Field(description="The items of this page, in order.")
    total: int = Field(description="How many items the whole list has.")
    page: int = Field(description="This page, counted from 1.")
    per_page: int = Field(description="How many items a page holds.")
    pages: int = Field(description="How many pages there are; 0 when there is nothing.")


def page_of(items: Sequence[T], total: int, params: PageParams) -> Page[T]:
    """The page that holds these items of a list of `total`."""
    return Page[T](
        items=list(items),
        total=total,
        page=params.page,
        per_page=params.per_page,
        pages=-(-total // params.per_page),
    )


def paginate(
    session: Reading, statement: SelectOfScalar[T], params: PageParams
) -> tuple[Sequence[T], int]:
    """The rows of one page and the total.

    Args:
        session: where to read.
        statement: already ordered, with the primary key as its last sort key, so that the order
            is total and a walk through the pages neither loses nor repeats a row.
        params: which page.
    """
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    total = session.exec(counted).one()
    rows = session.exec(
        statement.limit(params.per_page).offset((params.page - 1) * params.per_page)
    ).all()
    return rows, total
