"""What the mail says: plain text in plain English, with a link if the settings name a website."""

from dataclasses import dataclass
from textwrap import dedent

SIGNATURE = "Care Finder"


@dataclass(frozen=True)
class Wording:
    """The subject and the text of a letter."""

    subject: str
    text: str


def _letter(subject: str, text: str) -> Wording:
    return Wording(subject, f"Hello,\n\n{dedent(text).strip()}\n\n{SIGNATURE}\n")


def _way(site: str, page: str, token: str) -> str:
    """How to use a token: by a link, or by the code alone where there is no website.

    The token stands behind `#`, which browsers keep to themselves, so that it is in no server's
    log.
    """
    if site:
        return (
            f"Open this link:\n\n{site}/account/{page}#token={token}\n\nIf asked for a code, use:"
        )
    return "Use this code:"


def to_register(site: str, token: str) -> Wording:
    """To somebody who registers."""
    return _letter(
        "Please confirm your e-mail address",
        f"""
Somebody, we hope you, registered for Care Finder with this address. To confirm that it is yours:

{_way(site, "verify", token)}

{token}

It is good for one day. If it was not you, ignore this mail: nothing happens without the code.
""",
    )


def to_known(site: str) -> Wording:
    """To somebody who registers with an address that has an account, or changes to one."""
    where = f" at {site}" if site else ""
    return _letter(
        "You already have an account",
        f"""
Somebody, we hope you, gave this address to Care Finder for an account. You have one already.

To sign in{where}, use your password. If you do not remember it, ask for a new one there.

If it was not you, you need do nothing. Nothing was changed.
""",
    )


def to_reset(site: str, token: str) -> Wording:
    """To somebody who forgot their password."""
    return _letter(
        "Choose a new password",
        f"""
Somebody, we hope you, asked for a new password for Care Finder. To choose one:

{_way(site, "reset", token)}

{token}

It is good for one hour. If it was not you, ignore this mail: your password stays as it is.
""",
    )


def to_change_address(site: str, token: str) -> Wording:
    """To the new address of somebody who changes it."""
    return _letter(
        "Please confirm your new e-mail address",
        f"""
You asked to use this address for your Care Finder account. To confirm that it is yours:

{_way(site, "email", token)}

{token}

It is good for one day. Until then your old address stays in use. If it was not you, ignore this
mail.
""",
    )


def of_changed_address() -> Wording:
    """To the old address, once the new one is in use."""
    return _letter(
        "Your e-mail address was changed",
        """
The e-mail address of your Care Finder account was changed, and this one is no longer in use.
You have been signed out everywhere.

If it was not you, tell the council that you work with, and have your account closed.
""",
    )


def of_changed_password() -> Wording:
    """To somebody whose password was changed."""
    return _letter(
        "Your password was changed",
        """
The password of your Care Finder account was changed. You have been signed out everywhere.

If it was not you, ask for a new password now: whoever changed it is then locked out.
""",
    )


def of_closed_account() -> Wording:
    """To somebody who deleted their account."""
    return _letter(
        "Your account was deleted",
        """
Your Care Finder account was deleted, and what we held about you with it. What you wrote about
activities stays with their providers.

Thank you for your help.
""",
    )


def to_invite(site: str, token: str, role: str, name: str) -> Wording:
    """To somebody who is invited.

    Args:
        site: the website, or nothing.
        token: the invitation's.
        role: `owner`, `editor`, `officer` or `admin`.
        name: of the provider or the council.
    """
    what = {
        "owner": f"to manage {name}, and to decide who else does",
        "editor": f"to keep the entries of {name} up to date",
        "officer": f"to work as an officer of {name}",
        "admin": f"to work as an officer of {name}, and to decide who else does",
    }[role]
    return _letter(
        "You are invited to Care Finder",
        f"""
You are invited {what}. To accept:

{_way(site, "invitation", token)}

{token}

It is good for 14 days. If you do not know what this is about, ignore this mail.
""",
    )
