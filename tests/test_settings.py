"""Settings: read once, fixed, and refused with the variable's name and never its value."""

import os
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Environment, Settings, UnsafeSettingsError, get_settings, read_settings

SECRET = "hunter2-q7Zx"  # noqa: S105 - what must never be repeated.

PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": f"postgresql://carefinder:{SECRET}@database.internal/carefinder",
    "BASE_URL": "https://care.example.org",
    "TOKEN_KEYS_FILE": "/run/secrets/keys.json",
    "SMTP_HOST": "mail.example.org",
    "MAIL_FROM": "Care Finder <hello@example.org>",
}


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("CAREFINDER_"):
            monkeypatch.delenv(name)


def read(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> Settings:
    """The settings with these variables, named without their prefix."""
    for name, value in variables.items():
        monkeypatch.setenv(f"CAREFINDER_{name}", value)
    return read_settings()


def test_without_any_variable_it_is_development_with_a_database_in_var() -> None:
    settings = read_settings()
    assert settings.environment is Environment.DEVELOPMENT
    assert not settings.production
    assert settings.sqlite
    assert settings.database_url == f"sqlite:///{Path.cwd() / 'var' / 'carefinder.db'}"
    assert not settings.allow_sqlite
    assert not settings.allow_sample
    assert settings.log_level == "INFO"
    assert settings.max_body_bytes == 65_536
    assert settings.max_url_bytes == 8_192
    assert settings.metrics_allow == ()
    assert settings.database_pool == 20


def test_var_decides_where_the_database_lies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read(monkeypatch, {"VAR": str(tmp_path / "elsewhere")})
    assert settings.database_url == f"sqlite:///{tmp_path}/elsewhere/carefinder.db"
    # Nothing is made by reading the settings.
    assert not (tmp_path / "elsewhere").exists()


def test_a_relative_var_stays_where_it_was_when_the_settings_were_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(monkeypatch, {"VAR": "x"}).database_url == f"sqlite:///{tmp_path}/x/carefinder.db"


def test_a_database_that_is_named_goes_before_var(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = "postgresql://care@localhost/finder"
    settings = read(monkeypatch, {"VAR": str(tmp_path), "DATABASE_URL": url})
    assert settings.database_url == url
    assert not settings.sqlite


def test_an_empty_database_address_counts_as_not_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read(monkeypatch, {"VAR": str(tmp_path), "DATABASE_URL": ""})
    assert settings.database_url == f"sqlite:///{tmp_path}/carefinder.db"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///relative.db",
        "sqlite:////absolute/folder/x.db",
        "postgresql://localhost/carefinder",
        "postgresql+psycopg://u:p%40ss@db:5433/carefinder?sslmode=require",
        "postgresql://postgres@/carefinder?host=%2Frun%2Fpostgresql",
    ],
)
def test_addresses_of_both_databases_are_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert read(monkeypatch, {"DATABASE_URL": url}).database_url == url


def test_a_variable_needs_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    settings = read_settings()
    assert settings.log_level == "INFO"
    assert not settings.production


def test_networks_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, {"METRICS_ALLOW": " 10.0.0.0/8, ,fd00::/8,127.0.0.1 "})
    assert [str(one) for one in settings.metrics_allow] == [
        "10.0.0.0/8",
        "fd00::/8",
        "127.0.0.1/32",
    ]


def test_an_unknown_variable_is_told_and_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREFINDER_DATABASE", SECRET)
    monkeypatch.setenv("carefinder_log_levels", SECRET)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        settings = read_settings()
    assert settings == Settings()
    said = [str(warning.message) for warning in told]
    assert said == [
        "CAREFINDER_DATABASE is not a setting of Care Finder; it is ignored.",
        "carefinder_log_levels is not a setting of Care Finder; it is ignored.",
    ]


def test_known_variables_are_not_told_whatever_their_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("carefinder_log_level", "ERROR")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_settings().log_level == "ERROR"


def test_settings_are_fixed_once_they_are_read() -> None:
    settings = read_settings()
    with pytest.raises(ValidationError):
        settings.log_level = "DEBUG"  # type: ignore[misc]


