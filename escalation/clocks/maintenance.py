"""Planned maintenance: windows of an agreement that stop clocks by themselves (spec.exclusions; clock rule 14). Pure.

A window counts if it begins after the agreement's notice has run out, for an incident of one of its services, as long
as the month has not used up what counts in it at most. A month is that of the window's beginning, in `defaults.tz`;
what goes beyond is cut off the window's end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.agreement.sections.recurrence import spans
from escalation.calendars.derived_calendars import Cut
from escalation.calendars.local_days import local_date
from escalation.calendars.timetable import merge
from escalation.calendars.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from escalation.agreement.model import Agreement, Exclusion
    from escalation.calendars.calendar import Calendar
    from escalation.calendars.timetable import Interval

_INTERVAL = re.compile(r"INTERVAL=(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """The windows of one exclusion under one version of an agreement.

    Attributes:
        exclusion: The exclusion, with at least one window.
        since: When the version came into force: from here on windows are announced, and their rules begin.
        tz: The agreement's zone.
    """

    exclusion: Exclusion
    since: datetime
    tz: str

    def between(self, start: int, end: int) -> list[Interval]:
        """Give the times that count between two instants (epoch seconds), whole and merged."""
        return list(_between(self, start, end))

    def _counting(self, start: int, end: int) -> Iterator[Interval]:
        """Give each window as long as its month lets it be."""
        most = self.exclusion.max_per_month
        left: dict[tuple[int, int], int] = {}
        for begins, ends in sorted(self._announced(start, end)):
            day = local_date(begins, zone(self.tz))
            length = ends - begins
            if most is not None:
                length = min(length, left.get((day.year, day.month), most))
                left[day.year, day.month] = left.get((day.year, day.month), most) - length
            if begins < end and begins + length > start:
                yield begins, begins + length

    def _announced(self, start: int, end: int) -> Iterator[Interval]:
        since, notice = self.since, self.exclusion.announced
        earliest = notice.end(since, self.tz) if notice else since
        for window in self.exclusion.windows:
            local = zone(window.tz)
            # One that began before the start may last into it, and shares its month with those before it. That month
            # may have begun on another date than here.
            month = local_date(start - window.duration, local).replace(day=1)
            first = (month - timedelta(days=1)).replace(day=1)
            anchor = _nearest(since.astimezone(local).date(), first, window.rrule)
            for each in spans(window, anchor, first, local_date(end, local)):
                if each[0] >= earliest.timestamp():
                    yield each


def _nearest(anchor: date, first: date, rule: str) -> date:
    """Give the last date up to another at which a rule could have begun as well: it is gone through from there.

    Only INTERVAL hangs on where it began, and counts weeks (see agreement/sections/recurrence.py).
    """
    interval = _INTERVAL.search(rule)
    step = 7 * int(interval[1]) if interval else 7
    return anchor + timedelta(days=max(0, (first - anchor).days) // step * step)


@lru_cache(maxsize=1024)
def _between(maintenance: Maintenance, start: int, end: int) -> tuple[Interval, ...]:
    return tuple(merge(maintenance._counting(start, end)))  # noqa: SLF001 - its own cache


def maintenances(agreement: Agreement, service: str) -> list[Maintenance]:
    """Give what stops clocks of an incident of a service by itself."""
    return [
        Maintenance(exclusion, agreement.effective_from.astimezone(UTC), agreement.tz)
        for exclusion in agreement.exclusions.values()
        if exclusion.windows and not exclusion.excuses and service in (exclusion.services or (service,))
    ]


@lru_cache(maxsize=1024)
def maintained(calendar: Calendar, windows: tuple[Maintenance, ...]) -> Calendar:
    """Give a calendar without the times of maintenance, compiled once."""

    def closed(start: int, end: int) -> list[Interval]:
        return merge(interval for each in windows for interval in each.between(start, end))

    return Cut(calendar, closed)
