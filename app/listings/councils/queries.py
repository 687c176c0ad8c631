"""Reading a council's own settings."""

from uuid import UUID

from fastapi import Response
from sqlmodel import Session

from app.accounts.principals import CouncilAccess
from app.catalogue import rows
from app.catalogue.models import Council
from app.listings.councils.schemas import ManagedCouncil, Trust
from app.listings.models import CouncilTrust
from app.listings.moderation.queries import count_queue
from app.listings.trust import find_trust


def council_tag(row: Council, trust: CouncilTrust | None) -> str:
    """The ETag of a council's settings: of what it says and whom it trusts."""
    return f'"{row.id.hex}-{row.version}-{trust.version if trust else 0}"'


def show_council(session: Session, response: Response, access: CouncilAccess) -> ManagedCouncil:
    """A council as its own people see it; the answer carries its ETag."""
    row = session.get_one(Council, access.council_id)
    trust = find_trust(session, row.id)
    response.headers["ETag"] = council_tag(row, trust)
    return ManagedCouncil(
        role=access.role.value,
        council=rows.council_document(row),
        trusted=Trust(
            providers=[UUID(one) for one in trust.providers] if trust else [],
            fields=list(trust.fields) if trust else [],
        ),
        waiting=count_queue(session, row.id),
        public_url=f"/v1/councils/{row.slug}",
    )
