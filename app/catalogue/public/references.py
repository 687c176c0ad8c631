"""Others, enough to name them, to find them and to reach them."""

from collections.abc import Sequence

from app.catalogue.documents import CouncilDocument, ProviderDocument
from app.catalogue.documents.base import Contact
from app.catalogue.schemas import ContactView, CouncilReference, FirstContact, Reference


def council_reference(council: CouncilDocument) -> CouncilReference:
    """A council, enough to name it and to find it."""
    return CouncilReference(gss=council.area.gss, slug=council.slug, name=council.name)


def provider_reference(provider: ProviderDocument) -> Reference:
    """A provider, enough to name it and to find it."""
    return Reference(id=provider.id, slug=provider.slug, name=provider.name)


def contact_views(contacts: Sequence[Contact]) -> list[ContactView]:
    """How to reach somebody, by role."""
    return [ContactView.model_validate(contact.model_dump()) for contact in contacts]


def first_contact(contacts: Sequence[Contact]) -> FirstContact:
    """How to reach the provider first: for enquiries, else whatever there is."""
    chosen = next((one for one in contacts if one.role == "enquiries"), None)
    chosen = chosen or next(iter(contacts), None)
    if chosen is None:
        return FirstContact(phone=None, email=None, website=None)
    return FirstContact(phone=chosen.phone, email=chosen.email, website=chosen.website)
