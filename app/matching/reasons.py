"""Why something fits, criterion by criterion, in words that name the facts."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from app.matching.answers import Criterion
from app.matching.filters import SHADED, SHADED_OF_SESSIONS
from app.matching.person import Person, relative_mask
from app.matching.scoring import LEVEL_MODES
from app.matching.shown import Cells, SessionShown, Shown, Texts, shared_by, where
from app.matching.words import (
    Text,
    counted,
    easy,
    label,
    listed,
    miles,
    people,
    pounds,
    sentence,
    together,
)
from app.search.index.bits import bit_numbers, codes_of, mask_of

MOST_SESSIONS = 3
"""So many sessions are named in a text; all stand in `sessions_that_fit`."""

HOUR = 60
FOUR_VALUED = frozenset({*SHADED, *SHADED_OF_SESSIONS})

Term = tuple[str, str]
"""A scheme and a code."""


def reasons_of(cells: Cells) -> list[bytes]:
    """What each criterion that was answered gave each result, as JSON arrays of `Reason`."""
    columns = [
        _reasons(cells, criterion, weight)
        for criterion, weight in cells.person.shown_weights.items()
    ]
    return arrays(columns, len(cells.shown))


def _reasons(cells: Cells, criterion: Criterion, weight: float) -> list[bytes]:
    fits, texts = cells.fit(criterion), TEXTS[criterion](cells)
    begins = b'{"criterion":"%b","weight":%b,' % (criterion.encode(), repr(weight).encode())
    gave = {
        fit: b'%b"fit":%b,"points":%b,'
        % (begins, repr(round(fit[0] + 1e-9, 3)).encode(), repr(fit[1] / 10).encode())
        for fit in dict.fromkeys(fits)
    }
    return [b"%b%b}" % (gave[fit], text.json) for fit, text in zip(fits, texts, strict=True)]


def arrays(columns: Sequence[Sequence[bytes]], count: int) -> list[bytes]:
    """For each of some results a JSON array of what the columns hold for it."""
    if not columns:
        return [b"[]"] * count
    return [b"[%b]" % b",".join(filter(None, row)) for row in zip(*columns, strict=True)]


def _facts_of_wishes(cells: Cells) -> Iterable[Hashable]:
    """For each result, which wishes it answers itself, and which by something close."""
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


@shared_by(_facts_of_wishes)
def _what_i_do(shown: Shown) -> Text:
    there, close, missing = [], [], []
    for scheme, code in _wishes(shown.person):
        if shown.has(scheme, scheme, code):
            there.append((scheme, code))
        elif shown.number(scheme) & relative_mask(scheme, code):
            close.append((scheme, code))
        else:
            missing.append((scheme, code))
    plain = [
        f"It offers what {shown.voice.you} asked for: {_labels(there)}." if there else "",
        f"It offers something close to: {_labels(close)}." if close else "",
        f"It does not name: {_labels(missing)}." if missing else "",
    ]
    simple = [
        f"They do this: {_easy(there)}" if there else "",
        f"They do something like this: {_easy(close)}" if close else "",
        f"They do not tell us about this: {_easy(missing)}" if missing else "",
    ]
    return Text(together(plain), together(simple))


def _labels(terms: Sequence[Term]) -> str:
    return "; ".join(label(scheme, code) for scheme, code in terms)


def _easy(terms: Sequence[Term]) -> str:
    return " ".join(easy(scheme, code) for scheme, code in terms)


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


@shared_by(facts_of_people)
def who_it_is_for(shown: Shown) -> Text:
    """For whom it is, and how that goes with what was answered."""
    how, counting = facts_of_people(shown.cells)[shown.place_in_list]
    side = shown.judged.side
    theirs = f"{shown.voice.you} told us"
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


def facts_of_place(cells: Cells) -> Iterable[tuple[int, int, int | None, bool]]:
    """Where the best sessions are, how far that is, and whether that may be too far."""
    places, venues = cells.session("place"), cells.session("venue")
    return zip(places, venues, cells.tenths, cells.may_be_further, strict=True)


@shared_by(facts_of_place)
def near(shown: Shown) -> Text:
    """Where the best session is, and whether it may be a little further than wanted."""
    text = _place_of(shown)
    if shown.cells.may_be_further[shown.place_in_list]:
        return Text(
            f"{text.text} It may be a little further than {shown.voice.you} said.",
            f"{text.easy_read} It may be a bit too far.",
        )
    return text


def _place_of(shown: Shown) -> Text:
    """Where the best session is, and how far that is."""
    place, tenths = shown.place, shown.tenths
    if place == "online":
        return Text("It is online, so nobody has to travel.", "It is online. You stay at home.")
    if place == "comes_to_you":
        return Text("It comes to you.", "They come to you.")
    if place != "venue":
        return Text("It does not say where it is.", "They do not tell us where it is.")
    there = where(shown.reading.venue(shown.of_best("venue")))
    if tenths is None:
        return Text(f"It is at {there}.", f"It is at {there}.")
    road = (tenths * 13 + 5) // 10
    far = miles(tenths)
    about = far if far.startswith("less") else f"about {far}"
    by_road = "" if road < HOUR // 4 else f", about {miles(road)} by road"
    return Text(
        f"It is at {there}, {about} away in a straight line{by_road}.",
        f"It is at {there}. It is {about} away.",
    )


def times_of(session: SessionShown) -> Text:
    """When a session is, in words; only for one that is stated."""
    assert session.told is not None  # noqa: S101 - sessions that fit are stated.
    return session.told.times


@shared_by(lambda cells: range(len(cells.shown)))
def sessions_named(shown: Shown) -> Text:
    """When the sessions are that serve the person: the first of them, and how many more."""
    fitting = shown.fitting
    if not fitting:
        return Text("It does not say when it is.", "They do not tell us when it is.")
    times = [times_of(one) for one in fitting[:MOST_SESSIONS]]
    more = len(fitting) - len(times)
    rest = f", and {counted(more, 'more time')}" if more else ""
    plain = f"It is on {listed([one.text for one in times])}{rest}"
    simple = " ".join([f"It is on {one.easy_read}." for one in times])
    if more:
        simple += f" There are {counted(more, 'more time')}."
    return Text(plain, simple)


@shared_by(lambda cells: range(len(cells.shown)))
def _when(shown: Shown) -> Text:
    text, person = shown.text(sessions_named), shown.person
    minutes = shown.cells.minutes[shown.place_in_list]
    plain, simple = text.text.rstrip("."), text.easy_read
    covered = shown.cells.covered
    if person.slots and shown.fitting and covered is not None:
        number = covered[shown.place_in_list]
        chosen = counted(len(person.slots), "time")
        if number:
            plain += f": {number} of the {chosen} {shown.voice.you} chose"
        else:
            plain += f", at none of the {chosen} {shown.voice.you} chose"
            simple += " This is not a time you chose."
    plain = sentence(plain)
    if person.break_minutes is not None and minutes is not None:
        plain += (
            f" It lasts {hours(minutes)}; "
            f"{shown.voice.you} asked for a break of {hours(person.break_minutes)}."
        )
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


@shared_by(lambda cells: cells.cost_keys)
def _cost(shown: Shown) -> Text:
    cost, share = shown.cost, shown.person.day_budget
    if cost.per_attendance is None or share is None:
        unknown = listed([label("price_part", part) for part in cost.bill.unknown])
        return Text(
            f"We cannot say what it costs: the price is not stated for {unknown}.",
            "We do not know what it costs. Please ask them.",
        )
    each = cost.per_attendance.total
    if not each:
        return Text("It is free.", "It is free.")
    fits = "within" if each <= share else "more than"
    return Text(
        f"It costs {pounds(each)} each time, {fits} the {pounds(share)} "
        f"that {shown.voice.you} can spend on a day out.",
        f"It costs {pounds(each)} each time. "
        + ("You have enough for this." if each <= share else "It is more than you have."),
    )


def _facts_told(terms: Sequence[Term], said: Sequence[str]) -> Text:
    groups: dict[str, list[Term]] = {"yes": [], "partly": [], "no": [], "not_stated": []}
    for term, value in zip(terms, said, strict=True):
        groups[value].append(term)
    plain = [
        f"It has: {_labels(groups['yes'])}." if groups["yes"] else "",
        f"It partly has: {_labels(groups['partly'])}." if groups["partly"] else "",
        f"It does not have: {_labels(groups['no'])}." if groups["no"] else "",
        f"It does not say: {_labels(groups['not_stated'])}." if groups["not_stated"] else "",
    ]
    simple = [
        f"They say yes to this: {_easy(groups['yes'])}" if groups["yes"] else "",
        f"They have some of this: {_easy(groups['partly'])}" if groups["partly"] else "",
        f"They say no to this: {_easy(groups['no'])}" if groups["no"] else "",
        f"They do not tell us this: {_easy(groups['not_stated'])}" if groups["not_stated"] else "",
    ]
    return Text(together(plain), together(simple))


LISTED = {"setting": "setting", "language": "language"}


def _values(cells: Cells, terms: Iterable[Term]) -> Iterable[tuple[str, ...]]:
    """For each result what is stated of some terms."""
    return zip(*(_values_of(cells, scheme, code) for scheme, code in terms), strict=True)


def _values_of(cells: Cells, scheme: str, code: str) -> Sequence[str]:
    """What is stated of a term; one that is listed or not is yes or no where any is listed."""
    if scheme in FOUR_VALUED:
        return cells.value(scheme, code)
    bit = 1 << bit_numbers(scheme)[code]
    stated = cells.activity(LISTED[scheme])
    return ["yes" if one & bit else "no" if one else "not_stated" for one in stated]


def _facts_text(shown: Shown, terms: Sequence[Term]) -> Text:
    place = shown.place_in_list
    said = [_values_of(shown.cells, scheme, code)[place] for scheme, code in terms]
    return _facts_told(terms, said)


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


@shared_by(
    lambda cells: _values(cells, [*_of_level(cells.person), *_terms_of_support(cells.person)])
)
def _support(shown: Shown) -> Text:
    best = max(_of_level(shown.person), key=lambda term: RANKS[shown.value(*term)], default=None)
    others = [term for term in _terms_of_support(shown.person) if term != best]
    return _facts_text(shown, [best, *others] if best else others)


RANKS: Mapping[str, int] = {"yes": 3, "partly": 2, "not_stated": 1, "no": 0}


def _terms_of_culture(person: Person) -> list[Term]:
    return [
        *(("communication", code) for code in person.asked("communication")),
        *(("language", code) for code in person.languages),
        *(("preference", code) for code in person.asked("preference")),
    ]


@shared_by(lambda cells: _values(cells, _terms_of_culture(cells.person)))
def _culture(shown: Shown) -> Text:
    return _facts_text(shown, _terms_of_culture(shown.person))


TEXTS: Mapping[Criterion, Texts] = {
    "what_i_do": _what_i_do,
    "who_it_is_for": who_it_is_for,
    "how_near": near,
    "when": _when,
    "cost": _cost,
    "support": _support,
    "language_and_culture": _culture,
}
