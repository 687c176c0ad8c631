"""What the public sees of documents, on a day and in a language. Values in, values out."""

from app.catalogue.public.activities import Entry, activity_detail, activity_summary
from app.catalogue.public.councils import council_detail, council_summary
from app.catalogue.public.providers import provider_detail, provider_summary
from app.catalogue.public.venues import postcode_district, shown_point

__all__ = [
    "Entry",
    "activity_detail",
    "activity_summary",
    "council_detail",
    "council_summary",
    "postcode_district",
    "provider_detail",
    "provider_summary",
    "shown_point",
]
