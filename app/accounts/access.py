"""Who is asking, and what they may do: as types in the signature of an operation.

    CurrentAccount    a person who is signed in
    CurrentOfficer    one who is an officer or an admin of some council
    CouncilAdmin      one who is an admin of some council
    OwnProvider       the provider in the path, managed by who asks: its owner or editor, or an
                      officer of its home council, who then acts for it
    OwnedProvider     the same without its editors
    OwnCouncil        the council in the path, of which who asks is an officer or an admin
    AdministeredCouncil   the same for its admins alone
    CouncilAgent      who acts for a council: one of its officers, or its client with the scope

What is not somebody's own answers 404, as if it were not there. These decisions are made from
what the principals below hold, which is read anew for every request: whoever is disabled, signed
out or no longer a member is so at once, whatever their token says.
"""

from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import OAuth2, SecurityScopes

from app.accounts.finding import find_client, find_council, find_signed_in
from app.accounts.principals import (
    SCOPES,
    Agent,
    CouncilAccess,
    CouncilRole,
    ProviderAccess,
    ProviderRole,
    Scope,
    SignedIn,
    role_at,
)
from app.accounts.tokens import Claims, RefusedTokenError, Tokens
from app.catalogue.loading import find_by_id_or_slug
from app.catalogue.models import Provider
from app.database import DatabaseDep
from app.parameters import Line
from app.problems import NotFound, Problem

CHALLENGE = 'Bearer realm="Care Finder"'
CHALLENGES = {
    "WWW-Authenticate": {
        "description": "How to say who is asking (RFC 6750).",
        "schema": {"type": "string"},
    }
}


class NotSignedIn(Problem):
    """This needs a good access token, in the `Authorization` header as `Bearer …`."""

    status = 401
    title = "Please sign in"
    code = "not_signed_in"
    sends = CHALLENGES

    def __init__(self, *, refused: bool = False) -> None:
        """Say that nothing was sent, or that what was sent is not good or not any more."""
        challenge = f'{CHALLENGE}, error="invalid_token"' if refused else CHALLENGE
        detail = (
            "The access token is not one of ours, or not good any more. Get a new one."
            if refused
            else "Please sign in: get an access token at /v1/auth/token and send it along."
        )
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class NotAllowed(Problem):
    """Whoever is asking is known, and may not do this."""

    status = 403
    title = "Not allowed"
    code = "not_allowed"


class NoSuchProvider(NotFound):
    """No provider that you manage has this id or slug."""

    code = "no_such_provider"

    def __init__(self) -> None:
        super().__init__("No provider that you manage has this id or slug. GET /v1/me lists them.")


class NoSuchCouncil(NotFound):
    """No council that you work for has this GSS code, id or slug."""

    code = "no_such_council"

    def __init__(self) -> None:
        super().__init__(
            "No council that you work for has this GSS code, id or slug. GET /v1/me lists them."
        )


# The way from a header to a principal


oauth2 = OAuth2(
    scheme_name="OAuth2",
    description="Tokens come from `/v1/auth/token`: for people with their password, for "
    "clients with their secret. They last some minutes.",
    flows={
        "password": {"tokenUrl": "/v1/auth/token", "refreshUrl": "/v1/auth/token", "scopes": {}},
        "clientCredentials": {
            "tokenUrl": "/v1/auth/token",
            "scopes": {str(scope): what for scope, what in SCOPES.items()},
        },
    },
    auto_error=False,
)


def _claims(request: Request, _: Annotated[str | None, Depends(oauth2)]) -> Claims:
    """What the bearer token of a request says."""
    sent = request.headers.getlist("authorization")
    if not sent:
        raise NotSignedIn
    scheme, _space, token = sent[0].partition(" ")
    if len(sent) > 1 or scheme.lower() != "bearer":
        raise NotSignedIn(refused=True)
    tokens: Tokens = request.app.state.tokens
    try:
        return tokens.read(token.strip(" "))
    except RefusedTokenError:
        raise NotSignedIn(refused=True) from None


ClaimsDep = Annotated[Claims, Depends(_claims)]


def current_account(database: DatabaseDep, claims: ClaimsDep) -> SignedIn:
    """The person who is asking.

    Raises:
        NotSignedIn: nobody is, their session has ended, or their account is disabled or gone.
        NotAllowed: it is a client that is asking.
    """
    if claims.sign_in is None:
        raise NotAllowed("This is for people who are signed in, not for clients.")
    # A transaction of its own, given back at once: an operation that also writes would otherwise
    # hold two connections, and enough of those at a time wait for each other.
    with database.read() as session:
        account = find_signed_in(session, claims.subject, claims.sign_in)
    if account is None:
        raise NotSignedIn(refused=True)
    return account


