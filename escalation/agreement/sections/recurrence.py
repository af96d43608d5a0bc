"""Days that come again and again, by a rule of RFC 5545 (`FREQ=MONTHLY;BYDAY=1SU`). Pure.

A rule names its days itself and has no end: an agreement has a term of its own. So it can be asked about any year, and
it never searches for a day that no year has.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, cast

from dateutil.rrule import rrule, rrulestr

from escalation.calendars.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from escalation.agreement.model import Window

_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)", re.ASCII)
_LONGEST = 200
_DAYS = {
    "DAILY": (),
    "WEEKLY": ("BYDAY",),
    "MONTHLY": ("BYDAY", "BYMONTHDAY"),
    "YEARLY": ("BYDAY", "BYMONTHDAY", "BYYEARDAY"),
}
"""Each frequency, with the parts of which one must name its days; else they would hang on the day it was written."""
_PARTS = ("FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYSETPOS", "WKST")
_INTERVAL = re.compile(r"[1-8]", re.ASCII)
_ZERO = re.compile(r"(^|,)[+-]?0+(,|[A-Z]|$)", re.ASCII)
_LAST_YEARS = datetime(9972, 1, 1)  # noqa: DTZ001 - a local date, for rules know no zone
"""All weekdays and leap years come by in 28 years, and no search goes past the year 9999."""
_COMPARED_YEARS = 10


def trouble(rule: str) -> tuple[str, str] | None:
    """What is wrong with a rule, and what would be right; None: nothing.

    The days may be any that the calendar has, DAILY or rarer, without COUNT or UNTIL.
    """
    parts = {match[1]: match[2] for part in rule.split(";") if (match := _PART.fullmatch(part))}
    if len(rule) > _LONGEST or len(parts) != rule.count(";") + 1:
        return "is not a rule of RFC 5545", "write one such as FREQ=MONTHLY;BYDAY=1SU"
    return _unknown(parts) or _unanchored(parts) or _refused(rule)


def days(rule: str, anchor: date, first: date, last: date) -> list[date]:
    """The days of a rule between two days, both included, none before the anchor.

    Args:
        rule: One without trouble.
        anchor: The day in whose week INTERVAL begins to count.
        first: The earliest day.
        last: The latest day.
    """
    begin = datetime.combine(anchor, time())
    recurring = cast("rrule", rrulestr(rule, dtstart=begin))
    found = recurring.xafter(datetime.combine(max(anchor, first), time()), inc=True)
    return [day.date() for day in takewhile(lambda day: day.date() <= last, found)]


def spans(window: Window, anchor: date, first: date, last: date) -> Iterator[tuple[int, int]]:
    """Give the times of a window whose local days lie between two days, as epoch seconds."""
    local = zone(window.tz)
    for day in days(window.rrule, anchor, first, last):
        # A start in a gap of the clocks keeps the old offset, an ambiguous one is the first (clock rule 9).
        start = int((datetime.combine(day, time(), local) + timedelta(seconds=window.start)).timestamp())
        yield start, start + window.duration


def overlap(windows: Sequence[Window]) -> tuple[int, int, date] | None:
    """Two windows, by their indexes, of which one begins before the other ends, and when; one may overlap itself."""
    anchor = date(2026, 1, 1)
    last = anchor.replace(year=anchor.year + _COMPARED_YEARS)
    each = sorted(
        (start, end, index)
        for index, window in enumerate(windows)
        for start, end in spans(window, anchor, anchor, last)
    )
    for (_, end, one), (start, _, other) in pairwise(each):
        if start < end:
            return one, other, datetime.fromtimestamp(start, UTC).date()
    return None


def _unknown(parts: dict[str, str]) -> tuple[str, str] | None:
    stranger = next((name for name in parts if name not in _PARTS), None)
    if stranger in ("COUNT", "UNTIL"):
        return f"ends by {stranger}", "remove that: it holds for the agreement's term"
    if stranger is not None:
        return f"has the part {stranger}", f"write only {', '.join(_PARTS)}"
    if parts.get("FREQ") not in _DAYS:
        return f"has FREQ={parts.get('FREQ', '')}", f"write one of {', '.join(_DAYS)}"
    if any(_ZERO.search(value) for value in parts.values()):
        return "counts from 0", "count from 1, or from -1 for the last"
    return None


def _unanchored(parts: dict[str, str]) -> tuple[str, str] | None:
    freq = parts["FREQ"]
    if _DAYS[freq] and not any(name in parts for name in _DAYS[freq]):
        return "does not name its days", f"add {' or '.join(_DAYS[freq])}, such as BYDAY=SU"
    if freq == "YEARLY" and "BYDAY" not in parts and "BYYEARDAY" not in parts and "BYMONTH" not in parts:
        return "does not name its month", "add BYMONTH, or write FREQ=MONTHLY"
    if "INTERVAL" in parts and not (freq == "WEEKLY" and _INTERVAL.fullmatch(parts["INTERVAL"])):
        # With the other frequencies it would hang on the anchor whether it ever comes.
        return f"has INTERVAL={parts['INTERVAL']}", "write 1 to 8 with FREQ=WEEKLY, or name months by BYMONTH"
    if freq in ("DAILY", "WEEKLY") and any(character.isdigit() for character in parts.get("BYDAY", "")):
        return f"has BYDAY={parts['BYDAY']}", "number days of a month or year only, with FREQ=MONTHLY or FREQ=YEARLY"
    return None


def _refused(rule: str) -> tuple[str, str] | None:
    try:
        happens = next(iter(cast("rrule", rrulestr(rule, dtstart=_LAST_YEARS))), None) is not None
    except (ValueError, LookupError, TypeError, ArithmeticError):
        return "is not a rule of RFC 5545", "write one such as FREQ=MONTHLY;BYDAY=1SU"
    return None if happens else ("never comes", "name days that exist")
