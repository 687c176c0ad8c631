"""Why something fits, criterion by criterion, in words that name the facts."""

from collections.abc import Callable, Mapping, Sequence

from app.matching.answers import Criterion
from app.matching.filters import SHADED, SHADED_OF_SESSIONS
from app.matching.person import relative_mask, relatives
from app.matching.scoring import LEVEL_MODES
from app.matching.shown import SessionShown, Shown, shared_by
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
from app.vocabulary.terms import vocabulary

MOST_SESSIONS = 3
"""So many sessions are named in a text; all stand in `sessions_that_fit`."""

HOUR = 60
FOUR_VALUED = frozenset({*SHADED, *SHADED_OF_SESSIONS})

Term = tuple[str, str]
"""A scheme and a code."""


def reasons_of(shown: Shown) -> bytes:
    """What each criterion that was answered gave, as a JSON array of `Reason`."""
    found = []
    for criterion, weight in shown.person.shown_weights.items():
        fit, points = shown.cells.fit(criterion)[shown.place_in_list]
        text = TEXTS[criterion](shown)
        found.append(
            b'{"criterion":"%b","weight":%b,"fit":%b,"points":%b,%b}'
            % (
                criterion.encode(),
                repr(weight).encode(),
                repr(fit).encode(),
                repr(points).encode(),
                text.json,
            )
        )
    return b"[%b]" % b",".join(found)


@shared_by(lambda shown: (shown.number("activity_type"), shown.number("outcome")))
def _what_i_do(shown: Shown) -> Text:
    told = shown.person.answers
    wanted = [
        *(("activity_type", code) for code in told.activities or ()),
        *(("outcome", code) for code in told.outcomes or ()),
    ]
    there, close, missing = [], [], []
    for scheme, code in wanted:
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


def facts_of_people(shown: Shown) -> tuple[int, int, str]:
    """What is stated of for whom it is, and by whose answers that was judged."""
    return shown.number("cohort"), shown.number("open_to"), shown.judged.side.serves


@shared_by(facts_of_people)
def who_it_is_for(shown: Shown) -> Text:
    """For whom it is, and how that goes with what was answered."""
    named = [code for code in vocabulary().scheme("cohort").codes if shown.has(*COHORT, code)]
    side = shown.judged.side
    exact = [code for code in side.cohorts if code in named]
    kin = {one for code in side.cohorts for one in relatives("cohort", code)}
    close = [code for code in named if code in kin]
    theirs = f"{shown.voice.you} told us"
    if side.serves != "you":
        theirs = f"{theirs} of the person who is cared for"
    if exact:
        return _for_people(exact, f", as {theirs}")
    if close:
        return _for_people(close, f", which is close to what {theirs}")
    if "everyone" in named or shown.has("open_to", "open_to", "anyone"):
        return Text("It is open to everyone.", "Anyone can come.")
    if not named:
        return Text("It does not say who it is for.", "They do not tell us who it is for.")
    return _for_people(named, f", which is not what {theirs}" if side.cohorts else "")


COHORT = ("cohort", "cohort")


def _for_people(codes: Sequence[str], behind: str) -> Text:
    names = [people(code) for code in codes if people(code)]
    if not names:
        return Text(f"It is open to everyone{behind}.", "Anyone can come.")
    simple = " ".join(f"It is for {name}." for name in names)
    return Text(f"It is for {listed(names)}{behind}.", simple)


def place_of(session: SessionShown) -> Text:
    """Where a session is, and how far that is."""
    if session.place == "online":
        return Text("It is online, so nobody has to travel.", "It is online. You stay at home.")
    if session.place == "comes_to_you":
        return Text("It comes to you.", "They come to you.")
    if session.place != "venue":
        return Text("It does not say where it is.", "They do not tell us where it is.")
    if session.tenths is None:
        return Text(f"It is at {session.where}.", f"It is at {session.where}.")
    road = (session.tenths * 13 + 5) // 10
    far = miles(session.tenths)
    about = far if far.startswith("less") else f"about {far}"
    by_road = "" if road < HOUR // 4 else f", about {miles(road)} by road"
    return Text(
        f"It is at {session.where}, {about} away in a straight line{by_road}.",
        f"It is at {session.where}. It is {about} away.",
    )


def facts_of_place(shown: Shown) -> tuple[int, int, int | None, bool]:
    """Where the best session is, how far that is, and whether that may be too far."""
    best = shown.best
    return shown.of_best("place"), shown.of_best("venue"), best.tenths, may_be_further(shown)


@shared_by(facts_of_place)
def near(shown: Shown) -> Text:
    """Where the best session is, and whether it may be a little further than wanted."""
    text = place_of(shown.best)
    if may_be_further(shown):
        return Text(
            f"{text.text} It may be a little further than {shown.voice.you} said.",
            f"{text.easy_read} It may be a bit too far.",
        )
    return text


