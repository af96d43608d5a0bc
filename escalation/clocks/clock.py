"""Clocks as pure functions of facts (clock rules 1, 2, 5, 7 and 9); nothing is accumulated or stored.

A clock is a sequence of segments, oldest first and at least one, and a set of pauses. Instants are whole seconds since
the epoch, durations whole seconds. Time is counted as it accrued, under the calendar then in force; what is asked of a
clock is asked of the last segment's target, the one in force. To ask what held earlier, pass fewer segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from escalation.calendars.calendar_rules import CalendarError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from escalation.calendars.calendar import Calendar

Pause = tuple[int, int | None]
"""[from, to); `None` means that it is still running."""


@dataclass(slots=True)
class Segment:
    """The target that is in force from an instant on (clock rule 2).

    Nobody changes one; it is not frozen only because that takes three times as long to make, for each of many runs.

    Attributes:
        start: first instant at which it is in force.
        target: counted seconds that may pass in all, since the first segment began.
        calendar: in which time counts from then on.

    """

    start: int
    target: int
    calendar: Calendar


class Apart(tuple[Pause, ...]):
    """Pauses that are sorted and without overlap already: a clock is asked many times about the same ones."""

    __slots__ = ()


NO_PAUSES = Apart()


def union(pauses: Collection[Pause]) -> Apart:
    """The same pauses, sorted and without overlap (clock rule 5); what is empty is left out."""
    if isinstance(pauses, Apart):
        return pauses
    merged: list[Pause] = []
    for start, end in sorted(pauses, key=lambda pause: pause[0]):
        if end is not None and end <= start:
            continue
        if merged and ((last := merged[-1])[1] is None or start <= last[1]):
            merged[-1] = (last[0], None if last[1] is None or end is None else max(last[1], end))
        else:
            merged.append((start, end))
    return Apart(merged) if merged else NO_PAUSES


def counted(segments: Sequence[Segment], pauses: Collection[Pause], until: int) -> int:
    """Seconds counted since the first segment began: inside the calendar then in force, outside the pauses."""
    apart = union(pauses)
    if len(segments) == 1 and not apart:
        return segments[0].calendar.counted(segments[0].start, until)
    ends = [later.start for _, later in pairwise(segments)] + [until]
    return sum(
        segment.calendar.counted(start, end)
        for segment, segment_end in zip(segments, ends, strict=True)
        for start, end in _running(segment.start, min(segment_end, until), apart)
    )


def reached(segments: Sequence[Segment], pauses: Collection[Pause], percent: int = 100, plus: int = 0) -> int | None:
    """The earliest instant at which the counted time reaches a share of the target in force (clock rules 1 and 7).

    Never before the last segment began: what had been exceeded when the target changed is reached at the change.

    Args:
        segments: oldest first.
        pauses: in any order, overlaps allowed.
        percent: the share of the target.
        plus: counted seconds on top of the share.

    Returns:
        The instant, or None while a pause without end keeps the clock from it.

    Raises:
        CalendarError: the calendar does not hold so much open time within its bounded search.

    """
    last, apart = segments[-1], union(pauses)
    share = -(-last.target * percent // 100) + plus  # rounded up: counted * 100 >= target * percent, in integers
    if not apart and len(segments) == 1:
        return last.calendar.add(last.start, share)  # most clocks: never paused, never retargeted
    return _pass(last, apart, share - _before_last(segments, apart))


def reached_each(
    segments: Sequence[Segment], pauses: Collection[Pause], percents: Iterable[int]
) -> Sequence[int | None]:
    """As `reached`, of several shares at once; None also where a calendar does not hold so much open time."""
    last, apart = segments[-1], union(pauses)
    shares = [-(-last.target * percent // 100) for percent in percents]
    if not apart and len(segments) == 1:
        return last.calendar.add_each(last.start, shares)
    before = _before_last(segments, apart)
    return [_pass_if_ever(last, apart, share - before) for share in shares]


def _before_last(segments: Sequence[Segment], apart: Apart) -> int:
    return counted(segments, apart, segments[-1].start) if len(segments) > 1 else 0


def _pass(last: Segment, apart: Apart, missing: int) -> int | None:
    """Give the instant at which so much more has been counted since the last segment began."""
    if missing <= 0:
        return last.start
    cursor = last.start
    for start, end in apart:
        passed = last.calendar.counted(cursor, start)
        if passed >= missing:
            break
        if end is None:
            return None
        missing -= passed
        cursor = max(cursor, end)
    return last.calendar.add(cursor, missing)


def _pass_if_ever(last: Segment, apart: Apart, missing: int) -> int | None:
    try:
        return _pass(last, apart, missing)
    except CalendarError:
        return None


def due(segments: Sequence[Segment], pauses: Collection[Pause]) -> int | None:
    """The earliest instant at which the target in force is used up (clock rule 1); None and errors as `reached`."""
    return reached(segments, pauses)


def last_safe(segments: Sequence[Segment], pauses: Collection[Pause], plus: int = 0) -> int | None:
    """The latest instant at which the counted time is still within the target (clock rule 1): `breached_at` of rule 8.

    It is the due instant, unless the target is used up exactly when counting stops, at a close or at the beginning of a
    pause; then it is the instant at which counting resumes. A target that was exceeded when it came into force was safe
    at no time since: here, too, it is the due instant.

    Args:
        segments: oldest first.
        pauses: in any order, overlaps allowed.
        plus: counted seconds by which the target may be exceeded (agreement: tolerance.per_incident).

    Returns:
        The instant, or None while a pause without end keeps the clock from passing it.

    Raises:
        CalendarError: the calendar does not open again within its bounded search.

    """
    apart = union(pauses)
    at = reached(segments, apart, plus=plus)
    return None if at is None else safe_until(segments, apart, at, plus)


def safe_until(segments: Sequence[Segment], apart: Apart, reached_at: int, plus: int = 0) -> int | None:
    """As `last_safe`, where it is known already when the target, and `plus`, are used up."""
    last = segments[-1]
    if len(segments) > 1 and counted(segments, apart, reached_at) > last.target + plus:
        return reached_at
    return _resumes(last.calendar, apart, reached_at)


def _resumes(calendar: Calendar, apart: Iterable[Pause], at: int) -> int | None:
    """That instant itself if time counts at it, else the next at which it does."""
    resumed = calendar.next_open(at)
    for start, end in apart:
        if start <= resumed and (end is None or resumed < end):
            if end is None:
                return None
            resumed = calendar.next_open(end)
    return resumed


def _running(start: int, end: int, apart: Iterable[Pause]) -> Iterator[tuple[int, int]]:
    """What the pauses leave of [start, end); some pieces may be empty or turned around."""
    for pause_start, pause_end in apart:
        yield start, min(end, pause_start)
        if pause_end is None:
            return
        start = max(start, pause_end)
    yield start, end
