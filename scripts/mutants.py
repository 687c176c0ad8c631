"""Takes each authorisation rule away in turn, and shows that a test notices.

Usage: mutants.py [--guards | --rules]

First each guard of each operation, as the tests do; then each rule in the code, in a copy of the
checkout, with the tests of the table and of other people's ids. Takes some minutes.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("app", "migrations", "tests", "pyproject.toml")
GUARDS = ["tests/accounts/test_matrix.py", "-k", "taken_away", "-n", "0"]
CHOSEN = ["-k", "sqlite and not taken_away", "-x", "-n", "0"]
TABLE = "tests/accounts/test_matrix.py"
TESTS = {
    "app/accounts": [
        *("tests/accounts/test_members.py", "tests/accounts/test_accounts.py"),
        *("tests/accounts/test_sign_in.py", TABLE),
    ],
    "app/listings": [
        *("tests/listings/test_belonging.py", "tests/listings/test_moderation.py"),
        "tests/listings/test_providers.py",
        *("tests/listings/test_reading.py", "tests/listings/test_activities.py"),
        *("tests/listings/test_imports.py", TABLE),
    ],
}
"""The tests that should notice, by where a rule stands; the quick ones first."""

RULES = (
    (
        "app/accounts/principals.py",
        "if not account.may_manage(provider_id, council_id):",
        "if False:",
    ),
    (
        "app/accounts/principals.py",
        "return provider_id in self.providers or council_id in self.councils",
        "return True",
    ),
    (
        "app/accounts/principals.py",
        "council for council, role in self.councils.items() if role is CouncilRole.ADMIN",
        "council for council, role in self.councils.items()",
    ),
    ("app/accounts/access.py", "if claims.sign_in is None:", "if False:"),
    ("app/accounts/access.py", "if not account.councils:", "if False:"),
    ("app/accounts/access.py", "if not account.administers:", "if False:"),
    ("app/accounts/access.py", "if access.role is ProviderRole.EDITOR:", "if False:"),
    ("app/accounts/access.py", "if access.role is not CouncilRole.ADMIN:", "if False:"),
    (
        "app/accounts/access.py",
        "role = account.councils.get(row.id) if row else None",
        "role = CouncilRole.ADMIN if row else None",
    ),
    ("app/accounts/finding.py", "            col(Account.disabled_at).is_(None),\n", ""),
    ("app/accounts/finding.py", "            col(SignIn.ended_at).is_(None),\n", ""),
    (
        "app/accounts/queries.py",
        "if row is None or row.council_id not in admin.administers:",
        "if row is None:",
    ),
    (
        "app/accounts/queries.py",
        "        .where(col(Client.council_id).in_(admin.administers))\n",
        "",
    ),
    (
        "app/accounts/queries.py",
        "conditions: list[Any] = [col(AuditEntry.council_id).in_(officer.councils)]",
        "conditions: list[Any] = []",
    ),
    (
        "app/accounts/queries.py",
        ".where(table.id == member_id, belongs(table, of))",
        ".where(table.id == member_id)",
    ),
    (
        "app/accounts/queries.py",
        "        or_(col(Invitation.provider_id) == of, col(Invitation.council_id) == of),\n",
        "",
    ),
    (
        "app/accounts/commands/clients.py",
        "if council is None or council.id not in admin.administers:",
        "if council is None:",
    ),
    (
        "app/accounts/commands/members.py",
        "if row.account_id != access.account.id and not _decides(access):",
        "if False:",
    ),
    (
        "app/accounts/commands/accounts.py",
        "if begun is None or begun.account_id != person.id:",
        "if begun is None:",
    ),
    (
        "app/accounts/commands/accounts.py",
        "if person.signed_in_at < utc_now() - FRESH:",
        "if False:",
    ),
    ("app/accounts/finding.py", "            SignIn.expires_at > utc_now(),\n", ""),
    ("app/accounts/finding.py", "if row is None or not row.enabled:", "if row is None:"),
    (
        "app/accounts/access.py",
        "if not set(scopes.scopes) <= client.scopes & claims.scopes:",
        "if False:",
    ),
    ("app/accounts/access.py", "<= client.scopes & claims.scopes:", "<= claims.scopes:"),
    ("app/accounts/access.py", "<= client.scopes & claims.scopes:", "<= client.scopes:"),
    (
        "app/accounts/commands/sign_ins.py",
        ".where(SignIn.id == sign_in_id, col(Account.disabled_at).is_(None))",
        ".where(SignIn.id == sign_in_id)",
    ),
    (
        "app/accounts/commands/sign_ins.py",
        "if begun.ended_at is not None or begun.expires_at <= now:",
        "if begun.expires_at <= now:",
    ),
    (
        "app/accounts/commands/sign_ins.py",
        "if begun.ended_at is not None or begun.expires_at <= now:",
        "if begun.ended_at is not None:",
    ),
    (
        "app/accounts/commands/sign_ins.py",
        "if client is None or not client.enabled:",
        "if client is None:",
    ),
    (
        "app/accounts/commands/sign_ins.py",
        " if one.expires_at is None or one.expires_at > now]",
        "]",
    ),
    (
        "app/accounts/commands/sign_ins.py",
        "if not wanted <= set(client.scopes):",
        "if False:",
    ),
    (
        "app/accounts/commands/members.py",
        """            raise unusable_token()
        account = make_account(session, row.email, kept)
    if account.disabled_at is not None:
""",
        """            raise unusable_token()
        account = make_account(session, row.email, kept)
    if False:
