"""The instants at which a zone's clocks are changed."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from escalation.calendars.calendar_rules import DAY

if TYPE_CHECKING:
    from datetime import timedelta
    from zoneinfo import ZoneInfo


@cache
def transitions(tz: ZoneInfo, year: int) -> tuple[int, ...]:
    """All changes of the offset in that year of UTC, in epoch seconds.

    `zoneinfo` does not tell them, so every day is asked; two changes within one day that undo each other, which no
    zone has had, would be missed.
    """
    first, last = (int(datetime(each, 1, 1, tzinfo=UTC).timestamp()) for each in (year, year + 1))
    return tuple(_change(day, tz) for day in range(first, last, DAY) if _offset(day, tz) != _offset(day + DAY, tz))


def _change(day: int, tz: ZoneInfo) -> int:
    """Find the first second of the new offset, within a day after that instant."""
    old = _offset(day, tz)
    return day + bisect_left(range(DAY), 1, key=lambda after: int(_offset(day + after, tz) != old))


def _offset(at: int, tz: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(at, tz).utcoffset()
