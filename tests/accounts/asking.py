"""Asking an operation as each of the principals, and the guards that can be taken away."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from accounts.forging import expired
from accounts.matrix import PRINCIPALS, TABLE
from contract import Operation, documented_operations
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from prepared import prepare
from preparing import (
    COUNCIL,
    OTHER_COUNCIL,
    OTHER_PROVIDER,
    PROVIDER,
    Person,
    make_client_row,
    make_person,
)

from app.accounts import access
from app.accounts.access import CurrentAccount, OwnCouncil, OwnProvider
from app.accounts.finding import find_council, find_signed_in
from app.accounts.principals import (
    CouncilAccess,
    CouncilRole,
    ProviderAccess,
    Scope,
    SignedIn,
)
from app.catalogue.loading import find_by_id_or_slug
from app.catalogue.models import Activity, Provider, Venue
from app.database import Database, DatabaseDep
from app.listings import access as listings
from app.listings.access import ListingAccess
from app.listings.models import Listing

Guard = Callable[..., Any]

DOCUMENTED = {f"{one.method} {one.path}": one for one in documented_operations()}


def operations_of(app: FastAPI) -> dict[str, APIRoute | None]:
    """Every operation that the application has, hidden ones too, as the table names them."""
    found: dict[str, APIRoute | None] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        methods = getattr(context, "methods", None)
        for method in (methods or {"MOUNT"}) - (
            {"HEAD"} if methods and "GET" in methods else set()
        ):
            found[f"{method} {context.path}"] = route if isinstance(route, APIRoute) else None
    return found


def principal(app: FastAPI, name: str) -> tuple[dict[str, str], Person | None]:
    """The header of a new one of these principals, and who that is if it is a person."""
    match name:
        case "anonymous":
            return {}, None
        case "client_with" | "client_without":
            scopes = tuple(Scope) if name == "client_with" else ()
            client = make_client_row(app, scopes)
            token = app.state.tokens.issue(client.id, scopes=scopes)
            return {"Authorization": f"Bearer {token}"}, None
        case "expired":
            person = make_person(app, providers={PROVIDER: "owner"}, councils={COUNCIL: "admin"})
            return {"Authorization": f"Bearer {expired(app.state.tokens, person)}"}, None
    roles: dict[str, dict[str, Any]] = {
        "editor_a": {"providers": {PROVIDER: "editor"}},
        "owner_a": {"providers": {PROVIDER: "owner"}},
        "member_b": {"providers": {OTHER_PROVIDER: "owner"}},
        "officer_x": {"councils": {COUNCIL: "officer"}},
        "officer_y": {"councils": {OTHER_COUNCIL: "officer"}},
        "admin_x": {"councils": {COUNCIL: "admin"}},
        "disabled": {
            "providers": {PROVIDER: "owner"},
            "councils": {COUNCIL: "admin"},
            "disabled": True,
        },
    }
    person = make_person(app, **roles[name])
    return person.headers, person


def ask_as(client: TestClient, key: str, name: str) -> int:
    """The status that a principal gets from an operation."""
    assert isinstance(client.app, FastAPI)
    headers, person = principal(client.app, name)
    operation = DOCUMENTED.get(key)
    if operation is None:
        path = key.split(" ", 1)[1]
        if key.startswith("MOUNT"):
            path += "/swagger-ui.css"
        status: int = client.get(path, headers=headers).status_code
        return status
    return _ask(client, operation, headers, person)


def _ask(
    client: TestClient, operation: Operation, headers: dict[str, str], person: Person | None
) -> int:
    assert isinstance(client.app, FastAPI)
    ready = prepare(client.app, operation)
    sent = {name: value for name, value in ready.headers.items() if name != "Authorization"}
    if person is not None and "sign_in" in ready.replaced:
        ready = replace(ready, replaced={"sign_in": str(person.sign_in)})
    body = {"data" if operation.takes_form else "json": ready.body}
    answer = client.request(
        operation.method,
        operation.address(**ready.replaced),
        **(body if ready.body is not None else {}),
        headers={**sent, **headers},
    )
    status: int = answer.status_code
    return status


def wrong_cells(client: TestClient, key: str) -> list[tuple[str, int, int]]:
    """The principals that get something else than the table says, what it says, and what."""
    return [
        (name, TABLE[key][name], told)
        for name in PRINCIPALS
        if (told := ask_as(client, key, name)) != TABLE[key][name]
    ]


def is_noticed(client: TestClient, key: str) -> bool:
    """Whether any principal gets something else than the table says."""
    return any(ask_as(client, key, name) != TABLE[key][name] for name in PRINCIPALS)


# Guards, and what an operation would be without them


def guards_of(route: APIRoute) -> Iterator[Guard]:
    """The guards that an operation has, each once."""
    seen = set()
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        if dependant.call in PERMISSIVE and dependant.call not in seen:
            seen.add(dependant.call)
            yield dependant.call


STAND_IN: dict[str, Person] = {}
"""Whom everybody is taken for where nobody asks who they are."""


def _anybody(database: DatabaseDep) -> SignedIn:
    person = STAND_IN["anybody"]
    with database.read() as session:
        found = find_signed_in(session, person.id, person.sign_in)
    assert found is not None
    return found


def _any_account(account: CurrentAccount) -> SignedIn:
    return account


def _any_admin(account: CurrentAccount, database: DatabaseDep) -> SignedIn:
    with database.read() as session:
        council = find_council(session, COUNCIL)
    assert council is not None
    return replace(account, councils={**account.councils, council.id: CouncilRole.ADMIN})


def _any_provider(
    account: CurrentAccount, database: DatabaseDep, provider: access.ManagedProviderKey
) -> ProviderAccess:
    with database.read() as session:
        row = find_by_id_or_slug(session, Provider, provider)
        assert row is not None
        return ProviderAccess(account, row.id, row.council_id, None)


def _any_member(found: OwnProvider) -> ProviderAccess:
    return found


def _any_council(
    account: CurrentAccount, database: DatabaseDep, council: access.CouncilKey
) -> CouncilAccess:
    with database.read() as session:
        row = find_council(session, council)
    assert row is not None
    return CouncilAccess(account, row.id, CouncilRole.ADMIN)


def _any_officer(found: OwnCouncil) -> CouncilAccess:
    return found


def _any_activity(
    account: CurrentAccount, database: DatabaseDep, activity: listings.ActivityKey
) -> ListingAccess:
    return _any_listing(account, database, Activity, activity)


def _any_venue(
    account: CurrentAccount, database: DatabaseDep, venue: listings.VenueKey
) -> ListingAccess:
    return _any_listing(account, database, Venue, venue)


def _any_listing(
    account: SignedIn, database: Database, table: type[Activity | Venue], key: str
) -> ListingAccess:
    with database.read() as session:
        row = find_by_id_or_slug(session, table, key) or session.get_one(Listing, UUID(key))
        provider = session.get_one(Provider, row.provider_id)
        found = ProviderAccess(account, provider.id, provider.council_id, None)
        return ListingAccess(row.id, found)


PERMISSIVE: dict[Guard, Guard] = {
    listings.own_activity: _any_activity,
    listings.own_venue: _any_venue,
    listings.own_entry: _any_provider,
    access.current_account: _anybody,
    access.current_officer: _any_account,
    access.council_admin: _any_admin,
    access.own_provider: _any_provider,
    access.owned_provider: _any_member,
    access.own_council: _any_council,
    access.administered_council: _any_officer,
}
"""Each guard, and what stands in its place when it is taken away."""
