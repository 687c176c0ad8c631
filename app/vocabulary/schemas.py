"""How terms and schemes look in answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app import problems
from app.parameters import Language
from app.vocabulary.codes import FourValue
from app.vocabulary.crosswalks import Crosswalk, crosswalks_of
from app.vocabulary.terms import Scheme, Term, vocabulary

# The message of an unknown code names codes of ours and nothing of the input. It is made known
# here and not beside the types, so that code without HTTP may use those.
problems.OWN_KINDS.add("unknown_code")

Code = Annotated[str, Field(description="Stable; never changes its meaning.")]
Label = Annotated[
    str, Field(description="What to show: plain English, or the Easy Read sentence with `easy`.")
]


class CodedTerm(BaseModel):
    """A term as answers write it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "dementia", "label": "Dementia or memory loss"}]}
    )

    code: Code
    label: Label


class FactTerm(BaseModel):
    """A term with what is said about it; `not_stated` is neither yes nor no."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "hoist",
                    "label": "Hoist",
                    "value": "partly",
                    "note": "In the main hall, not in the pool.",
                }
            ]
        }
    )

    code: Code
    label: Label
    value: FourValue = Field(description="What is stated.")
    note: str | None = Field(description="What to know besides; null where nothing is.")


class CrosswalkView(BaseModel):
    """What a council calls a term."""

    council: str = Field(description="The council's GSS code.")
    source: str = Field(description="The title of the council's page or document.")
    code: str | None = Field(description="The council's own short code; null where it has none.")
    label: Label = Field(description="The council's words, or the same in Easy Read with `easy`.")


class TermView(BaseModel):
    """A term with all that is known about it; null where something does not apply."""

    code: Code
    label: Label
    easy_read: str = Field(description="One or two short sentences in everyday words.")
    parent: str | None = Field(description="The code of the broader term.")
    icon: str = Field(description="The key of a picture. The pictures are the front end's own.")
    kind: Literal["group", "need", "broad", "activity"] | None = Field(
        description=(
            "Of people: a broad `group` or a `need`. Of what one does: a `broad` kind or an "
            "`activity`."
        )
    )
    min_age: int | None = Field(description="The youngest age meant, in whole years.")
    max_age: int | None = Field(description="The oldest age meant, in whole years.")
    ratio: str | None = Field(
        description="Workers to people, as `1:1`; `1:2..1:6` from, to; `<1:6` fewer workers."
    )
    care_act: str | None = Field(
        description="What an outcome serves: a section of the Care Act 2014 or its regulations."
    )
    salt_psr: str | None = Field(
        description="The primary support reason in councils' national return."
    )
    direct_payment_pays: Literal["yes", "no", "if_in_plan", "ask"] | None = Field(
        description="Whether a direct payment usually pays for it. Councils may decide otherwise."
    )
    day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | None = Field(
        description="The day of a time of the week."
    )
    starts: str | None = Field(description="From, as local `HH:MM`.")
    ends: str | None = Field(description="To, as local `HH:MM`; a day ends at `24:00`.")
    person: bool | None = Field(
        description="Whether a person can choose it, and not only a listing state it."
    )
    crosswalks: list[CrosswalkView] = Field(description="What councils call it.")


class SchemeSummary(BaseModel):
    """A scheme in the list of all schemes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "scheme": "access",
                    "title": "Access features of a place",
                    "four_valued": True,
                    "terms": 14,
                    "url": "/v1/vocabularies/access",
                }
            ]
        }
    )

    scheme: str = Field(description="The scheme's name.")
    title: str = Field(description="What the scheme is about.")
    four_valued: bool = Field(
        description="Whether listings say yes, partly, no or nothing about each term."
    )
    terms: int = Field(description="How many terms it has.")
    url: str = Field(description="Where its terms are.")


class SchemeView(BaseModel):
    """A scheme with its terms, in the order in which to show them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "scheme": "cohort",
                    "title": "Cohort",
                    "note": "A filter on a parent finds its descendants.",
                    "four_valued": False,
                    "version": "2026.11",
                    "terms": [
                        {
                            "code": "older_people",
                            "label": "Older people",
                            "easy_read": "For older people.",
                            "parent": None,
                            "icon": "cohort/older-people",
                            "kind": "group",
                            "min_age": None,
                            "max_age": None,
                            "ratio": None,
                            "care_act": None,
                            "salt_psr": None,
                            "direct_payment_pays": None,
                            "day": None,
                            "starts": None,
                            "ends": None,
                            "person": None,
                            "crosswalks": [
                                {
                                    "council": "E10000012",
                                    "source": "Essex Provider Hub",
                                    "code": "OP",
                                    "label": "Older People",
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )

    scheme: str = Field(description="The scheme's name.")
    title: str = Field(description="What the scheme is about.")
    note: str = Field(description="How the scheme is meant to be used; may be empty.")
    four_valued: bool = Field(
        description="Whether listings say yes, partly, no or nothing about each term."
    )
    version: str = Field(description="The version of the whole vocabulary.")
    terms: list[TermView] = Field(description="The terms, in the order in which to show them.")


def coded(scheme: str, code: str, lang: Language) -> CodedTerm:
    """A code as answers write it: with its label, or its Easy Read sentence where `lang` is `easy`.

    Raises:
        UnknownScheme: The vocabulary has no such scheme.
        UnknownCode: The scheme has no such code.
    """
    term = vocabulary().term(scheme, code)
    return CodedTerm(code=term.code, label=label_of(term, lang))


def fact(scheme: str, code: str, value: FourValue, note: str | None, lang: Language) -> FactTerm:
    """A four-valued code as answers write it; errors as `coded`."""
    term = vocabulary().term(scheme, code)
    return FactTerm(code=term.code, label=label_of(term, lang), value=value, note=note)


def label_of(words: Term | Crosswalk, lang: Language) -> str:
    """What to show of a term or of a council's words in a language."""
    return words.easy_read if lang == "easy" else words.label


def scheme_summary(scheme: Scheme) -> SchemeSummary:
    """A scheme as the list of schemes shows it."""
    return SchemeSummary(
        scheme=scheme.name,
        title=scheme.title,
        four_valued=scheme.four_valued,
        terms=len(scheme.terms),
        url=f"/v1/vocabularies/{scheme.name}",
    )


def scheme_view(scheme: Scheme, version: str, lang: Language) -> SchemeView:
    """A scheme with its terms, in a language."""
    return SchemeView(
        scheme=scheme.name,
        title=scheme.title,
        note=scheme.note,
        four_valued=scheme.four_valued,
        version=version,
        terms=[term_view(scheme.name, term, lang) for term in scheme.terms],
    )


def term_view(scheme: str, term: Term, lang: Language) -> TermView:
    """A term of a scheme with all that is known about it, in a language."""
    return TermView(
        **term.model_dump(exclude={"label", "seeds"}),
        label=label_of(term, lang),
        crosswalks=[
            CrosswalkView(
                council=crosswalk.council,
                source=crosswalk.source,
                code=crosswalk.code,
                label=label_of(crosswalk, lang),
            )
            for crosswalk in crosswalks_of(scheme, term.code)
        ],
    )
