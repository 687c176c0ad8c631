"""Render the golden people: each file holds who, the answers, and the result as text."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from app.catalogue.intake import load_sample
from app.cli.sheet import sheet_of
from app.database import Database
from app.main import create_app
from app.matching.schemas import MatchesFound
from app.parameters import Language
from app.schema import migrate
from app.settings import Settings

PEOPLE = Path(__file__).resolve().parent.parent / "tests" / "matching" / "golden"

TODAY = date(2026, 3, 16)
"""The day on which they ask; another one would give other results."""

RULE = "-" * 96

Ask = Callable[[dict[str, Any]], Awaitable[httpx.Response]]


class Person(NamedTuple):
    """A golden person as the file has it."""

    who: str
    body: dict[str, Any]


def read(text: str) -> Person:
    """The part of a file that is written by hand."""
    who, _, rest = text.partition("{")
    body, _ = json.JSONDecoder().raw_decode("{" + rest)
    return Person(who.strip(), body)


def rendered(person: Person, found: MatchesFound) -> str:
    """The whole file: what is written by hand, and the result as it is now."""
    lang: Language = person.body.get("lang", "en")
    sheet = "\n".join(line.text for line in sheet_of(found, lang, whole=True))
    return f"{person.who}\n\n{body_text(person.body)}\n\n{RULE}\n\n{sheet.strip()}\n"


def body_text(body: dict[str, Any]) -> str:
    """A body with one answer a line."""
    parts = []
    for key, value in body.items():
        if key == "answers" and value:
            answers = ",\n".join(
                f"    {one(name)}: {one(answer)}" for name, answer in value.items()
            )
            parts.append(f"  {one(key)}: {{\n{answers}\n  }}")
        else:
            parts.append(f"  {one(key)}: {one(value)}")
    return "{\n" + ",\n".join(parts) + "\n}"


def one(value: Any) -> str:  # noqa: ANN401 - any JSON value.
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


@asynccontextmanager
async def asking(folder: str) -> AsyncIterator[tuple[Ask, httpx.AsyncClient]]:
    """A way to ask what fits, and a client, on the sample catalogue of a fixed day."""
    url = f"sqlite:///{folder}/sample.db"
    migrate(url)
    database = Database(url)
    load_sample(database, TODAY)
    database.close()
    application = create_app(Settings.model_validate({"database_url": url}))
    application.state.today = lambda: TODAY
    transport = httpx.ASGITransport(app=application)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        # On a busy machine the first reading takes longer than a service would wait.
        application.state.index.refresh()
        yield lambda body: client.post("/v1/matches", json=body), client


async def render(paths: Sequence[Path]) -> dict[Path, str]:
    """These people's files as they are now."""
    texts = {}
    with tempfile.TemporaryDirectory() as folder:
        async with asking(folder) as (ask, _):
            for path in paths:
                person = read(path.read_text(encoding="utf-8"))
                answer = await ask(person.body)
                if answer.is_error:
                    raise SystemExit(f"{path.stem} is answered {answer.status_code}.")
                found = MatchesFound.model_validate_json(answer.content)
                texts[path] = rendered(person, found)
    return texts


def main(arguments: list[str]) -> int:
    """Write or check, and answer with the exit code."""
    names = [name for name in arguments if name != "--check"]
    paths = [PEOPLE / f"{name}.txt" for name in names] or sorted(PEOPLE.glob("*.txt"))
    if missing := [path.stem for path in paths if not path.is_file()]:
        raise SystemExit(f"There is no golden person called {', '.join(missing)}.")
    changed = 0
    for path, text in asyncio.run(render(paths)).items():
        if path.read_text(encoding="utf-8") != text:
            changed += 1
            print(path.stem, file=sys.stderr)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
        if names:
            print(text)
    said = "are given another result" if "--check" in arguments else "were rendered anew"
    print(f"{changed} of {len(paths)} people {said}.", file=sys.stderr)
    return 1 if changed and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
