"""What accounts look like over HTTP."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app import problems
from app.accounts.opaque import LONGEST
from app.accounts.passwords import LONGEST as LONGEST_PASSWORD
from app.accounts.principals import CouncilRole, ProviderRole, Scope
from app.parameters import Documented, Line, refuse_line_breaks

problems.OWN_KINDS.add("email")

# Everything in it can stand in the header of a mail as it is.
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@({_LABEL}\.)+[A-Za-z]{{2,63}}$"


EMAIL_ADDRESS = re.compile(_EMAIL)


def _email(text: str) -> str:
    if not EMAIL_ADDRESS.fullmatch(text):
        raise PydanticCustomError("email", "This should be an e-mail address, as in a@example.org.")
    return text.lower()


def _number(value: object) -> object:
    """A number as JSON has them: a text that looks like one is none, and neither is true."""
    if isinstance(value, (str, bool)):
        raise PydanticCustomError("int_type", "This should be a whole number.")
    return value


def _trimmed(value: object) -> object:
    return value.strip(" ") if isinstance(value, str) else value


Email = Annotated[
    str,
    Field(max_length=254, description="An e-mail address; capitals do not matter."),
    BeforeValidator(_trimmed),
    AfterValidator(_email),
    Documented(_EMAIL),
]
NewPassword = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_PASSWORD,
        description="At least 12 characters, and none of the passwords that are tried first. "
        "A few words in a row do well.",
    ),
    AfterValidator(refuse_line_breaks),
]
Password = Annotated[
    Line, Field(min_length=1, max_length=LONGEST_PASSWORD, description="Your password.")
]
Token = Annotated[
    Line, Field(min_length=1, max_length=LONGEST, description="The code from the e-mail.")
]
Name = Annotated[Line, Field(min_length=1, max_length=120, description="A name, for people.")]


class Body(BaseModel):
    """The base of what is sent: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# The token endpoints


class TokenForm(BaseModel):
    """A request for tokens (RFC 6749). What is not known is ignored, as it says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    grant_type: str = Field(
        max_length=100, description="`password`, `refresh_token` or `client_credentials`."
    )
    username: str | None = Field(
        None, max_length=254, description="With `password`: the e-mail address."
    )
    password: str | None = Field(
        None, max_length=LONGEST_PASSWORD, description="With `password`: the password."
    )
    refresh_token: str | None = Field(
        None, max_length=LONGEST, description="With `refresh_token`: the latest one."
    )
    client_id: str | None = Field(
        None,
        max_length=100,
        description="With `client_credentials`: the client's id, unless it stands in the header.",
    )
    client_secret: str | None = Field(
        None,
        max_length=LONGEST,
        description="With `client_credentials`: its secret, unless it stands in the header.",
    )
    scope: str | None = Field(
        None,
        max_length=200,
        description="With `client_credentials`: some of its scopes; all of them if left out.",
    )


class TokenAnswer(BaseModel):
    """Tokens (RFC 6749, section 5.1)."""

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    token_type: Literal["Bearer"] = Field(description="How it is sent.")
    expires_in: int = Field(description="Seconds until the access token is no longer good.")
    refresh_token: str | None = Field(
        None, description="Good for one exchange, which gives the next. People alone get one."
    )
    scope: str = Field(description="What a client may do with it; nothing for people.")


class RevokeForm(BaseModel):
    """A request to sign out (RFC 7009)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    token: str = Field(max_length=4_096, description="The refresh token or the access token.")
    token_type_hint: str | None = Field(None, max_length=100, description="Not needed here.")


class Revoked(BaseModel):
    """The token is not good any more. There is nothing else to say (RFC 7009)."""


class PublishedKeys(BaseModel):
    """The keys that access tokens are checked with, as a JWK set (RFC 7517)."""

    keys: list[dict[str, str]] = Field(description="One for each key; none with HS256.")


class Metadata(BaseModel):
    """Where tokens come from (RFC 8414)."""

    issuer: str = Field(description="Who issues the tokens, as they say themselves.")
    token_endpoint: str = Field(description="Where tokens are asked for.")
    revocation_endpoint: str = Field(description="Where one signs out.")
    jwks_uri: str = Field(description="The keys that tokens are checked with.")
    grant_types_supported: list[str] = Field(description="How tokens can be asked for.")
    response_types_supported: list[str] = Field(description="None: there is no sign-in page.")
    token_endpoint_auth_methods_supported: list[str] = Field(
        description="How clients say who they are; `none` is for people's programs."
    )
    token_endpoint_auth_signing_alg_values_supported: list[str] = Field(
        description="How access tokens are signed."
    )
    scopes_supported: list[str] = Field(description="What clients can be allowed to do.")
    service_documentation: str = Field(description="The documentation, for people.")


# Accounts


class Registration(Body):
    """Somebody who wants an account."""

    email: Email
    password: NewPassword


class TokenOnly(Body):
    """A code from an e-mail."""

    token: Token


class ResetRequest(Body):
    """Somebody who forgot their password."""

    email: Email


class NewPasswordWithToken(Body):
    """A new password, and the code that allows it."""

    token: Token
    password: NewPassword


class Acceptance(Body):
    """Accepting an invitation."""

    token: Token
    password: NewPassword | None = Field(
        None, description="Needed if there is no account with the invited address yet."
    )


class Accepted(BaseModel):
    """What was asked for is under way, or done."""

    message: str = Field(description="What happens next, in plain English.")


class ProviderMembership(BaseModel):
    """A provider that somebody manages."""

    id: UUID = Field(description="The provider's id.")
    slug: str = Field(description="The provider's name in addresses.")
    name: str = Field(description="The provider's name.")
    role: ProviderRole = Field(description="`owner` or `editor`.")


