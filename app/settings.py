"""Every setting of the service, read once from the environment and then fixed."""

import os
import warnings
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "CAREFINDER_"

Network = IPv4Network | IPv6Network


class Environment(StrEnum):
    """Where the service runs: production refuses what development allows."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class UnsafeSettingsError(Exception):
    """The settings cannot be used. The message names variables, never their values."""


class Settings(BaseSettings):
    """The settings of one process. Variables are named `CAREFINDER_` and the field's name."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Environment = Field(
        Environment.DEVELOPMENT, description="`development` or `production`."
    )
    var: Path = Field(
        Path("var"), description="Folder for the embedded database, mail and snapshots."
    )
    database_url: str = Field(
        "",
        repr=False,
        description="`sqlite:///…` or `postgresql://…`. Not set: SQLite in the folder VAR.",
    )
    allow_sqlite: bool = Field(
        default=False, description="Says that production may run on SQLite, with one machine."
    )
    allow_sample: bool = Field(
        default=False, description="Says that production may serve the invented sample catalogue."
    )
    log_level: str = Field(
        "INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="DEBUG, INFO, WARNING or ERROR.",
    )
    max_body_bytes: int = Field(
        65_536, ge=1_024, le=16_777_216, description="Largest request body, in bytes."
    )
    max_url_bytes: int = Field(
        8_192, ge=1_024, le=65_536, description="Longest path and query, in bytes."
    )
    compress_from_bytes: int = Field(
        1_024, ge=0, description="Answers of at least this many bytes are compressed."
    )
    metrics_allow: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description=(
            "Networks that may read /metrics, separated by commas. "
            "Not set: everyone in development, nobody in production."
        ),
    )
    database_pool: int = Field(
        20, ge=1, le=200, description="Connections that one worker may hold open to the database."
    )

    @model_validator(mode="before")
    @classmethod
    def _split_networks(cls, values: dict[str, object]) -> dict[str, object]:
        allowed = values.get("metrics_allow")
        if isinstance(allowed, str):
            parts = tuple(part.strip() for part in allowed.split(",") if part.strip())
            return {**values, "metrics_allow": parts}
        return values

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if not value:
            return value
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            # The library's own message repeats parts of the address.
            raise PydanticCustomError(
                "url", "It cannot be read as an address. A password's / : @ and % need escaping"
            ) from None
        if url.drivername in {"postgresql", "postgresql+psycopg"}:
            return value
        if url.drivername != "sqlite":
            raise PydanticCustomError("url", "It should begin with sqlite:/// or postgresql://")
        if url.database in {None, "", ":memory:"}:
            raise PydanticCustomError("url", "It should name a file, as in sqlite:///PATH")
        return value

    @model_validator(mode="after")
    def _place_database(self) -> Self:
        if not self.database_url:
            path = (self.var / "carefinder.db").absolute()
            object.__setattr__(self, "database_url", f"sqlite:///{path}")
        return self

    @property
    def production(self) -> bool:
        """Whether unsafe values are refused."""
        return self.environment is Environment.PRODUCTION

    @property
    def sqlite(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url.startswith("sqlite")

    def refuse_unsafe(self) -> None:
        """Raise `UnsafeSettingsError`, naming every variable that production cannot accept."""
        if not self.production:
            return
        refused = [f"{PREFIX}{name}: {why}" for name, why in _unsafe(self)]
        if refused:
            raise UnsafeSettingsError("Production refuses these settings. " + " ".join(refused))


def _unsafe(settings: Settings) -> list[tuple[str, str]]:
    found = []
    if settings.sqlite and not settings.allow_sqlite:
        found.append(
            (
                "DATABASE_URL",
                "production needs PostgreSQL, or CAREFINDER_ALLOW_SQLITE=true for one machine.",
            )
        )
    if settings.log_level == "DEBUG":
        found.append(("LOG_LEVEL", "debug logs are for development; use INFO or above."))
    if any(network.prefixlen == 0 for network in settings.metrics_allow):
        found.append(("METRICS_ALLOW", "the whole internet may not read the metrics."))
    return found


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment, and warn of `CAREFINDER_` variables not known.

    Args:
        environ: the names to look through for unknown variables; the process's own if not given.

    Raises:
        UnsafeSettingsError: a value is malformed, or production refuses it.
    """
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    names = os.environ if environ is None else environ
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            warnings.warn(f"{name} is not a setting of Care Finder; it is ignored.", stacklevel=2)
    try:
        settings = Settings()
    except ValidationError as error:
        raise UnsafeSettingsError(_explain(error)) from None
    settings.refuse_unsafe()
    return settings


def _explain(error: ValidationError) -> str:
    faults = (
        f"{PREFIX}{'_'.join(str(part) for part in fault['loc'][:1]).upper()}: {fault['msg']}."
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    )
    return "These settings cannot be used. " + " ".join(dict.fromkeys(faults))


@cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings()
