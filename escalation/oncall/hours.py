"""The hours in which a layer has anybody, on the UTC line (on-call rule 3, clock rule 9).

Hours that touch are one stretch, whatever midnight lies between: that is the window which somebody may finish
(on-call rule 4). Stretches are [from, to) in epoch seconds.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.calendars.calendar_rules import DAY, DAYS
from escalation.calendars.local_days import extent, instant, local_date
from escalation.calendars.timetable import merge
from escalation.oncall.schedule import Hours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from escalation.calendars.timetable import Interval

ONE_DAY = timedelta(days=1)
DATES_KEPT = 64
"""So many dates are kept read: questions about one instant, or the next, come in numbers."""


def window(weekday: int, start: int, end: int) -> tuple[Hours, ...]:
    """Hours from one time of day to another, in seconds from midnight; up to or before their start: of the next day."""
    if start < end:
        return (Hours(weekday, start, end),)
    parts = (Hours(weekday, start, DAY), Hours((weekday + 1) % len(DAYS), 0, end))
    return tuple(part for part in parts if part.start < part.end)


class OpenHours:
    """The hours of a week in a zone; to the outside it never changes, and any number of threads may ask it."""

    def __init__(self, hours: Iterable[Hours], tz: ZoneInfo) -> None:
        self._tz = tz
        self._weekly: list[list[Interval]] = [[] for _ in DAYS]
        for each in hours:
            self._weekly[each.weekday].append((each.start, each.end))
        self._on = lru_cache(DATES_KEPT)(self._read)

    @property
    def never_close(self) -> bool:
        """Whether they restrict nothing."""
        return all(merge(windows) == [(0, DAY)] for windows in self._weekly)

    def stretches(self, start: int, end: int) -> Iterator[Interval]:
        """The stretches that have a part in [start, end), in their order; not cut to it, nor followed beyond it."""
        current: Interval | None = None
        for opens, closes in self._intervals(start, end):
            if current and opens <= current[1]:
                current = (current[0], closes)
                continue
            if current and current[1] > start:
                yield current
            current = (opens, closes)
            if opens >= end:
                return
        if current and current[1] > start:
            yield current

    def began(self, opens: int) -> int:
        """When the stretch began that is open from that instant on, and maybe was before it.

        It ends its search only because hours close at some time of the week: `never_close` must not hold.
        """
        while True:
            before = next(self.stretches(opens - 1, opens), None)
            if before is None:
                return opens
            opens = before[0]

    def _intervals(self, start: int, end: int) -> Iterator[Interval]:
        # Where a clock is changed around midnight, an instant may belong to the date beside the one on the wall.
        day, last = local_date(start, self._tz) - ONE_DAY, local_date(end, self._tz) + ONE_DAY
        while day <= last:
            yield from self._on(day)
            day += ONE_DAY

    def _read(self, day: date) -> list[Interval]:
        windows = self._weekly[day.weekday()]
        if not windows:
            return []
        begin, end = extent(day, self._tz)
        read = ((instant(day, opens, self._tz), instant(day, closes, self._tz)) for opens, closes in windows)
        return merge((max(begin, opens), min(end, closes)) for opens, closes in read)
