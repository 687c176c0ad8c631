"""Answers are worked out one after another, and whatever else there is to do goes in between."""

import asyncio

from app.matching.turns import own_turn


def test_each_waits_for_those_before_and_lets_others_through() -> None:
    seen: list[str] = []

    async def asks(name: str) -> None:
        async with own_turn():
            seen.append(name)

    async def searches() -> None:
        while "third" not in seen:
            seen.append("search")
            await asyncio.sleep(0)

    async def all_at_once() -> None:
        await asyncio.gather(asks("first"), asks("second"), asks("third"), searches())

    asyncio.run(all_at_once())
    assert [name for name in seen if name != "search"] == ["first", "second", "third"]
    for before, after in (("first", "second"), ("second", "third")):
        assert "search" in seen[seen.index(before) : seen.index(after)]


def test_who_fails_or_goes_away_holds_up_nobody() -> None:
    async def fails() -> None:
        async with own_turn():
            raise ValueError

    async def asks() -> str:
        async with own_turn():
            return "answered"

    async def some_go_away() -> tuple[object, object]:
        gone = asyncio.ensure_future(asks())
        rest = asyncio.gather(fails(), asks(), return_exceptions=True)
        await asyncio.sleep(0)
        gone.cancel()
        return await rest

    failed, answered = asyncio.run(some_go_away())
    assert isinstance(failed, ValueError)
    assert answered == "answered"


def test_each_event_loop_has_a_line_of_its_own() -> None:
    for _ in range(2):
        test_each_waits_for_those_before_and_lets_others_through()
