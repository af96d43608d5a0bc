"""The one Clock port. In production `now` is the database's, never a worker's own (design decision 8)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import func, select

if TYPE_CHECKING:
    from sqlalchemy import Engine

RESYNC_AFTER_SECONDS = 1.0


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give the present instant, in UTC."""


class DatabaseClock:
    """The database's clock, asked at most once a second and carried on by this process's monotonic clock between.

    Every process reads the same clock, so a worker whose own is wrong pages nobody early or late; and a command
    pays no round trip for its time.
    """

    def __init__(self, engine: Engine) -> None:
        """Ask on the first call."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._lock = Lock()
        self._base = datetime.min.replace(tzinfo=UTC)
        self._asked_at = float("-inf")

    def now(self) -> datetime:
        """Give the database's present instant, in UTC."""
        with self._lock:
            if time.monotonic() - self._asked_at > RESYNC_AFTER_SECONDS:
                self._ask()
            return self._base + timedelta(seconds=time.monotonic() - self._asked_at)

    def _ask(self) -> None:
        before = time.monotonic()
        with self._engine.connect() as connection:
            told = connection.execute(select(func.clock_timestamp())).scalar_one()
        after = time.monotonic()
        self._base, self._asked_at = told.astimezone(UTC), (before + after) / 2
