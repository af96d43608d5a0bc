"""Who outside is told, each minute, that Tocsin does its work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from environs import ValidationError

from notifications.channels.channel import SendFailed
from notifications.posting.poster import target_of

if TYPE_CHECKING:
    from environs import Env


@dataclass(frozen=True)
class WatchdogSettings:
    """The address of a dead man's switch."""

    url: str = field(repr=False)
    """`TOCSIN_WATCHDOG_URL`: wherever the operator likes, the own network included; a secret more often than not."""


def watchdog_settings(env: Env) -> WatchdogSettings | None:
    """Read `TOCSIN_WATCHDOG_URL`; None: nobody is told."""
    url = env.str("WATCHDOG_URL", "", validate=_check)
    return WatchdogSettings(url) if url else None


def _check(value: str) -> None:
    """Refuse what nobody can call, without repeating it: it may hold a secret."""
    try:
        if value:
            target_of(value)
    except SendFailed:
        raise ValidationError("must look like https://watch.example.com/ping/4711") from None
