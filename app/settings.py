"""Every setting of the service, read once from the environment and then fixed."""

import os
import re
import warnings
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "CAREFINDER_"

WEB_ADDRESS = r"^https?://[A-Za-z0-9.:\[\]-]{1,253}(/[A-Za-z0-9/._~-]{0,200}[A-Za-z0-9._~-])?$"
"""A web address without a slash at its end, a query or a name and password."""

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
    max_import_bytes: int = Field(
        8_388_608, ge=1_024, le=67_108_864, description="Largest file to import, in bytes."
    )
    housekeeping_minutes: int = Field(
        0,
        ge=0,
        le=10_080,
        description="Minutes between two rounds of reminders in the server; 0 for none: then run "
        "`carefinder housekeeping` once a day.",
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

    base_url: str = Field(
        "http://127.0.0.1:8000",
        pattern=WEB_ADDRESS,
        description="Where this API is reached; access tokens name it as their issuer.",
    )
    site_url: str = Field(
        "",
        pattern=f"{WEB_ADDRESS}|^$",
        description="The website that people use; links in mail lead to pages of it. "
        "Not set: the mail carries a code alone.",
    )
    origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Websites that signed-in people use, such as https://care.example.org, "
        "separated by commas. Reading is open to every website.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Networks whose `X-Forwarded-For` is believed, separated by commas."
    )
    read_limit: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="Requests a minute from one address to one worker; 0 for no limit. "
        "Not set: none in development, 600 in production.",
    )
    token_algorithm: Literal["ES256", "HS256"] = Field(
        "ES256", description="How access tokens are signed: ES256, or HS256 with one secret."
    )
    token_keys_file: Path | None = Field(
        None,
        description="The keys that sign access tokens, made by `carefinder keys rotate`. "
        "Not set: VAR/keys.json in development.",
    )
    token_minutes: int = Field(10, ge=1, le=15, description="How long an access token lasts.")
    session_days: int = Field(
        30, ge=1, le=90, description="How long one signing in lasts at the longest."
    )
    mail_from: str = Field(
        "Care Finder <care-finder@example.org>",
        pattern=r"^[^\r\n]{3,200}$",
        description="Whom mail comes from.",
    )
    smtp_host: str = Field(
        "",
        pattern=r"^[A-Za-z0-9.:_-]{0,253}$",
        description="The mail server. Not set: mail is written to VAR/mail.",
    )
    smtp_port: int = Field(587, ge=1, le=65_535, description="The mail server's port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`starttls`, `tls`, or `none` for a mail server on this machine."
    )
    smtp_user: str = Field("", description="Whom to sign in to the mail server as.")
    smtp_password: str = Field("", repr=False, description="The password for the mail server.")
    demo_password: str = Field(
        "",
        repr=False,
        description="The password of the demo accounts in development. Not set: a new one each "
        "time that they are made.",
    )

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, values: dict[str, object]) -> dict[str, object]:
        return {
            name: tuple(part.strip() for part in value.split(",") if part.strip())
            if name in {"metrics_allow", "trusted_proxies", "origins"} and isinstance(value, str)
            else value
            for name, value in values.items()
        }

    @field_validator("origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(WEB_ADDRESS, one) and one.count("/") == 2 for one in value):  # noqa: PLR2004 - those of `https://`.
            raise PydanticCustomError("url", "Each should be like https://care.example.org")
        return value

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
    def _place_files(self) -> Self:
        if self.token_keys_file is None and not self.production:
            object.__setattr__(self, "token_keys_file", (self.var / "keys.json").absolute())
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

    @property
    def requests_a_minute(self) -> int:
        """How many one address may make of one worker; 0 for any number."""
        if self.read_limit is None:
            return 600 if self.production else 0
        return self.read_limit

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
    return found + _unsafe_accounts(settings)


def _unsafe_accounts(settings: Settings) -> list[tuple[str, str]]:
    """What would endanger those who sign in."""
    local = settings.smtp_host in {"localhost", "127.0.0.1", "::1"}
    refused = {
        "BASE_URL": (
            not settings.base_url.startswith("https://"),
            "it should begin with https://, because passwords are sent there.",
        ),
        "SITE_URL": (
            settings.site_url.startswith("http://"),
            "it should begin with https://, because links in mail are secrets.",
        ),
        "ORIGINS": (
            any(not origin.startswith("https://") for origin in settings.origins),
            "each should begin with https://.",
        ),
        "TRUSTED_PROXIES": (
            any(network.prefixlen == 0 for network in settings.trusted_proxies),
            "the whole internet cannot be trusted to say who is calling.",
        ),
        "TOKEN_KEYS_FILE": (
            settings.token_keys_file is None,
            "name the file with the keys; `carefinder keys rotate` makes it.",
        ),
        "SMTP_HOST": (
            not settings.smtp_host,
            "name the mail server; nobody reads mail in a folder.",
        ),
        "SMTP_SECURITY": (
            settings.smtp_security == "none" and not local,
            "mail carries secrets; use starttls or tls for a mail server elsewhere.",
        ),
        "MAIL_FROM": (
            settings.mail_from == Settings.model_fields["mail_from"].default,
            "say whom mail comes from; the default is an example.",
        ),
        "DEMO_PASSWORD": (
            bool(settings.demo_password),
            "there are no demo accounts in production.",
        ),
    }
    return [(name, why) for name, (refuse, why) in refused.items() if refuse]


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
