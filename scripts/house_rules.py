"""Rules of this house that no other tool knows. Prints each breach as file:line: rule.

Usage: house_rules.py [checkout]
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 450

# Names under which anything could be found, and so nothing can.
EMPTY_NAMES = {"utils", "helpers", "common", "core", "services", "repositories", "managers"}

# Made by tools, or holding what others wrote.
SKIPPED_FOLDERS = {
    ".git",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "htmlcov",
    "node_modules",
    "var",
}
LARGEST_TEXT = 2_000_000

# The address of a package index belongs to a machine, never to the project: it would send every
# other machine there, and may hold a password.
INDEX_ADDRESS = re.compile(
    rb"(?:index[-_]url|find[-_]links|registry)[\"']?[ \t]*[=: ][ \t]*[\"']?(?:https?|file)://"
    rb"|\"resolved\"[ \t]*:[ \t]*\"https?://"
    rb"|\[\[tool\.uv\.index\]\]|\[\[tool\.poetry\.source\]\]",
    re.IGNORECASE,
)

Breach = tuple[Path, int, str]


def breaches(root: Path) -> Iterator[Breach]:
    """Every breach in the checkout."""
    for path in sorted((root / "app").rglob("*.py")):
        yield from of_module(path)
    for path in files(root):
        yield from of_text(path)


def of_module(path: Path) -> Iterator[Breach]:
    """The breaches of one module of the application."""
    for name in {path.stem, path.parent.name} & EMPTY_NAMES:
        yield path, 1, f"'{name}' says nothing; name it for what it holds"
    text = path.read_text(encoding="utf-8")
    length = text.count("\n")
    if length > LONGEST_FILE:
        yield path, length, f"longer than {LONGEST_FILE} lines; split it by noun"
    for node in ast.walk(ast.parse(text, path)):
        if rule := broken_by(node, path.name):
            yield path, getattr(node, "lineno", 1), rule


def broken_by(node: ast.AST, file: str) -> str | None:
    """The rule that a piece of code in a file of this name breaks, if it breaks one."""
    match node:
        case ast.Call(func=ast.Attribute(attr="commit")) if file != "database.py":
            return "only database.py commits; one request is one transaction"
        case (
            ast.alias(name="HTTPException")
            | ast.Attribute(attr="HTTPException")
            | ast.Name(id="HTTPException")
        ) if file != "problems.py":
            return "raise a problem from problems.py in place of HTTPException"
        case ast.Call(func=ast.Name(id="select") | ast.Attribute(attr="select")) if (
            file == "router.py"
        ):
            return "a router calls queries.py; it does not select"
        case ast.ImportFrom(module="__future__", names=[*names]) if file == "models.py":
            if any(name.name == "annotations" for name in names):
                return "SQLModel reads annotations, so they cannot be postponed"
    return None


def of_text(path: Path) -> Iterator[Breach]:
    """The breaches that any file could hold."""
    content = path.read_bytes()
    if b"\0" in content[:1024]:
        return
    for found in INDEX_ADDRESS.finditer(content):
        line = content.count(b"\n", 0, found.start()) + 1
        yield path, line, "the address of a package index belongs to the machine"


def files(folder: Path) -> Iterator[Path]:
    """The files of the checkout, without what tools make.

    Walks rather than asking git, so that a copy without its history is checked alike.
    """
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            continue
        if path.is_dir():
            if path.name not in SKIPPED_FOLDERS and not path.name.endswith("_cache"):
                yield from files(path)
        elif path.stat().st_size <= LARGEST_TEXT:
            yield path


def main(arguments: list[str]) -> int:
    """Print the breaches and answer with the exit code."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = list(breaches(root))
    for path, line, rule in found:
        print(f"{path.relative_to(root)}:{line}: {rule}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
