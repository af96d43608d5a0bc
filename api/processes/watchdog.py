"""Tocsin's own heartbeat: an address outside is called each minute, as long as Tocsin does what it is there for.

Whoever is called there raises the alarm when it stays away: nothing in here could, if all of it stood still.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import structlog

from notifications.channels.channel import SendFailed
from notifications.posting.verdict import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from incidents.ledger.clock import Clock
    from notifications.posting.poster import Answer

EVERY = timedelta(minutes=1)
SETTLING = timedelta(seconds=10)
"""After the start of the process: until then no part can have shown a sign of life."""
LIMIT = 60.0
"""Seconds by which something may be late before Tocsin is not called healthy."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Vitals:
    """How late everything is, in seconds; 0: nothing is. `parts`: since the last sign of life; None: there was none."""

    engine: float
    """By how much the oldest deadline is overdue."""
    queue: float
    """For how long the oldest urgent delivery could have left, and was in nobody's hand."""
    sequencer: float
    """For how long the oldest commit has waited for its place in the order."""
    parts: Mapping[str, float | None]


class Getter(Protocol):
    """What sends a request (notifications/posting/poster.py)."""

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """GET a URL. SendFailed."""


def why_not(vitals: Vitals) -> str | None:
    """Say why Tocsin cannot be called healthy; None: it can. Pure."""
    late = [
        *_late("engine: a deadline is overdue by", vitals.engine),
        *_late("queue: an urgent delivery has waited for", vitals.queue),
        *_late("sequencer: a commit has waited for", vitals.sequencer),
    ]
    for part, age in vitals.parts.items():
        late += (
            [f"worker: no sign of life of {part}"]
            if age is None
            else _late(f"worker: no sign of life of {part} for", age)
        )
    return "; ".join(late) or None


def _late(what: str, seconds: float) -> list[str]:
    return [f"{what} {int(seconds)} s"] if seconds > LIMIT else []


class Watchdog:
    """Looks each minute, and calls the address or says why not."""

    def __init__(self, url: str, vitals: Callable[[datetime], Vitals], getter: Getter, clock: Clock) -> None:
        """Take the operator's address, what reads how late everything is, and what sends."""
        self._url, self._vitals, self._getter, self._clock = url, vitals, getter, clock
        self._next: datetime | None = None

    def run_once(self) -> int:
        """Look, if it is time; there is never more to do at once."""
        now = self._clock.now()
        if self._next is None:
            self._next = now + SETTLING
        if now >= self._next:
            self._next = now + EVERY
            self._look(now)
        return 0

    def _look(self, now: datetime) -> None:
        why = why_not(self._vitals(now))
        if why is not None:
            _log.error("watchdog_not_called", why=why)
            return
        try:
            failure = refusal(self._getter.get(self._url, {}), now)
        except SendFailed as failed:
            failure = failed
        if failure is not None:
            # The rest of the address is a secret, more often than not.
            _log.warning("watchdog_call_failed", host=urlsplit(self._url).hostname, detail=failure.detail)
