"""The standard's own schemas and examples, which are no part of this project.

They are looked for beside the checkout, in `shared/open-referral-uk`, or in the folder that
OPEN_REFERRAL_UK names. Without them, what needs them is skipped.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SCHEMAS = "https://openreferraluk.org/specifications/3.0/schema/"


def _folder() -> Path | None:
    named = os.environ.get("OPEN_REFERRAL_UK")
    places = [Path(named)] if named else []
    places += [
        parent / "shared" / "open-referral-uk" for parent in Path(__file__).resolve().parents
    ]
    return next((place for place in places if (place / "3.0" / "schema").is_dir()), None)


FOLDER = _folder()

needs_standard = pytest.mark.skipif(
    FOLDER is None,
    reason="The standard's schemas are not here; tests/exchange/standard.py says where they go.",
)


def standard_file(name: str) -> Any:
    """A file of the standard, as `mocks/V3.0-UK-Fail/service_list.json`."""
    assert FOLDER is not None
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def _registry() -> Registry[Any]:
    assert FOLDER is not None
    found = {
        f"{SCHEMAS}{path.name}": json.loads(path.read_text(encoding="utf-8"))
        for path in (FOLDER / "3.0" / "schema").glob("*.json")
    }
    resources = [
        (address, Resource.from_contents(one, default_specification=DRAFT202012))
        for address, one in found.items()
    ]
    return Registry().with_resources(resources)


@cache
def validator(shape: str) -> Draft202012Validator:
    """The validator of one shape, as `service_list`, that asserts formats too."""
    schema = standard_file(f"3.0/schema/{shape}.json")
    return Draft202012Validator(
        schema, registry=_registry(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def faults(shape: str, document: Any) -> list[str]:
    """What is wrong with a document of a shape, as the standard sees it."""
    return [
        f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message}"
        for error in validator(shape).iter_errors(document)
    ]


def empties(value: Any, path: str = "") -> Iterator[str]:
    """Where something is null or empty, which a feed leaves out."""
    if value is None or (value in ("", [], {}) and not path.endswith("/contents")):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from empties(item, f"{path}/{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from empties(item, f"{path}/{number}")
