"""A result as a sheet to read: what fits and why, what it costs, what to ask, whom to call."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.catalogue.advice.articles import articles
from app.catalogue.schemas import FirstContact, SafeguardingView
from app.matching.questionnaire.questions import questionnaire
from app.matching.schemas import (
    Cost,
    CostColumns,
    CouncilCandidate,
    Match,
    MatchesFound,
    Said,
    SessionThatFits,
)
from app.parameters import Language

Style = Literal["title", "heading", "name", "plain", "quiet"]

WIDTH = 96

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "looked": "We looked at {considered} activities. {matches} fit, {ask} need a question "
        "first, {near} nearly fit.",
        "place": "Near {place}.",
        "assumed": "We assumed",
        "matches": "What fits",
        "ask_first": "Worth a call: ask these first",
        "near_misses": "Nearly: one thing does not fit",
        "none": "Nothing fits everything you asked for.",
        "more": "and {count} more",
        "why": "Why",
        "musts": "Musts",
        "met": "yes",
        "ask": "ask",
        "failed": "no",
        "when": "When",
        "cost": "Cost",
        "each": "each time",
        "week": "a week, going {times} times",
        "week_once": "a week, going once",
        "year": "a year, about",
        "direct": "from the direct payment",
        "own": "own money",
        "to_ask": "ask who pays",
        "if_wanted": "If you want it",
        "no_change": "No one or two changes of your answers would bring a match. "
        "Please talk to somebody below.",
        "unknown": "Not known",
        "questions": "Ask them",
        "start": "How to start",
        "where": "Where",
        "online": "online",
        "comes": "comes to you",
        "places": "Places",
        "as_of": "as they said on {day}",
        "confirmed": "checked by them on {day}",
        "cared_for": "This is for the person you care for.",
        "closed": "Closed for a while",
        "excluded": "Left out, and why",
        "relaxations": "What would open more",
        "next": "Worth answering next",
        "advice": "Worth reading",
        "call": "Who to call",
        "border": "You may be near the border of two councils. It may be one of these",
        "safe": "If you are worried about somebody",
        "out_of_hours": "evenings and weekends",
        "weight": "{points} of {weight}",
        "miles": "about {miles} miles by road",
        "mile": "about 1 mile by road",
        "near": "less than half a mile away",
        "score": "{score} of 100",
    },
    "easy": {
        "looked": "We looked at {considered} places. {matches} fit you. "
        "Ask {ask} places a question first. {near} nearly fit.",
        "place": "Near {place}.",
        "assumed": "You did not say, so we did this",
        "matches": "These fit you",
        "ask_first": "Ask these places first",
        "near_misses": "These nearly fit",
        "none": "Nothing fits all that you want.",
        "more": "and {count} more",
        "why": "Why",
        "musts": "What you must have",
        "met": "yes",
        "ask": "ask",
        "failed": "no",
        "when": "When",
        "cost": "Money",
        "each": "each time",
        "week": "each week, for {times} times",
        "week_once": "each week, for 1 time",
        "year": "each year, about",
        "direct": "from the direct payment",
        "own": "own money",
        "to_ask": "ask who pays",
        "if_wanted": "If you want it",
        "no_change": "We did not find a small change that helps. Please talk to someone.",
        "unknown": "We do not know",
        "questions": "Ask them",
        "start": "How to start",
        "where": "Where",
        "online": "on a computer or phone",
        "comes": "they come to you",
        "places": "Is there room",
        "as_of": "they said so on {day}",
        "confirmed": "they checked this on {day}",
        "cared_for": "This is for the person you look after.",
        "closed": "Closed for a while",
        "excluded": "What we left out",
        "relaxations": "How to find more",
        "next": "Questions to answer next",
        "advice": "Good to read",
        "call": "Who to call",
        "border": "Two councils are near you. It can be one of these",
        "safe": "If you are worried about someone",
        "out_of_hours": "at night and at weekends",
        "weight": "{points} of {weight}",
        "miles": "about {miles} miles by road",
        "mile": "about 1 mile by road",
        "near": "very near you",
        "score": "{score} of 100",
    },
}

DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True)
class Line:
    """One line of a sheet, already wrapped."""

    text: str
    style: Style = "plain"


class Sheet:
    """Writes a result down, line by line."""

    def __init__(self, lang: Language, *, whole: bool) -> None:
        """Begin an empty sheet.

        Args:
            lang: plain English or Easy Read.
            whole: with every weight, must and figure, as for somebody who checks them.
        """
        self.lang = lang
        self.whole = whole
        self.words = WORDS[lang]
        self.lines: list[Line] = []

    def add(self, text: str, style: Style = "plain", indent: int = 0, hang: int = 0) -> None:
        """Add a paragraph, wrapped, its later lines `hang` further in than its first."""
        wrapped = textwrap.wrap(
            text,
            WIDTH,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hang),
            break_long_words=False,
            break_on_hyphens=False,
        )
        self.lines += [Line(one, style) for one in wrapped]

    def heading(self, text: str) -> None:
        """Add a heading with room above it."""
        self.lines += [Line(""), Line(text, "heading")]

    def item(self, label: str, texts: Iterable[str]) -> None:
        """Add what belongs under a label: beside it if it is one thing, else as a list."""
        listed = [text for text in texts if text]
        if len(listed) == 1:
            self.add(f"{label}: {listed[0]}", indent=3, hang=2)
        elif listed:
            self.add(f"{label}:", indent=3)
            for text in listed:
                self.add(f"- {text}", indent=5, hang=2)

    def said(self, said: Said) -> str:
        """What is said, in the language of the sheet."""
        return said.easy_read if self.lang == "easy" else said.text


def sheet_of(found: MatchesFound, lang: Language, *, whole: bool = False) -> list[Line]:
    """A result as the lines of a sheet; `whole` as `Sheet` has it."""
    sheet = Sheet(lang, whole=whole)
    words, counts = sheet.words, found.counts
    sheet.add(
        words["looked"].format(
            considered=found.considered,
            matches=counts.matches,
            ask=counts.ask_first,
            near=counts.near_misses,
        ),
        "title",
    )
    if found.place is not None:
        sheet.add(words["place"].format(place=found.place.label), "quiet")
    sheet.item(words["assumed"], map(sheet.said, found.assumed))
    _group(sheet, words["matches"], found.matches, counts.matches)
    _group(sheet, words["ask_first"], found.ask_first, counts.ask_first)
    _group(sheet, words["near_misses"], found.near_misses, counts.near_misses)
    if found.excluded_summary:
        sheet.heading(words["excluded"])
        easy = lang == "easy"
        for one in found.excluded_summary:
            sheet.add(f"{one.count:>4}  {one.easy_read if easy else one.label}", indent=1, hang=6)
    if found.relaxations or not counts.matches:
        sheet.heading(words["relaxations"])
        if not found.relaxations:
            sheet.add(words["no_change"], indent=3)
        for relaxation in found.relaxations:
            sheet.add(f"- {sheet.said(relaxation)}", indent=3, hang=2)
    _next(sheet, found)
    _call(sheet, found)
    return sheet.lines


def _group(sheet: Sheet, title: str, shown: list[Match], count: int) -> None:
    if not count:
        if title == sheet.words["matches"]:
            sheet.heading(title)
            sheet.add(sheet.words["none"], indent=3)
        return
    sheet.heading(f"{title} ({count})")
    for number, match in enumerate(shown, start=1):
        _match(sheet, number, match)
    if count > len(shown):
        sheet.add(sheet.words["more"].format(count=count - len(shown)), "quiet", indent=3)


def _match(sheet: Sheet, number: int, match: Match) -> None:
    words, activity = sheet.words, match.activity
    easy = sheet.lang == "easy"
    sheet.lines.append(Line(""))
    band = match.band.easy_read if easy else match.band.label
    scored = match.score is not None and match.band.code != "so_far"
    score = f" ({words['score'].format(score=match.score)})" if scored else ""
    sheet.add(f"{number}. {activity.name}, {activity.provider.name}", "name", hang=3)
    sheet.add(f"{band.rstrip('.')}{score}. {activity.summary}", indent=3)
    if match.serves == "the_person_you_care_for":
        sheet.add(words["cared_for"], indent=3)
    if activity.closure is not None:
        sheet.add(f"{words['closed']}: {activity.closure.reason}", indent=3)
    sheet.item(words["where"], [_where(sheet, match)])
    sheet.item(words["why"], _reasons(sheet, match))
    sheet.item(
        words["musts"],
        (
            f"{words[must.status]}: {sheet.said(must)}"
            for must in match.musts
            if sheet.whole or must.status != "met"
        ),
    )
    sheet.item(words["when"], (_session(one) for one in match.sessions_that_fit))
    sheet.item(words["cost"], _cost(sheet, match.cost))
    sheet.item(words["questions"], map(sheet.said, match.questions_to_ask))
    ways = "; ".join(one.label.rstrip(".") for one in activity.how_to_start)
    sheet.item(words["start"], [". ".join(filter(None, (ways, _reach(activity.contact))))])
    as_of = match.capacity.as_of
    room = match.capacity.status.label.rstrip(".")
    said = f" ({words['as_of'].format(day=day(as_of))})" if as_of else ""
    confirmed = words["confirmed"].format(day=day(match.freshness.confirmed_on))
    sheet.item(words["places"], [f"{room}{said}; {confirmed}"])


def _where(sheet: Sheet, match: Match) -> str:
    activity, words = match.activity, sheet.words
    venue = activity.nearest_venue
    ways = [] if venue is None else [", ".join(filter(None, (venue.name, venue.town)))]
    ways += [words["online"]] if activity.online else []
    ways += [words["comes"]] if activity.comes_to_you else []
    if match.distance is not None:
        ways.append(_miles(sheet, match.distance.about_road_miles))
    return ", ".join(ways)


def _miles(sheet: Sheet, road: float) -> str:
    """A distance by road in whole miles, for it is an estimate."""
    whole = int(road + 0.5)
    if whole == 0:
        return sheet.words["near"]
    return sheet.words["mile" if whole == 1 else "miles"].format(miles=whole)


def _reasons(sheet: Sheet, match: Match) -> Iterator[str]:
    for reason in match.reasons:
        points = sheet.words["weight"].format(
            points=f"{reason.points:g}", weight=f"{reason.weight:g}"
        )
        yield f"{sheet.said(reason)}{f' [{points}]' if sheet.whole else ''}"


def _session(session: SessionThatFits) -> str:
    venue = session.venue
    place = "" if venue is None else f", {venue.name or venue.town}"
    return f"{DAYS.get(session.day, session.day)} {session.starts_at} to {session.ends_at}{place}"


def _cost(sheet: Sheet, cost: Cost) -> Iterator[str]:
    words = sheet.words
    yield sheet.said(cost.explanation)
    whole = sheet.whole and bool(cost.per_attendance and cost.per_attendance.total_pence)
    if whole and cost.per_attendance is not None:
        yield f"{_columns(sheet, cost.per_attendance)} {words['each']}"
    if whole and cost.per_week is not None:
        times = cost.attendances_per_week
        how_often = words["week_once"] if times == 1 else words["week"].format(times=times)
        yield f"{_columns(sheet, cost.per_week)} {how_often}"
    if whole and cost.per_year_pence is not None:
        yield f"{words['year']} {pounds(cost.per_year_pence)}"
    for part in cost.optional:
        price = part.per_attendance_pence
        # A fee that is paid once is nothing each time; the explanation names it.
        if price != 0:
            shown = words["ask"] if price is None else pounds(price)
            yield f"{words['if_wanted']}: {part.part.label.rstrip('.')}, {shown}"
    if cost.unknown:
        yield f"{words['unknown']}: {', '.join(one.label.rstrip('.') for one in cost.unknown)}"


def _columns(sheet: Sheet, columns: CostColumns) -> str:
    parts = (
        ("direct", columns.from_direct_payment_pence),
        ("own", columns.own_money_pence),
        ("to_ask", columns.to_ask_pence),
    )
    split = ", ".join(f"{pounds(pence)} {sheet.words[name]}" for name, pence in parts if pence)
    return f"{pounds(columns.total_pence)}{f' ({split})' if split else ''}"


def pounds(pence: int) -> str:
    """Pence as people write them: £4, £4.50."""
    whole, rest = divmod(pence, 100)
    return f"£{whole:,}.{rest:02}" if rest else f"£{whole:,}"


def day(on: date) -> str:
    """A day as people write it: 4 March 2026."""
    return f"{on.day} {on:%B %Y}"


def _reach(contact: FirstContact) -> str:
    return ", ".join(filter(None, (contact.phone, contact.email, contact.website)))


def _next(sheet: Sheet, found: MatchesFound) -> None:
    easy = sheet.lang == "easy"
    by_id = {one.id: one for one in questionnaire().questions}
    if found.next_questions:
        sheet.heading(sheet.words["next"])
        for name in found.next_questions:
            question = by_id[name]
            sheet.add(f"- {question.easy_read if easy else question.text}", indent=3, hang=2)
    if found.advice:
        sheet.heading(sheet.words["advice"])
        for slug in found.advice:
            title = articles()[slug].written(sheet.lang).title
            sheet.add(f"- {title} (/v1/advice/{slug})", indent=3, hang=2)


def _call(sheet: Sheet, found: MatchesFound) -> None:
    words = sheet.words
    sheet.heading(words["call"])
    sheet.add(sheet.said(found.notice), indent=3)
    candidates = found.council.candidates
    if len(candidates) > 1:
        sheet.add(f"{words['border']}:", indent=3)
    for council in candidates or [found.council]:
        _council(sheet, council)
    safeguarding = found.council.safeguarding
    sheet.add(f"{words['safe']}: {safeguarding.emergency}", indent=3, hang=2)


def _council(sheet: Sheet, council: CouncilCandidate) -> None:
    if council.name is None:
        return
    reach = "" if council.contact is None else _reach(council.contact)
    sheet.add(": ".join(filter(None, (council.name, reach))), "name", indent=3, hang=2)
    for line in _safe(sheet, council.safeguarding, reach):
        sheet.add(line, indent=5, hang=2)


def _safe(sheet: Sheet, safeguarding: SafeguardingView, reach: str) -> Iterator[str]:
    """The council's lines for worries, where they are other ones than its own address."""
    words = sheet.words
    if safeguarding.adult_line is not None:
        yield f"{words['safe']}: {safeguarding.adult_line.phone}"
    elif safeguarding.form is not None and safeguarding.form.url not in reach:
        yield f"{words['safe']}: {safeguarding.form.url}"
    if safeguarding.out_of_hours_line is not None:
        yield f"{words['out_of_hours']}: {safeguarding.out_of_hours_line.phone}"
