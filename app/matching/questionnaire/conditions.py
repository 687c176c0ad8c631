"""When a question is shown. A condition looks at the answers given so far and at nothing else."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Pointer = Annotated[str, Field(pattern=r"^(/[a-z][a-z_]*)+$")]


class Has(BaseModel):
    """The list at `path` holds this code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Pointer = Field(description="A JSON Pointer into `answers`.")
    has: str = Field(description="A code that the list of answers holds.")


class Is(BaseModel):
    """The answer at `path` is this one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Pointer = Field(description="A JSON Pointer into `answers`.")
    is_: str | bool = Field(alias="is", description="The answer itself.")


class Answered(BaseModel):
    """Whether there is an answer at `path`; null and an empty list are none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Pointer = Field(description="A JSON Pointer into `answers`.")
    answered: bool = Field(description="True where it must be answered, false where it must not.")


Condition = Has | Is | Answered


class AnyOf(BaseModel):
    """Show the question if one of these holds."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"any": [{"path": "/needs", "has": "dementia"}]}]},
    )

    any_: Annotated[tuple[Condition, ...], Field(min_length=1, alias="any")]


class AllOf(BaseModel):
    """Show the question if all of these hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all_: Annotated[tuple[Condition, ...], Field(min_length=1, alias="all")]


ShowIf = AnyOf | AllOf


def paths_of(show_if: ShowIf | None) -> tuple[str, ...]:
    """The answers that a question waits for."""
    return tuple(one.path for one in _conditions(show_if))


def shown(show_if: ShowIf | None, answers: Mapping[str, Any]) -> bool:
    """Whether a question is shown to somebody who has given these answers so far."""
    held = [_holds(one, answers) for one in _conditions(show_if)]
    return all(held) if show_if is None or isinstance(show_if, AllOf) else any(held)


def answer_at(path: str, answers: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value.
    """What stands at a JSON Pointer in the answers; None if nothing does."""
    found: Any = answers
    for key in path.split("/")[1:]:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _conditions(show_if: ShowIf | None) -> tuple[Condition, ...]:
    if show_if is None:
        return ()
    return show_if.any_ if isinstance(show_if, AnyOf) else show_if.all_


def _holds(condition: Condition, answers: Mapping[str, Any]) -> bool:
    answer = answer_at(condition.path, answers)
    if isinstance(condition, Has):
        return isinstance(answer, list) and condition.has in answer
    if isinstance(condition, Is):
        return type(answer) is type(condition.is_) and bool(answer == condition.is_)
    return condition.answered == (answer is not None and answer != [])
