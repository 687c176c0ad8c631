"""Mail to providers and officers: short sentences in plain English, without anything private.

Sentences are kept to the rules of Easy Read, so that one letter serves everyone.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.models import Account, CouncilMember, ProviderMember
from app.catalogue.models import Provider
from app.database import Writing
from app.listings.models import Claim, Listing, Proposal
from app.mail.outbox import put

SIGNATURE = "Care Finder"


def _send(session: Writing, people: Iterable[str], subject: str, *lines: str) -> None:
    text = "\n\n".join(["Hello,", *(line for line in lines if line), SIGNATURE]) + "\n"
    for address in sorted(set(people)):
        put(session, address, subject, text)


def members_of(session: Session, provider_id: UUID) -> list[str]:
    """The addresses of those who manage a provider and can sign in."""
    statement = select(Account.email).join(ProviderMember)
    return _able(session, statement.where(ProviderMember.provider_id == provider_id))


def officers_of(session: Session, council_id: UUID) -> list[str]:
    """The addresses of a council's officers and admins who can sign in."""
    statement = select(Account.email).join(CouncilMember)
    return _able(session, statement.where(CouncilMember.council_id == council_id))


def _able(session: Session, statement: SelectOfScalar[str]) -> list[str]:
    able = col(Account.disabled_at).is_(None)
    return list(session.exec(statement.where(able).order_by(col(Account.email))))


def address_of(session: Session, account_id: UUID | None) -> list[str]:
    """The address of one person who can sign in; none if they cannot any more."""
    return _able(session, select(Account.email).where(Account.id == account_id))


def people_of(session: Session, provider_id: UUID) -> list[str]:
    """Whom to tell about a provider's listings.

    Its members; where it has none, the address that it publishes for its manager or for
    enquiries; where it has no address either, the officers of its council, who act for it.
    """
    members = members_of(session, provider_id)
    if members:
        return members
    provider = session.get_one(Provider, provider_id)
    by_role = {one["role"]: one["email"] for one in reversed(provider.contacts) if one["email"]}
    published = by_role.get("manager") or by_role.get("enquiries")
    return [published] if published else officers_of(session, provider.council_id)


def waits(session: Session, council_id: UUID) -> bool:
    """Whether a council's officers have been told that something waits, and have not been done."""
    homes = select(Provider.id).where(Provider.council_id == council_id)
    of_listings = exists().where(
        col(Listing.stage) == "submitted", col(Listing.council_id) == council_id
    )
    of_claims = exists().where(col(Claim.stage) == "submitted", col(Claim.provider_id).in_(homes))
    of_proposals = exists().where(
        col(Proposal.stage) == "submitted", col(Proposal.provider_id).in_(homes)
    )
    return bool(session.exec(select(of_listings | of_claims | of_proposals)).one())


def tell_officers(session: Writing, council_id: UUID) -> None:
    """Tell a council's officers that something waits, once until they have looked at all of it.

    Call it before what waits is put there.
    """
    if not waits(session, council_id):
        _send(
            session,
            officers_of(session, council_id),
            "Something waits for you in Care Finder",
            "A provider sent something for you to look at.",
            "Please sign in and open the queue. You will find the oldest first.",
            "We write again when the queue has been empty.",
        )


VERDICTS = {
    "approve": ("is approved", "It is approved. Everyone can see it now."),
    "request_changes": ("needs changes", "Please change it and send it in again."),
    "reject": ("is not approved", "It is not approved. You can change it and send it again."),
}
"""The end of a letter's subject, and what the verdict means."""


def tell_verdict(
    session: Writing, people: Iterable[str], name: str, verdict: str, reason: str | None
) -> None:
    """Tell those concerned what the council decided about something, and why."""
    ending, meaning = VERDICTS[verdict]
    _send(
        session,
        people,
        f"{name} {ending}",
        f"The council looked at this: {name}.",
        meaning,
        f"This is what they wrote:\n\n{reason}" if reason else "",
    )


def tell_new_member(session: Writing, people: Iterable[str], name: str) -> None:
    """Tell a provider's members that somebody else manages it too."""
    _send(
        session,
        people,
        f"Somebody else manages {name} now",
        f"Somebody asked to manage {name}. The council agreed.",
        "If this is wrong, please tell the council.",
    )


def remind(  # noqa: PLR0913 - each is one thing that the letter says.
    session: Writing,
    people: Iterable[str],
    name: str,
    link: str,
    *,
    last: bool,
    days: int,
) -> None:
    """Ask whether a listing is still right; the link says that it is, and does nothing else."""
    ending = (
        f"If we hear nothing for {days} days, people will not see it any more."
        if last
        else "People trust what was checked lately."
    )
    _send(
        session,
        people,
        f"Is this still right: {name}?",
        f"Please look at what we show about {name}.",
        "Is all of it still right? Then open this link and press the button:",
        link,
        "You need not sign in. The link only says that nothing has changed.",
        "If something has changed, please sign in and change it.",
        ending,
    )


def tell_hidden(session: Writing, people: Iterable[str], name: str, link: str) -> None:
    """Tell that a listing is out of sight, and how to bring it back."""
    _send(
        session,
        people,
        f"People cannot see {name} any more",
        f"Nobody told us that {name} is still right. So we hid it.",
        "Is all of it still right? Then open this link and press the button:",
        link,
        "People will see it again at once.",
    )
