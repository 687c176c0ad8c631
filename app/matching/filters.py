"""Every filter for every session at once: met, to be asked about, or failed.

Each filter has a bit, in the order of the policy; `fails` and `asks` hold the bits of a session.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.matching.costs import Payment
from app.matching.paying import Paid, paid
from app.matching.person import (
    PERSONAL_BUDGETS,
    Person,
    Side,
    kind_mask,
    relative_mask,
)
from app.matching.policy import (
    BITS,
    FIRST_BIT,
    LEVELS,
    MUST_SCHEMES,
    NEAR_MISS_BUDGET,
    NEAR_MISS_YEARS,
    REOPENS_WITHIN_DAYS,
)
from app.matching.reach import ASK, FAILED, MET, Spot, Statuses, covered
from app.matching.rows import Flags, Sessions
from app.search.index.bits import Masks, mask_of
from app.search.index.facts import AT_VENUE, BLANK, COMES_TO_YOU, ONLINE, PLACES

ADULT = 18
MATCH, ASK_FIRST, NEAR_MISS, EXCLUDED = range(4)
"""The four lists, the best first."""

SHADED = {
    "support_need": ("support_need", "support_need_partly", "support_need_no"),
    "communication": ("communication", "communication_partly", "communication_no"),
    "preference": ("preference", "preference_partly", "preference_no"),
    "travel": ("travel", "travel_partly", "travel_no"),
    "funding": ("funding", "funding_partly", "funding_no"),
}
"""The columns of activities that hold what is stated yes, partly and no."""

SHADED_OF_SESSIONS = {
    "access": ("access", "access_partly", "access_no"),
    "support_mode": ("mode", "mode_partly", "mode_no"),
}


@dataclass(repr=False)
class Statuses64:
    """The bits of each session: what failed, what has to be asked, and which failures are close."""

    fails: Masks
    asks: Masks
    close: Masks

    @classmethod
    def none(cls, count: int) -> "Statuses64":
        """Everything met."""
        return cls(*(np.zeros(count, dtype=np.uint64) for _ in range(3)))

    def put(self, code: str, failed: Flags, ask: Flags, close: Flags | None = None) -> None:
        """Note one filter."""
        bit = np.uint64(1 << BITS[code])
        if failed.any():
            self.fails |= failed * bit
            if close is not None:
                self.close |= (failed & close) * bit
        if ask.any():
            self.asks |= (ask & ~failed) * bit

    def put_status(self, code: str, status: Statuses, close: Flags | None = None) -> None:
        """Note one filter from its statuses."""
        self.put(code, status == FAILED, status == ASK, close)

    def joined(self, other: "Statuses64") -> "Statuses64":
        """These and others of the same sessions."""
        return Statuses64(
            self.fails | other.fails, self.asks | other.asks, self.close | other.close
        )

    def at(self, places: npt.NDArray[np.intp]) -> "Statuses64":
        """Those of some of the sessions, by their places."""
        return Statuses64(*(each.take(places) for each in (self.fails, self.asks, self.close)))

    def spread(self, sessions: Sessions) -> "Statuses64":
        """Those of activities, for each of their sessions."""
        return Statuses64(*map(sessions.spread, (self.fails, self.asks, self.close)))

    def groups(self) -> "Statuses":
        """In which list each session would put its activity."""
        failed, asked = self.fails != 0, self.asks != 0
        single = (self.fails & (self.fails - np.uint64(1))) == 0
        near = single & ((self.fails & self.close) != 0) & ~asked
        # Flags times numbers are worked out many times as fast as a choice for each session.
        found: Statuses = (asked & ~failed) * np.uint8(ASK_FIRST)
        found += failed * np.uint8(EXCLUDED)
        found -= near * np.uint8(EXCLUDED - NEAR_MISS)
        return found


@dataclass(frozen=True, repr=False)
class Wanted:
    """A person, where they live as far as known, and how they pay."""

    person: Person
    spot: Spot | None

    @property
    def payment(self) -> Payment:
        """What they pay for: with the transport, if they must be picked up."""
        person = self.person
        return Payment(person.payer, person.ratio, person.pick_up)

    def paid(self, sessions: Sessions) -> Paid:
        """What each session costs them."""
        return paid(sessions, self.payment, self.person.day, self.spot)


def shades(sessions: Sessions, scheme: str) -> tuple[Masks, Masks, Masks]:
    """What is stated yes, partly and no of a scheme, for each session."""
    if scheme not in SHADED_OF_SESSIONS:
        yes, partly, no = map(sessions.spread, shades_once(sessions, scheme))
        return yes, partly, no
    yes, partly, no = map(sessions.session, SHADED_OF_SESSIONS[scheme])
    return yes, partly, no


def shades_once(sessions: Sessions, scheme: str) -> tuple[Masks, Masks, Masks]:
    """What is stated yes, partly and no of a scheme of activities, for each activity once."""
    yes, partly, no = map(sessions.once, SHADED[scheme])
    return yes, partly, no


def common_statuses(sessions: Sessions, wanted: Wanted) -> Statuses64:
    """Every filter but those on age and on who it is for."""
    person = wanted.person
    # What is stated of a whole activity is judged once for all its sessions.
    own = Statuses64.none(len(sessions.starts))
    _put_open(own, sessions, person)
    for scheme in MUST_SCHEMES:
        if scheme in SHADED and person.musts(scheme):
            _put_musts(own, scheme, person.musts(scheme), shades_once(sessions, scheme))
    found = own.spread(sessions)
    _put_travel(found, sessions, wanted)
    _put_funding(found, sessions, wanted)
    if person.only_slots:
        _put_times(found, sessions, person)
    if person.musts("access"):
        _put_musts(found, "access", person.musts("access"), shades(sessions, "access"))
    if person.pick_up:
        _put_pick_up(found, sessions, wanted)
    if person.level in LEVELS:
        _put_level(found, sessions, person.level)
    if person.budget_is_must:
        _put_budget(found, sessions, wanted)
    return found


def side_statuses(sessions: Sessions, side: Side) -> Statuses64:
    """The filters on age and on who it is for, judged by somebody's answers."""
    found = Statuses64.none(len(sessions.starts))
    if side.known:
        _put_age(found, sessions, side)
        _put_who(found, sessions, side)
    else:
        nobody = np.zeros(len(sessions.starts), dtype=np.bool_)
        found.put("age", nobody, ~nobody)
        found.put("who_it_is_for", nobody, ~nobody)
    return found.spread(sessions)


