"""A plan in words: what one does when, what it costs, and what is left."""

from collections.abc import Sequence

from app.catalogue.pricing import half_up
from app.matching.person import Person
from app.matching.plans.candidates import Choice
from app.matching.plans.costing import PlanCost
from app.matching.shares import Columns
from app.matching.words import (
    DAY_NAMES,
    Text,
    Voice,
    clock,
    counted,
    label,
    listed,
    plain_clock,
    pounds,
    together,
)

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven")


def plan_words(
    chosen: Sequence[Choice], cost: PlanCost, person: Person, left: int | None, voice: Voice
) -> Text:
    """A whole plan in words."""
    days = len({one.session.number("day") for one in chosen})
    plain = [
        (
            f"{NUMBERS[days].capitalize()} {'day' if days == 1 else 'days'} a week"
            f"{_price(cost.columns)}."
        ),
        *(_session(one) for one in chosen),
        _who_pays(cost.columns),
        _left(person, left),
        _once(cost),
        _unknown(cost),
        _not_weekly(chosen),
    ]
    simple = [
        f"This is a plan for {counted(days, 'day')} a week.",
        *(_session_simply(one) for one in chosen),
        *_price_simply(cost, voice),
        f"You have {pounds(left)} left." if left is not None and voice.you == "you" else "",
        f"They have {pounds(left)} left." if left is not None and voice.you != "you" else "",
        "Some of these are not every week." if _not_weekly(chosen) else "",
    ]
    return Text(together(plain), together(simple))


def _price(columns: Columns | None) -> str:
    if columns is None:
        return ""
    return f" for {pounds(columns.total)} a week" if columns.total else ", free of charge"


def _session(choice: Choice) -> str:
    where = choice.session.where or _elsewhere(choice)
    day = DAY_NAMES[choice.session.number("day")]
    hours = f"{clock(choice.starts)} to {clock(choice.ends)}"
    return f"{day} {hours}: {choice.shown.stated['name']}, {where}."


def _elsewhere(choice: Choice) -> str:
    return "online" if choice.session.place == "online" else "at home or near by"


def _session_simply(choice: Choice) -> str:
    day = DAY_NAMES[choice.session.number("day")]
    return (
        f"{day}, {plain_clock(choice.starts)} to {plain_clock(choice.ends)}. "
        f"{choice.shown.stated['name']}."
    )


def _who_pays(columns: Columns | None) -> str:
    if columns is None or not columns.total:
        return ""
    shares = [
        f"{pounds(pence)} {words}"
        for pence, words in (
            (columns.direct_payment, "from the direct payment"),
            (columns.own_money, "of own money"),
            (columns.to_ask, "to ask the council about"),
        )
        if pence
    ]
    return f"That is {listed(shares)}."


def _price_simply(cost: PlanCost, voice: Voice) -> list[str]:
    columns = cost.columns
    if columns is None:
        return ["We do not know the whole price. Please ask them."]
    if not columns.total:
        return ["It is free."]
    your = voice.your
    return [
        f"It costs {pounds(columns.total)} a week.",
        f"{pounds(columns.direct_payment)} can come from {your} direct payment."
        if columns.direct_payment
        else "",
        f"{pounds(columns.own_money)} is {your} own money." if columns.own_money else "",
        f"Ask the council about {pounds(columns.to_ask)}." if columns.to_ask else "",
    ]


def _left(person: Person, left: int | None) -> str:
    budget = person.weekly_budget
    if budget is None or left is None:
        return ""
    return f"Of {pounds(half_up(budget))} a week, {pounds(left)} is left."


def _once(cost: PlanCost) -> str:
    fee = half_up(cost.once)
    return f"Besides there are fees of {pounds(fee)} once a year." if fee else ""


def _unknown(cost: PlanCost) -> str:
    if not cost.unknown:
        return ""
    parts = listed([label("price_part", part) for part in cost.unknown])
    return f"The whole price is not known: it is not stated for {parts}."


def _not_weekly(chosen: Sequence[Choice]) -> str:
    seldom = [
        one.shown.stated["name"]
        for one in chosen
        if (one.session.stated or {}).get("repeats") != "weekly"
    ]
    if not seldom:
        return ""
    return f"Not every week: {listed([*dict.fromkeys(seldom)])}; ask which weeks."
