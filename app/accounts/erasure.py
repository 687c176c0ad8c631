"""What becomes of each table when an account is deleted. A table without a rule fails a test."""

from typing import Literal

from sqlalchemy import delete
from sqlmodel import col

from app.accounts.allowances import (
    REGISTER_EMAIL,
    RESET_EMAIL,
    SIGN_IN_ACCOUNT,
    SIGN_IN_KNOWN,
    forget,
)
from app.accounts.models import Account, Idempotency, Invitation, MailedLink
from app.database import Writing
from app.mail.models import Letter

Rule = Literal["removed", "unnamed", "nobody"]
"""`removed`: its rows go. `unnamed`: they stay, and name the person by an id that by then says
nothing, or by nothing at all. `nobody`: it holds nothing about those who sign in.
"""

RULES: dict[str, Rule] = {
    "account": "removed",
    "activity": "nobody",
    "activity_place": "nobody",
    "activity_session": "nobody",
    "activity_term": "nobody",
    "alembic_version": "nobody",
    "allowance": "removed",
    "area": "nobody",
    "area_outcode": "nobody",
    "audit_entry": "unnamed",
    "catalogue_clock": "nobody",
    "change": "nobody",
    "claim": "removed",
    "client": "nobody",
    "client_secret": "nobody",
    "council": "nobody",
    "council_member": "removed",
    "council_trust": "nobody",
    "idempotency": "removed",
    "index_card": "nobody",
    # To the address; those that the person sent to others stay, and name nobody any more.
    "invitation": "removed",
    # The farewell follows, and goes within a week as every letter does.
    "letter": "removed",
    "listing": "unnamed",
    "mailed_link": "removed",
    "notice": "nobody",
    "price": "nobody",
    "price_part": "nobody",
    "proposal": "unnamed",
    "provider": "nobody",
    "provider_member": "removed",
    "refresh_token": "removed",
    "revision": "unnamed",
    "served_area": "nobody",
    "sign_in": "removed",
    "venue": "nobody",
    "venue_feature": "nobody",
}
"""By table. Those with a key to the account are emptied by the database itself."""


def erase(session: Writing, account: Account) -> None:
    """Delete an account, and everything that `RULES` says goes with it."""
    session.execute(delete(Invitation).where(col(Invitation.email) == account.email))
    session.execute(delete(Letter).where(col(Letter.recipient) == account.email))
    session.execute(delete(MailedLink).where(col(MailedLink.email) == account.email))
    own = col(Idempotency.principal) == f"account:{account.id}"
    session.execute(delete(Idempotency).where(own))
    rules = (SIGN_IN_ACCOUNT, SIGN_IN_KNOWN, REGISTER_EMAIL, RESET_EMAIL)
    forget(session, [(rule, account.email) for rule in rules])
    session.delete(account)
    session.flush()
