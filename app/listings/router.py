"""Every operation of providers and officers, in one router."""

from fastapi import APIRouter

import app.listings.activities.router
import app.listings.councils.router
import app.listings.freshness.router
import app.listings.imports.router
import app.listings.moderation.router
import app.listings.providers.router
import app.listings.venues.router

router = APIRouter()
for part in (
    app.listings.providers.router,
    app.listings.venues.router,
    app.listings.activities.router,
    app.listings.imports.router,
    app.listings.moderation.router,
    app.listings.councils.router,
    app.listings.freshness.router,
):
    router.include_router(part.router)
