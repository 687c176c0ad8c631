"""What an activity does not say, and what each gap costs when people are matched.

The costs are worked out from the very tables that the matching reads: a criterion without an
answer fits as little as `NOT_STATED` or `UNSTATED` say, and a filter that cannot be tested asks
instead of letting the activity through. Pure: documents in, gaps out.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from app.catalogue.documents import ActivityDocument, VenueDocument
from app.matching.answers import Criterion
from app.matching.policy import EXACT, FILTERS, NOT_STATED, UNSTATED, WEIGHTS, YES
from app.vocabulary.terms import vocabulary

_FILTERS = {one.code: one for one in FILTERS}
_UNSAID = 1 - NOT_STATED / EXACT
"""The share of a criterion's weight that is lost where nothing is stated."""

_UNSTATED = 1 - UNSTATED / YES
"""The same for a four-valued fact."""


class Cost(BaseModel):
    """What a gap costs with the people to whom it matters."""

    kind: Literal["points", "ask_first"] = Field(
        description="`points`: the score is lower. `ask_first`: it is no match, but one to ask."
    )
    code: str = Field(description="The criterion or the filter, as /v1/matching/policy names it.")
    points: float | None = Field(
        description="How many of 100 points are lost at most; null where it has to be asked."
    )
    text: str
    easy_read: str


class Gap(BaseModel):
    """Something that an activity does not say."""

    field: str = Field(description="The field that would say it.")
    codes: list[str] = Field(description="The terms that are not stated, where it is about terms.")
    text: str
    easy_read: str
    costs: list[Cost]


class Completeness(BaseModel):
    """How much an activity says of what people are matched by."""

    points: float = Field(
        description="Of 100: what it can reach with somebody who asks about everything it fits."
    )
    gaps: list[Gap] = Field(description="What costs the most stands first.")


def completeness(document: ActivityDocument, venues: Sequence[VenueDocument]) -> Completeness:
    """What an activity does not say, and what that costs.

    Args:
        document: the activity.
        venues: the venues that its sessions name.
    """
    gaps = [*_who(document), *_what(document), *_when_and_where(document)]
    gaps += [*_money(document), *_facts(document, venues), *_words(document)]
    gaps.sort(key=_lost, reverse=True)
    lost: dict[str, float] = {}
    for gap in gaps:
        for cost in gap.costs:
            if cost.points is not None:
                lost[cost.code] = lost.get(cost.code, 0.0) + cost.points
    reached = sum(max(0.0, weight - lost.get(code, 0.0)) for code, weight in WEIGHTS.items())
    return Completeness(points=round(reached, 1), gaps=gaps)


def _lost(gap: Gap) -> float:
    """What a gap costs; to be asked about rather than matched counts as much as ten points."""
    return sum(10.0 if cost.points is None else cost.points for cost in gap.costs)


_CRITERIA: dict[Criterion, tuple[str, str]] = {
    "what_i_do": ("what there is to do", "what they do"),
    "who_it_is_for": ("who it is for", "who it is for"),
    "how_near": ("how near it is", "how near it is"),
    "when": ("when it runs", "when it is on"),
    "cost": ("what it costs", "what it costs"),
    "support": ("support and access", "the help they get"),
    "language_and_culture": ("language and culture", "their language"),
}
"""What a criterion is about, as a letter to a provider and as Easy Read would say it."""


def _points(criterion: Criterion, share: float) -> Cost:
    points = round(WEIGHTS[criterion] * share, 1)
    what, easy = _CRITERIA[criterion]
    return Cost(
        kind="points",
        code=criterion,
        points=points,
        text=f"Loses up to {points:g} of 100 points with people to whom {what} matters.",
        easy_read=f"You come lower in the list when people tell us {easy}.",
    )


def _ask(code: str) -> Cost:
    label = _FILTERS[code].label
    label = label[0].lower() + label[1:]
    return Cost(
        kind="ask_first",
        code=code,
        points=None,
        text=f"It is shown as one to ask first, because it may be: {label}.",
        easy_read="People have to ask you first.",
    )


def _gap(field: str, text: str, easy_read: str, *costs: Cost, codes: Iterable[str] = ()) -> Gap:
    return Gap(field=field, codes=list(codes), text=text, easy_read=easy_read, costs=[*costs])


def _who(document: ActivityDocument) -> Iterator[Gap]:
    if not document.cohorts and document.open_to != "anyone":
        yield _gap(
            "cohorts",
            "It does not say who it is for.",
            "Say who it is for.",
            _points("who_it_is_for", _UNSAID),
        )
    if document.ages.minimum is None and document.ages.maximum is None:
        yield _gap(
            "ages",
            "It does not say for what ages it is. People under 18 have to ask.",
            "Say how old people can be.",
            _ask("age"),
        )


def _what(document: ActivityDocument) -> Iterator[Gap]:
    stated = {"activity_types": document.activity_types, "outcomes": document.outcomes}
    missing = [field for field, said in stated.items() if not said]
    words = {
        "activity_types": ("It does not say what one does there.", "Say what people do there."),
        "outcomes": (
            "It does not say what people get out of it.",
            "Say what it is good for.",
        ),
    }
    for field in missing:
        # Activities and outcomes are one pooled list of wishes: what names none meets none.
        yield _gap(field, *words[field], _points("what_i_do", 1 / len(stated)))


