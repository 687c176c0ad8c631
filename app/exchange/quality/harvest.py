"""Pulling somebody's Open Referral feed, whatever shape it has, within bounds."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx

Item = Mapping[str, Any]

MOST_BYTES = 32 * 1024 * 1024
"""Bytes of one answer beyond which it is given up."""

SECONDS = 20.0
"""Seconds that one answer may take."""

MOST_REDIRECTS = 3

FAR_FUTURE = "2099-01-01T00:00:00Z"
NOBODYS_ID = "00000000-0000-4000-8000-000000000000"

CONTENTS = ("contents", "content", "items", "data", "results")
PAGES = ("total_pages", "totalpages")
TOTALS = ("total_items", "totalelements", "totalitems", "total")


class NoFeedError(RuntimeError):
    """There is nothing at the address that can be looked at. The message says what is there."""


@dataclass(frozen=True)
class Bounds:
    """How much is asked of a feed."""

    pages: int = 200
    details: int = 50
    seconds: float = 300.0


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    address: str
    status: int
    headers: Mapping[str, str]
    body: Any
    milliseconds: float
    bytes: int


@dataclass
class Pulled:
    """What was pulled of a feed."""

    base: str
    details: Item = field(default_factory=dict)
    listed: list[Item] = field(default_factory=list)
    services: list[Item] = field(default_factory=list)
    stated_total: int | None = None
    stated_pages: int | None = None
    answers: list[Answer] = field(default_factory=list)
    whole: bool = True
    probes: dict[str, bool | None] = field(default_factory=dict)

    @property
    def failures(self) -> list[Answer]:
        """The answers that were none."""
        return [one for one in self.answers if one.status != httpx.codes.OK]


class Harvester:
    """Asks one feed, and remembers what came back."""

    def __init__(self, client: httpx.Client, base: str, bounds: Bounds) -> None:
        self._client = client
        self._bounds = bounds
        self._ends = time.monotonic() + bounds.seconds
        self.pulled = Pulled(base.rstrip("/"))

    @property
    def in_time(self) -> bool:
        """Whether there is time for another request."""
        return time.monotonic() < self._ends

    def ask(self, path: str, **query: object) -> Answer:
        """The answer to one request; one that cannot be read has no body."""
        address = f"{self.pulled.base}{path}"
        if query:
            address += f"?{urlencode(query)}"
        begun = time.perf_counter()
        status, headers, text = self._fetch(address)
        try:
            body = json.loads(text) if text else None
        except (ValueError, RecursionError):
            body = None
        taken = (time.perf_counter() - begun) * 1_000
        return Answer(address, status, headers, body, taken, len(text))

    def _fetch(self, address: str) -> tuple[int, Mapping[str, str], bytes]:
        received = bytearray()
        ends = time.monotonic() + SECONDS
        try:
            with self._client.stream("GET", address) as answer:
                for part in answer.iter_bytes():
                    received += part
                    if len(received) > MOST_BYTES or time.monotonic() > ends:
                        return 0, {}, b""
                return answer.status_code, answer.headers, bytes(received)
        except httpx.HTTPError:
            return 0, {}, b""

    def kept(self, path: str, **query: object) -> Answer:
        """The same, kept for the report."""
        answer = self.ask(path, **query)
        self.pulled.answers.append(answer)
        return answer


def harvest(base: str, bounds: Bounds, transport: httpx.BaseTransport | None = None) -> Pulled:
    """Pull a feed: its services page by page, some details, and what it makes of parameters.

    Args:
        base: the feed's address, to which `/services` is added.
        bounds: how much of it.
        transport: for tests, in place of the network.

    Raises:
        NoFeedError: no list of services is there.
    """
    with httpx.Client(
        transport=transport,
        timeout=SECONDS,
        follow_redirects=True,
        max_redirects=MOST_REDIRECTS,
        headers={"User-Agent": "carefinder-feed-check", "Accept": "application/json"},
    ) as client:
        harvester = Harvester(client, base, bounds)
        pulled = harvester.pulled
        told = harvester.kept("/")
        if isinstance(told.body, dict):
            pulled.details = told.body
        _walk(harvester, bounds)
        for service_id in _spread(pulled.listed, bounds.details):
            if not harvester.in_time:
                pulled.whole = False
                break
            detail = harvester.kept(f"/services/{service_id}")
            if isinstance(detail.body, dict) and detail.status == httpx.codes.OK:
                pulled.services.append(detail.body)
        if harvester.in_time:
            _probe(harvester)
        return pulled


def _walk(harvester: Harvester, bounds: Bounds) -> None:
    """Every page of the services, until there is no more or enough."""
    pulled, page = harvester.pulled, 1
    while True:
        answer = harvester.kept("/services", page=page)
        items = items_of(answer.body)
        if items is None:
            if page == 1:
                said = f"answers {answer.status}" if answer.status else "does not answer"
                raise NoFeedError(f"{answer.address} {said}, and holds no list of services.")
            return
        pulled.listed += items
        if page == 1:
            pulled.stated_total = _number(answer.body, TOTALS)
            pulled.stated_pages = _number(answer.body, PAGES)
        last = _last(answer.body)
        page += 1
        if last or not items:
            return
        if last is None and (pulled.stated_pages is None or page > pulled.stated_pages):
            return
        if page > bounds.pages or not harvester.in_time:
            pulled.whole = False
            return


def items_of(body: Any) -> list[Item] | None:  # noqa: ANN401 - whatever a feed sends.
    """The items of a page of any of the shapes in use; None where it is none."""
    if isinstance(body, list):
        return [one for one in body if isinstance(one, dict)]
    if not isinstance(body, dict):
        return None
    lowered = {str(key).lower(): value for key, value in body.items()}
    for name in CONTENTS:
        if isinstance(lowered.get(name), list):
            return [one for one in lowered[name] if isinstance(one, dict)]
    return None


def _number(body: Any, names: Sequence[str]) -> int | None:  # noqa: ANN401 - whatever a feed sends.
    if not isinstance(body, dict):
        return None
    lowered = {str(key).lower(): value for key, value in body.items()}
    found = (lowered.get(name) for name in names)
    return next((one for one in found if isinstance(one, int)), None)


def _last(body: Any) -> bool | None:  # noqa: ANN401 - whatever a feed sends.
    if not isinstance(body, dict):
        return True
    lowered = {str(key).lower(): value for key, value in body.items()}
    found = (lowered.get(name) for name in ("last_page", "last", "lastpage"))
    return next((one for one in found if isinstance(one, bool)), None)


def _spread(items: Sequence[Item], most: int) -> list[str]:
    """The ids of some items, spread over the whole list, so that two runs ask for the same."""
    ids = list(dict.fromkeys(str(one["id"]) for one in items if "id" in one))
    step = max(len(ids) / most, 1.0) if most else 0.0
    return [ids[int(place * step)] for place in range(min(most, len(ids)))]


def _probe(harvester: Harvester) -> None:
    """What the feed makes of parameters, and of what is not there. None: it cannot be told."""
    pulled = harvester.pulled
    everything = pulled.stated_total if pulled.stated_total is not None else len(pulled.listed)

    def count(**query: object) -> int | None:
        body = harvester.ask("/services", **query).body
        items = items_of(body)
        total = _number(body, TOTALS)
        return None if items is None else (total if total is not None else len(items))

    def fewer(**query: object) -> bool | None:
        found = count(**query)
        return None if found is None or everything == 0 else found < everything

    past = items_of(harvester.ask("/services", page=99_999).body)
    small = items_of(harvester.ask("/services", per_page=1).body)
    lines = harvester.ask("/services", format="ndjson").headers
    organization = next(
        (one["organization_id"] for one in pulled.listed if one.get("organization_id")), None
    )
    pulled.probes = {
        "page past the end is empty": None if past is None else past == [],
        "per_page": None if small is None or everything < 2 else len(small) == 1,  # noqa: PLR2004 - of one item nothing can be told.
        "search": fewer(search="qqxzzy no such words"),
        "modified_after": fewer(modified_after=FAR_FUTURE),
        "organization_id": fewer(organization_id=NOBODYS_ID) if organization else None,
        "taxonomy_term_id": fewer(taxonomy_term_id=NOBODYS_ID),
        "format=ndjson": "ndjson" in lines.get("content-type", ""),
        "an unknown id is not found": harvester.ask(f"/services/{NOBODYS_ID}").status
        in {httpx.codes.NOT_FOUND, httpx.codes.GONE},
        "/organizations": harvester.ask("/organizations").status == httpx.codes.OK,
        "/service_at_locations": harvester.ask("/service_at_locations").status == httpx.codes.OK,
        "/taxonomies": harvester.ask("/taxonomies").status == httpx.codes.OK,
        "/taxonomy_terms": harvester.ask("/taxonomy_terms").status == httpx.codes.OK,
        "open to any website": pulled.answers[0].headers.get("access-control-allow-origin") == "*",
    }