CurrentAccount = Annotated[SignedIn, Security(current_account)]


def current_officer(account: CurrentAccount) -> SignedIn:
    """The person who is asking, if some council's officer or admin."""
    if not account.councils:
        raise NotAllowed("This is for officers of a council.")
    return account


CurrentOfficer = Annotated[SignedIn, Security(current_officer)]


def council_admin(account: CurrentAccount) -> SignedIn:
    """The person who is asking, if some council's admin."""
    if not account.administers:
        raise NotAllowed("This is for admins of a council.")
    return account


CouncilAdmin = Annotated[SignedIn, Security(council_admin)]


ManagedProviderKey = Annotated[
    Line,
    Path(
        min_length=1,
        max_length=80,
        description="The provider's id or slug.",
        examples=["two-oars"],
    ),
]
CouncilKey = Annotated[
    Line,
    Path(
        min_length=1,
        max_length=80,
        description="The council's GSS code, id or slug.",
        examples=["E10000012"],
    ),
]


def own_provider(
    account: CurrentAccount, database: DatabaseDep, provider: ManagedProviderKey
) -> ProviderAccess:
    """The provider in the path, if the person who asks may act for it.

    Raises:
        NoSuchProvider: there is none, or it is somebody else's.
    """
    with database.read() as session:
        row: Provider | None = find_by_id_or_slug(session, Provider, provider)
        access = role_at(account, row.id, row.council_id) if row else None
    if access is None:
        raise NoSuchProvider
    return access


OwnProvider = Annotated[ProviderAccess, Security(own_provider)]


def owned_provider(access: OwnProvider) -> ProviderAccess:
    """The provider in the path, if the person who asks is its owner or its council's officer."""
    if access.role is ProviderRole.EDITOR:
        raise NotAllowed("This is for owners of the provider.")
    return access


OwnedProvider = Annotated[ProviderAccess, Security(owned_provider)]


def own_council(
    account: CurrentAccount, database: DatabaseDep, council: CouncilKey
) -> CouncilAccess:
    """The council in the path, if the person who asks works for it.

    Raises:
        NoSuchCouncil: there is none, or it is another one.
    """
    with database.read() as session:
        row = find_council(session, council)
        role = account.councils.get(row.id) if row else None
        access = CouncilAccess(account, row.id, role) if row and role else None
    if access is None:
        raise NoSuchCouncil
    return access


OwnCouncil = Annotated[CouncilAccess, Security(own_council)]


def administered_council(access: OwnCouncil) -> CouncilAccess:
    """The council in the path, if the person who asks is its admin."""
    if access.role is not CouncilRole.ADMIN:
        raise NotAllowed("This is for admins of the council.")
    return access


AdministeredCouncil = Annotated[CouncilAccess, Security(administered_council)]


def council_agent(database: DatabaseDep, claims: ClaimsDep, scopes: SecurityScopes) -> Agent:
    """Who acts for a council: a client with the scopes needed, or an officer or admin.

    Raises:
        NotSignedIn: the token is no longer good.
        NotAllowed: a client without the scopes, or a person who works for no council.
    """
    if claims.sign_in is not None:
        officer = current_officer(current_account(database, claims))
        return Agent(officer.actor, frozenset(officer.councils))
    with database.read() as session:
        client = find_client(session, claims.subject)
    if client is None:
        raise NotSignedIn(refused=True)
    # A token keeps the scopes that it was issued with; what was taken away since counts too.
    if not set(scopes.scopes) <= client.scopes & claims.scopes:
        raise NotAllowed("This client lacks the scope: " + " ".join(scopes.scopes) + ".")
    return Agent(client.actor, frozenset({client.council_id}))


CatalogueReader = Annotated[Agent, Security(council_agent, scopes=[Scope.READ_CATALOGUE])]
ChangesReader = Annotated[Agent, Security(council_agent, scopes=[Scope.READ_CHANGES])]
Importer = Annotated[Agent, Security(council_agent, scopes=[Scope.WRITE_IMPORTS])]
WebhookManager = Annotated[Agent, Security(council_agent, scopes=[Scope.MANAGE_WEBHOOKS])]
