import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.routing import APIRoute

from app.accounts.commands import sign_ins
from app.accounts.commands.sign_ins import Caller, Desk, Granted
from app.accounts.desk import CallerDep, DeskDep
from app.accounts.oauth import DOCUMENTED, NOT_KEPT, OAuthRefusal, OAuthRoute
from app.accounts.principals import Scope
from app.accounts.schemas import (
    Metadata,
    PublishedKeys,
    Revoked,
    RevokeForm,
    TokenAnswer,
    TokenForm,
)
from app.parameters import QueryModel
from app.problems import Malformed, responses
from app.traffic.allowance import TooMany

form_router = APIRouter(route_class=OAuthRoute)
router = APIRouter(tags=["sign-in"])

KEPT_FOR = "public, max-age=300"
"""Of the keys and the metadata: short, so that a new key is soon known."""


async def _refuse_repeated_fields(request: Request) -> None:
    """No field may stand twice (RFC 6749, section 3.2)."""
    names = [name for name, _ in (await request.form()).multi_items()]
    if len(set(names)) < len(names):
        raise OAuthRefusal("invalid_request", "A field of the form stands there twice.")


@form_router.post(
    "/v1/auth/token",
    summary="Get an access token",
    response_model_exclude_none=True,
    responses={**responses(Malformed, TooMany), **DOCUMENTED},
    dependencies=[Depends(_refuse_repeated_fields)],
)
def create_token(
    desk: DeskDep,
    caller: CallerDep,
    form: Annotated[TokenForm, Form()],
    request: Request,
    response: Response,
    _: Annotated[QueryModel, Query()],
) -> TokenAnswer:
    """Sign in with a password, go on with a refresh token, or get a token for a client.

    The form and the errors are those of OAuth 2.0 (RFC 6749). A refresh token is good for one
    exchange, which gives the next one; if one comes a second time, all that came from the same
    sign-in end. A client names itself in the form or in the header (HTTP Basic).
    """
    response.headers.update(NOT_KEPT)
    return _answer(_grant(desk, caller, form, request.headers.get("authorization")))


def _grant(desk: Desk, caller: Caller, form: TokenForm, header: str | None) -> Granted:
    if form.grant_type == "password":
        username, password = _needed(form.username, form.password)
        return sign_ins.sign_in(desk, username, password, caller)
    if form.grant_type == "refresh_token":
        (refresh_token,) = _needed(form.refresh_token)
        return sign_ins.refresh(desk, refresh_token)
    if form.grant_type == "client_credentials":
        client_id, secret = _client_of(form, header)
        return sign_ins.grant_to_client(desk, client_id, secret, form.scope, caller)
    raise OAuthRefusal(
        "unsupported_grant_type", "Use `password`, `refresh_token` or `client_credentials`."
    )


def _needed(*fields: str | None) -> list[str]:
    given = [field for field in fields if field]
    if len(given) < len(fields):
        raise OAuthRefusal("invalid_request", "The form lacks a field that this grant needs.")
    return given


def _client_of(form: TokenForm, header: str | None) -> tuple[str, str]:
    """The client's id and secret, from the header or from the form, but not from both."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        client_id, secret = _needed(form.client_id, form.client_secret)
        return client_id, secret
    if form.client_secret:
        raise OAuthRefusal("invalid_request", "The client's secret came in two ways.")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthRefusal("invalid_client", sign_ins.NO_CLIENT) from None
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _answer(granted: Granted) -> TokenAnswer:
    return TokenAnswer(
        access_token=granted.access_token,
        token_type="Bearer",  # noqa: S106 - that is how it is sent, and no secret.
        expires_in=granted.expires_in,
        refresh_token=granted.refresh_token,
        scope=granted.scope,
    )


@form_router.post(
    "/v1/auth/revoke",
    summary="Sign out",
    responses={**responses(Malformed), 400: DOCUMENTED[400]},
    dependencies=[Depends(_refuse_repeated_fields)],
)
def revoke_token(
    desk: DeskDep,
    form: Annotated[RevokeForm, Form()],
    response: Response,
    _: Annotated[QueryModel, Query()],
) -> Revoked:
    """End the sign-in that a refresh token or an access token belongs to (RFC 7009).

    A token that is not known is answered alike: it is not good already.
    """
    response.headers.update(NOT_KEPT)
    sign_ins.revoke(desk, form.token)
    return Revoked()


@router.get(
    "/.well-known/jwks.json",
    summary="Read the keys of access tokens",
    responses=responses(Malformed),
)
def get_token_keys(
    desk: DeskDep, response: Response, _: Annotated[QueryModel, Query()]
) -> PublishedKeys:
    """The public keys with which anybody can check an access token (RFC 7517)."""
    response.headers["Cache-Control"] = KEPT_FOR
    return PublishedKeys(keys=desk.tokens.keys.published())


@router.get(
    "/.well-known/openid-configuration",
    summary="Read where tokens come from",
    responses=responses(Malformed),
)
def get_token_metadata(
    desk: DeskDep, response: Response, _: Annotated[QueryModel, Query()]
) -> Metadata:
    """The issuer, the endpoints and the keys, for gateways and libraries (RFC 8414)."""
    response.headers["Cache-Control"] = KEPT_FOR
    issuer = desk.tokens.issuer
    return Metadata(
        issuer=issuer,
        token_endpoint=f"{issuer}/v1/auth/token",
        revocation_endpoint=f"{issuer}/v1/auth/revoke",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        grant_types_supported=["password", "refresh_token", "client_credentials"],
        response_types_supported=[],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
        token_endpoint_auth_signing_alg_values_supported=[desk.tokens.keys.algorithm],
        scopes_supported=[str(scope) for scope in Scope],
        service_documentation=f"{issuer}/docs",
    )


def token_route() -> APIRoute:
    """The operation that gives tokens."""
    routes = [route for route in form_router.routes if isinstance(route, APIRoute)]
    return next(route for route in routes if route.endpoint is create_token)


router.include_router(form_router)
