"""The scripts, in copies of the checkout, with an interpreter that only writes down its orders."""

import fcntl
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = [
    "environment",
    "serve",
    "check",
    "test",
    "openapi",
    "golden",
    "fairness",
    "lock",
]
STRICT_SCRIPTS = [
    "environment",
    "serve",
    "check",
    "openapi",
    "golden",
    "fairness",
    "lock",
]
VERSION = f"Python {platform.python_version()}"


def run(command: list[str | Path], **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(  # noqa: S603 - the commands are written in this file.
        command,
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
    path.chmod(0o755)


def only_line(text: str) -> str:
    lines = text.splitlines()
    assert len(lines) == 1, text
    return lines[0]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "a check out"
    shutil.copytree(
        ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (root / name).write_text(f"# {name}\n", encoding="utf-8")
    (root / "app").mkdir()
    return root


@pytest.fixture
def pip_calls(checkout: Path) -> Path:
    """An environment made by hand, whose pip writes down what it is asked and succeeds."""
    calls = checkout / "pip-calls"
    write_program(
        checkout / ".venv/bin/python",
        f"""
case "$*" in
    -V) echo '{VERSION}' ;;
    '-I -m pip --version') echo 'pip 1 (a stand-in)' ;;
    '-I -m pip install '*)
        echo "$*" >>'{calls}'
        if [ -f '{checkout}/pip-says' ]; then cat '{checkout}/pip-says'; exit 1; fi ;;
    *) exec '{sys.executable}' "$@" ;;
esac
""",
    )
    calls.touch()
    return calls


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder for PATH with what a shell script needs, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "cksum", "dirname"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_is_given_without_making_anything(checkout: Path, script: str) -> None:
    done = run([checkout / "scripts" / script, "--help"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: scripts/{script}")
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("script", STRICT_SCRIPTS)
def test_unknown_option_is_refused_with_the_usage(checkout: Path, script: str) -> None:
    done = run([checkout / "scripts" / script, "--colour"])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(f"Usage: scripts/{script}")
    assert not (checkout / ".venv").exists()


def test_option_without_its_value_is_refused(checkout: Path) -> None:
    done = run([checkout / "scripts/serve", "--port"])
    assert done.returncode == 2
    assert done.stderr.startswith("scripts/serve: --port needs a value.\nUsage: ")


@pytest.mark.parametrize(
    ("probe_answer", "sentence"),
    [
        ("exit 3", "no Python 3.11 or newer was found; install one, or name one with PYTHON="),
        ("exit 127", "no Python 3.11 or newer was found; install one, or name one with PYTHON="),
        ("exit 4", "python3 has no venv module; install it (on Debian and Ubuntu: apt install"),
    ],
    ids=["python 3.9", "broken link", "no venv module"],
)
def test_unsuitable_python_is_told_in_one_sentence(
    checkout: Path, bare_path: Path, probe_answer: str, sentence: str
) -> None:
    write_program(bare_path / "python3", probe_answer)
    done = run([checkout / "scripts/environment"], PATH=str(bare_path))
    assert done.returncode == 1
    assert only_line(done.stderr).startswith(f"scripts/environment: {sentence}")
    assert not (checkout / ".venv").exists()


def test_python_named_by_the_caller_must_run(checkout: Path) -> None:
    done = run([checkout / "scripts/serve"], PYTHON="/no/such/python")
    assert done.returncode == 1
    assert "PYTHON is '/no/such/python', which is not a Python 3.11" in only_line(done.stderr)


def test_checkout_without_lock_file_is_told(checkout: Path) -> None:
    (checkout / "requirements.lock").unlink()
    done = run([checkout / "scripts/environment"])
    assert done.returncode == 1
    assert "requirements.lock is missing" in only_line(done.stderr)


@pytest.mark.parametrize(
    ("pip_says", "sentence"),
    [
        (
            "NewConnectionError\nERROR: No matching distribution found for alembic==1.20.1",
            "the package index is out of reach; check the network, the proxy (HTTPS_PROXY)",
        ),
        (
            "ERROR: 403 Client Error: Forbidden for url",
            "the package index is out of reach; check the network, the proxy (HTTPS_PROXY)",
        ),
        (
            "ERROR: No matching distribution found for alembic==1.20.1",
            "pip found no alembic==1.20.1 for Python 3.",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "a package differs from the hash in the lock file and was not installed;",
        ),
        (
            "ERROR: Could not install packages: [Errno 28] No space left on device",
            "the disk is full; free about ",
        ),
        (
            "ERROR: Could not install packages: [Errno 13] Permission denied: 'x'",
            "CHECKOUT/.venv cannot be written by this user; use a copy",
        ),
        (
            "Collecting x\nerror: metadata-generation-failed\nhint: see above",
            "could not install the packages with Python 3.",
        ),
    ],
    ids=["offline", "forbidden", "no such file", "wrong hash", "disk full", "rights", "other"],
)
def test_failing_install_is_told_in_one_sentence(
    checkout: Path, pip_calls: Path, pip_says: str, sentence: str
) -> None:
    (checkout / "pip-says").write_text(pip_says + "\n", encoding="utf-8")
    done = run([checkout / "scripts/serve"])
    assert done.returncode == 1
    doing, trouble = done.stderr.splitlines()
    assert doing.startswith("Completing the Python environment in .venv; this usually takes")
    expected = sentence.replace("CHECKOUT", str(checkout))
    assert trouble.startswith(f"scripts/environment: {expected}")
    if "output is in" in trouble:
        log = Path(trouble.rsplit("the whole output is in ", 1)[1].removesuffix("."))
        assert pip_says in log.read_text(encoding="utf-8")
    assert len(pip_calls.read_text().splitlines()) == 1


def test_unreachable_index_leaves_a_whole_environment_as_it_was(
    checkout: Path, pip_calls: Path
) -> None:
    assert run([checkout / "scripts/environment", "runtime"]).returncode == 0
    stamp = (checkout / ".venv/carefinder-stamp").read_text()
    (checkout / "requirements.lock").write_text("# changed\n")
    (checkout / "pip-says").write_text("NewConnectionError\n")
    assert run([checkout / "scripts/environment", "runtime"]).returncode == 1
    assert (checkout / ".venv/carefinder-stamp").read_text() == stamp
    assert len(pip_calls.read_text().splitlines()) == 3


@pytest.mark.usefixtures("pip_calls")
def test_unreachable_index_leaves_an_environment_made_by_hand(checkout: Path) -> None:
    (checkout / "pip-says").write_text("NewConnectionError\n")
    assert run([checkout / "scripts/environment"]).returncode == 1
    assert (checkout / ".venv/bin/python").exists()
    assert not (checkout / ".venv/carefinder-stamp").exists()


def test_pip_is_called_only_when_something_changed(checkout: Path, pip_calls: Path) -> None:
    def prepare(kind: str) -> int:
        before = len(pip_calls.read_text().splitlines())
        done = run([checkout / "scripts/environment", kind])
        assert done.returncode == 0, done.stderr
        return len(pip_calls.read_text().splitlines()) - before

    assert prepare("runtime") == 2
    assert prepare("runtime") == 0
    assert prepare("dev") == 2
    assert prepare("dev") == 0
    assert prepare("runtime") == 0
    (checkout / "pyproject.toml").write_text("# changed\n")
    assert prepare("runtime") == 2
    assert (checkout / ".venv/carefinder-stamp").read_text().startswith("dev\n")

    packages, project = pip_calls.read_text().splitlines()[:2]
    assert "--require-hashes" in packages
    assert packages.endswith(f"-r {checkout}/requirements.lock")
    assert project.endswith(
        f"--no-deps --no-build-isolation --no-index --editable {checkout}",
    )


def test_settings_of_pip_that_install_elsewhere_are_put_aside(
    checkout: Path, pip_calls: Path
) -> None:
    python = checkout / ".venv/bin/python"
    python.write_text(python.read_text().replace('echo "$*"', "env"))
    done = run(
        [checkout / "scripts/environment"],
        PIP_TARGET="/elsewhere",
        PIP_USER="1",
        PIP_INDEX_URL="kept",
        PYTHONPATH="/elsewhere",
    )
    assert done.returncode == 0, done.stderr
    variables = pip_calls.read_text().splitlines()
    assert "PIP_INDEX_URL=kept" in variables
    assert "PIP_USER=0" in variables
    assert not [line for line in variables if line.endswith("/elsewhere")]


def test_second_run_waits_for_the_first(checkout: Path, pip_calls: Path) -> None:
    lock = checkout / ".venv/carefinder-lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = subprocess.Popen(  # noqa: S603 - the command is written in this file.
            [checkout / "scripts/environment"], stderr=subprocess.PIPE, text=True
        )
        assert second.stderr
        assert second.stderr.readline() == "Another run is preparing .venv; waiting for it.\n"
        assert pip_calls.read_text() == ""
    _, rest = second.communicate(timeout=60)
    assert second.returncode == 0, rest
    assert len(pip_calls.read_text().splitlines()) == 2


def load_environment(checkout: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "environment_of_scripts", checkout / "scripts/environment.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("stamp", "made_anew"),
    [
        ("unfinished\n", True),
        (f"dev\nsum\n{VERSION}\n/where/it/was\n", True),
        (f"dev\nsum\n{VERSION}\nCHECKOUT\n", False),
        (None, False),
    ],
    ids=["interrupted", "moved", "older lock", "made by hand"],
)
@pytest.mark.usefixtures("pip_calls")
def test_environment_that_cannot_be_mended_is_made_anew(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, stamp: str | None, *, made_anew: bool
) -> None:
    if stamp:
        text = stamp.replace("CHECKOUT", str(checkout))
        (checkout / ".venv/carefinder-stamp").write_text(text)
    left_over = checkout / ".venv/lib/left-over"
    left_over.mkdir(parents=True)
    module = load_environment(checkout)
    done: list[str] = []
    monkeypatch.setattr(module.Environment, "run", lambda _, doing, __: done.append(doing))
    assert module.main(["dev", "another sum", str(checkout)]) == 0
    steps = ["install the packages", "install the project itself"]
    assert done == (["make the environment", *steps] if made_anew else steps)
    assert left_over.exists() is not made_anew


@pytest.mark.usefixtures("pip_calls")
def test_serve_hands_its_arguments_to_the_service(checkout: Path) -> None:
    write_program(
        checkout / ".venv/bin/carefinder", 'printf "<%s>" "$@" "$CAREFINDER_VAR" "$PYTHONPATH"'
    )
    database = "sqlite:///a place/b.db"
    done = run(
        [checkout / "scripts/serve", "--port", "8001", f"--database={database}"],
        PYTHONPATH="/elsewhere",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"<serve><--port><8001><--database={database}><{checkout}/var><>"


@pytest.mark.usefixtures("pip_calls")
def test_arguments_of_test_go_to_pytest_alone(checkout: Path) -> None:
    python = checkout / ".venv/bin/python"
    recording = "    '-m pytest '*) pwd; echo \"$*\"; exit 5 ;;\n    *) exec"
    python.write_text(python.read_text().replace("    *) exec", recording))
    done = run([checkout / "scripts/test", "tests/geo", "-k", "x"])
    assert (done.returncode, done.stdout) == (5, f"{checkout}\n-m pytest tests/geo -k x\n")


@pytest.mark.usefixtures("pip_calls")
def test_check_names_the_steps_that_failed(checkout: Path) -> None:
    for tool, code in {"ruff": 0, "mypy": 1, "lint-imports": 0}.items():
        write_program(checkout / ".venv/bin" / tool, f"echo 'said by {tool}'; exit {code}\n")
    (checkout / "app/utils.py").touch()
    done = run([checkout / "scripts/check"])
    assert done.returncode == 1
    assert "said by mypy" in done.stdout
    assert "said by ruff" not in done.stdout
    assert "app/utils.py:1: 'utils' says nothing" in done.stdout
    assert done.stdout.endswith("check: failed in: types, house rules.\n")
    tests = run([checkout / "scripts/test"])
    assert tests.returncode == 1
    assert tests.stderr.endswith("test: the checks failed, so the tests were not run.\n")


@pytest.mark.parametrize(
    ("file", "text", "rule"),
    [
        ("app/geo/commands.py", "session.commit()\n", ":1: only database.py commits"),
        ("app/geo/router.py", "from fastapi import HTTPException\n", ":1: raise a problem"),
        ("app/geo/router.py", "\nraise fastapi.HTTPException(404)\n", ":2: raise a problem"),
        ("app/geo/router.py", "\nx = select(Place)\n", ":2: a router calls queries.py"),
        ("app/geo/models.py", "from __future__ import annotations\n", ":1: SQLModel reads"),
        ("app/geo/places.py", "\n" * 451, ":451: longer than 450 lines"),
        ("app/geo/helpers.py", "", ":1: 'helpers' says nothing"),
        ("app/services/geo.py", "", ":1: 'services' says nothing"),
        ("any.lock", "--index-" + "url https://a.example/simple\n", ":1: the address of a"),
        ("any/pip.conf", "\nextra-index-" + "url = https://a.example\n", ":2: the address of a"),
        ("any.json", '{"resolved": "' + 'https://a.example/x.tgz"}', ":1: the address of a"),
        ("any/.npmrc", "registry" + "=https://a.example/\n", ":1: the address of a"),
    ],
)
def test_house_rules_find_a_breach(checkout: Path, file: str, text: str, rule: str) -> None:
    rules: list[str | Path] = [sys.executable, checkout / "scripts/house_rules.py"]
    clean = run(rules)
    assert (clean.returncode, clean.stdout) == (0, "")
    (checkout / file).parent.mkdir(parents=True, exist_ok=True)
    (checkout / file).write_text(text, encoding="utf-8")
    done = run(rules)
    assert done.returncode == 1
    assert only_line(done.stdout).startswith(file + rule)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("app/database.py", "session.commit()\n"),
        ("app/problems.py", "from starlette.exceptions import HTTPException\n"),
        ("app/geo/queries.py", "x = select(Place)\n"),
        ("app/geo/schemas.py", "# Nobody here may call session.commit() or select().\n"),
        ("README.md", "Where pip looks is set by PIP_INDEX_URL, on each machine.\n"),
        ("var/pip.conf", "index-" + "url = https://a.example\n"),
    ],
)
def test_house_rules_allow_what_is_in_its_place(checkout: Path, file: str, text: str) -> None:
    (checkout / file).parent.mkdir(parents=True, exist_ok=True)
    (checkout / file).write_text(text, encoding="utf-8")
    done = run([sys.executable, checkout / "scripts/house_rules.py"])
    assert (done.returncode, done.stdout) == (0, "")


def locked(name: str) -> dict[str, list[str]]:
    """The packages of a lock file, each with its hashes."""
    packages: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([a-z0-9.-]+==[^ ]+.*) \\$", line):
            current = packages.setdefault(found[1], [])
        elif found := re.match(r"    --hash=(sha256:[0-9a-f]{64})", line):
            current.append(found[1])
        else:
            assert line.lstrip().startswith("#"), line
    return packages


def test_lock_files_hold_hashes_and_no_address() -> None:
    runtime, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert all(dev.values())
    assert runtime.items() <= dev.items()
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_lock_files_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=~! ;]", line)[0].lower() for line in requirements}

    wanted = project["project"]["dependencies"] + project["build-system"]["requires"]
    assert names(wanted) <= names(list(locked("requirements.lock")))
    assert names(project["dependency-groups"]["dev"]) <= names(
        list(locked("requirements-dev.lock"))
    )


def test_continuous_integration_runs_the_tests() -> None:
    assert "exec scripts/test\n" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    for path in [ROOT / "scripts" / name for name in SCRIPTS]:
        assert os.access(path, os.X_OK), path
