"""Why something fits, criterion by criterion, in words that name the facts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat

from app.matching import words
from app.matching.answers import Criterion
from app.matching.filters import SHADED, SHADED_OF_SESSIONS
from app.matching.person import Person, Side, relative_mask
from app.matching.scoring import LEVEL_MODES
from app.matching.shares import Columns
from app.matching.shown import PLACE_NAMES, Cells, Column, SessionShown, Texts, each_once
from app.matching.words import (
    Text,
    Voice,
    counted,
    easy,
    label,
    listed,
    miles,
    people,
    pounds,
    said_json,
)
from app.search.index.bits import bit_numbers, codes_of, mask_of
from app.search.index.facts import AT_VENUE

HOUR = 60
FOUR_VALUED = frozenset({*SHADED, *SHADED_OF_SESSIONS})

Term = tuple[str, str]
"""A scheme and a code."""


def reasons_of(cells: Cells) -> Iterator[Column]:
    """What each criterion that was answered gave each result, as JSON arrays of `Reason`."""
    begins = b"[{"
    for criterion, weight in cells.person.shown_weights.items():
        yield repeat(b'%b"criterion":"%b","weight":%r,' % (begins, criterion.encode(), weight))
        yield [FITS[thousandths] for thousandths in cells.fit(criterion)]
        yield [POINTS[tenths] for tenths in cells.points(criterion)]
        yield SAID[criterion](cells)
        begins = b"},{"
    yield repeat(b"[]" if begins == b"[{" else b"}]")


FITS = [b'"fit":%r,' % (thousandths / 1000) for thousandths in range(1_001)]
POINTS = [b'"points":%r,' % (tenths / 10) for tenths in range(1_001)]
"""What a criterion can give, as it stands in JSON."""


def _facts_of_wishes(cells: Cells) -> Iterable[tuple[int, ...]]:
    """For each result, which wishes it answers itself (2), by something close (1), and not (0)."""
    columns = []
    for scheme, code in _wishes(cells.person):
        own, kin = 1 << bit_numbers(scheme)[code], relative_mask(scheme, code)
        columns.append(
            [2 if stated & own else 1 if stated & kin else 0 for stated in cells.activity(scheme)]
        )
    return zip(*columns, strict=True)


def _wishes(person: Person) -> list[Term]:
    told = person.answers
    return [
        *(("activity_type", code) for code in told.activities or ()),
        *(("outcome", code) for code in told.outcomes or ()),
    ]


def _what_i_do(cells: Cells) -> list[Text]:
    wishes, voice = _wishes(cells.person), cells.voice
    return each_once([*_facts_of_wishes(cells)], lambda found: _wishes_told(wishes, found, voice))


def _wishes_told(wishes: Sequence[Term], found: Sequence[int], voice: Voice) -> Text:
    groups: tuple[list[Term], ...] = ([], [], [])
    for wish, degree in zip(wishes, found, strict=True):
        groups[degree].append(wish)
    missing, close, there = groups
    plain, simple = [], []
    if there:
        plain.append(f"It offers what {voice.you} asked for: {_labels(there)}.")
        simple.append(f"They do this: {_easy(there)}")
    if close:
        plain.append(f"It offers something close to: {_labels(close)}.")
        simple.append(f"They do something like this: {_easy(close)}")
    if missing:
        plain.append(f"It does not name: {_labels(missing)}.")
        simple.append(f"They do not tell us about this: {_easy(missing)}")
    return Text(" ".join(plain), " ".join(simple))


def _labels(terms: Sequence[Term]) -> str:
    return "; ".join([label(*term) for term in terms])


def _easy(terms: Sequence[Term]) -> str:
    return " ".join([easy(*term) for term in terms])


def facts_of_people(cells: Cells) -> list[tuple[str, int]]:
    """For each result, what of those that it names counts for the person.

    They are those that the person is, else those close to that, else everyone, else all.
    """
    codes = cells.judged.side.cohorts
    own, kin, everyone = mask_of("cohort", codes), 0, mask_of("cohort", ["everyone"])
    for code in codes:
        kin |= relative_mask("cohort", code)
    anyone = mask_of("open_to", ["anyone"])
    return [
        ("exact", listed & own)
        if listed & own
        else ("close", listed & kin)
        if listed & kin
        else ("everyone", 0)
        if listed & everyone or open_to & anyone
        else ("others", listed)
        for listed, open_to in zip(cells.activity("cohort"), cells.activity("open_to"), strict=True)
    ]


def who_it_is_for(cells: Cells) -> list[Text]:
    """For whom each is, and how that goes with what was answered."""
    side, voice = cells.judged.side, cells.voice
    return cells.column(
        "who it is for",
        lambda: each_once(facts_of_people(cells), lambda facts: _who_told(facts, side, voice)),
    )


def _who_told(facts: tuple[str, int], side: Side, voice: Voice) -> Text:
    how, counting = facts
    theirs = f"{voice.you} told us"
    if side.serves != "you":
        theirs = f"{theirs} of the person who is cared for"
    if how == "exact":
        exact = [code for code in side.cohorts if code in codes_of("cohort", counting)]
        return _for_people(exact, f", as {theirs}")
    named = codes_of("cohort", counting)
    if how == "close":
        return _for_people(named, f", which is close to what {theirs}")
    if how == "everyone":
        return Text("It is open to everyone.", "Anyone can come.")
    if not named:
        return Text("It does not say who it is for.", "They do not tell us who it is for.")
    return _for_people(named, f", which is not what {theirs}" if side.cohorts else "")


def _for_people(codes: Sequence[str], behind: str) -> Text:
    names = [people(code) for code in codes if people(code)]
    if not names:
        return Text(f"It is open to everyone{behind}.", "Anyone can come.")
    simple = " ".join(f"It is for {name}." for name in names)
    return Text(f"It is for {listed(names)}{behind}.", simple)


def near(cells: Cells) -> list[Text]:
    """Where the best sessions are, and whether they may be a little further than wanted."""
    return cells.column("near", lambda: _near(cells))


def _near(cells: Cells) -> list[Text]:
    places, venues = cells.session("place"), cells.session("venue")
    facts = [*zip(places, venues, cells.tenths, cells.may_be_further, strict=True)]
    return each_once(facts, lambda found: _place_told(cells, *found))


def _place_told(
    cells: Cells,
    place: int,
    venue: int,
    tenths: int | None,
    further: bool,  # noqa: FBT001 - the facts as they stand in their columns.
) -> Text:
    there = cells.reading.where(venue) if place == AT_VENUE else ""
    text = _place_of(PLACE_NAMES.get(place, ""), there, tenths)
    if further:
        return Text(
            f"{text.text} It may be a little further than {cells.voice.you} said.",
            f"{text.easy_read} It may be a bit too far.",
        )
    return text


def _place_of(place: str, there: str, tenths: int | None) -> Text:
    """Where a session is, and how far that is."""
    if place == "online":
        return Text("It is online, so nobody has to travel.", "It is online. You stay at home.")
    if place == "comes_to_you":
        return Text("It comes to you.", "They come to you.")
    if place != "venue":
        return Text("It does not say where it is.", "They do not tell us where it is.")
    if tenths is None:
        return Text(f"It is at {there}.", f"It is at {there}.")
    away, about = FAR[tenths] if tenths < len(FAR) else far(tenths)
    return Text(f"It is at {there}, {away}.", f"It is at {there}. It is {about} away.")


def far(tenths: int) -> tuple[str, str]:
    """How far away something is in a straight line and by road, and only the former."""
    road = (tenths * 13 + 5) // 10
    straight = miles(tenths)
    about = straight if straight.startswith("less") else f"about {straight}"
    by_road = "" if road < HOUR // 4 else f", about {miles(road)} by road"
    return f"{about} away in a straight line{by_road}", about


FAR = [far(tenths) for tenths in range(1_001)]
"""All that is not far away, by the tenths of a mile."""


def times_of(session: SessionShown) -> Text:
    """When a session is, in words; only for one that is stated."""
    assert session.told is not None  # noqa: S101 - sessions that fit are stated.
    return session.told.times


def sessions_named(cells: Cells) -> list[Text]:
    """When the sessions are that serve the person: the first of them, and how many more."""
    return cells.column(
        "sessions named",
        lambda: [
            told.all_named
            if len(some) == len(told.sessions)
            else words.sessions_named([told.sessions[which].times for _, which, _ in some])
            for told, some in zip(cells.told, cells.serving, strict=True)
        ],
    )


def _when(cells: Cells) -> list[bytes]:
    named = [text.written for text in sessions_named(cells)]
    facts = [*zip(_covered(cells), _lasting(cells), strict=True)]
    more = each_once(facts, lambda found: _chosen_told(cells, *found).written)
    return [
        # What is told of the times ends with no full stop, save where it is not known.
        said_json(plain.rstrip(b".") + also, simple + simply)
        for (plain, simple), (also, simply) in zip(named, more, strict=True)
    ]


def _covered(cells: Cells) -> Sequence[int | None]:
    """How many of the chosen times are covered; None where none was chosen or is stated."""
    count = len(cells.rows)
    if not cells.person.slots or cells.covered is None:
        return [None] * count
    return [
        number if some else None for some, number in zip(cells.serving, cells.covered, strict=True)
    ]


def _lasting(cells: Cells) -> Sequence[int | None]:
    """How many minutes the best sessions last, where that matters and is known."""
    return [None] * len(cells.rows) if cells.person.break_minutes is None else cells.minutes


def _chosen_told(cells: Cells, covered: int | None, minutes: int | None) -> Text:
    """What is said behind the times, on those that were chosen and on how long it lasts."""
    person, you = cells.person, cells.voice.you
    plain = simple = ""
    if covered is not None:
        chosen = f"{counted(len(person.slots), 'time')} {you} chose"
        plain = f": {covered} of the {chosen}" if covered else f", at none of the {chosen}"
        simple = "" if covered else " This is not a time you chose."
    plain += "."
    if minutes is not None and person.break_minutes is not None:
        wanted = f"{you} asked for a break of {hours(person.break_minutes)}."
        plain += f" It lasts {hours(minutes)}; {wanted}"
        simple += f" It lasts {hours(minutes)}."
    return Text(plain, simple)


def hours(minutes: int) -> str:
    """A length of time in words."""
    whole, rest = divmod(minutes, HOUR)
    if not rest:
        return counted(whole, "hour")
    if not whole:
        return counted(rest, "minute")
    return f"{counted(whole, 'hour')} {counted(rest, 'minute')}"


def _cost(cells: Cells) -> list[Text]:
    share, you = cells.person.day_budget, cells.voice.you
    prices = [
        cost.bill.unknown if cost.per_attendance is None or share is None else cost.per_attendance
        for cost in cells.costs
    ]
    facts = [price.total if isinstance(price, Columns) else price for price in prices]
    have = pounds(share or 0)
    return each_once(facts, lambda price: _price_told(price, share or 0, have, you))


def _price_told(price: int | tuple[str, ...], share: int, have: str, you: str) -> Text:
    """What one attendance comes to beside a day's share of the budget, or what is not known."""
    if isinstance(price, tuple):
        unknown = listed([label("price_part", part) for part in price])
        return Text(
            f"We cannot say what it costs: the price is not stated for {unknown}.",
            "We do not know what it costs. Please ask them.",
        )
    if not price:
        return Text("It is free.", "It is free.")
    inside, costs = price <= share, f"It costs {pounds(price)} each time"
    return Text(
        f"{costs}, {'within' if inside else 'more than'} "
        f"the {have} that {you} can spend on a day out.",
        f"{costs}. {'You have enough for this.' if inside else 'It is more than you have.'}",
    )


