"""The documents of the catalogue: the only way in.

A file of the sample, an import, a provider's working copy and its history are all one of these.
`publish_…` in `commands` turns them into tables; preview, difference, history, copy and
completeness are functions of one or two of them. What is not stated is absent or null: it is
never a no, and never a yes.
"""

from app.catalogue.documents.activities import ActivityDocument
from app.catalogue.documents.councils import CouncilDocument
from app.catalogue.documents.providers import ProviderDocument, VenueDocument

__all__ = ["ActivityDocument", "CouncilDocument", "ProviderDocument", "VenueDocument"]