def _put_open(found: Statuses64, sessions: Sessions, person: Person) -> None:
    day = person.day.toordinal()
    closed_from, reopens = sessions.once("closed_from"), sessions.once("reopens_on")
    closed = (closed_from > 0) & (closed_from <= day) & (reopens > day)
    long = closed & (reopens - day > REOPENS_WITHIN_DAYS)
    found.put("open", long, np.zeros(len(long), dtype=np.bool_))


def _put_travel(found: Statuses64, sessions: Sessions, wanted: Wanted) -> None:
    person, spot = wanted.person, wanted.spot
    if spot is None and not person.only_online:
        return
    place = sessions.session("place")
    areas = covered(sessions.snapshot.area_sets, spot)
    if spot is None:
        areas[:] = MET
    status: Statuses = WITHOUT_AREA.take(place)
    close = np.zeros(len(sessions), dtype=np.bool_)
    served = np.zeros(len(sessions), dtype=np.bool_)
    if person.online is not False:
        served |= place == ONLINE
    if not person.only_online and spot is not None:
        served |= place == COMES_TO_YOU
        if person.limit is None:
            near = place == AT_VENUE
        else:
            # It is infinite for those at no venue.
            least = sessions.miles(spot.point) - spot.uncertainty
            near = least <= person.limit
            close = least <= person.close_limit
        status *= ~near
    elsewhere = served.nonzero()[0]
    sets = sessions.snapshot.activities["areas"].take(sessions.activities.take(elsewhere))
    status[elsewhere] = areas.take(sets)
    found.put_status("travel", status, close)


WITHOUT_AREA = np.full(len(PLACES) + 1, FAILED, dtype=np.uint8)
"""By the place of a session: what it is where it is neither near nor serves the area."""

WITHOUT_AREA[BLANK] = ASK


def _put_age(found: Statuses64, sessions: Sessions, side: Side) -> None:
    if side.ages is None:
        return
    youngest, oldest = side.ages
    least, most = sessions.once("minimum_age"), sessions.once("maximum_age")
    stated = sessions.once("ages_stated")
    disjoint = stated & ((least > oldest) | (most < youngest))
    inside = (least <= youngest) & (most >= oldest)
    ask = np.where(stated, ~inside, youngest < ADULT)
    close = (least <= oldest + NEAR_MISS_YEARS) & (most >= youngest - NEAR_MISS_YEARS)
    found.put("age", disjoint, ask, close)


