"""What each clock of an incident says at an instant: counted time, due, met or breached. Pure (clock rules 1-8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from escalation.clocks.clock import reached_each
from escalation.clocks.course import course_of
from escalation.clocks.runs import FAR_AHEAD, seconds
from escalation.clocks.why import because
from escalation.engine.sources import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.clocks.course import Course, Versions
    from escalation.clocks.runs import Run
    from escalation.clocks.why import Because
    from incidents.incident import Incident

WHOLE = 100
"""Per cent."""


class Paused(NamedTuple):
    """A stretch in which a clock does not count; `until` None while it lasts."""

    start: datetime
    until: datetime | None
    reason: str


class WarningPoint(NamedTuple):
    """A share of the target, and when it is used up; `at` None while a pause keeps it from that."""

    percent: int
    at: datetime | None


@dataclass
class Reading:
    """One run of one clock, read at an instant. Durations are counted seconds, or business days where `by` is given.

    Nobody changes one; it is not frozen only because that takes three times as long to make, for each of many runs.

    Attributes:
        clock: The target's name, or the legal notification's.
        cycle: The version of the fact that began the run (see runs.py); with the clock it names the run.
        about: The action that it is about; None: the incident.
        severity: The one that it last followed; of an action its priority.
        duty_of: The parties that owe it.
        state: running, paused, met, deviation, breached, excused or cancelled. A breached clock may still be running
            (`stopped_at` None). A clock that has no target now is paused, and shows the target it had.
        target: Counted seconds; None where `by` says in how many business days it is due.
        calendar: The calendar's name.
        due_at: The earliest instant at which the target is used up. It and `last_safe_at` are None while a pause
            without end, or a calendar without further open time, keeps the clock from them.
        provisional: Whether that lies past the dates for which the calendar's holidays are known.
        last_safe_at: The latest instant at which the target is still met (clock rule 1).
        deviated_at: `last_safe_at` as it was, where the clock ran over by no more than is tolerated, if only at first.
        breached_at: The last instant at which the clock was within its target and what is tolerated.
        detected_at: When the breach, or else the deviation, was recorded; None until it is (clock rule 8).
    """

    clock: str
    cycle: int
    about: str | None
    severity: str
    duty_of: tuple[str, ...]
    state: str
    target: int | None
    by: int | None
    calendar: str
    started_at: datetime
    counted: int
    pauses: tuple[Paused, ...]
    warnings: tuple[WarningPoint, ...]
    due_at: datetime | None
    provisional: bool
    last_safe_at: datetime | None
    stopped_at: datetime | None
    deviated_at: datetime | None
    breached_at: datetime | None
    detected_at: datetime | None
    _run: Run = field(repr=False, compare=False)
    _now: int = field(repr=False, compare=False)

    @cached_property
    def why(self) -> tuple[Because, ...]:
        """Say in words how it came to this, in order; worked out when it is asked for."""
        return because(self._run, self._now)


def readings(incident: Incident, versions: Versions, now: datetime) -> list[Reading]:
    """Read all clocks of an incident at an instant, in the order in which they started."""
    return readings_of(course_of(incident, versions), now)


def readings_of(course: Course, now: datetime) -> list[Reading]:
    """Read all clocks of a course at an instant."""
    at = seconds(now)
    return [_reading(run, at) for run in course.runs if run.started <= at]


def _reading(run: Run, now: int) -> Reading:
    demand = run.demand
    warnings, due = _reached(run)
    due_at, safe = _maybe(due), run.safe_after(due)
    deviated, breached = missed(run, now)
    told = run.breach or (run.deviation if breached is None else None)
    amount = run.segments[-1].target
    return Reading(
        run.name,
        run.cycle,
        run.about,
        run.severity,
        run.duty_of,
        _state(run, now, deviated, breached),
        None if demand.by_days else amount,
        amount if demand.by_days else None,
        demand.calendar,
        instant(run.started),
        run.counted(now),
        tuple(_pauses(run, now, due)) if run.stops or demand.windows else (),
        warnings,
        due_at,
        due is not None and demand.known_end is not None and due > demand.known_end,
        due_at if safe == due else _maybe(safe),
        _maybe(run.stopped),
        _maybe(deviated if deviated != breached or run.deviation else None),
        _maybe(breached),
        None if told is None else instant(told.detected_at),
        run,
        now,
    )


def _reached(run: Run) -> tuple[tuple[WarningPoint, ...], int | None]:
    """Give when the shares are used up at which it warns, and when all of it is."""
    percents = run.target.warn_at
    *warned, due = reached_each(run.segments, run.apart, (*percents, WHOLE))
    return tuple([WarningPoint(percent, _maybe(at)) for percent, at in zip(percents, warned, strict=True)]), due


def missed(run: Run, now: int) -> tuple[int | None, int | None]:
    """Give when a run deviated, and when it was breached: as it is on record, else as it is by now."""
    over = run.ran_over(now)
    deviated, breached = over or (None, None)
    if run.breach is not None:
        breached = run.breach.breached_at
    if run.deviation is not None:
        deviated = run.deviation.breached_at
    return deviated, breached


def _state(run: Run, now: int, deviated: int | None, breached: int | None) -> str:
    over = deviated if breached is None else breached
    if over is not None:
        excused = run.excuse(now) is not None
        return "excused" if excused else "deviation" if breached is None else "breached"
    if run.stopped is not None and run.stopped <= now:
        return str(run.outcome)
    return "paused" if any(start <= now < until for start, until, _ in _held(run, now, now + 1)) else "running"


def _held(run: Run, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Give what holds a run at some time between two instants: pauses, and maintenance while it is due."""
    for stop in run.stops:
        until = FAR_AHEAD if stop.until is None else stop.until
        if stop.start < end and until > start:
            yield stop.start, until, stop.reason
    ends = [later.start for _, later in pairwise(run.segments)] + [FAR_AHEAD]
    for segment, segment_end in zip(run.segments, ends, strict=True):
        first, last = max(segment.start, start), min(segment_end, end)
        for windows in segment.demand.windows if first < last else ():
            for opens, closes in windows.between(first, last):
                yield max(opens, segment.start), min(closes, segment_end), windows.exclusion.id


def _pauses(run: Run, now: int, due: int | None) -> Iterator[Paused]:
    """Give what held, holds or will hold a run until it is due, cut to its beginning: a pause may lie before it."""
    end = run.stopped or max(now + 1, due or 0)
    found = ((stop.start, stop.until or FAR_AHEAD, stop.reason) for stop in run.stops)
    seen = {*found, *_held(run, run.started, end)}
    for start, until, reason in sorted(seen):
        first = max(start, run.started)
        if until > first:
            yield Paused(instant(first), None if until == FAR_AHEAD else instant(until), reason)


def _maybe(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
