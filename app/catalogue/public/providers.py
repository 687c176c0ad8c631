"""A provider in lists, and with its activities."""

from collections.abc import Sequence

from app.catalogue.documents import CouncilDocument, ProviderDocument
from app.catalogue.public.references import contact_views, council_reference, first_contact
from app.catalogue.public.wording import in_language
from app.catalogue.schemas import ActivitySummary, ProviderDetail, ProviderSummary
from app.parameters import Language


def provider_summary(
    provider: ProviderDocument, council: CouncilDocument, activities: int, lang: Language
) -> ProviderSummary:
    """A provider as lists show it; `activities` is how many live ones it has."""
    return ProviderSummary(
        id=provider.id,
        slug=provider.slug,
        name=provider.name,
        description=in_language(lang, provider.description, provider.easy_read),
        easy_read_missing=lang == "easy" and provider.easy_read is None,
        legal_form=provider.legal_form,
        council=council_reference(council),
        contact=first_contact(provider.contacts),
        activities=activities,
        url=f"/v1/providers/{provider.id}",
    )


def provider_detail(
    provider: ProviderDocument,
    council: CouncilDocument,
    activities: Sequence[ActivitySummary],
    total: int,
    lang: Language,
) -> ProviderDetail:
    """A provider with the first of its `total` live activities."""
    return ProviderDetail(
        id=provider.id,
        slug=provider.slug,
        name=provider.name,
        description=in_language(lang, provider.description, provider.easy_read),
        easy_read_missing=lang == "easy" and provider.easy_read is None,
        legal_form=provider.legal_form,
        charity_number=provider.charity_number,
        company_number=provider.company_number,
        council=council_reference(council),
        contacts=contact_views(provider.contacts),
        activities=list(activities),
        activities_total=total,
        activities_url=f"/v1/activities?provider={provider.id}",
    )
