"""Calendars made from others: one that counts business days, and one with times cut out.

Each answers what every calendar answers, so that clocks need not know which they count in.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.calendars.calendar import NOTHING_YET, Calendar
from escalation.calendars.local_days import instant, local_date
from escalation.calendars.timetable import merge, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from escalation.calendars.timetable import Interval


class BusinessDays(Calendar):
    """Counts a calendar's business days: local dates with open time, each as one, at its close (clock rule 10).

    So its "seconds" are days: the last one before a date's close of business is open, and no other.
    """

    def __init__(self, base: Calendar) -> None:
        self._base = base
        self._tz = base.tz
        self._compiled = NOTHING_YET

    def intervals_of(self, days: Iterable[date]) -> list[Interval]:
        """The last open second of each date that has one."""
        hours = (self._base.intervals_of([day]) for day in days)
        closes = [intervals[-1][1] for intervals in hours if intervals]
        return merge((close - 1, close) for close in closes)

    def after(self, start: int) -> int:
        """The end of the local date of an instant: its own date is not counted by a clock that starts at it."""
        return instant(local_date(start, self.tz) + timedelta(days=1), 0, self.tz)

    def up_to(self, start: int, until: int) -> int:
        """How many business days give a clock until the close of business of a date, or the next that has one.

        Args:
            start: when the clock starts.
            until: the last instant of that date, or any other of it.

        """
        midnight = instant(local_date(until - 1, self.tz), 0, self.tz)
        return self.counted(self.after(start), max(midnight, self.after(start))) + 1


class Cut(Calendar):
    """A calendar with times cut out.

    Args:
        base: the calendar.
        closed: gives the times between two instants that are cut out.

    """

    def __init__(self, base: Calendar, closed: Callable[[int, int], list[Interval]]) -> None:
        self._base = base
        self._closed = closed
        self._tz = base.tz
        self._compiled = NOTHING_YET

    def intervals_of(self, days: Iterable[date]) -> list[Interval]:
        """What is left of the dates."""
        whole = self._base.intervals_of(days)
        return without(whole, self._closed(whole[0][0], whole[-1][1])) if whole else []


@lru_cache(maxsize=1024)
def business_days(calendar: Calendar) -> BusinessDays:
    """The business days of a calendar, compiled once."""
    return BusinessDays(calendar)
