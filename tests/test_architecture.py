"""Promises about the code as a whole: its layers, its size, its packages and its locks."""

import io
import re
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "app").rglob("*.py"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = PROJECT["project"]["dependencies"]
LOCKS = {
    "requirements.lock": RUNTIME,
    "requirements-dev.lock": [*RUNTIME, *PROJECT["dependency-groups"]["dev"]],
}


def package_of(requirement: str) -> str:
    """The name of a package as locks write it: `uvicorn` for `uvicorn[standard]>=0.54`."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def test_imports_point_one_way() -> None:
    done = subprocess.run(  # noqa: S603 - the command is written here.
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert kept is not None
    assert int(kept[1]) == len(PROJECT["tool"]["importlinter"]["contracts"])


def test_no_module_is_longer_than_450_lines() -> None:
    lengths = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n")
        for path in MODULES
    }
    assert {name: length for name, length in lengths.items() if length > 450} == {}
    assert len(lengths) > 40


@pytest.mark.parametrize("folder", ["app", "migrations", "scripts", "tests"])
def test_no_comment_puts_anything_off(folder: str) -> None:
    put_off = [
        f"{path.relative_to(ROOT)}:{token.start[0]}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for token in tokenize.generate_tokens(
            io.StringIO(path.read_text(encoding="utf-8")).readline
        )
        if token.type in {tokenize.COMMENT, tokenize.STRING}
        and re.search(r"#.*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b", token.string)
    ]
    assert put_off == []


def test_the_readme_gives_a_reason_for_every_package_and_for_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, section = readme.partition("\n## Dependencies\n")
    assert section
    rows = re.findall(r"^\| ([a-z][^|]*) \| ([^|]+) \|$", section.split("\n## ")[0], re.MULTILINE)
    assert rows.pop(0) == ("package", "why")
    named = {package_of(name) for names, _ in rows for name in names.split(", ")}
    assert named == {package_of(requirement) for requirement in RUNTIME}
    assert all(len(reason) > 5 for _, reason in rows)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_dependency_with_its_hashes_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(
        r"^([a-z0-9][a-z0-9-]*)(?:\[[a-z,]+\])?==(\S+) .*\\\n((?:    --hash=.*\n)+)",
        text,
        re.MULTILINE,
    )
    pinned = {name for name, _, _ in pins}
    assert {package_of(requirement) for requirement in LOCKS[lock]} <= pinned
    # Every line that begins a package was understood above.
    begun = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert len(pins) == len(begun)
    for name, _, hashes in pins:
        for line in hashes.splitlines():
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), name
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--\w*index|--find-links|--trusted-host)", text, re.MULTILINE)


def test_both_locks_pin_the_same_version_of_what_they_share() -> None:
    versions = [
        dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        for lock in LOCKS
    ]
    runtime, dev = versions
    assert {name: dev.get(name) for name in runtime} == runtime
