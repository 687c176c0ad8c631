"""Each term of a vocabulary is one bit of a number, which is as wide as its scheme needs."""

from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from app.vocabulary.terms import vocabulary

Masks = npt.NDArray[np.unsignedinteger]

WITH_DESCENDANTS = frozenset({"cohort", "outcome", "activity_type"})
"""The schemes in which asking for a term asks for the narrower ones too."""


@cache
def bit_numbers(scheme: str) -> dict[str, int]:
    """The number of each term's bit, in the scheme's order.

    Raises:
        ValueError: the scheme has more terms than bits.
    """
    codes = vocabulary().scheme(scheme).codes
    if len(codes) > 64:  # noqa: PLR2004 - the width of a number.
        raise ValueError(f"The scheme {scheme} has more than 64 terms.")
    return {code: number for number, code in enumerate(codes)}


@cache
def mask_type(scheme: str) -> type[np.unsignedinteger]:
    """The narrowest numbers that have a bit for each term: a nation's columns are long."""
    return np.min_scalar_type((1 << len(bit_numbers(scheme))) - 1).type


def mask_of(scheme: str, codes: Iterable[str]) -> int:
    """The bits of some terms."""
    numbers = bit_numbers(scheme)
    mask = 0
    for code in codes:
        mask |= 1 << numbers[code]
    return mask


def codes_of(scheme: str, mask: int) -> list[str]:
    """The terms of some bits, in the scheme's order."""
    return [code for code, number in bit_numbers(scheme).items() if mask >> number & 1]


@cache
def asked_mask(scheme: str, code: str) -> int:
    """The bits that answer to one term asked for."""
    if scheme in WITH_DESCENDANTS:
        return mask_of(scheme, vocabulary().descendants(scheme, code))
    return mask_of(scheme, [code])


def asked_any(scheme: str, codes: Iterable[str]) -> int:
    """The bits of which any answers to the terms asked for."""
    mask = 0
    for code in codes:
        mask |= asked_mask(scheme, code)
    return mask
