"""Names of places and councils, made comparable."""

import re
import unicodedata
from functools import lru_cache

EVERYDAY_NAMES = {"hull": "kingston upon hull"}
"""Names that everybody uses and no table has, by their keys."""

WIDER_COUNTIES = {
    county: frozenset(councils.split(", "))
    for county, councils in {
        "bedfordshire": "bedford, central bedfordshire, luton",
        "berkshire": (
            "bracknell forest, reading, slough, west berkshire, windsor and maidenhead, wokingham"
        ),
        "cleveland": "hartlepool, middlesbrough, redcar and cleveland, stockton on tees",
        "greater manchester": (
            "bolton, bury, manchester, oldham, rochdale, salford, stockport, tameside, trafford, "
            "wigan"
        ),
        "merseyside": "knowsley, liverpool, sefton, st helens, wirral",
        "middlesex": "greater london",
        "northamptonshire": "north northamptonshire, west northamptonshire",
        "south yorkshire": "barnsley, doncaster, rotherham, sheffield",
        "sussex": "brighton and hove, east sussex, west sussex",
        "tyne and wear": (
            "gateshead, newcastle upon tyne, north tyneside, south tyneside, sunderland"
        ),
        "west midlands": (
            "birmingham, coventry, dudley, sandwell, solihull, walsall, wolverhampton"
        ),
        "west yorkshire": "bradford, calderdale, kirklees, leeds, wakefield",
    }.items()
}
"""Counties of addresses and ceremonies, and the councils' areas in them, by their keys."""

_APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_PLAIN = {
    code: " " for code in range(128) if not (chr(code).isdigit() or chr(code).islower())
} | dict.fromkeys(map(ord, _APOSTROPHES))

_KINDS = "borough|city|county|district|metropolitan|royal|london"
_BEFORE_A_NAME = re.compile(rf"(({_KINDS}|and) )*({_KINDS}) of (the )?", re.IGNORECASE)
_COUNTY_BEFORE_A_NAME = re.compile(r"county ")
_AFTER_A_NAME = re.compile(rf",?( ({_KINDS}))* council$", re.IGNORECASE)
_KIND_AFTER_A_NAME = re.compile(r" (city|city of|county of)$")


def name_key(name: str) -> str:
    """A place's name without what people write in different ways.

    Case, accents, hyphens, apostrophes and full stops do not matter, and `Saint` is `St`:
    `St. Mary's-on-Sea` and `saint marys on sea` have the same key.
    """
    return " ".join("st" if word == "saint" else word for word in words_of(name))


def words_of(name: str) -> list[str]:
    """The words of a name in lower case, without accents and apostrophes."""
    folded = name.casefold().replace("&", " and ")
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded.translate(_PLAIN))
        base = "".join(c for c in decomposed if not unicodedata.combining(c))
        folded = _NOT_ASCII.sub(" ", base)
    return folded.translate(_PLAIN).split()


def plain_council_name(name: str) -> str:
    """The name of a council's area as people say it: `Leicester` for `City of Leicester`."""
    return _AFTER_A_NAME.sub("", name[_end(_BEFORE_A_NAME, name) :])


@lru_cache(maxsize=1_000)
def council_key(name: str) -> str:
    """The name of a council's area without the words that say what it is.

    `City of Leicester`, `Leicester City Council` and `Leicester` have the same key, and so have
    `Bristol, City of` and `City of Bristol`, `County Durham` and `Durham`.
    """
    key = name_key(plain_council_name(name))
    key = _KIND_AFTER_A_NAME.sub("", key[_end(_COUNTY_BEFORE_A_NAME, key) :])
    return EVERYDAY_NAMES.get(key, key)


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0
