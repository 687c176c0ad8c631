"""Codes, four-valued statements and words, in the language asked for."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.catalogue.documents.base import Statement
from app.parameters import Language
from app.vocabulary.schemas import CodedTerm, FactTerm, coded, fact
from app.vocabulary.terms import vocabulary


def coded_all(scheme: str, codes: Iterable[str], lang: Language) -> list[CodedTerm]:
    """Codes with their labels."""
    return [coded(scheme, code, lang) for code in codes]


def coded_or_none(scheme: str, code: str | None, lang: Language) -> CodedTerm | None:
    """A code with its label, if there is one."""
    return None if code is None else coded(scheme, code, lang)


def stated(scheme: str, statements: Sequence[Any], lang: Language) -> list[FactTerm]:
    """What is stated of a scheme, with labels."""
    return [fact(scheme, one.code, one.value, one.note, lang) for one in statements]


def all_facts(scheme: str, statements: Sequence[Any], lang: Language) -> list[FactTerm]:
    """Every term of a scheme in its order, those that are not stated too."""
    said: dict[str, Statement] = {one.code: one for one in statements}
    return [
        fact(scheme, code, said[code].value, said[code].note, lang)
        if code in said
        else fact(scheme, code, "not_stated", None, lang)
        for code in vocabulary().scheme(scheme).codes
        if code != "not_sure"
    ]


def in_language(lang: Language, plain: str, easy_read: str | None) -> str:
    """The Easy Read words where they are asked for and there are any, else the plain ones."""
    return easy_read if lang == "easy" and easy_read else plain
