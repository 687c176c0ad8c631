"""Make or complete .venv. Run by scripts/environment, which has found the interpreter.

Uses nothing but the standard library, since nothing else is there yet. Every failure is one
sentence on standard error; what the tools printed is kept in a log beside the environment.
"""

import errno
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TextIO

LOCK_FILES = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}
LITTLE_ROOM = 20 * 2**20
NEEDED_MB = {"runtime": 250, "dev": 450}
USUAL_TIME = {"runtime": "half a minute", "dev": "a minute"}

# Settings of pip that would install to another place or other things. Those that say where
# packages come from are left alone, because the machine may need them.
MISLEADING_SETTINGS = [
    "PIP_BUILD_CONSTRAINT",
    "PIP_CONSTRAINT",
    "PIP_DRY_RUN",
    "PIP_EDITABLE",
    "PIP_IGNORE_INSTALLED",
    "PIP_LOG",
    "PIP_NO_DEPS",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_QUIET",
    "PIP_REPORT",
    "PIP_REQUIREMENT",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_UPGRADE",
]

OUT_OF_REACH = re.compile(
    r"NewConnectionError|ConnectTimeout|ConnectionError|ReadTimeout|Read timed out|ProxyError"
    r"|SSLError|CERTIFICATE_VERIFY_FAILED|Name or service not known|Network is unreachable"
    r"|Temporary failure in name resolution|getaddrinfo failed|nodename nor servname"
    r"|Connection refused|Connection reset|HTTP error [45]\d\d|[45]\d\d (Client|Server) Error",
    re.IGNORECASE,
)
NO_SUCH_FILE = re.compile(r"No matching distribution found for (\S+)")
NO_SPACE = re.compile(r"No space left on device|Disk quota exceeded|Errno (28|122)\b")
WRONG_HASH = re.compile(r"DO NOT MATCH THE HASHES")


class SetupError(Exception):
    """What went wrong and what to check, in one sentence for a person."""


def main(arguments: list[str]) -> int:
    """Prepare the environment and answer with the exit code."""
    kind, checksum, root = arguments
    environment = Environment(kind, checksum, Path(root))
    try:
        environment.prepare()
    except SetupError as trouble:
        return complain(str(trouble))
    except OSError as error:
        return complain(sentence_for(error, environment))
    except KeyboardInterrupt:
        complain("stopped before the environment was whole; the next run will repair it.")
        return 130
    return 0


