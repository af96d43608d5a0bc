"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class MovedClock:
    """Implements incidents.ledger.clock.Clock."""

    def __init__(self, start: datetime = NOON) -> None:
        """Begin at an instant."""
        self._now = start

    def now(self) -> datetime:
        """Give the instant that it was moved to."""
        return self._now

    def move(self, **by: float) -> datetime:
        """Move by so many `seconds`, `minutes`, `hours`; give the new present."""
        self._now += timedelta(**by)
        return self._now
