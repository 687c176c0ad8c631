"""Who somebody is to the service, and what follows from that. Values in, decisions out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID


class ProviderRole(StrEnum):
    """What a person is to a provider. An owner also decides who else is."""

    OWNER = "owner"
    EDITOR = "editor"


class CouncilRole(StrEnum):
    """What a person is to a council. An admin also decides who else is, and about clients."""

    OFFICER = "officer"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a client may do."""

    READ_CATALOGUE = "catalogue:read"
    READ_CHANGES = "changes:read"
    WRITE_IMPORTS = "imports:write"
    MANAGE_WEBHOOKS = "webhooks:manage"


SCOPES = {
    Scope.READ_CATALOGUE: "Read the catalogue.",
    Scope.READ_CHANGES: "Follow what changes.",
    Scope.WRITE_IMPORTS: "Import another directory's records.",
    Scope.MANAGE_WEBHOOKS: "Manage webhooks.",
}


@dataclass(frozen=True)
class Actor:
    """Who did something, as the audit log keeps it."""

    kind: Literal["account", "client", "system"]
    id: UUID | None
    as_officer: bool = False
    """Whether an officer acted for a provider."""


SYSTEM = Actor("system", None)
"""The command line, and the service itself."""


@dataclass(frozen=True)
class SignedIn:
    """A person who is signed in, and their memberships."""

    id: UUID
    email: str
    version: int
    sign_in: UUID
    signed_in_at: datetime
    providers: Mapping[UUID, ProviderRole]
    councils: Mapping[UUID, CouncilRole]

    @property
    def actor(self) -> Actor:
        """This person, for the audit log."""
        return Actor("account", self.id)

    @property
    def administers(self) -> frozenset[UUID]:
        """The councils that this person is an admin of."""
        return frozenset(
            council for council, role in self.councils.items() if role is CouncilRole.ADMIN
        )

    def may_manage(self, provider_id: UUID, council_id: UUID) -> bool:
        """Whether this person may act for a provider with that home council."""
        return provider_id in self.providers or council_id in self.councils


@dataclass(frozen=True)
class SignedInClient:
    """A council's system that holds a token, with the scopes that are still granted to it."""

    id: UUID
    council_id: UUID
    scopes: frozenset[str]

    @property
    def actor(self) -> Actor:
        """This client, for the audit log."""
        return Actor("client", self.id)


@dataclass(frozen=True)
class ProviderAccess:
    """The provider in the path, and as what the person who asks acts for it."""

    account: SignedIn
    provider_id: UUID
    council_id: UUID
    role: ProviderRole | None
    """None for an officer of the provider's home council."""

    @property
    def actor(self) -> Actor:
        """The person, for the audit log; it says so where an officer acts for a provider."""
        return Actor("account", self.account.id, as_officer=self.role is None)


@dataclass(frozen=True)
class CouncilAccess:
    """The council in the path, and what the person who asks is to it."""

    account: SignedIn
    council_id: UUID
    role: CouncilRole

    @property
    def actor(self) -> Actor:
        """The person, for the audit log."""
        return self.account.actor


@dataclass(frozen=True)
class Agent:
    """Somebody or something that acts for councils: for these, and no others."""

    actor: Actor
    council_ids: frozenset[UUID]


def role_at(account: SignedIn, provider_id: UUID, council_id: UUID) -> ProviderAccess | None:
    """As what a person may act for a provider; None if they may not.

    Membership goes before office: an officer who is also an owner acts as the owner.
    """
    if not account.may_manage(provider_id, council_id):
        return None
    return ProviderAccess(account, provider_id, council_id, account.providers.get(provider_id))
