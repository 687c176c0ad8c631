"""Counts and times of requests, for Prometheus. Routes are named as the documentation does."""

from bisect import bisect_left
from collections.abc import Iterator
from ipaddress import ip_address
from math import inf

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from prometheus_client import generate_latest as render
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from app.problems import NotFound
from app.settings import Settings

router = APIRouter(include_in_schema=False)

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
"""Any other method is counted as `other`, so that nobody can make up labels."""

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
"""Seconds."""


class _Kind:
    """What was counted of requests of one kind: how many took how long, and all their seconds."""

    __slots__ = ("seconds", "times")

    def __init__(self) -> None:
        self.times = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def add(self, other: "_Kind") -> None:
        """Count those of another kind as well."""
        self.times = [one + more for one, more in zip(self.times, other.times, strict=True)]
        self.seconds += other.seconds


class Metrics(Collector):
    """The counters of one application.

    They are plain numbers, put into Prometheus' form when somebody reads them: its own counters
    cost each request several times as much. Only the event loop counts, so that no two count at
    once.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._kinds: dict[tuple[str, str, int], _Kind] = {}
        self.registry.register(self)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (method if method in METHODS else "other", route, status)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = _Kind()
        kind.times[bisect_left(BUCKETS, seconds)] += 1
        kind.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """What was counted, in Prometheus' form."""
        requests = CounterMetricFamily(
            "carefinder_requests",
            "Requests served, by method, route and status.",
            labels=("method", "route", "status"),
        )
        routes: dict[str, _Kind] = {}
        for (method, route, status), kind in list(self._kinds.items()):
            requests.add_metric((method, route, str(status)), sum(kind.times))
            routes.setdefault(route, _Kind()).add(kind)
        yield requests
        seconds = HistogramMetricFamily(
            "carefinder_request_seconds", "How long requests took, by route.", labels=("route",)
        )
        for route, kind in routes.items():
            buckets, so_far = [], 0
            for limit, count in zip((*BUCKETS, inf), kind.times, strict=True):
                so_far += count
                buckets.append((_written(limit), float(so_far)))
            seconds.add_metric((route,), buckets, kind.seconds)
        yield seconds


def _written(limit: float) -> str:
    return "+Inf" if limit == inf else str(float(limit))


def may_read(settings: Settings, address: str | None) -> bool:
    """Whether this address may read them: in development any, else those of named networks."""
    if not settings.metrics_allow:
        return not settings.production
    try:
        caller = ip_address(address or "")
    except ValueError:
        return False
    return any(caller in network for network in settings.metrics_allow)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The counters, as Prometheus reads them."""
    app = request.app
    if not may_read(app.state.settings, request.client.host if request.client else None):
        raise NotFound("There is nothing at this address for you.")
    return Response(render(app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
