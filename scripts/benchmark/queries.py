"""What people ask of a catalogue: addresses drawn as they search.

They search where they live, so places are drawn as densely as postcodes. They type a postcode, the
first part of one or a town. Who finds less than a page within ten miles looks further afield.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice
from random import Random
from typing import Any
from urllib.parse import urlencode

from app.geo.gazetteer import settlements
from app.vocabulary.terms import vocabulary
from scripts.benchmark import particulars, wording
from scripts.benchmark.england import Sector, sectors_for

PATH = "/v1/activities"
PER_PAGE = 20
MATCHES = "/v1/matches"
PEOPLE_SHOWN = 20
"""How many results each of the three lists of an answer shows at most."""

MILES = (10, 15, 25, 50, 90)
ENOUGH = 2 * PER_PAGE
"""People look within a distance that holds about so many activities that fit."""

FACETS = ("cohort", "outcome", "activity_type", "setting", "funding")
TYPED = (("postcode", "outcode", "town"), (50, 20, 30))
DEEP_PAGE = 50
SORTS = ("name", "newest", "confirmed", "price")
REPEATED = 20
"""How many addresses are asked for again and again."""

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """One kind of request that is measured.

    `unique` says that no address is asked for twice, so that no answer kept from before can pass
    as one that was worked out; `conditional` that each request names the answer that it has.
    """

    name: str
    title: str
    needs: frozenset[str]
    unique: bool = True
    conditional: bool = False


ROWS: Mapping[str, Row] = {
    row.name: row
    for row in (
        Row("search", "search page of 20", frozenset({"near", "within", "cohort", "outcome"})),
        Row(
            "facets",
            "the same with text and facets",
            frozenset({"near", "within", "cohort", "outcome", "q", "facets"}),
        ),
        Row("matches", "questionnaire, explained answer of 20", frozenset(), unique=False),
        Row("repeated", "a repeated public GET", frozenset(), unique=False),
        Row("304", "a 304", frozenset(), unique=False, conditional=True),
        Row("list", "list without filters", frozenset(), unique=False),
        Row("page50", "page 50", frozenset({"sort"}), unique=False),
    )
}


class Queries:
    """Addresses for each row of the benchmark. The same seed gives the same ones."""

    def __init__(self, seed: int, size: int, known: frozenset[str], distinct: int = 300) -> None:
        """Draw nothing yet.

        Args:
            seed: decides who asks what.
            size: how many activities the catalogue has.
            known: the parameters that the list of activities takes.
            distinct: how many different queries each row has.
        """
        self.seed = seed
        self.size = size
        self.known = known
        self.distinct = distinct

    def addresses(self, row: Row) -> list[str]:
        """The different addresses of a row, that are asked for in turn."""
        if row.name == "matches":
            return self._people()
        makers: Mapping[str, Callable[[], list[Fields]]] = {
            "search": lambda: self._searches,
            "facets": lambda: self._searches_with_facets,
            "repeated": self._repeated,
            "304": self._repeated,
            "list": lambda: [[("per_page", str(PER_PAGE))]],
            "page50": self._deep_pages,
        }
        return [address(fields) for fields in makers[row.name]()]

    def stream(self, row: Row) -> Iterator[str]:
        """Addresses without end; in a row whose addresses are unique, each is given once.

        They are told apart by the distance: a hundred thousandth of a mile more changes no answer.
        """
        addresses = self.addresses(row)
        for turn in count():
            if row.unique and turn:
                yield from (f"{one}{turn:05}" for one in addresses)
            else:
                yield from addresses

    @cached_property
    def _searches(self) -> list[Fields]:
        return list(islice(self._draw(Random(f"{self.seed} queries")), self.distinct))  # noqa: S311 - no secrets.

    @cached_property
    def _searches_with_facets(self) -> list[Fields]:
        random = Random(f"{self.seed} words")  # noqa: S311 - no secrets.
        more: Fields = [("facets", scheme) for scheme in FACETS]
        # The distance stays last, where addresses are told apart.
        return [[("q", wording.search_words(random)), *more, *fields] for fields in self._searches]

    def _repeated(self) -> list[Fields]:
        if ROWS["search"].needs <= self.known:
            return self._searches[:REPEATED]
        return [[("per_page", str(PER_PAGE)), ("page", str(page + 1))] for page in range(REPEATED)]

    def _people(self) -> list[str]:
        """What people answer: the address, and behind two tabs the body that is posted."""
        random = Random(f"{self.seed} people")  # noqa: S311 - no secrets.
        return [f"{MATCHES}\t\t{json.dumps(self._answers(random))}" for _ in range(self.distinct)]

    def _answers(self, random: Random) -> dict[str, Any]:
        sector = sectors_for(self.size).draw(random)
        (cohort,) = particulars.several(random, "cohorts", 1)
        kind = vocabulary().term("cohort", cohort).kind
        band = "18_25" if cohort == "young_adults" else random.choice(("26_64", "65_79"))
        days = random.sample(("mon", "tue", "wed", "thu", "fri"), 3)
        return {
            "answers": {
                "location": {"text": _typed(random, sector)},
                "group" if kind == "group" else "needs": [cohort],
                "age_band": band,
                "funding": random.choice(("direct_payment", "self_funded")),
                "activities": particulars.several(random, "activity_types", 2),
                "outcomes": particulars.several(random, "outcomes", 2),
                "times": {"slots": [f"{day}_morning" for day in days]},
                "travel": {"within_miles": random.choice((5, 10))},
                "support": {"level": "some", "needs": [{"code": "medication", "must": False}]},
                "access": [{"code": "step_free"}],
                "budget": {"amount_pence": 12_000},
                "days_per_week": 2,
            },
            "limit": PEOPLE_SHOWN,
        }

    def _deep_pages(self) -> list[Fields]:
        page = min(DEEP_PAGE, max(1, self.size // PER_PAGE))
        return [
            [("sort", sort), ("page", str(page)), ("per_page", str(PER_PAGE))] for sort in SORTS
        ]

    def _draw(self, random: Random) -> Iterator[Fields]:
        while True:
            sector = sectors_for(self.size).draw(random)
            (cohort,) = particulars.several(random, "cohorts", 1)
            (outcome,) = particulars.several(random, "outcomes", 1)
            share = particulars.frequency("cohorts", cohort)
            share *= particulars.frequency("outcomes", outcome)
            yield [
                ("near", _typed(random, sector)),
                ("cohort", cohort),
                ("outcome", outcome),
                ("per_page", str(PER_PAGE)),
                ("within", f"{self._miles(sector, share)}.0"),
            ]

    def _miles(self, sector: Sector, share: float) -> int:
        """The first distance within which about enough activities can be expected."""
        for miles in MILES:
            if self.size * share * sectors_for(self.size).share_within(sector, miles) >= ENOUGH:
                return miles
        return MILES[-1]


def address(fields: Fields) -> str:
    """The path and query of a request."""
    return f"{PATH}?{urlencode(fields)}"


def _typed(random: Random, sector: Sector) -> str:
    """How somebody says where they live."""
    how = particulars.weighted(random, TYPED)
    if how == "outcode":
        return sector.outcode
    if how == "town" and len(settlements().called(sector.town)) == 1:
        return sector.town
    return sector.postcode(random)
