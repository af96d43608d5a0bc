"""What is wrong with schedules, ahead: stretches with nobody, and people who are in two places at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING

from escalation.calendars.zones import zone
from escalation.oncall.hours import OpenHours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from escalation.oncall.schedule import Hours, Shift


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """During [start, end) somebody is on call in two or more schedules at once."""

    start: datetime
    end: datetime
    person: str
    schedules: tuple[str, ...]


def gaps(shifts: Iterable[Shift], must_cover: tuple[Hours, ...] | None, tz: str) -> list[Shift]:
    """Stretches with nobody, of a final schedule: as it names them, so that an override that says nobody is known.

    Args:
        shifts: A final schedule, in order.
        must_cover: The hours in which somebody must be on call; None: all. What lies outside them is no gap.
        tz: The zone of these hours.

    Raises:
        UnknownZoneError: there is no such zone.

    """
    empty = [shift for shift in shifts if not shift.people]
    if must_cover is None:
        return empty
    hours = OpenHours(must_cover, zone(tz))
    return [part for shift in empty for part in _within(shift, hours)]


def double_bookings(finals: Mapping[str, Sequence[Shift]]) -> list[DoubleBooking]:
    """Who is on call in several of these named final schedules at once, and when; in order of time, then of person."""
    held: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for name, shifts in finals.items():
        for shift in shifts:
            for person in set(shift.people):
                held.setdefault(person, []).append((shift.start, shift.end, name))
    found = [booking for person, stretches in held.items() for booking in _clashes(person, stretches)]
    return sorted(found, key=lambda booking: (booking.start, booking.person))


def _within(shift: Shift, hours: OpenHours) -> Iterator[Shift]:
    first, last = floor(shift.start.timestamp()), ceil(shift.end.timestamp())
    for opens, closes in hours.stretches(first, last):
        start, end = (datetime.fromtimestamp(edge, UTC) for edge in (opens, closes))
        if max(shift.start, start) < min(shift.end, end):
            yield replace(shift, start=max(shift.start, start), end=min(shift.end, end))


def _clashes(person: str, stretches: list[tuple[datetime, datetime, str]]) -> Iterator[DoubleBooking]:
    """Yield stretches in which two or more schedules name the person, each as long as they are the same ones."""
    last: DoubleBooking | None = None
    for start, end, names in _together(stretches):
        if last is not None and last.end == start and last.schedules == names:
            last = replace(last, end=end)
            continue
        if last is not None:
            yield last
        last = DoubleBooking(start, end, person, names) if len(names) > 1 else None
    if last is not None:
        yield last


def _together(stretches: list[tuple[datetime, datetime, str]]) -> Iterator[tuple[datetime, datetime, tuple[str, ...]]]:
    """Yield the time from edge to edge, and the schedules that name the person then."""
    begins, ends = sorted(stretches, reverse=True), sorted(stretches, key=lambda each: each[1], reverse=True)
    running: list[str] = []
    for at, until in pairwise(sorted({edge for start, end, _ in stretches for edge in (start, end)})):
        while begins and begins[-1][0] <= at:
            running.append(begins.pop()[2])
        while ends and ends[-1][1] <= at:
            running.remove(ends.pop()[2])
        yield at, until, tuple(sorted(set(running)))
