"""One type for each scheme: a text that is one of the scheme's codes.

To a type checker each is a `str`. In the OpenAPI description each is a named enumeration. A field
`cohorts: list[CohortCode]` refuses an unknown code with the error type `unknown_code`, whose
context holds the scheme and near spellings; the refused text itself is never repeated.
"""

from typing import Annotated, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import TypeAliasType

from app.vocabulary.terms import UnknownCode, vocabulary

FourValue = Literal["yes", "partly", "no", "not_stated"]


class CodeOf:
    """Makes a text one of the codes of a scheme, for validation and for JSON Schema."""

    def __init__(self, scheme: str) -> None:
        self.scheme = vocabulary().scheme(scheme)

    def known(self, code: str) -> str:
        """The code itself.

        Raises:
            PydanticCustomError: `unknown_code`, with the scheme and near spellings.
        """
        try:
            return self.scheme.term(code).code
        except UnknownCode as unknown:
            raise PydanticCustomError(
                "unknown_code", advice(unknown), {"scheme": unknown.scheme, "near": [*unknown.near]}
            ) from None

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.known, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {
            "enum": [*self.scheme.codes],
            "description": f"Labels are at /v1/vocabularies/{self.scheme.name}.",
        }


def advice(unknown: UnknownCode) -> str:
    """A sentence on an unknown code that names near spellings and never the code itself."""
    if unknown.near:
        return f"{unknown} Did you mean {' or '.join(unknown.near)}?"
    return f"{unknown} Codes are listed at /v1/vocabularies/{unknown.scheme}."


CohortCode = TypeAliasType("CohortCode", Annotated[str, CodeOf("cohort")])
OpenToCode = TypeAliasType("OpenToCode", Annotated[str, CodeOf("open_to")])
OutcomeCode = TypeAliasType("OutcomeCode", Annotated[str, CodeOf("outcome")])
ActivityTypeCode = TypeAliasType("ActivityTypeCode", Annotated[str, CodeOf("activity_type")])
SettingCode = TypeAliasType("SettingCode", Annotated[str, CodeOf("setting")])
SupportModeCode = TypeAliasType("SupportModeCode", Annotated[str, CodeOf("support_mode")])
SupportNeedCode = TypeAliasType("SupportNeedCode", Annotated[str, CodeOf("support_need")])
AccessCode = TypeAliasType("AccessCode", Annotated[str, CodeOf("access")])
CommunicationCode = TypeAliasType("CommunicationCode", Annotated[str, CodeOf("communication")])
TimeBandCode = TypeAliasType("TimeBandCode", Annotated[str, CodeOf("time_band")])
AttendanceCode = TypeAliasType("AttendanceCode", Annotated[str, CodeOf("attendance")])
FundingCode = TypeAliasType("FundingCode", Annotated[str, CodeOf("funding")])
PriceUnitCode = TypeAliasType("PriceUnitCode", Annotated[str, CodeOf("price_unit")])
PricePartCode = TypeAliasType("PricePartCode", Annotated[str, CodeOf("price_part")])
TravelCode = TypeAliasType("TravelCode", Annotated[str, CodeOf("travel")])
PreferenceCode = TypeAliasType("PreferenceCode", Annotated[str, CodeOf("preference")])
CapacityCode = TypeAliasType("CapacityCode", Annotated[str, CodeOf("capacity")])
ChangeNoticeCode = TypeAliasType("ChangeNoticeCode", Annotated[str, CodeOf("change_notice")])
SupportRequestCode = TypeAliasType("SupportRequestCode", Annotated[str, CodeOf("support_request")])
HowToStartCode = TypeAliasType("HowToStartCode", Annotated[str, CodeOf("how_to_start")])
AgeBandCode = TypeAliasType("AgeBandCode", Annotated[str, CodeOf("age_band")])
SlotCode = TypeAliasType("SlotCode", Annotated[str, CodeOf("slot")])
SupportLevelCode = TypeAliasType("SupportLevelCode", Annotated[str, CodeOf("support_level")])
LanguageCode = TypeAliasType("LanguageCode", Annotated[str, CodeOf("language")])
AbsenceRuleCode = TypeAliasType("AbsenceRuleCode", Annotated[str, CodeOf("absence_rule")])
BankHolidayRuleCode = TypeAliasType(
    "BankHolidayRuleCode", Annotated[str, CodeOf("bank_holiday_rule")]
)
DeclarationCode = TypeAliasType("DeclarationCode", Annotated[str, CodeOf("declaration")])
