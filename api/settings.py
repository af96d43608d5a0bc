"""Settings, read once from the environment (`TOCSIN_*`) and passed on as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from environs import Env, EnvValidationError, ValidationError, validate
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from api.settings_metrics import metrics_settings
from api.settings_outbound import outbound_allow
from api.settings_provider import services
from api.settings_smtp import mail_server
from api.settings_watchdog import WatchdogSettings, watchdog_settings
from api.startup_errors import SettingsError
from notifications.channels.provider.service import NOBODY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.settings_metrics import MetricsSettings
    from notifications.channels.email.server import MailServer
    from notifications.channels.provider.service import Services
    from notifications.posting.reachable import Network

_SCHEMES = ("postgresql", "postgresql+psycopg")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_FORMATS = ("console", "json")
_OIDC = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class OidcSettings:
    """With which identity provider people sign in, and as whom Tocsin is known there."""

    issuer: str
    """`TOCSIN_OIDC_ISSUER`, exactly as the provider writes it in its discovery document and ID tokens."""
    client_id: str
    """`TOCSIN_OIDC_CLIENT_ID`"""
    client_secret: str = field(repr=False)
    """`TOCSIN_OIDC_CLIENT_SECRET`"""
    audience: str | None = None
    """`TOCSIN_OIDC_AUDIENCE`: for whom an access token must be issued; None: for anybody."""


@dataclass(frozen=True)
class Settings:
    """How this process is to run."""

    database_url: str | None
    """`TOCSIN_DATABASE_URL`, always with the scheme `postgresql+psycopg`; None: the embedded PostgreSQL."""
    migrations_url: str | None
    """`TOCSIN_MIGRATIONS_URL`: the login that owns the tables; None: migrations use `database_url`."""
    data_dir: Path
    """`TOCSIN_DATA_DIR`, absolute: where the embedded PostgreSQL keeps its data."""
    host: str
    """`TOCSIN_HOST`"""
    port: int
    """`TOCSIN_PORT`; 0 takes any free one."""
    public_url: str
    """`TOCSIN_PUBLIC_URL`: how people reach this Tocsin; links in messages begin with it."""
    web_workers: int
    """`TOCSIN_WEB_WORKERS`: processes that answer HTTP."""
    web_threads: int
    """`TOCSIN_WEB_THREADS`: requests that each of them answers at the same time."""
    pool_size: int
    """`TOCSIN_POOL_SIZE`: database connections that each process keeps; under load twice as many.

    A web process keeps as many again, of the gate's role.
    """
    rate_per_second: int
    """`TOCSIN_RATE_PER_SECOND`: requests a second that each key or person may send on average."""
    rate_burst: int
    """`TOCSIN_RATE_BURST`: requests that each of them may send at once after a pause."""
    log_level: str
    """`TOCSIN_LOG_LEVEL`"""
    log_format: str
    """`TOCSIN_LOG_FORMAT`: `console` for people, `json` for machines."""
    oidc: OidcSettings | None
    """How people sign in; None: they cannot, and keys are the only way in."""
    outbound_allow: tuple[Network, ...] = ()
    """`TOCSIN_OUTBOUND_ALLOW`: networks that requests may go to, besides the open internet."""
    mail_server: MailServer | None = None
    """`TOCSIN_SMTP_*`: who takes mails; None: this installation sends none."""
    watchdog: WatchdogSettings | None = None
    """Who outside is told that Tocsin does its work; None: nobody."""
    phone: Services = NOBODY
    """`TOCSIN_PROVIDER_FILE`: who takes text messages and calls; by default nobody."""
    metrics: MetricsSettings | None = None
    """Where a worker by itself is scraped; None: nowhere."""

    @classmethod
    def read(cls) -> Settings:
        """Read the environment of this process.

        Raises:
            SettingsError: with one line for every setting that is wrong.
        """
        env = Env(eager=False, prefix="TOCSIN_")
        env.add_parser("whole", _parse_whole)
        settings = cls(
            database_url=_database_url(env, "DATABASE_URL"),
            migrations_url=_database_url(env, "MIGRATIONS_URL"),
            data_dir=Path(env.str("DATA_DIR", "var") or "var").absolute(),
            host=env.str("HOST", "127.0.0.1", validate=_filled),
            port=env.whole("PORT", "8080", least=0, most=65535),
            public_url=env.str("PUBLIC_URL", "", validate=_check_public_url),
            web_workers=env.whole("WEB_WORKERS", "2", least=1, most=64),
            web_threads=env.whole("WEB_THREADS", "8", least=1, most=256),
            pool_size=env.whole("POOL_SIZE", "10", least=3, most=500),
            rate_per_second=env.whole("RATE_PER_SECOND", "50", least=1, most=100_000),
            rate_burst=env.whole("RATE_BURST", "200", least=1, most=1_000_000),
            log_level=_one_of(env, "LOG_LEVEL", "INFO", _LEVELS),
            log_format=_one_of(env, "LOG_FORMAT", "console", _FORMATS),
            oidc=_oidc(env),
            outbound_allow=outbound_allow(env),
            mail_server=mail_server(env),
            watchdog=watchdog_settings(env),
            phone=services(env),
            metrics=metrics_settings(env),
        )
        try:
            env.seal()
        except EnvValidationError as wrong:
            mistakes = cast("Mapping[str, list[str]]", wrong.error_messages)  # a list only if eager
            raise SettingsError(*(f"{name}: {'; '.join(rules)}." for name, rules in mistakes.items())) from None
        return settings


def _parse_whole(value: str, *, least: int, most: int) -> int:
    if value.isdecimal() and least <= int(value) <= most:
        return int(value)
    raise ValidationError(f"must be a whole number from {least} to {most}")


def _one_of(env: Env, name: str, default: str, choices: tuple[str, ...]) -> str:
    rule = f"must be one of {', '.join(choices)}"
    return env.str(name, default, validate=validate.OneOf(choices, error=rule))


def _filled(value: str) -> None:
    if not value.strip():
        raise ValidationError("must not be empty; leave it out for the default")


def _check_public_url(value: str) -> None:
    if value and not value.startswith(("http://", "https://")):
        raise ValidationError("must look like https://tocsin.example.com")


def _oidc(env: Env) -> OidcSettings | None:
    """Read the three settings that belong together, or none of them."""
    given = {name: env.str(name, "") for name in _OIDC}
    missing = [f"TOCSIN_{name}" for name, value in given.items() if not value]
    if len(missing) == len(given):
        return None

    def check_together(_value: str) -> None:
        if missing:
            raise ValidationError(f"needs {' and '.join(missing)} beside it")

    return OidcSettings(
        issuer=env.str("OIDC_ISSUER", "", validate=[check_together, _check_issuer]),
        client_id=env.str("OIDC_CLIENT_ID", "", validate=check_together),
        client_secret=env.str("OIDC_CLIENT_SECRET", "", validate=check_together),
        audience=env.str("OIDC_AUDIENCE", "") or None,
    )


def _check_issuer(value: str) -> None:
    """Refuse what cannot be an issuer (OpenID Connect Discovery 1.0, section 3); http is for trying out."""
    try:
        found = urlsplit(value)
    except ValueError:
        found = urlsplit("")
    safe = found.scheme == "https" or (found.scheme == "http" and found.hostname in _LOOPBACK)
    if value and not (safe and found.hostname and not found.query and not found.fragment):
        raise ValidationError("must look like https://login.example.com; http is for this machine alone")


def _database_url(env: Env, name: str) -> str | None:
    """Return the URL with the driver named. `env.url` would refuse the scheme `postgresql+psycopg`."""
    value = env.str(name, None, validate=_check_database_url)
    return make_url(value).set(drivername=_SCHEMES[1]).render_as_string(hide_password=False) if value else None


def _check_database_url(value: str) -> None:
    """Refuse what is no PostgreSQL URL, without repeating it: it may hold a password. Empty counts as left out."""
    try:
        if not value or make_url(value).drivername in _SCHEMES:
            return
    except (ArgumentError, ValueError):
        pass
    raise ValidationError("must look like postgresql://user:password@host:5432/database")
