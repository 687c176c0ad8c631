"""What a council's admins change of what it says, and whom it trusts."""

from typing import Any

from fastapi import Response
from sqlmodel import col, select

from app.accounts.audit import record
from app.accounts.editing import Precondition
from app.accounts.principals import CouncilAccess
from app.catalogue import rows
from app.catalogue.commands import publish
from app.catalogue.documents import CouncilDocument
from app.catalogue.models import Council, Provider
from app.database import Writing
from app.listings.bodies import merged, read_document
from app.listings.councils.queries import council_tag, show_council
from app.listings.councils.schemas import CouncilChange, ManagedCouncil, TrustChange
from app.listings.models import CouncilTrust
from app.listings.trust import find_trust
from app.problems import Fault, Malformed

FOREIGN = Fault(
    **{"in": "body"},
    name="/trusted/providers",
    code="unknown_provider",
    message="Each should be the id of a provider whose home council this is.",
)


def change_council(
    session: Writing,
    response: Response,
    access: CouncilAccess,
    precondition: Precondition,
    change: CouncilChange,
) -> ManagedCouncil:
    """Change what a council says to its residents, and whom it trusts: at once."""
    row = session.get_one(Council, access.council_id, with_for_update=True, populate_existing=True)
    precondition.require_tag(council_tag(row, find_trust(session, row.id)))
    before = rows.council_document(row)
    document = read_document(CouncilDocument, _content(before, change))
    publish(session, [document])
    if change.trusted is not None:
        _put_trust(session, access, change.trusted)
    record(
        session,
        access.actor,
        "council.changed",
        "council",
        row.id,
        council_id=row.id,
        fields=sorted(change.model_fields_set),
    )
    session.flush()
    return show_council(session, response, access)


def _content(before: CouncilDocument, change: CouncilChange) -> dict[str, Any]:
    """The council with a change put in; its outcodes are a part of its area."""
    content = merged(before.model_dump(mode="json"), change)
    content.pop("trusted", None)
    outcodes = content.pop("outcodes", None)
    if "outcodes" in change.model_fields_set:
        content["area"] = {**content["area"], "outcodes": outcodes or []}
    return content


def _put_trust(session: Writing, access: CouncilAccess, change: TrustChange) -> None:
    trust = find_trust(session, access.council_id)
    if trust is None:
        trust = CouncilTrust(council_id=access.council_id)
        session.add(trust)
    if change.providers is not None:
        own = select(Provider.id).where(
            Provider.council_id == access.council_id, col(Provider.id).in_(change.providers)
        )
        if set(session.exec(own)) != set(change.providers):
            raise Malformed([FOREIGN])
        trust.providers = sorted({str(one) for one in change.providers})
    if change.fields is not None:
        trust.fields = sorted(set(change.fields))
