"""Counts and times of requests, for Prometheus. Routes are named as the documentation does."""

from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client import generate_latest as render

from app.problems import NotFound
from app.settings import Settings

router = APIRouter(include_in_schema=False)

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
"""Any other method is counted as `other`, so that nobody can make up labels."""


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "carefinder_requests",
            "Requests served, by method, route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "carefinder_request_seconds",
            "How long requests took, by route.",
            ("route",),
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


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
