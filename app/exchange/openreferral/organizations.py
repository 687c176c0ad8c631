"""Providers as the standard's organizations, and how to reach them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.catalogue.documents import CouncilDocument, ProviderDocument
from app.catalogue.documents.base import Contact
from app.catalogue.public.references import first_contact
from app.exchange.openreferral.identity import area_address, derived_id
from app.exchange.openreferral.moments import written
from app.exchange.openreferral.schemas import (
    FeedContact,
    FeedIdentifier,
    FeedOrganization,
    FeedPhone,
    FeedService,
)

ROLES = {
    "enquiries": "Enquiries",
    "bookings": "Bookings",
    "manager": "Manager",
    "complaints": "Complaints",
}

REGISTERS = {
    "charity_number": ("GB-CHC", "Charity Commission for England and Wales"),
    "company_number": ("GB-COH", "Companies House"),
}
"""The registers by their codes in org-id.guide."""


def organization(
    provider: ProviderDocument,
    council: CouncilDocument | None = None,
    *,
    changed: datetime | None = None,
    services: Sequence[FeedService] = (),
) -> FeedOrganization:
    """A provider. Without its council it is as lists show it, with what it has one of."""
    first = first_contact(provider.contacts)
    fields: dict[str, Any] = {
        "id": provider.id,
        "name": provider.name,
        "description": provider.description,
        "email": first.email,
        "website": first.website,
        "last_modified": changed and written(changed),
        "services": list(services) or None,
    }
    if council is not None:
        gss = council.area.gss
        fields |= {
            "legal_status": provider.legal_form and provider.legal_form.replace("_", " "),
            "organization_identifiers": _identifiers(provider) or None,
            "contacts": contacts("organization", provider.id, provider.contacts) or None,
            "phones": phones(provider.id, provider.contacts) or None,
            "x_council_uri": area_address(gss) if gss else None,
        }
    return FeedOrganization.model_validate(fields)


def _identifiers(provider: ProviderDocument) -> list[FeedIdentifier]:
    return [
        FeedIdentifier(
            id=derived_id("identifier", provider.id, scheme),
            organization_id=provider.id,
            identifier_scheme=scheme,
            identifier_type=register,
            identifier=number,
        )
        for field, (scheme, register) in REGISTERS.items()
        if (number := getattr(provider, field))
    ]


def contacts(kind: str, owner: UUID, stated: Sequence[Contact]) -> list[FeedContact]:
    """How to reach a provider or an activity, by role.

    Args:
        kind: `organization` or `service`.
        owner: its id.
        stated: as it states them.
    """
    found = []
    for number, one in enumerate(stated):
        contact_id = derived_id("contact", owner, number)
        found.append(
            FeedContact.model_validate(
                {
                    "id": contact_id,
                    f"{kind}_id": owner,
                    "title": ROLES[one.role],
                    "email": one.email,
                    "phones": _phones(contact_id, one, contact_id) or None,
                }
            )
        )
    return found


def phones(owner: UUID, stated: Sequence[Contact]) -> list[FeedPhone]:
    """All telephone numbers of a provider or an activity, each with whom one reaches."""
    return [
        phone
        for number, one in enumerate(stated)
        for phone in _phones(owner, one, derived_id("contact", owner, number))
    ]


def _phones(owner: UUID, contact: Contact, contact_id: UUID) -> list[FeedPhone]:
    numbers = (("voice", contact.phone), ("textphone", contact.text_phone))
    return [
        FeedPhone.model_validate(
            {
                "id": derived_id("phone", owner, contact_id, kind),
                "number": number,
                "type": kind,
                "contact_id": contact_id,
                "description": ROLES[contact.role],
            }
        )
        for kind, number in numbers
        if number
    ]
