"""Where a worker by itself is scraped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from environs import ValidationError

if TYPE_CHECKING:
    from environs import Env


@dataclass(frozen=True)
class MetricsSettings:
    """The address at which a worker by itself serves its metrics, to whoever reaches it."""

    host: str
    """`TOCSIN_METRICS_HOST`: this machine alone, unless somebody says otherwise."""
    port: int
    """`TOCSIN_METRICS_PORT`"""


def metrics_settings(env: Env) -> MetricsSettings | None:
    """Read `TOCSIN_METRICS_PORT` and `TOCSIN_METRICS_HOST`; None: a worker by itself serves nothing."""
    host = env.str("METRICS_HOST", "127.0.0.1", validate=_filled)
    if not env.str("METRICS_PORT", ""):
        return None
    return MetricsSettings(host, env.whole("METRICS_PORT", least=1, most=65535))


def _filled(value: str) -> None:
    if not value.strip():
        raise ValidationError("must not be empty; leave it out for the default")
