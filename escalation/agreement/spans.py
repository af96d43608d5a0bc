"""Spans of time in an agreement: counted time on clocks, local calendar dates elsewhere (clock rule 10). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from escalation.calendars.zones import zone


@dataclass(frozen=True, slots=True)
class Counted:
    """`PT#H#M#S`: whole seconds."""

    seconds: int

    def end(self, start: datetime, tz: str) -> datetime:  # noqa: ARG002 - spans of dates need it
        """Give the instant at which it is over."""
        return start + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Dates:
    """`P#D`, `P#M` or `P#Y`: local calendar dates; years are twelve months."""

    months: int = 0
    days: int = 0

    def end(self, start: datetime, tz: str) -> datetime:
        """Give the end of the local date on which it ends: that whole day belongs to it."""
        local = zone(tz)
        last = start.astimezone(local).date() + relativedelta(months=self.months, days=self.days)
        return datetime.combine(last + timedelta(days=1), time(), local).astimezone(UTC)

    def before(self, end: datetime, tz: str) -> datetime:
        """Give the beginning of the local date that lies so long before another: the last day of a notice period."""
        local = zone(tz)
        first = end.astimezone(local).date() - relativedelta(months=self.months, days=self.days)
        return datetime.combine(first, time(), local).astimezone(UTC)


Span = Counted | Dates
