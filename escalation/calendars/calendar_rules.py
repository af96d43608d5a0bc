"""What an agreement says about opening hours, in local wall-clock terms: agreement field `calendars`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from incidents.errors import TocsinError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

DAY = 86_400
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Window = tuple[int, int]
"""[open, close) in seconds from local midnight; 24:00 is 86,400."""


class CalendarError(TocsinError):
    """The calendar cannot be used."""

    code = "calendar"


@dataclass(frozen=True)
class CalendarRules:
    """Opening hours of one calendar, before they are laid onto the UTC line.

    Attributes:
        tz: IANA name of the zone in which all hours are read.
        weekly: the windows of each weekday, Monday first; windows may touch or overlap and count once.
        holidays: dates that are closed, whatever else is said about them.
        exceptions: dates whose windows replace the weekly ones; an empty tuple closes the date.
        breaks: windows that are cut out of the hours of a date.

    """

    tz: str
    weekly: tuple[tuple[Window, ...], ...]
    holidays: frozenset[date] = frozenset()
    exceptions: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    breaks: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    def windows(self, day: date) -> tuple[Window, ...]:
        """The windows of one local date: a holiday wins over an exception, that over the weekly hours."""
        if day in self.holidays:
            return ()
        hours = self.exceptions.get(day, self.weekly[day.weekday()])
        return without(hours, self.breaks.get(day, ()))

    @property
    def never_closes(self) -> bool:
        """Whether every minute of every week is open, and no date is an exception to that."""
        whole_days = all(not without([(0, DAY)], hours) for hours in self.weekly)
        return whole_days and not (self.holidays or self.exceptions or self.breaks)

    def check(self) -> None:
        """Refuse hours that cannot be read.

        Raises:
            CalendarError: not seven weekdays, or a window that is not within one day or does not end after it begins.

        """
        if len(self.weekly) != len(DAYS):
            raise CalendarError(f"Weekly hours need seven weekdays, Monday first; here are {len(self.weekly)}.")
        for name, hours in zip(DAYS, self.weekly, strict=True):
            _check_windows(name, hours)
        for dates in (self.exceptions, self.breaks):
            for day, hours in dates.items():
                _check_windows(day.isoformat(), hours)


def without(windows: Iterable[Window], breaks: Iterable[Window]) -> tuple[Window, ...]:
    """The windows with the breaks cut out."""
    left = tuple(windows)
    for begin, end in breaks:
        pieces = [((start, min(stop, begin)), (max(start, end), stop)) for start, stop in left]
        left = tuple((start, stop) for pair in pieces for start, stop in pair if start < stop)
    return left


def _check_windows(where: str, windows: Iterable[Window]) -> None:
    for start, stop in windows:
        if not 0 <= start < stop <= DAY:
            raise CalendarError(
                f"{where}: a window from {_hhmm(start)} to {_hhmm(stop)} cannot be used. It must open before it "
                "closes, between 00:00 and 24:00; write one that runs past midnight as two.",
            )


def _hhmm(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
