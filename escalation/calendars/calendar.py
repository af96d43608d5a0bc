"""Compiled calendars: counted time on the UTC line (clock rules 1, 9 and 11).

Instants are whole seconds since the epoch, durations whole seconds. Years are compiled when they are first asked for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain
from typing import TYPE_CHECKING

from escalation.calendars.calendar_rules import DAY, CalendarError, CalendarRules, Window
from escalation.calendars.local_days import days_of, instant, local_year, open_intervals
from escalation.calendars.timetable import Interval, Timetable, merge
from escalation.calendars.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

__all__ = ["Calendar", "CalendarError", "CalendarRules", "Interval", "Window"]

YEARS = range(1900, 2200)
"""What a calendar answers for: a typing error in a year must not cost minutes of compiling."""
EARLIEST, LATEST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (YEARS.start, YEARS.stop))
SEARCH_YEARS = 50
"""How far a search goes past its start before it says "never" (clock rule 11)."""
YEAR = 366 * DAY
NOTHING_YET = (range(0), Timetable(0, 0, []))


class Calendar:
    """Opening hours as sorted UTC intervals; to the outside it never changes, and any number of threads may ask it.

    Every question about an instant outside 1900 to 2199 raises CalendarError.

    Raises:
        CalendarError: the hours cannot be read, or nothing is ever open (clock rule 11).
        UnknownZoneError: there is no such time zone.

    """

    def __init__(self, rules: CalendarRules) -> None:
        rules.check()
        self._tz = zone(rules.tz)
        self._rules = replace(rules, exceptions=dict(rules.exceptions), breaks=dict(rules.breaks))
        self._compiled = NOTHING_YET
        if not any(rules.weekly) and not self.intervals_of(day for day in rules.exceptions if day.year in YEARS):
            raise CalendarError("This calendar is never open. Give it at least one window.")

    @property
    def never_closes(self) -> bool:
        """Whether every minute is open, as a legal clock needs it (clock rule 12)."""
        return self._rules.never_closes

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which its hours are read."""
        return self._tz

    def counted(self, start: int, end: int) -> int:
        """Open seconds in [start, end); none if the end is not after the start."""
        if end <= start:
            return 0
        table = self._covering(start, end)
        return table.before(end) - table.before(start)

    def add(self, start: int, seconds: int) -> int:
        """The earliest instant, from the start on, by which so many open seconds have been counted (clock rule 1).

        Raises:
            CalendarError: it is never reached within the bounded search.

        """
        if seconds <= 0:
            return start
        found = self._covering(start, start).after(start, seconds)  # mostly it lies in the years that are known
        if found is None:
            found = _first(table.after(start, seconds) for table in self._searched(start))
        if found is not None and found <= start + SEARCH_YEARS * YEAR:
            return found
        raise CalendarError(f"Never reached: {seconds} s of open time do not pass within {SEARCH_YEARS} years.")

    def add_each(self, start: int, seconds: Sequence[int]) -> Sequence[int | None]:
        """As `add`, of several at once, which costs little more than one; None where that would never be reached."""
        found = self._covering(start, start).after_each(start, seconds)
        if found is None or max(found) > start + SEARCH_YEARS * YEAR:
            return [self._added(start, each) for each in seconds]
        return found

    def next_open(self, at: int) -> int:
        """That instant itself if it is open, else the next opening.

        Raises:
            CalendarError: none is reached within the bounded search.

        """
        found = self._covering(at, at).next_open(at)
        if found is None:
            found = _first(table.next_open(at) for table in self._searched(at))
        if found is not None and found <= at + SEARCH_YEARS * YEAR:
            return found
        raise CalendarError(f"Never reached: the calendar does not open again within {SEARCH_YEARS} years.")

    def is_open(self, at: int) -> bool:
        """Whether time counts at that instant."""
        return self.counted(at, at + 1) == 1

    def openings(self, start: int, end: int) -> list[Interval]:
        """The open intervals in [start, end), cut to it and merged."""
        return self._covering(start, end).intervals(start, end) if start < end else []

    def intervals_of(self, days: Iterable[date]) -> list[Interval]:
        """The open intervals of local dates, merged."""
        return merge(chain.from_iterable(open_intervals(self._rules, day, self._tz) for day in days))

    def _added(self, start: int, seconds: int) -> int | None:
        try:
            return self.add(start, seconds)
        except CalendarError:
            return None

    def _searched(self, start: int) -> Iterator[Timetable]:
        """Tables that reach a year further each time, so that a near answer compiles no distant year."""
        for years in range(SEARCH_YEARS + 1):
            yield self._covering(start, max(start, min(start + years * YEAR, LATEST)))

    def _covering(self, start: int, end: int) -> Timetable:
        years, table = self._compiled
        if table.start <= start and end < table.end:
            return table
        if start < EARLIEST or end > LATEST:
            raise CalendarError("Calendars answer for the years 1900 to 2199 only.")
        # A day more, for clocks that passed a New Year twice (Phoenix, 1944) showed the old year in the new one.
        first, last = local_year(start, self._tz), local_year(end + DAY, self._tz)
        return self._extended(years, table, range(min([first, *years]), max([last, *years]) + 1))

    def _extended(self, known: range, table: Timetable, years: range) -> Timetable:
        """The table for more years. Threads may do this twice; none ever sees a half of it."""
        intervals = table.intervals(table.start, table.end)
        for year in years:
            if year not in known:
                intervals += self.intervals_of(days_of(year))
        start, end = instant(date(years.start, 1, 1), 0, self._tz), instant(date(years.stop, 1, 1), 0, self._tz)
        extended = Timetable(start, end, intervals)
        self._compiled = (years, extended)
        return extended


def _first(found: Iterable[int | None]) -> int | None:
    return next((at for at in found if at is not None), None)
