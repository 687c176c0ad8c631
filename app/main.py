"""The application: its layers, its routers and its documentation. The table of contents."""

import gc
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import date
from importlib.metadata import version

from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import app.accounts.router
import app.catalogue.advice.router
import app.catalogue.router
import app.exchange.bulk.router
import app.exchange.changes.router
import app.exchange.openreferral.router
import app.geo.router
import app.health
import app.listings.router
import app.matching.plans.router
import app.matching.questionnaire.router
import app.matching.router
import app.search.router
import app.traffic.metrics
import app.vocabulary.router
from app import caching, documentation, problems
from app.accounts import oauth
from app.accounts.commands.sign_ins import Desk
from app.accounts.housekeeping import Housekeeping
from app.accounts.keys import KeyRing
from app.accounts.refusals import Refusals
from app.accounts.tokens import Tokens
from app.caching import cacheable, negotiated
from app.database import Database
from app.exchange.bulk.spool import Spools
from app.exchange.openness import OpenFeed
from app.exchange.openreferral.order import FirstPublished
from app.listings.freshness.housekeeping import Keeper
from app.mail.delivery import Postman
from app.mail.senders import sender_of
from app.parameters import london_today, refuse_repeated
from app.search.index.card_file import file_cards
from app.search.index.follow import Index
from app.settings import Settings, get_settings
from app.traffic.allowance import RequestLimit, TooMany
from app.traffic.browsers import ANY_WEBSITE, Browsers
from app.traffic.compression import Compression
from app.traffic.direct import Direct
from app.traffic.guard import Guard
from app.traffic.heads import Heads
from app.traffic.metrics import Metrics
from app.traffic.repeated import Repeated
from app.traffic.requests import Requests

DESCRIPTION = """
Care Finder holds a catalogue of day opportunities: what there is for disabled and older people
and their carers, who it is for, where and when it runs, what it costs and how to start.

* Reading is open: no key is needed, and any website may call it.
* Codes in answers come with their labels. `lang=easy` gives Easy Read words in their place.
* What a provider has not stated is `not_stated`: it is never a no, and never a yes.
* Every error is `application/problem+json` (RFC 9457) and says what to change.
* Public answers carry an `ETag`; send it back as `If-None-Match` and an unchanged answer is a 304.
"""

TAGS = [
    {"name": "service", "description": "What this service is."},
    {"name": "matching", "description": "What fits a person, why, and what it would cost."},
    {"name": "activities", "description": "What there is to do."},
    {"name": "questionnaire", "description": "What to ask a person, to find what fits."},
    {"name": "advice", "description": "Paying for support, staying safe, getting started."},
    {"name": "providers", "description": "Who runs it."},
    {"name": "councils", "description": "Who answers for an area, and what they say."},
    {"name": "places", "description": "Where something is: postcodes and place names."},
    {"name": "vocabularies", "description": "The codes, and what they mean."},
    {"name": "sign-in", "description": "Tokens: for people with a password, for clients."},
    {"name": "accounts", "description": "Registering, and one's own account."},
    {"name": "members", "description": "Who manages a provider, or works for a council."},
    {"name": "own providers", "description": "Registering, claiming and changing a provider."},
    {"name": "own venues", "description": "The places that a provider's activities share."},
    {"name": "own activities", "description": "Drafts, changes, places, alerts, freshness."},
    {"name": "moderation", "description": "What waits for a council's officers."},
    {"name": "own councils", "description": "What a council says, and whom it trusts."},
    {"name": "clients", "description": "The systems that call the API for a council."},
    {"name": "audit", "description": "Who did what."},
    {"name": "integrations", "description": "Everything at once, and everything that changes."},
    {"name": "open-referral-uk", "description": "The catalogue in Open Referral UK 3.0."},
    {"name": "health", "description": "For those who run the service."},
]

FIRST_READING = 2.0
"""Seconds to wait for the index before the port is opened; a large catalogue takes longer."""