def _facts_told(terms: Sequence[Term], said: Sequence[str]) -> Text:
    groups: dict[str, list[Term]] = {}
    for term, value in zip(terms, said, strict=True):
        groups.setdefault(value, []).append(term)
    found = [
        (f"{plain}: {_labels(groups[value])}.", f"{simple}: {_easy(groups[value])}")
        for value, plain, simple in SAID_OF_FACTS
        if value in groups
    ]
    return Text(" ".join([plain for plain, _ in found]), " ".join([simple for _, simple in found]))


SAID_OF_FACTS = (
    ("yes", "It has", "They say yes to this"),
    ("partly", "It partly has", "They have some of this"),
    ("no", "It does not have", "They say no to this"),
    ("not_stated", "It does not say", "They do not tell us this"),
)
"""What is said of the facts of each value, in plain English and in Easy Read."""


LISTED = {"setting": "setting", "language": "language"}


def _facts(cells: Cells, terms: Sequence[Term]) -> list[Text]:
    """What is stated of some terms, in words."""
    said = [*_values(cells, terms)]
    return each_once(said, lambda values: _facts_told(terms, values))


def _values(cells: Cells, terms: Sequence[Term]) -> Iterable[tuple[str, ...]]:
    """For each result what is stated of some terms."""
    return zip(*(_values_of(cells, scheme, code) for scheme, code in terms), strict=True)


