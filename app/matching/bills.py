"""What it would cost, as the answer shows it: who pays what, and how it was worked out."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic_core import to_json

from app.catalogue.pricing import WEEKS_PER_YEAR, half_up
from app.matching.costs import Item
from app.matching.shares import Columns, Costed
from app.matching.words import Text, label, listed, pounds, together
from app.parameters import Language
from app.vocabulary.schemas import coded

OFTEN = {1: "once", 2: "twice"}
OPEN_UNITS = {"donation": "what people can give", "on_request": "a price on request"}


def cost_json(cost: Costed, funding: str | None, lang: Language) -> bytes:
    """What something comes to with a way of paying, as the JSON of an answer."""
    how = funding if funding in NOT_SPLIT else "split"
    known = cost.told.get((how, lang))
    if known is None:
        known = cost.told[how, lang] = to_json(_cost_view(cost, how, lang))
    return known


def _cost_view(cost: Costed, funding: str | None, lang: Language) -> dict[str, Any]:
    return {
        "per_attendance": _columns(cost.per_attendance),
        "per_week": _columns(cost.per_week),
        "per_year_pence": cost.per_year,
        "attendances_per_week": cost.attendances,
        "optional": [
            {
                "part": _part(item.part, lang),
                "per_attendance_pence": _whole(item, cost.attendances),
            }
            for item in cost.bill.optional
        ],
        "unknown": [_part(part, lang) for part in cost.bill.unknown],
        "explanation": _explanation(cost, funding).said(),
    }


@cache
def _part(part: str, lang: Language) -> dict[str, str]:
    return coded("price_part", part, lang).model_dump()


def _columns(columns: Columns | None) -> dict[str, int] | None:
    if columns is None:
        return None
    return {
        "total_pence": columns.total,
        "from_direct_payment_pence": columns.direct_payment,
        "own_money_pence": columns.own_money,
        "to_ask_pence": columns.to_ask,
    }


def _whole(item: Item, attendances: int) -> int | None:
    exact = item.per_attendance(attendances)
    return None if exact is None else half_up(exact)


def _explanation(cost: Costed, funding: str | None) -> Text:
    if cost.per_attendance is None or cost.per_week is None:
        return _not_known(cost)
    if not cost.per_week.total and not cost.per_year:
        return Text("It is free.", "It is free.")
    each, week = cost.per_attendance, cost.per_week
    often = OFTEN.get(cost.attendances) or f"{cost.attendances} times"
    prices = f"It costs {pounds(each.total)} each time and {pounds(week.total)} a week"
    plain = [
        f"{prices}, coming {often} a week.",
        _who_pays(week, funding),
        _once(cost),
        _year(cost),
        _extras(cost.bill.optional, cost.attendances),
    ]
    simple = [
        f"It costs {pounds(each.total)} each time.",
        f"That is {pounds(week.total)} a week.",
        *_who_pays_simply(week, funding),
    ]
    if cost.bill.once:
        simple.append(f"You also pay {pounds(half_up(cost.bill.once))} once.")
    return Text(together(plain), together(simple))


NOT_SPLIT = {
    None: Text("Who would pay for it is not clear yet.", "It is not clear yet who pays."),
    "not_sure": Text("Who would pay for it is not clear yet.", "It is not clear yet who pays."),
    "council_arranged": Text(
        "Ask the council whether any of it would be yours to pay.", "Ask the council who pays."
    ),
}
"""What to say in place of a split where the way of paying tells nothing about the parts."""


def _who_pays(week: Columns, funding: str | None) -> str:
    if funding in NOT_SPLIT:
        return NOT_SPLIT[funding].text if week.total else ""
    shares = [
        f"{pounds(pence)} {words}"
        for pence, words in (
            (week.direct_payment, "can come from the direct payment"),
            (week.own_money, "is own money"),
            (week.to_ask, "is for the council to say"),
        )
        if pence
    ]
    return f"In a week, {listed(shares)}." if shares else ""


def _who_pays_simply(week: Columns, funding: str | None) -> list[str]:
    if funding in NOT_SPLIT:
        return [NOT_SPLIT[funding].easy_read] if week.total else []
    return [
        words.format(pounds(pence))
        for pence, words in (
            (week.direct_payment, "{} can come from your direct payment."),
            (week.own_money, "{} is your own money."),
            (week.to_ask, "Ask the council about {}."),
        )
        if pence
    ]


def _once(cost: Costed) -> str:
    fee = cost.bill.once
    return f"There is a fee of {pounds(half_up(fee))} once a year." if fee else ""


def _year(cost: Costed) -> str:
    """A year's cost, and whether the number of weeks is an assumption."""
    if cost.per_year is None:
        return ""
    weeks = cost.bill.weeks
    if all(item.yearly is not None or not (item.each or item.weekly) for item in cost.bill.counted):
        # A course, a term or twelve months: no number of weeks was needed.
        return f"A year comes to {pounds(cost.per_year)}."
    if weeks is None:
        assumed = f"{WEEKS_PER_YEAR} weeks; it does not say how many weeks it runs"
    else:
        assumed = f"{weeks} weeks"
    return f"A year comes to {pounds(cost.per_year)} for {assumed}."


def _extras(optional: Sequence[Item], attendances: int) -> str:
    if not optional:
        return ""
    named = []
    for item in optional:
        pence = _whole(item, attendances)
        price = "price not stated" if pence is None else f"{pounds(pence)} each time"
        if pence == 0:
            price = "free"
        if item.once:
            price = f"{pounds(half_up(item.once))} once"
        named.append(f"{label('price_part', item.part)} ({price})")
    return f"You can choose besides: {listed(named)}."


def _not_known(cost: Costed) -> Text:
    unknown = listed([label("price_part", part) for part in cost.bill.unknown])
    known = [
        f"{label('price_part', item.part)} {pounds(half_up(exact))} each time"
        for item in cost.bill.counted
        if (exact := item.per_attendance(cost.attendances)) and item.part not in cost.bill.unknown
    ]
    open_units = [OPEN_UNITS[i.unit] for i in cost.bill.counted if i.unit in OPEN_UNITS]
    plain = [
        f"The whole price is not known: it is not stated for {unknown}.",
        f"What is known: {listed(known)}." if known else "",
        f"It asks for {listed([*dict.fromkeys(open_units)])}." if open_units else "",
    ]
    simple = ["We do not know the whole price. Please ask them."]
    if "what people can give" in open_units:
        simple = ["You can give what you can."]
    return Text(together(plain), together(simple))