def _when_and_where(document: ActivityDocument) -> Iterator[Gap]:
    if not document.sessions:
        yield _gap(
            "sessions",
            "It does not say when and where it runs.",
            "Say when it is on, and where.",
            _points("when", _UNSAID),
            _points("how_near", _UNSAID),
            _ask("times"),
            *([] if document.served_areas else [_ask("travel")]),
        )
    elif not document.served_areas and any(one.place != "venue" for one in document.sessions):
        yield _gap(
            "served_areas",
            "It comes to people or is online, and does not say what area it serves.",
            "Say which places you serve.",
            _ask("travel"),
        )
    stated = {one.code: one.value for one in document.travel}
    if stated.get("provider_transport") in {"yes", "partly"} and not document.pick_up_areas:
        yield _gap(
            "pick_up_areas",
            "It picks people up, and does not say where.",
            "Say where you pick people up.",
            _ask("pick_up"),
        )


def _money(document: ActivityDocument) -> Iterator[Gap]:
    if not document.prices:
        yield _gap(
            "prices",
            "It does not say what it costs.",
            "Say what it costs.",
            _points("cost", _UNSAID),
            _ask("budget"),
        )
    unsaid = _unstated("funding", [one.code for one in document.funding])
    if unsaid:
        yield _gap(
            "funding",
            f"It does not say of {len(unsaid)} ways of paying whether they are possible.",
            "Say how people can pay.",
            _ask("funding"),
            codes=unsaid,
        )


def _facts(document: ActivityDocument, venues: Sequence[VenueDocument]) -> Iterator[Gap]:
    """What is not stated of the four-valued facts, of which each can be somebody's must."""
    stated: list[tuple[str, str, Criterion, list[str], str, str]] = [
        (
            "support_needs",
            "support_need",
            "support",
            [one.code for one in document.support_needs],
            "kinds of support",
            "Say what help you can give.",
        ),
        (
            "support_modes",
            "support_mode",
            "support",
            [one.code for one in document.support_modes],
            "ways of supporting",
            "Say how you help people.",
        ),
        (
            "communication",
            "communication",
            "language_and_culture",
            [one.code for one in document.communication],
            "ways of communicating",
            "Say how you talk with people.",
        ),
        (
            "preferences",
            "preference",
            "language_and_culture",
            [one.code for one in document.preferences],
            "things that people may prefer",
            "Say what people may like about it.",
        ),
        (
            "travel",
            "travel",
            "support",
            [one.code for one in document.travel],
            "ways of getting there",
            "Say how people can get there.",
        ),
    ]
    if venues:
        known = [{one.code for one in venue.features} for venue in venues]
        stated.append(
            (
                "features",
                "access",
                "support",
                sorted(set.intersection(*known)),
                "access features of its venues",
                "Say what the building is like.",
            )
        )
    for field, scheme, criterion, codes, what, easy in stated:
        unsaid = _unstated(scheme, codes)
        if not unsaid:
            continue
        first = next((code for code in unsaid if code in _FILTERS), None)
        yield _gap(
            field,
            f"It does not say of {len(unsaid)} {what} whether it has them.",
            easy,
            _points(criterion, _UNSTATED * _share(scheme, criterion, len(unsaid))),
            *([_ask(first)] if first else []),
            codes=unsaid,
        )
    if not document.languages:
        yield _gap(
            "languages",
            "It does not say which languages are spoken.",
            "Say which languages you speak.",
            _points("language_and_culture", _UNSTATED * _share("language", "support", 1)),
        )


_MEANT: dict[str, Sequence[str]] = {
    "support": ("support_need", "support_mode", "travel", "access"),
    "language_and_culture": ("communication", "preference", "language"),
}
"""The schemes over which a criterion takes its mean."""


def _share(scheme: str, criterion: str, unsaid: int) -> float:
    """What part of a criterion's mean is lost by so many terms of one scheme, asked all alike."""
    schemes = _MEANT.get(criterion, (scheme,))
    if scheme == "language":
        return 1 / len(_MEANT["language_and_culture"])
    return unsaid / len(_codes(scheme)) / len(schemes)


def _codes(scheme: str) -> list[str]:
    return [code for code in vocabulary().scheme(scheme).codes if code != "not_sure"]


def _unstated(scheme: str, stated: Iterable[str]) -> list[str]:
    said = set(stated)
    return [code for code in _codes(scheme) if code not in said]


def _words(document: ActivityDocument) -> Iterator[Gap]:
    """What costs no match, and tells people whether to come."""
    easy = document.easy_read
    missing = [name for name in ("summary", "description") if getattr(easy, name) is None]
    if missing:
        yield _gap(
            "easy_read",
            "It has no Easy Read. People who need it see the plain text.",
            "Write it in Easy Read too.",
            codes=missing,
        )
    if not document.how_to_start:
        yield _gap("how_to_start", "It does not say how to start.", "Say how people can start.")
    if document.policies.absence is None:
        yield _gap(
            "policies",
            "It does not say what happens when somebody is away.",
            "Say if people pay when they do not come.",
        )
