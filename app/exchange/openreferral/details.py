"""What the feed says of itself."""

from fastapi import Response

from app.exchange.openreferral import pages
from app.exchange.openreferral.feed import Feed
from app.exchange.openreferral.schemas import FeedDetails

VERSION = "HSDS-UK-3.0"
PROFILE = "https://github.com/OpenReferralUK/uk-profile"
OPENAPI = "https://openreferraluk.org/specifications/3.0/openapi.json"
"""The standard's own document: validators read there what to expect."""

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def get_details(feed: Feed) -> Response:
    """What the feed is."""
    details = FeedDetails(
        version=VERSION,
        profile=PROFILE,
        openapi_url=OPENAPI,
        x_title="Care Finder",
        x_licence=LICENCE,
        x_changes_url="/v1/changes",
    )
    return pages.answer(feed, details)