class Environment:
    """The folder .venv and the files in it that say how far it has come."""

    def __init__(self, kind: str, checksum: str, root: Path) -> None:
        self.kind = kind
        self.checksum = checksum
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "carefinder-stamp"
        self.lock = self.folder / "carefinder-lock"
        self.log = self.folder / "carefinder-install.log"
        self.held: tuple[int, ...] = ()

    def prepare(self) -> None:
        """Bring the environment to the lock file, unless another run has just done so."""
        self.folder.mkdir(exist_ok=True)
        with self.lock.open("w") as lock:
            wait_for(lock)
            # The tools hold the lock too, so that one which outlives a killed run is waited for.
            self.held = (lock.fileno(),)
            stamp = self.stamp.read_text() if self.stamp.is_file() else ""
            version = self.version()
            ours = version == f"Python {sys.version.split()[0]}"
            made, checksum, _, place = [*stamp.splitlines(), "", "", "", ""][:4]
            current = ours and (checksum, place) == (self.checksum, str(self.root))
            if current and made in (self.kind, "dev"):
                return
            # An environment whose stamp says "unfinished" was interrupted at an unknown point, and
            # one that was moved or has another interpreter cannot be mended: those are made anew.
            # One without a stamp was made by hand and is completed, so that nothing in it is lost.
            moved = bool(place) and place != str(self.root)
            keep = ours and not moved and made != "unfinished" and self.has_pip()
            kind = "dev" if keep and made == "dev" else self.kind
            self.install(kind, stamp, keep=keep)

    def install(self, kind: str, stamp: str, *, keep: bool) -> None:
        """Install the lock file and the project, and write the stamp last of all."""
        doing, about = ("Completing", "up to ") if keep else ("Making", "about ")
        print(
            f"{doing} the Python environment in .venv; this usually takes {about}{USUAL_TIME[kind]}"
            " and is needed only when the dependencies change.",
            file=sys.stderr,
            flush=True,
        )
        self.stamp.write_text("unfinished\n")
        self.log.unlink(missing_ok=True)
        if not keep:
            self.clear()
            self.run("make the environment", [sys.executable, "-I", "-m", "venv", str(self.folder)])
        lock_file = str(self.root / LOCK_FILES[kind])
        try:
            self.pip("install the packages", "--require-hashes", "--no-deps", "-r", lock_file)
        except NothingFetchedError:
            # pip had changed nothing yet, so a kept environment is still what it was.
            if keep and stamp:
                self.stamp.write_text(stamp)
            elif keep:
                self.stamp.unlink()
            raise
        self.pip(
            "install the project itself",
            *("--no-deps", "--no-build-isolation", "--no-index", "--editable", str(self.root)),
        )
        finished = self.stamp.with_name("carefinder-stamp.new")
        finished.write_text(f"{kind}\n{self.checksum}\n{self.version()}\n{self.root}\n")
        finished.replace(self.stamp)

    def clear(self) -> None:
        """Empty the folder, but for the files that other runs may be waiting on."""
        for entry in self.folder.iterdir():
            if entry.name.startswith("carefinder-"):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def version(self) -> str:
        """What the environment's interpreter says of itself; empty where it does not run."""
        return self.answer("-V")

    def has_pip(self) -> bool:
        """Whether pip can be used in the environment; tools other than venv leave it out."""
        return self.answer("-I", "-m", "pip", "--version").startswith("pip ")

    def answer(self, *arguments: str) -> str:
        """The interpreter's output, or nothing where it fails."""
        command = [str(self.python), *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - the command is put together here.
                command, capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            return ""
        return done.stdout.strip()

    def pip(self, doing: str, *arguments: str) -> None:
        """Run pip's install in the environment."""
        options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        self.run(doing, [str(self.python), "-I", "-m", "pip", "install", *options, *arguments])

    def run(self, doing: str, command: list[str]) -> None:
        """Run a command with its output kept for the log; a failure becomes one sentence."""
        done = subprocess.run(  # noqa: S603 - the command is put together here.
            command,
            env=clean_variables(),
            cwd=self.root,
            pass_fds=self.held,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        try:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(done.stdout)
            where = f"the whole output is in {self.log}."
        except OSError:
            where = "there was no room for a log."
        if done.returncode != 0:
            raise trouble_of(doing, done.stdout, where, self)


class NothingFetchedError(SetupError):
    """The packages could not be had, so pip changed nothing."""


def trouble_of(doing: str, output: str, where: str, environment: Environment) -> SetupError:
    """Tell from a tool's output what a person has to look at."""
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    if NO_SPACE.search(output) or little_room(environment):
        return SetupError(no_space(environment))
    if WRONG_HASH.search(output):
        return SetupError(
            "a package differs from the hash in the lock file and was not installed; find out"
            f" whether the package index or the lock file is wrong; {where}"
        )
    if OUT_OF_REACH.search(output):
        return NothingFetchedError(
            "the package index is out of reach; check the network, the proxy (HTTPS_PROXY) and"
            f" where pip looks ('pip config list'), then run this again; {where}"
        )
    if missing := NO_SUCH_FILE.search(output):
        return NothingFetchedError(
            f"pip found no {missing[1]} for {python} on this machine; check where pip looks"
            " ('pip config list'), and use Python 3.11 to 3.14, for which the lock files are made;"
            f" {where}"
        )
    if "Permission denied" in output:
        return SetupError(not_writable(environment))
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if "error" in line.lower()), (lines or ["?"])[-1])
    return SetupError(f"could not {doing} with {python} ({last}); {where}")


def sentence_for(error: OSError, environment: Environment) -> str:
    """The sentence for what the operating system refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_space(environment)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return not_writable(environment)
    return f"could not make {environment.folder} ({error})."


def little_room(environment: Environment) -> bool:
    """Whether a disk is so full that this explains a failure; venv hides what its tools say."""
    places = (environment.folder, tempfile.gettempdir())
    return any(shutil.disk_usage(place).free < LITTLE_ROOM for place in places)


def no_space(environment: Environment) -> str:
    """The sentence for a full disk."""
    needed = NEEDED_MB[environment.kind]
    return (
        f"the disk is full; free about {needed} MB where {environment.root} and the folder for"
        " temporary files are, and run this again."
    )


def not_writable(environment: Environment) -> str:
    """The sentence for a checkout that belongs to somebody else or is read-only."""
    return (
        f"{environment.folder} cannot be written by this user; use a copy of the project in a"
        " folder of your own, or have its owner run scripts/environment."
    )


def wait_for(lock: TextIO) -> None:
    """Let one run at a time change the environment."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another run is preparing .venv; waiting for it.", file=sys.stderr, flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        # Some network file systems have no locks; there a second run is the person's to avoid.
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP):
            raise


def clean_variables() -> dict[str, str]:
    """The caller's variables without those that would lead pip or Python astray."""
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in MISLEADING_SETTINGS and not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    # These two may also stand in a configuration file, which a variable overrules.
    return variables | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}


def complain(sentence: str) -> int:
    """Print the one sentence and answer with the exit code."""
    print(f"scripts/environment: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
