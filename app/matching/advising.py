"""What stands beside the lists: what was assumed, what to answer next and to read, whom to call."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.catalogue.documents import CouncilDocument
from app.geo.councils import PlaceFound
from app.matching.answers import QUESTION_PATHS, Answers
from app.matching.filters import MATCH, NEAR_MISS, Wanted
from app.matching.person import PERSONAL_BUDGETS
from app.matching.words import Text

MOST_QUESTIONS = 5

NEXT_QUESTIONS = (
    "location",
    "within_miles",
    "needs",
    "age_band",
    "activities",
    "outcomes",
    "group",
    "cared_for_needs",
    "cared_for_age_band",
    "funding",
    "slots",
    "support_level",
    "access",
    "support_needs",
    "budget",
    "days_per_week",
    "break_hours",
    "online",
    "travel_how",
    "communication",
    "languages",
    "preferences",
    "settings",
    "support_modes",
    "matters_most",
)
"""Questions in the order of how much their answers change."""

OF_CARERS = frozenset({"cared_for_needs", "cared_for_age_band", "break_hours"})


def next_questions(answers: Answers) -> list[str]:
    """The questions that are worth answering next."""
    told = answers.model_dump()
    carer = "unpaid_carers" in (answers.group or ())
    if answers.age is not None:
        told["age_band"] = "told"
    open_ones = [
        question
        for question in NEXT_QUESTIONS
        if (carer or question not in OF_CARERS) and not _told(told, QUESTION_PATHS[question])
    ]
    return open_ones[:MOST_QUESTIONS]


def _told(told: Any, path: str) -> bool:  # noqa: ANN401 - any part of the answers.
    for part in path.split("/")[1:]:
        if not isinstance(told, Mapping):
            return False
        told = told.get(part)
    return told not in (None, [], {})


def assumed(
    answers: Answers, wanted: Wanted, homes: list[PlaceFound], council: CouncilDocument | None
) -> list[dict[str, str]]:
    """What was taken for granted where nothing was answered; `council` is the one that pays."""
    return [text.said() for text in _assumed(answers, wanted, homes, council)]


def _assumed(
    answers: Answers, wanted: Wanted, homes: list[PlaceFound], council: CouncilDocument | None
) -> Iterator[Text]:
    person = wanted.person
    if not homes:
        yield Text(
            "We do not know the place to start from, so distance is not counted.",
            "We do not know where you live. So we did not look at how far it is.",
        )
    elif person.limit is None and not person.only_online:
        yield Text(
            "No distance was given: activities at any distance are looked at, "
            "and nearer ones count more, up to 20 miles.",
            "You did not say how far you can go. So we looked everywhere.",
        )
    if len(homes) > 1:
        yield Text(
            "Several places have that name: the likeliest is used, and `place` lists the others.",
            "There is more than one place with this name. Please check we used the right one.",
        )
    if homes and answers.council is None and len(homes[0].council.candidates) > 1:
        yield Text(
            "The place is near a border: the likelier council is used for what "
            "a direct payment pays.",
            "You live near two councils. Please check which one is yours.",
        )
    if homes and (council is None or not council.served):
        name = council.name if council else homes[0].council.name
        there = f"of the council there, {name}," if name else "of the council there"
        yield Text(
            f"This service holds no list {there} so what is shown comes from other areas.",
            "We have no list from your council. We show places from other areas.",
        )
    if answers.funding is None:
        yield Text(
            "It was not answered who pays: nothing is left out for that, and prices for anyone "
            "are used.",
            "You did not say who pays. So we looked at everything.",
        )
    if answers.times and answers.times.only and not answers.times.slots:
        yield Text(
            "No times were chosen, so all times are looked at.",
            "You did not choose a time. So we looked at all times.",
        )
    if len(person.sides) > 1 and not person.sides[1].known:
        yield Text(
            "Nothing was answered about the person who is cared for, so breaks for carers "
            "have to be asked about.",
            "You did not tell us about the person you care for. Ask if it is right for them.",
        )


def advice(answers: Answers, counts: Mapping[int, int]) -> list[str]:
    """The articles that fit the answers, the most telling first."""
    funding, group = answers.funding, set(answers.group or ())
    named: list[str] = []
    if funding in {None, "not_sure", *PERSONAL_BUDGETS}:
        named.append("what-is-a-direct-payment")
    if funding in {"managed_dp", "prepaid_card", "isf"}:
        named.insert(0, "managed-accounts-and-cards")
    if funding in {None, "not_sure", "self_funded"}:
        named.append("paying-for-yourself")
    if "unpaid_carers" in group or answers.for_whom == "someone_i_care_for":
        named.insert(0, "carers")
    level = answers.support.level if answers.support else None
    if level in {"with_pa", "one_to_one", "two_to_one"} or (
        counts[MATCH] == 0 and funding in {"direct_payment", "prepaid_card", "managed_dp"}
    ):
        named.append("personal-assistants")
    if counts[MATCH] == 0 or counts[NEAR_MISS] > counts[MATCH]:
        named.append("trying-something-first")
    return [*named, "what-to-ask-a-provider", "staying-safe"]


def notice(council: Mapping[str, Any]) -> dict[str, str]:
    """That a ranking is not a decision, and a human to call."""
    contact = council["contact"] or {}
    name, phone = council["name"], contact.get("phone")
    if name and phone:
        call = f"To talk to somebody, call {name} on {phone}."
        simple = f"Do you want to talk to someone? Call {name}. The number is {phone}."
    elif name and contact.get("website"):
        call = f"To talk to somebody, contact {name}: {contact['website']}."
        simple = f"Do you want to talk to someone? Ask {name}."
    elif name:
        team = name if council["contact"] else f"the adult social care team of your council, {name}"
        call = f"To talk to somebody, contact {team}."
        simple = f"Do you want to talk to someone? Ask {name}."
    else:
        call = "To talk to somebody, call the adult social care team of your council."
        simple = "Do you want to talk to someone? Call your council."
    return Text(
        "This is a list of what may fit, in order of how well it fits the answers. It is not a "
        "decision, and it does not say whether anybody is entitled to support or money. "
        f"The provider decides about a place. {call}",
        "This is a list of things you may like. It is not a decision. "
        f"It does not say what money you can get. {simple}",
    ).said()