class CouncilMembership(BaseModel):
    """A council that somebody works for."""

    id: UUID = Field(description="The council's id.")
    slug: str = Field(description="The council's name in addresses.")
    name: str = Field(description="The council's name.")
    gss: str | None = Field(description="The council's GSS code.")
    role: CouncilRole = Field(description="`officer` or `admin`.")


class Me(BaseModel):
    """The account of the person who is signed in."""

    id: UUID = Field(description="The account's id, by which the audit log names it.")
    email: str = Field(description="The address that one signs in with.")
    created_at: datetime = Field(description="Since when there is the account.")
    providers: list[ProviderMembership] = Field(description="The providers managed, by name.")
    councils: list[CouncilMembership] = Field(description="The councils worked for, by name.")
    etag: str = Field(description="Send it as `If-Match` with a change.")


class MyChange(Body):
    """A change of one's own account, as a JSON merge patch (RFC 7396)."""

    current_password: Password
    email: Email | None = Field(
        None, description="A new address. It is in use once the code sent there comes back."
    )
    password: NewPassword | None = Field(
        None, description="A new password. It ends every sign-in, this one too."
    )


class SignInView(BaseModel):
    """One place that an account is signed in at."""

    id: UUID = Field(description="Its id.")
    started_at: datetime = Field(description="When it was signed in to.")
    used_at: datetime = Field(description="When it last asked for tokens.")
    expires_at: datetime = Field(description="When it ends by itself.")
    device: str | None = Field(description="What the program there calls itself.")
    current: bool = Field(description="Whether it is the one that asks.")


class Ended(BaseModel):
    """Sign-ins that were ended."""

    ended: int = Field(description="How many.")


# Members


class MemberView(BaseModel):
    """A person with a role."""

    id: UUID = Field(description="The membership's id.")
    account_id: UUID = Field(description="The account's id, by which the audit log names it.")
    email: str = Field(description="The person's address.")
    role: str = Field(description="`owner` or `editor`; `officer` or `admin`.")
    since: datetime = Field(description="Since when.")
    etag: str = Field(description="Send it as `If-Match` with a change.")


class ProviderRoleChange(Body):
    """Another role for a member of a provider."""

    role: ProviderRole = Field(description="`owner` or `editor`.")


class CouncilRoleChange(Body):
    """Another role for a member of a council."""

    role: CouncilRole = Field(description="`officer` or `admin`.")


class ProviderInvitation(Body):
    """Inviting somebody to manage a provider."""

    email: Email
    role: ProviderRole = Field(description="`owner` or `editor`.")


class CouncilInvitation(Body):
    """Inviting somebody to work for a council."""

    email: Email
    role: CouncilRole = Field(description="`officer` or `admin`.")


class InvitationView(BaseModel):
    """An invitation that was not accepted yet."""

    id: UUID = Field(description="The invitation's id.")
    email: str = Field(description="Who is invited.")
    role: str = Field(description="As what.")
    created_at: datetime = Field(description="When they were invited.")
    expires_at: datetime = Field(description="Until when they can accept.")
    etag: str = Field(description="Send it as `If-Match` to withdraw it.")


# Clients and the audit log

Scopes = Annotated[
    list[Scope], Field(min_length=1, max_length=len(Scope), description="What it may do.")
]


class NewClient(Body):
    """A system that is to call the API for a council."""

    name: Name
    scopes: Scopes
    council: Annotated[
        Line,
        Field(
            min_length=1,
            max_length=80,
            description="The council's GSS code, id or slug: one that you are an admin of.",
        ),
    ]


class ClientChange(Body):
    """A change of a client, as a JSON merge patch (RFC 7396)."""

    name: Name | None = Field(None, description="Another name.")
    scopes: Scopes | None = Field(None, description="What it may do from now on.")
    enabled: bool | None = Field(None, strict=True, description="Whether it may do anything.")


class SecretView(BaseModel):
    """One secret of a client's, without the secret."""

    id: UUID = Field(description="The secret's id.")
    created_at: datetime = Field(description="When it was made.")
    expires_at: datetime | None = Field(description="When it ends, if another takes its place.")


class ClientView(BaseModel):
    """A system that calls the API for a council."""

    id: UUID = Field(description="Its id: the `client_id` that it asks for tokens with.")
    name: str = Field(description="Its name, for people.")
    council_id: UUID = Field(description="The council that it works for.")
    scopes: list[Scope] = Field(description="What it may do.")
    enabled: bool = Field(description="Whether it may do anything.")
    created_at: datetime = Field(description="When it was made.")
    secrets: list[SecretView] = Field(description="Its secrets that are still good.")
    etag: str = Field(description="Send it as `If-Match` with a change.")


class ClientWithSecret(BaseModel):
    """A client and a new secret of its own, which is shown this once."""

    client: ClientView
    secret: str = Field(description="The `client_secret`. Keep it: it is not shown again.")


class Rotation(Body):
    """A new secret for a client."""

    overlap_hours: Annotated[int, Field(ge=0, le=168), BeforeValidator(_number)] = Field(
        24, description="For how long the secrets that it has stay good; 0 ends them now."
    )


class AuditView(BaseModel):
    """One thing that somebody did."""

    id: UUID = Field(description="The entry's id.")
    at: datetime = Field(description="When.")
    actor_kind: Literal["account", "client", "system"] = Field(description="Who did it: a kind.")
    actor_id: UUID | None = Field(description="Who did it: the account or the client.")
    as_officer: bool = Field(description="Whether an officer acted for a provider.")
    action: str = Field(description="What was done.")
    subject_kind: str = Field(description="What it was done to: a kind.")
    subject_id: str = Field(description="What it was done to.")
    council_id: UUID | None = Field(description="The council that it concerns.")
    details: dict[str, str | int | bool | list[str] | None] = Field(description="More about it.")
