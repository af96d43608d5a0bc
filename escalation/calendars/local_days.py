"""From local dates and windows to UTC intervals: clock rule 9.

An edge is read as RFC 5545 (section 3.3.5) reads a local time, which is `fold=0`: in a gap by the offset before it, in
an overlap as the first of the two. A window is then cut to the extent of its date, so that one whose edges fall into a
gap may lose some of its length or all of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from escalation.calendars.calendar_rules import CalendarRules
    from escalation.calendars.timetable import Interval


def instant(day: date, seconds: int, tz: ZoneInfo) -> int:
    """The instant (epoch seconds) of a wall-clock time, given as seconds from local midnight."""
    wall = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001 - wall-clock arithmetic
    return int(wall.replace(tzinfo=tz).timestamp())


def extent(day: date, tz: ZoneInfo) -> Interval:
    """From the date's midnight to the next date's; empty for a date that was left out (Samoa, 30 December 2011).

    Consecutive dates so cover the line without hole or overlap, where wall clocks pass a midnight twice, too.
    """
    return instant(day, 0, tz), instant(day + timedelta(days=1), 0, tz)


def open_intervals(rules: CalendarRules, day: date, tz: ZoneInfo) -> Iterator[Interval]:
    """The windows of one date on the UTC line, each cut to the date; some may be empty or turned around."""
    windows = rules.windows(day)
    if not windows:
        return
    begin, end = extent(day, tz)
    for opens, closes in windows:
        yield max(begin, instant(day, opens, tz)), min(end, instant(day, closes, tz))


def local_date(at: int, tz: ZoneInfo) -> date:
    """The date on the wall at that instant."""
    return datetime.fromtimestamp(at, UTC).astimezone(tz).date()


def local_year(at: int, tz: ZoneInfo) -> int:
    """The year on the wall at that instant."""
    return local_date(at, tz).year


def days_of(year: int) -> Iterator[date]:
    """All dates of a year."""
    first = date(year, 1, 1)
    return (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
