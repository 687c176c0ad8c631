"""The policy as everybody may read it, made from the very tables that the code judges by."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from app.matching import policy
from app.matching.schemas import (
    BandRule,
    CriterionRule,
    FilterRule,
    HistoryNote,
    ListRule,
    Policy,
    Said,
)

HUNDREDTHS = 100


@cache
def _words() -> Mapping[str, Any]:
    """Each rule in words; its figures are put in from the tables."""
    text = files("app.matching").joinpath("policy_words.json").read_text(encoding="utf-8")
    words: Mapping[str, Any] = json.loads(text)
    return words


ORDER = (
    Said(text="The whole score.", easy_read="Best ones first."),
    Said(
        text="Places free or not known, then a waiting list, then full.",
        easy_read="Then places you can start now.",
    ),
    Said(
        text="More of what was asked for is stated.",
        easy_read="Then places that tell us more.",
    ),
    Said(
        text=f"Confirmed within {policy.FRESH_DAYS} days, within {policy.DUE_DAYS}, longer ago.",
        easy_read="Then places that told us not long ago.",
    ),
    Said(text="Nearer, in whole miles.", easy_read="Then places near you."),
    Said(
        text="A number made from the activity and the day, so that equals take turns.",
        easy_read="Then they take turns each day.",
    ),
)

FAIRNESS = Said(
    text=(
        "Nobody can pay for a better place, and nothing counts for the council's own services, for "
        "those it has contracts with, or for being popular."
    ),
    easy_read="No one can pay to be first on the list.",
)


def policy_view() -> Policy:
    """The whole policy."""
    return Policy(
        version=policy.VERSION,
        filters=_filters(),
        lists=[
            ListRule.model_validate({"code": code, **_told(words)})
            for code, words in _words()["lists"].items()
        ],
        weights=[
            CriterionRule(
                criterion=criterion,
                weight=weight,
                title=_words()["criteria"][criterion]["title"],
                **_told(_words()["criteria"][criterion]),
            )
            for criterion, weight in policy.WEIGHTS.items()
        ],
        weighing=Said(
            text=(
                "Only what was answered counts. What matters most counts double. The weights are "
                "then rescaled to 100; points are weight times fit to one decimal, halves up, and "
                "the score is their sum, rounded."
            ),
            easy_read="We only count what you told us.",
        ),
        bands=[
            BandRule(code=band.code, least=band.least, label=band.label, easy_read=band.easy_read)
            for band in (*policy.BANDS, policy.SO_FAR)
        ],
        so_far_below=policy.ENOUGH_ANSWERED,
        order=[*ORDER],
        fairness=FAIRNESS,
        history=[
            HistoryNote(version=version, text=text, easy_read=easy)
            for version, text, easy in policy.HISTORY
        ],
    )


def _filters() -> list[FilterRule]:
    return [
        FilterRule(
            code=one.code,
            must_of=one.scheme,
            label=one.label,
            # The tests of single terms are all of one kind.
            **_told(_words()["filters"].get(one.code, _words()["filters"]["musts"])),
        )
        for one in policy.FILTERS
    ]


def _told(words: Mapping[str, str]) -> dict[str, str]:
    return {"text": _filled(words["text"]), "easy_read": words["easy_read"]}


def _filled(text: str) -> str:
    """A rule with the figures of the tables in it."""
    more, less = policy.NEAR_MISS_BUDGET
    figures: dict[str, Any] = {
        "ranks": ", ".join(_decimal(tenths, 10) for tenths in policy.RANK_TENTHS),
        "secondary": _decimal(policy.SECONDARY, HUNDREDTHS),
        "relative": _decimal(policy.RELATIVE, HUNDREDTHS),
        "open": _decimal(policy.OPEN_TO_ALL, HUNDREDTHS),
        "unstated": _decimal(policy.NOT_STATED, HUNDREDTHS),
        "partly": _decimal(policy.PARTLY, policy.YES),
        "nearest": policy.NEAREST_MILES,
        "furthest": _decimal(policy.FURTHEST_FIT, HUNDREDTHS),
        "least": policy.LEAST_LIMIT,
        "any": policy.ANY_LIMIT,
        "wanted": _decimal(policy.ONLINE_FITS["wanted"], HUNDREDTHS),
        "silent": _decimal(policy.ONLINE_FITS["not_answered"], HUNDREDTHS),
        "days": policy.REOPENS_WITHIN_DAYS,
        "miles": policy.NEAR_MISS_MILES,
        "budget": _decimal(more, less),
        "years": policy.NEAR_MISS_YEARS,
    }
    return text.format(**figures)


def _decimal(number: int, of: int) -> str:
    return f"{number / of:g}"
