"""Synthetic catalogues: as many invented activities as wanted, and the same ones for the same seed.

Providers have one to sixty activities, by Zipf's law. They sit in sectors of England as densely as
postcodes do; their venues are in the same outcode. Every document is made by the
application's own classes and so is valid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.documents.activities import ActivityWords, ServedArea
from app.catalogue.documents.base import Contact
from app.catalogue.documents.providers import Address
from scripts.benchmark import particulars, wording
from scripts.benchmark.england import Sector, code_of, sectors_for, sectors_of_england, tier_of

LARGEST_PROVIDER = 60
EXPONENT = 1.5
"""How much rarer large providers are: one with twice the activities is 2.8 times as rare."""

FIRST_MILLISECOND = 1_700_000_000_000
"""Ids are of version 7, so that rows lie in the order in which they were made."""

LEGAL_FORMS = ("charity", "community_interest_company", "company", "sole_trader", None)
AWAY = {"online": "online", "own_home": "comes_to_you", "outreach": "comes_to_you"}
"""Settings of activities without a venue, and the place of their sessions."""


class Listing(NamedTuple):
    """A provider with its venues and activities."""

    provider: ProviderDocument
    venues: list[VenueDocument]
    activities: list[ActivityDocument]


class Council(NamedTuple):
    """What a provider needs to know of its home council."""

    id: UUID
    gss: str
    name: str


@dataclass(frozen=True)
class Catalogue:
    """An invented catalogue. The same seed, size and day give the same documents."""

    seed: int
    size: int
    today: date

    @cached_property
    def sizes(self) -> list[int]:
        """How many activities each provider has."""
        choices = range(1, LARGEST_PROVIDER + 1)
        up_to = [*accumulate(size**-EXPONENT for size in choices)]
        random = self._random("sizes")
        found: list[int] = []
        left = self.size
        while left:
            found.append(min(left, random.choices(choices, cum_weights=up_to)[0]))
            left -= found[-1]
        return found

    def councils(self) -> list[CouncilDocument]:
        """The councils of England, each with its outcodes."""
        return [
            CouncilDocument.model_validate(
                {
                    "id": council.id,
                    "slug": wording.slug_of(council.name, number),
                    "name": f"{council.name} Council",
                    "served": True,
                    "area": {
                        "gss": council.gss,
                        "name": council.name,
                        "tier": tier_of(council.name),
                        "outcodes": [
                            {"outcode": outcode, "share": share}
                            for outcode, share in sectors_of_england()
                            .councils[council.name]
                            .items()
                        ],
                    },
                    "contacts": [{"website": "https://council.example.org"}],
                    "safeguarding": {
                        "adult_line": {
                            "phone": "01632 960999",
                            "source": "Invented",
                            "checked_on": self.today,
                        }
                    },
                    "direct_payments": {
                        "text": f"{council.name} Council can pay you directly.",
                        "easy_read": "The council can give you money for your care.",
                    },
                    "payment_rules": [{"part": "support", "pays": "yes"}],
                }
            )
            for number, council in enumerate(self._councils.values(), 1)
        ]

    def listings(self, first: int = 0, last: int | None = None) -> Iterator[Listing]:
        """Providers with their venues and activities.

        Args:
            first: the first provider's number.
            last: the number after the last provider's; all of them if not given.
        """
        before = [0, *accumulate(self.sizes)]
        for number in range(first, len(self.sizes) if last is None else last):
            yield _Maker(self, number, before[number]).listing(self.sizes[number])

    @cached_property
    def _councils(self) -> dict[str, Council]:
        random = self._random("councils")
        names = sectors_of_england().councils
        return {
            name: Council(next(_ids(random, number)), code_of(name, number), name)
            for number, name in enumerate(names, 1)
        }

    def council_of(self, sector: Sector) -> Council:
        """The council that a sector is taken to lie in."""
        return self._councils[sector.council]

    def _random(self, of: object) -> Random:
        return Random(f"{self.seed} {of}")  # noqa: S311 - invented data needs no secrets.


class _Maker:
    """Makes all documents of one provider."""

    def __init__(self, catalogue: Catalogue, number: int, before: int) -> None:
        self.number = number
        self.before = before
        self.today = catalogue.today
        self.random = Random(f"{catalogue.seed} provider {number}")  # noqa: S311 - see above.
        self.sectors = sectors_for(catalogue.size)
        self.home = self.sectors.draw(self.random)
        self.council = catalogue.council_of(self.home)
        self.ids = _ids(self.random, before)
        self.provider_id = next(self.ids)
        self.name = wording.organisation(self.random)

    def listing(self, size: int) -> Listing:
        """The provider with so many activities."""
        count = 1 + sum(particulars.chance(self.random, 35) for _ in range(min(size, 12)))
        venues = [self._venue(place) for place in range(count)]
        activities = [self._activity(self.before + place, venues) for place in range(size)]
        return Listing(self._provider(), venues, activities)

    def _provider(self) -> ProviderDocument:
        words = wording.Wording(self.random, self.home.town, "coffee_chat")
        return ProviderDocument(
            id=self.provider_id,
            slug=wording.slug_of(self.name, self.number),
            name=self.name,
            description=words.about_provider(),
            legal_form=self.random.choice(LEGAL_FORMS),
            council_id=self.council.id,
            contacts=[self._contact()],
        )

    def _contact(self) -> Contact:
        host = f"{wording.slug_of(self.name, self.number)}.example.org"
        return Contact(
            phone=f"01632 960{self.random.randint(0, 999):03}",
            email=f"hello@{host}",
            website=f"https://{host}",
        )

    def _venue(self, place: int) -> VenueDocument:
        random = self.random
        sector = self.home
        if place:
            sector = random.choice(self.sectors.beside(self.home))
        name = wording.hall(random)
        latitude, longitude = sector.point(random)
        return VenueDocument(
            id=next(self.ids),
            slug=wording.slug_of(f"{name} {place}", self.number),
            provider_id=self.provider_id,
            name=name,
            address=Address(
                lines=[f"{random.randint(1, 180)} {wording.street(random)}"],
                town=sector.town,
                postcode=sector.postcode(random),
            ),
            latitude=latitude,
            longitude=longitude,
            shows="district" if particulars.chance(random, 4) else "address",
            features=particulars.stated(random, "features"),
        )

    def _activity(self, number: int, venues: list[VenueDocument]) -> ActivityDocument:
        random = self.random
        (kind,) = particulars.several(random, "activity_types", 1)
        kinds = [kind]
        if kind not in wording.topics():
            kind = random.choice(wording.topics())
            kinds.append(kind)
        words = wording.Wording(random, self.home.town, kind)
        name = words.name()
        cohorts = particulars.several(random, "cohorts", random.choice((1, 2, 3, 3, 4, 5)))
        settings = particulars.several(random, "settings", 1)
        sessions = self._sessions(AWAY.get(settings[0]), venues)
        return ActivityDocument(
            id=next(self.ids),
            slug=wording.slug_of(name, number),
            provider_id=self.provider_id,
            name=name,
            summary=words.summary(),
            description=words.description(),
            cohorts=cohorts,
            outcomes=particulars.outcomes(random),
            activity_types=kinds,
            settings=settings,
            **self._terms(),
            ages=particulars.ages(random, cohorts),
            sessions=sessions,
            prices=particulars.prices(random, self.ids, [one.id for one in sessions]),
            policies=particulars.policies(random),
            served_areas=self._served_areas(settings[0]),
            declarations=particulars.declarations(random, self.today),
            **self._now_and_then(),
            confirmed_on=self.today - timedelta(days=particulars.days_since_confirmed(random)),
        )

    def _terms(self) -> dict[str, Any]:
        random = self.random
        several = particulars.several
        stated = particulars.stated
        return {
            "open_to": several(random, "open_to", 1)[0],
            "attendance": several(random, "attendance", random.choice((1, 1, 2))),
            "how_to_start": several(random, "how_to_start", random.choice((1, 1, 2, 3))),
            "languages": [
                "en",
                *several(random, "other_languages", random.choice((0, 0, 0, 1, 2))),
            ],
            "support_modes": stated(random, "support_modes"),
            "support_needs": stated(random, "support_needs", more=random.choice((0, 1, 2))),
            "communication": stated(random, "communication", more=random.choice((0, 1, 2))),
            "funding": stated(random, "funding"),
            "preferences": stated(random, "preferences", more=random.choice((0, 0, 2))),
            "travel": stated(random, "travel"),
        }

    def _sessions(self, away: str | None, venues: list[VenueDocument]) -> list[Any]:
        """Two to four sessions, mostly at one venue; now and then none are stated."""
        random = self.random
        if particulars.chance(random, 3):
            return []
        main = random.choice(venues)
        found = []
        for _ in range(random.choice((2, 3, 3, 4))):
            venue = random.choice(venues) if particulars.chance(random, 20) else main
            place = {"place": away} if away else {"place": "venue", "venue_id": venue.id}
            found.append(particulars.session(random, next(self.ids), place, self.today))
        return found

    def _served_areas(self, setting: str) -> list[ServedArea]:
        """For those without a venue: the council, all of England, some outcodes or a circle."""
        if setting not in AWAY or particulars.chance(self.random, 10):
            return []
        home = self.home
        kind = self.random.choice(
            ("council", "council", "england", "outcodes", "radius", "district")
        )
        fields: dict[str, dict[str, Any]] = {
            "england": {},
            "council": {"gss": self.council.gss},
            "district": {"gss": self.council.gss},
            "outcodes": {"outcodes": [home.outcode]},
            "radius": {
                "latitude": home.latitude,
                "longitude": home.longitude,
                "miles": self.random.choice((5, 10, 20)),
            },
        }
        return [ServedArea(kind=kind, name=self.council.name, **fields[kind])]

    def _now_and_then(self) -> dict[str, Any]:
        """What only some activities state."""
        random = self.random
        found: dict[str, Any] = {}
        if particulars.chance(random, 33):
            found["capacity"] = particulars.capacity(random, self.today)
        if particulars.chance(random, 60):
            found["easy_read"] = ActivityWords(summary="You can come here and meet people.")
        if particulars.chance(random, 3):
            until = self.today + timedelta(days=random.randint(1, 40))
            found["alert"] = {"text": "The lift is out of order.", "until": until}
        if particulars.chance(random, 3):
            from_day = self.today + timedelta(days=random.randint(-10, 40))
            found["closure"] = {"reason": "The roof is being mended.", "closed_from": from_day}
        if particulars.chance(random, 20):
            found["contracts"] = [{"council_gss": self.council.gss, "route": "framework"}]
        return found


def _ids(random: Random, number: int) -> Iterator[UUID]:
    """Ids of version 7 in ascending order, 4,096 at most.

    Args:
        random: the source of their last part.
        number: of what the ids are of: a higher number gives higher ids.
    """
    milliseconds = FIRST_MILLISECOND + number
    for place in range(1 << 12):
        first = milliseconds << 16 | 0x7 << 12 | place
        yield UUID(int=first << 64 | 0x2 << 62 | random.getrandbits(62))