def _put_who(found: Statuses64, sessions: Sessions, side: Side) -> None:
    only = sessions.once("open_to") == mask_of("open_to", ["only"])
    if not only.any():
        return
    listed = sessions.once("cohort")
    theirs = mask_of("cohort", [*side.cohorts, *side.by_age, "everyone"])
    for code in (*side.cohorts, *side.by_age):
        theirs |= relative_mask("cohort", code)
    kin = (listed & listed.dtype.type(theirs)) != 0
    unanswered = 0
    if not side.group:
        unanswered |= kind_mask("group")
    if not side.needs:
        unanswered |= kind_mask("need")
    # Whoever says that it is only for some, and not for whom, has to be asked.
    ask = only & ~kin & (((listed & listed.dtype.type(unanswered)) != 0) | (listed == 0))
    found.put("who_it_is_for", only & ~kin & ~ask, ask)


def _put_funding(found: Statuses64, sessions: Sessions, wanted: Wanted) -> None:
    funding = wanted.person.answers.funding
    if funding in {None, "not_sure"}:
        return
    yes, _, no = shades_once(sessions, "funding")
    own = yes.dtype.type(mask_of("funding", [funding or ""]))
    only_council = yes == mask_of("funding", ["council_arranged"])
    refused = (no & own) != 0
    if funding != "council_arranged":
        refused |= only_council
    asked = funding in {*PERSONAL_BUDGETS, "council_arranged"}
    open_question = refused | asked
    # What is accepted by its own word is met, whatever it costs.
    places = sessions.spread(((yes & own) == 0) & open_question).nonzero()[0]
    some = sessions.at(places)
    payment = wanted.payment._replace(pick_up=False)
    costs = paid(some, payment, wanted.person.day, wanted.spot)
    owners = sessions.owners.take(places)
    stated_free = ((yes & yes.dtype.type(mask_of("funding", ["free"]))) != 0).take(owners)
    # What is free is accepted as well; where that is not known, its own word counts.
    barred = ~(costs.free | (stated_free & ~costs.known))
    failed, ask = (np.zeros(len(sessions), dtype=np.bool_) for _ in range(2))
    failed[places] = barred & refused.take(owners)
    if asked:
        ask[places] = barred
    found.put("funding", failed, ask)


def _put_times(found: Statuses64, sessions: Sessions, person: Person) -> None:
    day, inside = sessions.session("day"), sessions.session("inside")
    chosen = chosen_bits(person.parts_of_days)
    fits = (inside & chosen[day]) != 0
    any_day = np.uint16(np.bitwise_or.reduce(chosen))
    close = ((sessions.session("inside_wider") & chosen[day]) != 0) | ((inside & any_day) != 0)
    blank = day < 0
    found.put("times", ~fits & ~blank, blank, close)


def chosen_bits(parts: tuple[int, ...]) -> "np.ndarray[tuple[int], np.dtype[np.uint16]]":
    """For each day the bit of its chosen set of parts; the last entry is for no day at all."""
    return np.array([*(1 << chosen for chosen in parts), 0], dtype=np.uint16)


def _put_musts(
    found: Statuses64, scheme: str, codes: tuple[str, ...], stated: tuple[Masks, Masks, Masks]
) -> None:
    yes, _, no = stated
    # These numbers are wide enough for the bits of all schemes, the columns only for their own.
    musts, first = np.uint64(mask_of(scheme, codes)), np.uint64(FIRST_BIT[scheme])
    failed = (no & musts) << first
    found.fails |= failed
    found.asks |= (musts & ~(yes | no)) << first
    found.close |= failed


def _put_pick_up(found: Statuses64, sessions: Sessions, wanted: Wanted) -> None:
    yes, _, no = shades(sessions, "travel")
    bit = yes.dtype.type(mask_of("travel", ["provider_transport"]))
    areas = covered(sessions.snapshot.area_sets, wanted.spot)[sessions.activity("pick_up")]
    # An area that leaves the place out is a stated no, whatever is said of pick-up itself:
    # otherwise an activity that says more clearly that it fetches people would stand worse.
    failed = ((no & bit) != 0) | (areas == FAILED)
    found.put("pick_up", failed, ~failed & (((yes & bit) == 0) | (areas == ASK)), failed)


def _put_level(found: Statuses64, sessions: Sessions, level: str) -> None:
    yes, _, no = shades(sessions, "support_mode")
    bit = yes.dtype.type(mask_of("support_mode", [level]))
    refused = (no & bit) != 0
    found.put(level, refused, (yes & bit) == 0, refused)


def _put_budget(found: Statuses64, sessions: Sessions, wanted: Wanted) -> None:
    budget = wanted.person.weekly_budget
    if budget is None:
        return
    costs = wanted.paid(sessions)
    inside = costs.within(budget.numerator, budget.denominator)
    more, less = NEAR_MISS_BUDGET
    close = costs.within(budget.numerator * more, budget.denominator * less)
    found.put("budget", costs.known & ~inside, ~costs.known, close)
