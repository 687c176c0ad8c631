"""Cases that were thought through by hand: what a person must see."""

import gc
from typing import Any

import pytest
from matching.asking import (
    CREWE,
    FAR,
    HALL,
    NEARBY,
    SIX,
    STEP_FREE,
    ask,
    bytes_for,
    club,
    fit,
    must,
    only,
    snapshot_with,
    where,
)
from search.strategies import a_point, a_price, a_session, a_venue, an_entry, days, statements

from app.matching.answers import Answers

HOME: dict[str, Any] = {"location": {"text": "CW1 2"}}
ENGLAND = [{"kind": "england", "name": "England"}]


def test_two_sessions_of_which_neither_serves_make_no_match() -> None:
    # On Monday there are steps; where there are none, it is on Tuesday.
    steps = a_venue(
        9,
        "Steps",
        "Crewe",
        "CW1 2AC",
        a_point("CW1 2"),
        provider=HALL_PROVIDER,
        features={"step_free": "no"},
    )
    entry = club(1, a_session(1, HALL, day="mon"), a_session(2, STEP_FREE, day="tue"))
    stepped = entry.activity.sessions[0].model_copy(update={"venue_id": steps.id})
    activity = entry.activity.model_copy(update={"sessions": [stepped, entry.activity.sessions[1]]})
    both = type(entry)(
        activity,
        entry.provider,
        entry.council,
        {**entry.venues, steps.id: steps},
        entry.published_at,
    )
    wanted = {
        **HOME,
        "times": {"slots": ["mon_morning"], "only": True},
        "access": [{"code": "step_free"}],
    }
    body = ask([both], **wanted)
    assert body["counts"] == {"matches": 0, "ask_first": 0, "near_misses": 1, "excluded": 0}
    assert only(body)["sessions_that_fit"]
    wanted["times"] = {"slots": ["mon_morning", "tue_morning"], "only": True}
    assert ask([both], **wanted)["counts"]["matches"] == 1


HALL_PROVIDER = club(0).provider


def test_a_rural_place_whose_uncertainty_exceeds_the_limit_leaves_nobody_out() -> None:
    farm = a_venue(
        8, "Farm", "Bellingham", "NE48 2AA", a_point("NE48 1", 7.0), provider=HALL_PROVIDER
    )
    entry = club(1, a_session(1, HALL))
    session = entry.activity.sessions[0].model_copy(update={"venue_id": farm.id})
    there = type(entry)(
        entry.activity.model_copy(update={"sessions": [session]}),
        entry.provider,
        entry.council,
        {farm.id: farm},
        entry.published_at,
    )
    body = ask([there], location={"text": "NE48 1"}, travel={"within_miles": 3})
    shown = only(body)
    assert shown["distance"]["uncertainty_miles"] > 3
    assert must(shown, "travel") == "met"
    assert shown["distance"]["straight_miles"] > 3
    (text,) = [one["text"] for one in shown["musts"] if one["code"] == "travel"]
    assert "may be a little further" in text


def test_the_hall_wins_over_online_for_someone_who_did_not_mention_online() -> None:
    hall = club(1, a_session(1, NEARBY), name="Hall")
    online = club(2, a_session(2), name="Online", served_areas=ENGLAND)
    told = {**HOME, "travel": {"within_miles": 5}}
    body = ask([hall, online], **told)
    assert [one["activity"]["name"] for one in body["matches"]] == ["Hall", "Online"]
    assert fit(body["matches"][1], "how_near") == 0.5
    wanted = ask([online], **HOME, travel={"within_miles": 5, "online": True})
    assert fit(only(wanted), "how_near") == 0.75
    alone = ask([online, hall], **HOME, travel={"within_miles": "online"})
    assert where(alone) == {"Online": "matches"}
    assert fit(only(alone), "how_near") == 1
    refused = ask([online], **HOME, travel={"within_miles": 5, "online": False})
    assert refused["counts"]["excluded"] == 1


def test_a_choir_that_names_only_self_funders_is_asked_about_a_direct_payment() -> None:
    choir = club(1, a_session(1, HALL), funding=statements({"self_funded": "yes"}))
    shown = only(ask([choir], **HOME, funding="direct_payment"))
    assert must(shown, "funding") == "ask"
    assert any("direct payment" in one["text"] for one in shown["questions_to_ask"])
    assert where(ask([choir], **HOME, funding="self_funded")) == {"Activity 1": "matches"}