def test_the_process_reads_its_settings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    get_settings.cache_clear()
    first = get_settings()
    monkeypatch.setenv("CAREFINDER_LOG_LEVEL", "ERROR")
    assert get_settings() is first
    get_settings.cache_clear()
    assert get_settings().log_level == "ERROR"
    get_settings.cache_clear()


# What is refused

BAD_ANYWHERE = [
    ("ENVIRONMENT", SECRET),
    ("ENVIRONMENT", "Production"),
    ("ENVIRONMENT", ""),
    ("LOG_LEVEL", SECRET),
    ("LOG_LEVEL", "info"),
    ("ALLOW_SQLITE", SECRET),
    ("ALLOW_SAMPLE", "perhaps"),
    ("MAX_BODY_BYTES", SECRET),
    ("MAX_BODY_BYTES", "1023"),
    ("MAX_BODY_BYTES", "16777217"),
    ("MAX_URL_BYTES", "9e9"),
    ("MAX_URL_BYTES", "1"),
    ("COMPRESS_FROM_BYTES", "-1"),
    ("DATABASE_POOL", "0"),
    ("DATABASE_POOL", "201"),
    ("METRICS_ALLOW", SECRET),
    ("METRICS_ALLOW", "10.0.0.1/8"),
    ("METRICS_ALLOW", "10.0.0.0/33"),
    ("BASE_URL", SECRET),
    ("BASE_URL", f"https://u:{SECRET}@care.example.org"),
    ("BASE_URL", f"https://care.example.org/?key={SECRET}"),
    ("BASE_URL", "https://care.example.org/"),
    ("SITE_URL", f"javascript:{SECRET}"),
    ("ORIGINS", "*"),
    ("ORIGINS", f"https://care.example.org,{SECRET}"),
    ("ORIGINS", "https://care.example.org/path"),
    ("TRUSTED_PROXIES", SECRET),
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("READ_LIMIT", "-1"),
    ("READ_LIMIT", SECRET),
    ("TOKEN_ALGORITHM", "none"),
    ("TOKEN_ALGORITHM", "RS256"),
    ("TOKEN_MINUTES", "16"),
    ("TOKEN_MINUTES", "0"),
    ("SESSION_DAYS", "91"),
    ("SMTP_HOST", f"mail {SECRET}"),
    ("SMTP_PORT", "65536"),
    ("SMTP_SECURITY", "ssl"),
    ("MAIL_FROM", f"x\nBcc: {SECRET}@example.org"),
    ("DATABASE_URL", SECRET),
    ("DATABASE_URL", f"postgres://u:{SECRET}@h/d"),
    ("DATABASE_URL", f"mysql://u:{SECRET}@h/d"),
    ("DATABASE_URL", f"postgresql+asyncpg://u:{SECRET}@h/d"),
    ("DATABASE_URL", f"postgresql://u:secret@h:{SECRET}/d"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", f"sqlite+aiosqlite:///{SECRET}"),
]

BAD_IN_PRODUCTION = [
    ("DATABASE_URL", f"sqlite:////var/{SECRET}.db"),
    ("DATABASE_URL", ""),
    ("LOG_LEVEL", "DEBUG"),
    ("METRICS_ALLOW", "0.0.0.0/0"),
    ("METRICS_ALLOW", "10.0.0.0/8,::/0"),
    ("BASE_URL", "http://care.example.org"),
    ("SITE_URL", "http://care.example.org"),
    ("ORIGINS", "http://care.example.org"),
    ("ORIGINS", "https://care.example.org,http://localhost:3000"),
    ("TRUSTED_PROXIES", "0.0.0.0/0"),
    ("TRUSTED_PROXIES", "10.0.0.0/8,::/0"),
    ("SMTP_HOST", ""),
    ("SMTP_SECURITY", "none"),
    ("MAIL_FROM", "Care Finder <care-finder@example.org>"),
    ("DEMO_PASSWORD", SECRET),
]


def refusal(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> str:
    """What is said when these variables are refused, which must not repeat any of them."""
    with pytest.raises(UnsafeSettingsError) as refused:
        read(monkeypatch, variables)
    said = str(refused.value)
    assert SECRET not in said
    # Nor does what a traceback would show.
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert SECRET not in str(refused.value.__context__)
    return said


@pytest.mark.parametrize(("name", "value"), BAD_ANYWHERE)
@pytest.mark.parametrize("environment", list(Environment))
def test_a_value_that_cannot_be_used_is_refused_by_its_name_alone(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, name: str, value: str
) -> None:
    good = PRODUCTION if environment is Environment.PRODUCTION else {}
    said = refusal(monkeypatch, {**good, name: value})
    assert f"CAREFINDER_{name}: " in said
    if len(value) > 3:
        words = said.replace("'production'", "").replace("sqlite:///PATH", "")
        assert value not in words


@pytest.mark.parametrize(("name", "value"), BAD_IN_PRODUCTION)
def test_production_refuses_what_development_allows(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert not read(monkeypatch, {name: value}).production
    said = refusal(monkeypatch, {**PRODUCTION, name: value})
    assert said.startswith("Production refuses these settings. ")
    assert f"CAREFINDER_{name}: " in said


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(
        monkeypatch,
        {"ENVIRONMENT": SECRET, "MAX_BODY_BYTES": SECRET, "METRICS_ALLOW": f"10.0.0.0/8,{SECRET}"},
    )
    for name in ("ENVIRONMENT", "MAX_BODY_BYTES", "METRICS_ALLOW"):
        assert f"CAREFINDER_{name}: " in said
    unsafe = {"ENVIRONMENT": "production", "LOG_LEVEL": "DEBUG", "METRICS_ALLOW": "::/0"}
    for name in ("MAX_BODY_BYTES", "METRICS_ALLOW", "ENVIRONMENT"):
        monkeypatch.delenv(f"CAREFINDER_{name}")
    said = refusal(monkeypatch, unsafe)
    for name in ("DATABASE_URL", "LOG_LEVEL", "METRICS_ALLOW"):
        assert f"CAREFINDER_{name}: " in said


def test_production_takes_postgresql_or_sqlite_that_is_declared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read(monkeypatch, PRODUCTION).production
    monkeypatch.delenv("CAREFINDER_DATABASE_URL")
    rest = {name: value for name, value in PRODUCTION.items() if name != "DATABASE_URL"}
    declared = read(monkeypatch, {**rest, "ALLOW_SQLITE": "true"})
    assert declared.production
    assert declared.sqlite


def test_no_representation_holds_the_databases_password(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, PRODUCTION)
    for said in (repr(settings), str(settings), f"{settings}", repr([settings])):
        assert SECRET not in said
        assert "database.internal" not in said
    assert SECRET in settings.database_url


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("DATABASE_URL", {"ENVIRONMENT": "production"}),
        ("DATABASE_URL", {"DATABASE_URL": f"postgres://u:{SECRET}@h/d"}),
        ("MAX_BODY_BYTES", {**PRODUCTION, "MAX_BODY_BYTES": SECRET}),
    ],
)
def test_the_service_does_not_start_with_bad_settings(
    name: str, variables: dict[str, str], tmp_path: Path
) -> None:
    before = os.times()
    done = subprocess.run(  # noqa: S603 - the command is written here.
        [str(Path(sys.executable).with_name("carefinder")), "serve", "--port", "9"],
        env={
            "PATH": os.environ["PATH"],
            "CAREFINDER_VAR": str(tmp_path / "var"),
            **{f"CAREFINDER_{key}": value for key, value in variables.items()},
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    after = os.times()
    # Where others keep the machine busy, what it took of it counts.
    assert sum(after[2:4]) - sum(before[2:4]) < 5
    crowded = os.getloadavg()[0] > (os.cpu_count() or 1)
    assert crowded or after.elapsed - before.elapsed < 5
    assert done.stdout == ""
    (said,) = done.stderr.splitlines()
    assert said.startswith("carefinder: ")
    assert f"CAREFINDER_{name}: " in said
    assert SECRET not in said
    assert not (tmp_path / "var").exists()
