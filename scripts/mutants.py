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

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("app", "migrations", "tests", "pyproject.toml")
GUARDS = ["tests/accounts/test_matrix.py", "-k", "taken_away", "-n", "0"]
TESTS = [
    *("tests/accounts/test_matrix.py", "tests/accounts/test_members.py"),
    *("tests/accounts/test_accounts.py", "-k", "sqlite and not taken_away", "-x", "-n", "0"),
]

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
)
"""The file, the rule as it stands there, and what is left without it."""


def passes(folder: Path, tests: list[str]) -> bool:
    """Whether the tests notice nothing."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603 - the command is written here.
    return done.returncode == 0


def without(folder: Path, file: str, rule: str, left: str) -> bool:
    """Whether the tests notice nothing of a rule that is taken away."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    if text.count(rule) != 1:
        raise SystemExit(f"{file} does not hold this rule once: {rule}")
    path.write_text(text.replace(rule, left), encoding="utf-8")
    try:
        return passes(folder, TESTS)
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
        for file, rule, left in RULES:
            unnoticed = without(folder, file, rule, left)
            survived += unnoticed
            print(f"{'NOT MISSED' if unnoticed else 'missed'}: {file}: {rule.strip()}", flush=True)
    print(f"{len(RULES)} rules were taken away; {survived} went unnoticed.")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