MAIL_EVERY = 30.0
"""Seconds between two looks for mail that another process left, or that failed before."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, ready to serve.

    Args:
        settings: the process's own if not given.
    """
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        database = application.state.database
        rounds = (
            Postman(database, sender_of(settings), every=MAIL_EVERY),
            Housekeeping(database),
            Keeper(database, today, settings.base_url, every=settings.housekeeping_minutes * 60),
        )
        application.state.index.start(wait=FIRST_READING)
        for one in rounds:
            one.start()
        yield
        for one in rounds:
            one.stop()
        application.state.index.stop()
        application.state.spools.stop()
        database.close()

    application = FastAPIOffline(
        title="Care Finder",
        summary="Day opportunities that fit: what, where, when, for how much, and how to start.",
        description=DESCRIPTION,
        version=version("carefinder"),
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        redoc_url=None,
        lifespan=lifespan,
        # A redirect would send the caller to whatever host its request named.
        redirect_slashes=False,
        dependencies=[Depends(refuse_repeated)],
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
        # Traces and logs of the framework would carry query strings and exceptions' messages.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
        responses=problems.responses(
            problems.TooLarge,
            problems.AddressTooLong,
            problems.Malformed,
            problems.HeadersTooLarge,
            problems.ServerFault,
            problems.Unavailable,
            TooMany,
        ),
    )
    application.state.settings = settings
    application.state.database = Database(settings.database_url, pool=settings.database_pool)

    keys_file = settings.token_keys_file or settings.var / "keys.json"
    tokens = Tokens(
        KeyRing(keys_file, settings.token_algorithm, make=not settings.production),
        issuer=settings.base_url,
        lifetime=settings.token_minutes * 60,
    )
    application.state.tokens = tokens
    application.state.desk = Desk(application.state.database, tokens, settings.session_days)

    def today() -> date:
        # Whoever sets the day for the operations sets it for the index too.
        day: date = application.state.today()
        return day

    application.state.today = london_today
    application.state.singles = {}

    application.state.database.before_commit.append(lambda session: file_cards(session, today()))
    application.state.index = Index(application.state.database, today, settings.var / "index")
    application.state.first_published = FirstPublished()
    application.state.spools = Spools(application.state.database)
    application.state.metrics = Metrics()
    problems.install(application)
    caching.install(application)
    oauth.install(application)
    documentation.install(application)
    _add_layers(application, settings)
    for router in (
        app.catalogue.router.router,
        app.matching.questionnaire.router.router,
        app.catalogue.advice.router.router,
        app.search.router.router,
        app.geo.router.router,
        app.matching.router.policy_router,
        app.vocabulary.router.router,
    ):
        application.include_router(
            router, dependencies=[Depends(cacheable)], responses=caching.DOCUMENTED
        )
    application.include_router(
        app.search.router.negotiated_router,
        dependencies=[Depends(negotiated)],
        responses=caching.DOCUMENTED,
    )
    application.include_router(app.search.router.index_router)
    application.include_router(app.exchange.openreferral.router.router)
    application.include_router(app.exchange.changes.router.router)
    application.include_router(app.exchange.bulk.router.router)
    application.include_router(app.matching.router.router)
    application.include_router(app.matching.plans.router.router)
    application.include_router(app.accounts.router.router)
    application.include_router(app.listings.router.router)
    application.include_router(app.health.router)
    application.include_router(app.traffic.metrics.router)
    return application


def create_served() -> ASGIApp:
    """The application as a server calls it, without the framework's own way in.

    That looks at each request for tracing, which is switched off, and costs as much as a third of
    an answer that is given out again.
    """
    application = create_app()
    layers = application.middleware_stack = application.build_middleware_stack()

    def serve(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan":
            return application(scope, receive, _settling(send))
        scope["app"] = application
        return layers(scope, receive, send)

    return serve


def _settling(send: Send) -> Send:
    """Have what is in memory at the end of the start not searched for rubbish any more.

    It stays, and each search would hold up requests for some tenths of a second. A server may have
    switched searching off for the start.
    """

    async def send_on(message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            gc.collect()
            gc.freeze()
            gc.enable()
        await send(message)

    return send_on


def _add_layers(application: FastAPI, settings: Settings) -> None:
    """The layers around every request; the last one added is the outermost but for `Requests`."""
    application.add_middleware(Compression, minimum_size=settings.compress_from_bytes)
    application.add_middleware(
        Guard,
        max_url_bytes=settings.max_url_bytes,
        max_body_bytes=settings.max_body_bytes,
        roomier={"/activities/import": settings.max_import_bytes},
    )
    application.add_middleware(Heads)
    application.add_middleware(OpenFeed)
    application.add_middleware(Browsers, origins=settings.origins)
    inside = application.build_middleware_stack

    def whole_stack() -> ASGIApp:
        # Outside the framework's own layers too: what is given out again, or refused in a flood,
        # passes none of them.
        index: Index = application.state.index
        refusals = Refusals(
            inside(),
            desk=application.state.desk,
            route=app.accounts.router.token_route,
            trusted=settings.trusted_proxies,
            minimum_size=settings.compress_from_bytes,
            origins=settings.origins,
        )
        direct = Direct(
            refusals,
            routes=app.search.router.direct_routes(),
            minimum_size=settings.compress_from_bytes,
            max_url_bytes=settings.max_url_bytes,
            for_websites=ANY_WEBSITE,
        )
        requests = Requests(
            direct,
            metrics=application.state.metrics,
            repeated=Repeated(lambda: index.newest),
        )
        per_minute, trusted = settings.requests_a_minute, settings.trusted_proxies
        if not per_minute:
            return requests
        return RequestLimit(requests, per_minute=per_minute, trusted=trusted)

    application.build_middleware_stack = whole_stack  # type: ignore[method-assign]
