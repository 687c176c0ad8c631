"""A council in lists, and with what it says to its residents."""

from typing import Any

from app.catalogue.council_days import BankHolidayView, SchoolTermView
from app.catalogue.documents import CouncilDocument
from app.catalogue.documents.councils import Information
from app.catalogue.public.references import contact_views
from app.catalogue.public.wording import coded_or_none, in_language
from app.catalogue.safeguarding import safeguarding_view
from app.catalogue.schemas import CouncilDetail, CouncilSummary, InformationView, PaymentRuleView
from app.parameters import Language
from app.vocabulary.schemas import coded


def council_summary(council: CouncilDocument) -> CouncilSummary:
    """A council as lists show it."""
    return CouncilSummary(**_council_fields(council))


def _council_fields(council: CouncilDocument) -> dict[str, Any]:
    return {
        "id": council.id,
        "gss": council.area.gss,
        "slug": council.slug,
        "name": council.name,
        "tier": council.area.tier,
        "served": council.served,
        "url": f"/v1/councils/{council.area.gss or council.slug}",
    }


def council_detail(council: CouncilDocument, lang: Language) -> CouncilDetail:
    """What a council says to its residents."""
    return CouncilDetail(
        **_council_fields(council),
        valid_from=council.area.valid_from,
        valid_to=council.area.valid_to,
        successor_gss=council.area.successor_gss,
        contacts=contact_views(council.contacts),
        safeguarding=safeguarding_view(council.safeguarding, lang),
        direct_payments=_information(council.direct_payments, lang),
        personal_assistants=_information(council.personal_assistants, lang),
        payment_rules=[
            PaymentRuleView(
                part=coded("price_part", rule.part, lang),
                pays=rule.pays,
                ceiling_pence=rule.ceiling_pence,
                ceiling_unit=coded_or_none("price_unit", rule.ceiling_unit, lang),
            )
            for rule in council.payment_rules
        ],
        disclaimer=_information(council.disclaimer, lang),
        own_home_in_scope=council.own_home_in_scope,
        bank_holidays=[BankHolidayView(**one.model_dump()) for one in council.bank_holidays],
        school_terms=[SchoolTermView(**one.model_dump()) for one in council.school_terms],
    )


def _information(information: Information | None, lang: Language) -> InformationView | None:
    if information is None:
        return None
    text = in_language(lang, information.text, information.easy_read)
    return InformationView(text=text, url=information.url)
