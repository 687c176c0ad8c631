"""A week that works, as a table in a terminal."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from app.cli.console import out
from app.matching.plans.schemas import PlannedSession, PlansFound, PlanView
from app.matching.words import DAY_NAMES, pounds
from app.parameters import Language

DAYS = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), DAY_NAMES, strict=True))

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "best_fit": "The week that fits best",
        "lowest_cost": "The cheapest week on as many days",
        "most_days": "The week on most days",
        "day": "Day",
        "time": "Time",
        "what": "What",
        "where": "Where",
        "travel": "Travel",
        "online": "Online",
        "comes_to_you": "Comes to you",
        "minutes": "about {minutes} min",
        "not_proved": "There may be a slightly better one: this week has very many choices.",
        "none": "No week works with these answers.",
        "try": "Try this",
        "cost": "A week",
        "from_direct_payment_pence": "direct payment",
        "own_money_pence": "own money",
        "to_ask_pence": "ask the council",
        "left": "left",
        "unknown": "the whole price is not known",
    },
    "easy": {
        "best_fit": "The best week for you",
        "lowest_cost": "A week that costs less",
        "most_days": "A week with more days",
        "day": "Day",
        "time": "Time",
        "what": "What",
        "where": "Where",
        "travel": "Travel",
        "online": "Online",
        "comes_to_you": "They come to you",
        "minutes": "about {minutes} min",
        "not_proved": "There may be a better week.",
        "none": "We found no week for you.",
        "try": "You can try this",
        "cost": "A week costs",
        "from_direct_payment_pence": "from your direct payment",
        "own_money_pence": "your own money",
        "to_ask_pence": "ask the council",
        "left": "left",
        "unknown": "we do not know the whole price",
    },
}


def show_plan(found: PlansFound, lang: Language) -> None:
    """Print every plan as a table; where there is none, what to try."""
    words = WORDS[lang]
    for plan in found.plans:
        out.print()
        out.print(_table(plan, words))
        out.print(Text(_money(plan, words)))
        if not plan.proved_best:
            out.print(Text(words["not_proved"], style="dim"))
    if not found.plans:
        out.print()
        out.print(Text(words["none"], style="bold"))
        change = found.nearest_change
        if change is not None:
            what = change.easy_read if lang == "easy" else change.text
            out.print(Text(f"{words['try']}: {what}"))
    out.print()
    notice = found.notice.easy_read if lang == "easy" else found.notice.text
    out.print(Text(notice, style="dim"), soft_wrap=True)


def _table(plan: PlanView, words: Mapping[str, str]) -> Table:
    table = Table(title=words[plan.kind], title_justify="left", title_style="bold")
    for column in ("day", "time", "what", "where", "travel"):
        table.add_column(words[column], overflow="fold")
    before = None
    for one in plan.sessions:
        # The day stands once, as in a diary.
        day = "" if one.day == before else DAYS[one.day]
        before = one.day
        table.add_row(
            Text(day),
            Text(f"{one.starts_at} to {one.ends_at}"),
            Text(one.activity.name),
            Text(_where(one, words)),
            Text(_travel(one, words)),
        )
    return table


def _where(session: PlannedSession, words: Mapping[str, str]) -> str:
    venue = session.venue
    if venue is None:
        return words.get(session.place, "")
    return f"{venue.name}, {venue.town}" if venue.name else venue.town


def _travel(session: PlannedSession, words: Mapping[str, str]) -> str:
    minutes = session.travel_minutes_before
    return words["minutes"].format(minutes=minutes) if minutes else ""


def _money(plan: PlanView, words: Mapping[str, str]) -> str:
    """The arithmetic of a week's money on one line."""
    cost = plan.cost.per_week
    if cost is None:
        return f"{words['cost']}: {words['unknown']}"
    columns = ("from_direct_payment_pence", "own_money_pence", "to_ask_pence")
    parts = [
        f"{pounds(getattr(cost, name))} {words[name]}" for name in columns if getattr(cost, name)
    ]
    line = f"{words['cost']}: {pounds(cost.total_pence)}"
    line += f" = {' + '.join(parts)}" if parts else ""
    if plan.left_of_budget_pence is not None:
        line += f"; {pounds(plan.left_of_budget_pence)} {words['left']}"
    return line
