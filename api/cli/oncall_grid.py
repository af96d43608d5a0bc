"""Schedules drawn in the terminal: a line for an instant, a calendar for weeks. All of it reads without colours too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from string import ascii_letters
from typing import TYPE_CHECKING

from rich.text import Text

from escalation.calendars.local_days import instant
from escalation.calendars.zones import zone
from escalation.oncall.reports import gaps
from notifications.message.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from escalation.oncall.record import OnCallSchedule
    from escalation.oncall.schedule import Shift

SLOTS, SLOT_SECONDS = 8, 3 * 3600
"""Each day has so many signs, of three hours on the wall each."""
DAYS = 7
COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan", "bright_green", "bright_magenta")
GAP, QUIET, SEVERAL = "!", ".", "+"
OVERRIDDEN, SWAPPED, TODAY, CHANGE = "o", "s", "<", "*"
MOST_HANDOFFS = 40
LOOKED_AHEAD = timedelta(days=31)
NOBODY = "nobody"


def on_call_line(record: OnCallSchedule, names: Mapping[str, str | None], at: datetime) -> str:
    """Say in a line who is on call at an instant, until when, and who follows; times in the schedule's zone."""
    people, tz = record.on_call(at), zone(record.settings.tz)
    line = f"{record.partnership}  {record.label}  {_who(people, names)}"
    for shift in record.final(at, at + LOOKED_AHEAD):
        if shift.people != people:
            return f"{line}  until {_time(shift.start, tz)}, then {_who(shift.people, names)}"
    return line


def drawn(record: OnCallSchedule, names: Mapping[str, str | None], now: datetime, weeks: int) -> Iterator[Text]:
    """Draw the week that runs and those to come, a line a week, a sign for three hours; then each handoff in words."""
    tz = zone(record.settings.tz)
    today = now.astimezone(tz).date()
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=number) for number in range(DAYS * weeks)]
    start, end = _edge(days[0], 0, tz), _edge(days[-1], SLOTS, tz)
    calendar = _Calendar(record.final(start, end), tz, record)
    yield Text(f"{record.label} of {record.partnership}, {tz.key}", "bold")
    yield Text()
    for week in range(weeks):
        yield from calendar.week(days[week * DAYS : (week + 1) * DAYS], today)
    yield from calendar.legend(names)
    yield from calendar.handoffs(names, now)


class _Calendar:
    """Shifts as signs: a letter for each person, in the order in which they come up."""

    def __init__(self, shifts: Sequence[Shift], tz: ZoneInfo, record: OnCallSchedule) -> None:
        self._shifts, self._tz, self._record = shifts, tz, record
        self._gaps = gaps(shifts, record.definition.must_cover, record.settings.tz)
        people = dict.fromkeys(person for shift in shifts for person in shift.people)
        self._keys = dict(zip(people, islice(cycle(ascii_letters), len(people)), strict=True))
        self._styles = dict(zip(people, islice(cycle(COLOURS), len(people)), strict=True))

    def week(self, days: Sequence[date], today: date) -> Iterator[Text]:
        """Give the lines of a week: its dates, its signs, and a line of marks where there is anything to mark."""
        heads, signs, marks = Text("    "), Text("    "), Text("    ")
        for day in days:
            marked = f"{day:%a %d} {TODAY if day == today else ''}{CHANGE if self._changes(day) else ''}"
            heads.append(marked.ljust(SLOTS + 2), "bold")
            for slot in range(SLOTS):
                sign, style, mark = self._slot(_edge(day, slot, self._tz), _edge(day, slot + 1, self._tz))
                signs.append(sign, style)
                marks.append(mark)
            signs.append("  ")
            marks.append("  ")
        yield Text(f"{days[0]:%d %B %Y}", "dim")
        for line in (heads, signs, marks):
            line.rstrip()
            if line.plain:
                yield line

    def legend(self, names: Mapping[str, str | None]) -> Iterator[Text]:
        """Say what the signs mean."""
        yield Text()
        for person, key in self._keys.items():
            yield Text.assemble((f"  {key}  ", self._styles[person]), printable(names.get(person) or person))
        yield Text(f"  {GAP} a gap   {QUIET} nobody, and nobody needed   {SEVERAL} several at once", "dim")
        yield Text(f"  {OVERRIDDEN} override   {SWAPPED} swap   {TODAY} today   {CHANGE} the clocks are changed", "dim")
        yield Text("  Each sign is three hours, from midnight on.", "dim")

    def handoffs(self, names: Mapping[str, str | None], now: datetime) -> Iterator[Text]:
        """List what is to come, to the minute."""
        yield Text()
        coming = [shift for shift in self._shifts if shift.end > now]
        empty = {gap.start for gap in self._gaps}
        for shift in coming[:MOST_HANDOFFS]:
            style = "bold red" if shift.start in empty else self._style(shift)
            who = (_who(shift.people, names), style)
            yield Text.assemble(f"  {_time(shift.start, self._tz)}  ", who, _because(shift, self._record))
        if len(coming) > MOST_HANDOFFS:
            yield Text(f"  and {len(coming) - MOST_HANDOFFS} more", "dim")

    def _slot(self, start: datetime, end: datetime) -> tuple[str, str, str]:
        """Give the sign of a slot, how it looks, and its mark. A gap shows, however short it is."""
        if start >= end:
            return " ", "", " "  # the clocks leave these hours out
        if any(gap.start < end and start < gap.end for gap in self._gaps):
            return GAP, "bold red", self._mark(start, end)
        inside = [shift for shift in self._shifts if shift.start < end and start < shift.end]
        longest = max(inside, key=lambda shift: min(shift.end, end) - max(shift.start, start))
        sign = SEVERAL if len(longest.people) > 1 else QUIET
        if len(longest.people) == 1:
            sign = self._keys[longest.people[0]]
        return sign, self._style(longest), self._mark(start, end)

    def _mark(self, start: datetime, end: datetime) -> str:
        inside = [shift for shift in self._shifts if shift.start < end and start < shift.end]
        if any(shift.override is not None for shift in inside):
            return OVERRIDDEN
        return SWAPPED if any(shift.swap is not None for shift in inside) else " "

    def _style(self, shift: Shift) -> str:
        return self._styles[shift.people[0]] if len(shift.people) == 1 else "dim"

    def _changes(self, day: date) -> bool:
        begin, end = _edge(day, 0, self._tz), _edge(day, SLOTS, self._tz)
        return begin.astimezone(self._tz).utcoffset() != end.astimezone(self._tz).utcoffset()


def _because(shift: Shift, record: OnCallSchedule) -> Text:
    """Say what put them on call: an override, a swap, or a layer that has a name."""
    told = []
    if shift.override is not None:
        told.append(f"override {shift.override}")
    elif shift.layer is not None and shift.layer < len(record.layers) and record.layers[shift.layer]["name"]:
        told.append(str(record.layers[shift.layer]["name"]))
    if shift.swap is not None:
        told.append(f"swap {shift.swap}")
    return Text(f"  ({', '.join(told)})" if told else "", "dim")


def _who(people: Sequence[str], names: Mapping[str, str | None]) -> str:
    return " and ".join(printable(names.get(person) or person) for person in people) or NOBODY


def _edge(day: date, slot: int, tz: ZoneInfo) -> datetime:
    """Give the instant at which a slot of a local day begins."""
    return datetime.fromtimestamp(instant(day, slot * SLOT_SECONDS, tz), UTC)


def _time(at: datetime, tz: ZoneInfo) -> str:
    """Say a time; with its offset, for on the night of a change one time comes twice."""
    return at.astimezone(tz).strftime("%a %d %b %Y %H:%M %Z")
