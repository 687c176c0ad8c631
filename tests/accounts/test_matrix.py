"""The table of who may do what holds for every operation, and would notice a missing guard."""

from collections.abc import Callable
from typing import Any

import pytest
from accounts.asking import (
    PERMISSIVE,
    STAND_IN,
    guards_of,
    is_noticed,
    operations_of,
    wrong_cells,
)
from accounts.conftest import Place
from accounts.matrix import PRINCIPALS, TABLE
from conftest import Kind, make_app
from contract import documented_operations
from fastapi import FastAPI
from preparing import COUNCIL, PROVIDER, make_person

from app.accounts import access
from app.listings import access as listings

APPLICATION = make_app("sqlite:///nothing-is-here.db")
ROUTES = operations_of(APPLICATION)


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert set(ROUTES) == set(TABLE)
    documented = {f"{one.method} {one.path}" for one in documented_operations()}
    assert documented <= set(TABLE)
    for row in TABLE.values():
        assert tuple(row) == PRINCIPALS


@pytest.mark.parametrize("key", TABLE)
def test_everybody_may_do_what_the_table_says_and_nothing_else(place: Place, key: str) -> None:
    assert wrong_cells(place.client, key) == []


def test_an_operation_that_is_not_open_has_a_guard_and_says_so() -> None:
    documented = {f"{one.method} {one.path}": one for one in documented_operations()}
    for key, route in ROUTES.items():
        guarded = route is not None and bool(list(guards_of(route)))
        is_open = len(set(TABLE[key].values())) == 1
        assert guarded is not is_open, key
        if key in documented:
            assert documented[key].protected is guarded, key


GUARDED = [
    pytest.param(key, guard, id=f"{key} without {guard.__name__}")
    for key, route in ROUTES.items()
    if route is not None
    for guard in guards_of(route)
]


@pytest.mark.parametrize(("key", "guard"), GUARDED)
def test_a_guard_that_is_taken_away_is_noticed(
    shared_places: Callable[[Kind], Place], key: str, guard: Any
) -> None:
    client = shared_places("sqlite").client
    assert isinstance(client.app, FastAPI)
    everything = {"providers": {PROVIDER: "owner"}, "councils": {COUNCIL: "admin"}}
    STAND_IN["anybody"] = make_person(client.app, **everything)  # type: ignore[arg-type]
    client.app.dependency_overrides[guard] = PERMISSIVE[guard]
    try:
        assert is_noticed(client, key)
    finally:
        del client.app.dependency_overrides[guard]


def test_every_guard_of_the_code_can_be_taken_away() -> None:
    named = {access.current_account, access.current_officer, access.council_admin}
    named |= {access.own_provider, access.owned_provider}
    named |= {access.own_council, access.administered_council}
    named |= {listings.own_activity, listings.own_venue, listings.own_entry}
    assert set(PERMISSIVE) == named
    assert len(GUARDED) >= 30