""",
    ),
    (
        "app/accounts/commands/accounts.py",
        "if link is None or account is None or account.disabled_at is not None:",
        "if link is None or account is None:",
    ),
    (
        "app/accounts/commands/accounts.py",
        "            col(MailedLink.purpose) == purpose,\n",
        "",
    ),
    (
        "app/accounts/commands/accounts.py",
        """    account = session.get_one(Account, link.account_id)
    if account.disabled_at is not None:
""",
        """    account = session.get_one(Account, link.account_id)
    if False:
""",
    ),
    ("app/listings/access.py", "if listing.created_by == account.id:", "if True:"),
    (
        "app/listings/moderation/commands.py",
        "if subject is None or subject.council_id not in officer.councils:",
        "if subject is None:",
    ),
    (
        "app/listings/moderation/commands.py",
        "if (why_not := not_theirs(subject, officer)) is not None:",
        'if why_not := "":',
    ),
    (
        "app/listings/moderation/queries.py",
        "if subject is None or subject.council_id not in officer.councils:",
        "if subject is None:",
    ),
    (
        "app/listings/moderation/queries.py",
        'Listing.stage == "submitted", home.in_(councils))',
        'Listing.stage == "submitted")',
    ),
    (
        "app/listings/moderation/queries.py",
        'col(table.stage) == "submitted", col(Provider.council_id).in_(councils))',
        'col(table.stage) == "submitted")',
    ),
    (
        "app/listings/moderation/queries.py",
        "if subject.provider_id in officer.providers:",
        "if False:",
    ),
    (
        "app/listings/moderation/queries.py",
        "return took_part if me in listing.authors or officer.id in mine else None",
        "return took_part if officer.id in mine else None",
    ),
    (
        "app/listings/moderation/queries.py",
        "return took_part if me in listing.authors or officer.id in mine else None",
        "return took_part if me in listing.authors else None",
    ),
    (
        "app/listings/moderation/queries.py",
        "return took_part if request.account_id == officer.id else None",
        "return None",
    ),
    (
        "app/listings/activities/commands.py",
        "if access.provider.council_id not in account.councils:",
        "if False:",
    ),
    (
        "app/listings/activities/commands.py",
        "mine = other is not None and other.provider_id == held.listing.provider_id",
        "mine = other is not None",
    ),
    (
        "app/listings/activities/queries.py",
        ").where(Activity.provider_id == access.provider_id)\n    new",
        ")\n    new",
    ),
    (
        "app/listings/activities/queries.py",
        """        Listing.provider_id == access.provider_id,
        Listing.kind == literal("activity"),
""",
        '        Listing.kind == literal("activity"),\n',
    ),
    (
        "app/listings/activities/queries.py",
        "select(Venue.id).where(Venue.provider_id == provider_id)",
        "select(Venue.id)",
    ),
    (
        "app/listings/activities/queries.py",
        'Listing.provider_id == provider_id, Listing.kind == "venue"',
        'Listing.kind == "venue"',
    ),
    (
        "app/listings/imports/commands.py",
        "Listing.provider_id == access.provider_id, col(Listing.reference).is_not(None)",
        "col(Listing.reference).is_not(None)",
    ),
    (
        "app/listings/venues/queries.py",
        "Venue.provider_id == access.provider_id, col(Venue.id).not_in(gone)",
        "col(Venue.id).not_in(gone)",
    ),
    (
        "app/listings/venues/queries.py",
        "        Listing.provider_id == access.provider_id,\n",
        "",
    ),
    (
        "app/listings/providers/queries.py",
        'Listing.kind == "provider", Listing.life == "new", Listing.created_by == account.id',
        'Listing.kind == "provider", Listing.life == "new"',
    ),
    (
        "app/listings/providers/queries.py",
        "select(Proposal).where(Proposal.provider_id == access.provider_id)",
        "select(Proposal)",
    ),
    (
        "app/listings/councils/commands.py",
        "Provider.council_id == access.council_id, col(Provider.id).in_(change.providers)",
        "col(Provider.id).in_(change.providers)",
    ),
)
"""The file, the rule as it stands there, and what is left without it."""


def passes(folder: Path, tests: list[str]) -> bool:
    """Whether the tests notice nothing."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - the command is written here.
    if done.returncode not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        raise SystemExit(f"The tests did not run: {done.stdout}{done.stderr}")
    return done.returncode == pytest.ExitCode.OK


def tests_for(file: str) -> list[str]:
    """The tests that should notice what is taken away from a file."""
    return next(tests for begins, tests in TESTS.items() if file.startswith(begins))


def without(folder: Path, file: str, rule: str, left: str) -> bool:
    """Whether the tests notice nothing of a rule that is taken away."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    if text.count(rule) != 1:
        raise SystemExit(f"{file} does not hold this rule once: {rule}")
    path.write_text(text.replace(rule, left), encoding="utf-8")
    try:
        return passes(folder, [*tests_for(file), *CHOSEN])
    finally:
        path.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Take everything away in turn, and answer with the exit code."""
    survived = 0
    if "--rules" not in arguments:
        noticed = passes(ROOT, GUARDS)
        print(f"guards of operations: {'each is missed' if noticed else 'NOT ALL ARE MISSED'}")
        survived += not noticed
    if "--guards" in arguments:
        return survived
    with tempfile.TemporaryDirectory(prefix="carefinder-mutants-") as name:
        folder = Path(name)
        for part in COPIED:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, folder / part)
        for tests in TESTS.values():
            if not passes(folder, [*tests, *CHOSEN]):
                raise SystemExit("The tests do not pass even before anything is taken away.")
        for file, rule, left in RULES:
            unnoticed = without(folder, file, rule, left)
            survived += unnoticed
            print(f"{'NOT MISSED' if unnoticed else 'missed'}: {file}: {rule.strip()}", flush=True)
    print(f"{len(RULES)} rules were taken away; {survived} went unnoticed.")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