def test_a_listing_limited_to_dementia_serves_the_person_a_carer_cares_for() -> None:
    day_club = club(
        1,
        a_session(1, HALL),
        cohorts=["dementia"],
        open_to="only",
        outcomes=[{"code": "carer_break", "primary": True}],
    )
    told: dict[str, Any] = {"group": ["unpaid_carers"], "age": 45}
    # Nothing is known of the other yet, and the carer's own needs were not answered.
    assert where(ask([day_club], **told)) == {"Activity 1": "ask_first"}
    shown = only(ask([day_club], **told, cared_for={"needs": ["dementia"]}))
    assert shown["serves"] == "the_person_you_care_for"
    assert must(shown, "who_it_is_for") == "met"
    other = ask([day_club], **told, needs=["autism"], cared_for={"needs": ["autism"]})
    assert other["counts"]["excluded"] == 1
    # What is no break is judged by the carer's own answers alone.
    club_only = club(1, a_session(1, HALL), cohorts=["dementia"], open_to="only")
    body = ask([club_only], **told, needs=["autism"], cared_for={"needs": ["dementia"]})
    assert body["counts"]["excluded"] == 1


def test_250_pounds_a_month_against_60_pounds_for_50_weeks() -> None:
    price = a_price(1, {"amount_pence": 6_000}, weeks_per_year=50)
    entry = club(1, a_session(1, HALL), prices=[price])
    month = {"amount_pence": 25_000, "period": "month", "must": True}
    shown = only(ask([entry], budget=month))
    # 250 times 12 over 52 is 57.69 a week, and the place costs 60: near, and not within.
    assert must(shown, "budget") == "failed"
    assert shown["cost"]["per_week"]["total_pence"] == 6_000
    assert shown["cost"]["per_year_pence"] == 300_000
    body = ask([entry], budget=month)
    assert where(body) == {"Activity 1": "near_misses"}
    (change,) = body["relaxations"]
    assert change["patch"] == {"budget": {"amount_pence": 26_000}}
    assert change["gains"] == 1
    # The same price told by the month: 250 over the 50 weeks of a year is 60 a week.
    monthly = a_price(1, {"amount_pence": 25_000, "unit": "month"}, weeks_per_year=50)
    entry = club(1, a_session(1, HALL), prices=[monthly])
    shown = only(ask([entry], budget=month))
    assert shown["cost"]["per_week"]["total_pence"] == 6_000
    assert shown["cost"]["per_year_pence"] == 300_000


def test_18_to_30_against_26_to_64_is_asked_about() -> None:
    entry = club(1, a_session(1, HALL), ages={"minimum": 18, "maximum": 30})
    shown = only(ask([entry], age_band="26_64"))
    assert must(shown, "age") == "ask"
    assert any("26 to 64" in one["text"] for one in shown["questions_to_ask"])
    assert must(only(ask([entry], age=28)), "age") == "met"
    assert must(only(ask([entry], age=32)), "age") == "failed"
    assert ask([entry], age=33)["counts"]["excluded"] == 1


def test_a_postcode_alone_fits_so_far() -> None:
    shown = only(ask([club(1, a_session(1, HALL))], **HOME))
    assert shown["score"] == 100
    assert shown["band"]["code"] == "so_far"


def test_no_answers_at_all_give_everything_without_a_score() -> None:
    body = ask([club(1, a_session(1, HALL)), club(2)])
    assert body["counts"]["matches"] == 2
    assert {one["score"] for one in body["matches"]} == {None}
    assert {one["band"]["code"] for one in body["matches"]} == {"so_far"}
    assert body["assumed"]
    assert body["next_questions"][0] == "location"
    assert body["place"] is None
    assert body["council"]["gss"] is None
    assert body["council"]["safeguarding"]["emergency"]