def _values_of(cells: Cells, scheme: str, code: str) -> Sequence[str]:
    """What is stated of a term; one that is listed or not is yes or no where any is listed."""
    if scheme in FOUR_VALUED:
        return cells.value(scheme, code)
    bit = 1 << bit_numbers(scheme)[code]
    stated = cells.activity(LISTED[scheme])
    return ["yes" if one & bit else "no" if one else "not_stated" for one in stated]


def _terms_of_support(person: Person) -> list[Term]:
    return [
        *(("support_need", code) for code in person.asked("support_need")),
        *(("access", code) for code in person.asked("access")),
        *(("setting", code) for code in person.settings),
        *(("support_mode", code) for code in person.modes),
        *(("travel", code) for code in person.travel_how),
    ]


def _of_level(person: Person) -> list[Term]:
    return [("support_mode", code) for code in LEVEL_MODES.get(person.level or "", ())]


def _support(cells: Cells) -> list[Text]:
    modes, terms = _of_level(cells.person), _terms_of_support(cells.person)
    said = [*_values(cells, [*modes, *terms])]
    return each_once(said, lambda values: _support_told(modes, terms, values))


def _support_told(modes: Sequence[Term], terms: Sequence[Term], values: Sequence[str]) -> Text:
    """What is stated of some terms, and of the best of the modes that answer a level."""
    told = dict(zip(modes, values, strict=False))
    best = max(modes, key=lambda mode: RANKS[told[mode]], default=None)
    others = [
        (term, value)
        for term, value in zip(terms, values[len(modes) :], strict=True)
        if term != best
    ]
    shown = [(best, told[best]), *others] if best else others
    return _facts_told([term for term, _ in shown], [value for _, value in shown])


RANKS: Mapping[str, int] = {"yes": 3, "partly": 2, "not_stated": 1, "no": 0}


def _terms_of_culture(person: Person) -> list[Term]:
    return [
        *(("communication", code) for code in person.asked("communication")),
        *(("language", code) for code in person.languages),
        *(("preference", code) for code in person.asked("preference")),
    ]


def _culture(cells: Cells) -> list[Text]:
    return _facts(cells, _terms_of_culture(cells.person))


def _ready(texts: Texts) -> Callable[[Cells], list[bytes]]:
    return lambda cells: [text.json for text in texts(cells)]


SAID: Mapping[Criterion, Callable[[Cells], list[bytes]]] = {
    "what_i_do": _ready(_what_i_do),
    "who_it_is_for": _ready(who_it_is_for),
    "how_near": _ready(near),
    "when": _when,
    "cost": _ready(_cost),
    "support": _ready(_support),
    "language_and_culture": _ready(_culture),
}
"""What is said of each criterion, as it stands in JSON, for each result."""