def may_be_further(shown: Shown) -> bool:
    """Whether it is within the limit only because the place is not known exactly."""
    spot, limit = shown.reading.wanted.spot, shown.person.limit
    if spot is None or limit is None or shown.best.place != "venue":
        return False
    straight = float(shown.judged.sessions.miles(spot.point)[shown.at])
    return straight - spot.uncertainty <= limit < straight


def times_of(session: SessionShown) -> Text:
    """When a session is, in words; only for one that is stated."""
    assert session.told is not None  # noqa: S101 - sessions that fit are stated.
    return session.told.times


@shared_by(lambda shown: (shown.judged.side.serves, shown.row))
def sessions_named(shown: Shown) -> Text:
    """When the sessions are that serve the person: the first of them, and how many more."""
    if not shown.fitting:
        return Text("It does not say when it is.", "They do not tell us when it is.")
    first = shown.fitting[:MOST_SESSIONS]
    times = [times_of(one) for one in first]
    more = len(shown.fitting) - len(first)
    rest = f", and {counted(more, 'more time')}" if more else ""
    plain = f"It is on {listed([one.text for one in times])}{rest}"
    simple = " ".join(f"It is on {sentence_end(one.easy_read)}" for one in times)
    if more:
        simple += f" There are {counted(more, 'more time')}."
    return Text(plain, simple)


def sentence_end(words: str) -> str:
    """Words with a full stop behind them."""
    return f"{words}."


def _when(shown: Shown) -> Text:
    text, person = sessions_named(shown), shown.person
    plain, simple = text.text.rstrip("."), text.easy_read
    covered = shown.judged.fits.covered
    if person.slots and shown.fitting and covered is not None:
        number = int(covered[shown.at]).bit_count()
        chosen = counted(len(person.slots), "time")
        if number:
            plain += f": {number} of the {chosen} {shown.voice.you} chose"
        else:
            plain += f", at none of the {chosen} {shown.voice.you} chose"
            simple += " This is not a time you chose."
    plain = sentence(plain)
    if person.break_minutes is not None and shown.minutes is not None:
        plain += (
            f" It lasts {hours(shown.minutes)}; "
            f"{shown.voice.you} asked for a break of {hours(person.break_minutes)}."
        )
        simple += f" It lasts {hours(shown.minutes)}."
    return Text(plain, simple)


def hours(minutes: int) -> str:
    """A length of time in words."""
    whole, rest = divmod(minutes, HOUR)
    if not rest:
        return counted(whole, "hour")
    if not whole:
        return counted(rest, "minute")
    return f"{counted(whole, 'hour')} {counted(rest, 'minute')}"


@shared_by(lambda shown: shown.cost_key)
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


def facts_text(shown: Shown, terms: Sequence[Term]) -> Text:
    """What is stated of some terms, grouped by what is stated."""
    said = tuple(value_of(shown, scheme, code) for scheme, code in terms)
    return shown.reading.once(("facts", *terms, *said), lambda: _facts_told(terms, said))


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


def value_of(shown: Shown, scheme: str, code: str) -> str:
    """What is stated of a term; one that is listed or not is yes or no where any is listed."""
    if scheme in FOUR_VALUED:
        return shown.value(scheme, code)
    column = LISTED[scheme]
    if shown.has(column, scheme, code):
        return "yes"
    return "no" if shown.number(column) else "not_stated"


def _support(shown: Shown) -> Text:
    person = shown.person
    modes = LEVEL_MODES.get(person.level or "", ())
    best = max(modes, key=lambda code: RANKS[shown.value("support_mode", code)], default=None)
    return facts_text(
        shown,
        [
            *([("support_mode", best)] if best else []),
            *(("support_need", code) for code in person.asked("support_need")),
            *(("access", code) for code in person.asked("access")),
            *(("setting", code) for code in person.settings),
            *(("support_mode", code) for code in person.modes if code != best),
            *(("travel", code) for code in person.travel_how),
        ],
    )


RANKS: Mapping[str, int] = {"yes": 3, "partly": 2, "not_stated": 1, "no": 0}


def _culture(shown: Shown) -> Text:
    person = shown.person
    return facts_text(
        shown,
        [
            *(("communication", code) for code in person.asked("communication")),
            *(("language", code) for code in person.languages),
            *(("preference", code) for code in person.asked("preference")),
        ],
    )


TEXTS: Mapping[Criterion, Callable[[Shown], Text]] = {
    "what_i_do": _what_i_do,
    "who_it_is_for": who_it_is_for,
    "how_near": near,
    "when": _when,
    "cost": _cost,
    "support": _support,
    "language_and_culture": _culture,
}