def test_an_answer_is_gone_from_memory_as_soon_as_it_is_given() -> None:
    snapshot = snapshot_with([club(1, a_session(1, HALL)), club(2)])
    answers = Answers.model_validate({**HOME, "budget": {"amount_pence": 900}})
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        assert bytes_for(snapshot, answers)
        gc.collect()
        left = {type(one) for one in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not {kind for kind in left if kind.__module__.startswith("app.matching")}


@pytest.mark.parametrize(
    ("closure", "group"),
    [
        (None, "matches"),
        ({"closed_from": days(-3), "reopens_on": days(56)}, "matches"),
        ({"closed_from": days(-3), "reopens_on": days(57)}, "excluded"),
        ({"closed_from": days(-3)}, "excluded"),
        ({"closed_from": days(1)}, "matches"),
        ({"closed_from": days(-9), "reopens_on": days(0)}, "matches"),
    ],
)
def test_what_is_closed_for_long_is_left_out_and_never_a_near_miss(
    closure: Any, group: str
) -> None:
    said = None if closure is None else {"reason": "Repairs.", **closure}
    body = ask([club(1, a_session(1, HALL), closure=said)], **HOME)
    assert body["counts"][group] == 1
    if group == "excluded":
        (summary,) = body["excluded_summary"]
        assert summary["reason"] == "open"
        assert summary["count"] == 1


def test_what_kept_an_activity_out_is_said_in_words_that_do_not_say_the_opposite() -> None:
    far = club(1, a_session(1, FAR))
    body = ask([far], **HOME, travel={"within_miles": 5})
    (summary,) = body["excluded_summary"]
    assert summary["label"] == "Further away than you want to go"
    away = club(
        2,
        a_session(2),
        served_areas=[{"kind": "council", "name": "Leicester", "gss": "E06000016"}],
    )
    (summary,) = ask([away], **HOME)["excluded_summary"]
    assert summary["label"] == "Does not cover where you live"
    (summary,) = ask([far], travel={"within_miles": "online"})["excluded_summary"]
    assert summary["label"] == "Not online, or not for where you live"


def test_the_smallest_change_brings_the_next_place() -> None:
    near_enough = club(1, a_session(1, HALL))
    entries = [near_enough, club(2, a_session(2, SIX)), club(3, a_session(3, FAR))]
    body = ask(entries, **HOME, travel={"within_miles": 3})
    assert where(body) == {"Activity 1": "matches", "Activity 2": "near_misses"}
    (change,) = body["relaxations"]
    assert change["patch"] == {"travel": {"within_miles": 6}}
    assert change["text"] == "Go 3 miles further: 1 more place"
    assert change["gains"] == 1
    # Beyond every near miss there is one more, and it is found as well.
    body = ask([near_enough, entries[2]], **HOME, travel={"within_miles": 3})
    assert [one["patch"] for one in body["relaxations"]] == [{"travel": {"within_miles": 30}}]


def test_a_place_far_away_of_what_is_online_too_does_not_hide_a_nearer_one() -> None:
    middle = a_venue(9, "Mid Hall", "Over", "CW7 2AC", a_point("CW1 2", 19.5), provider=CREWE[0])
    both = club(1, a_session(1, day="fri"), a_session(2, FAR), served_areas=ENGLAND)
    provider, council = CREWE
    nearer = an_entry(2, provider, council, [middle], sessions=[a_session(3, middle)])
    body = ask(
        [both, nearer],
        **HOME,
        travel={"within_miles": 3},
        times={"slots": ["mon_morning"], "only": True},
    )
    changes = {next(iter(one["patch"])): one for one in body["relaxations"]}
    assert changes["travel"]["patch"] == {"travel": {"within_miles": 20}}
    assert changes["travel"]["gains"] == 1


def test_where_no_single_change_helps_the_best_pair_is_named() -> None:
    entry = club(1, a_session(1, SIX, day="fri"))
    body = ask(
        [entry],
        **HOME,
        travel={"within_miles": 3},
        times={"slots": ["mon_morning"], "only": True},
    )
    assert body["counts"]["excluded"] == 1
    (change,) = body["relaxations"]
    assert change["patch"] == {"times": {"only": False}, "travel": {"within_miles": 6}}
    assert change["gains"] == 1


def test_at_a_border_both_councils_are_named_and_one_that_is_told_settles_it() -> None:
    served = [{"kind": "council", "name": "Cheshire East", "gss": "E06000049"}]
    entry = club(1, a_session(1), served_areas=served)
    doubtful = ask([entry], location={"text": "ST7 2"})
    assert len(doubtful["council"]["candidates"]) > 1
    assert must(only(doubtful), "travel") == "ask"
    settled = ask([entry], location={"text": "ST7 2"}, council="E06000049")
    assert settled["council"]["candidates"] == []
    assert settled["council"]["gss"] == "E06000049"
    assert must(only(settled), "travel") == "met"


def test_texts_name_the_facts_in_both_kinds_of_words() -> None:
    entry = club(
        1,
        a_session(1, NEARBY, day="tue"),
        cohorts=["dementia"],
        activity_types=["singing"],
        prices=[a_price(1, {"amount_pence": 1250})],
    )
    shown = only(
        ask(
            [entry],
            **HOME,
            needs=["dementia"],
            activities=["singing"],
            times={"slots": ["tue_morning"]},
            budget={"amount_pence": 2000},
        )
    )
    said = {one["criterion"]: one for one in shown["reasons"]}
    for kind in ("text", "easy_read"):
        assert "people with dementia" in said["who_it_is_for"][kind]
        assert "Near Hall" in said["how_near"][kind]
        assert "about 3 miles" in said["how_near"][kind]
        assert "£12.50" in said["cost"][kind]
        assert "inging" in said["what_i_do"][kind]
        assert "Tuesday" in said["when"][kind]
    assert "10:00 to 12:00" in said["when"]["text"]
    assert "10am to 12 noon" in said["when"]["easy_read"]
