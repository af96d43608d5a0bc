"""What each clock of an incident says at an instant: counted time, due, met or breached. Pure (clock rules 1-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from escalation import clock
from escalation.runs import runs_of, seconds

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from escalation.runs import Run
    from incidents.incident import Incident


@dataclass(frozen=True)
class Paused:
    """A stretch in which a clock does not count; `until` None while it lasts."""

    start: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class WarningPoint:
    """A share of the target, and when it is used up; `at` None while a pause keeps it from that."""

    percent: int
    at: datetime | None


@dataclass(frozen=True)
class Reading:
    """One run of one clock, read at an instant. Durations are counted seconds.

    `state` is running, paused, met, breached or cancelled; a breached clock may still be running (`stopped_at` None).
    `due_at` is the earliest instant at which the target is used up, `last_safe_at` the latest at which it was still
    met (clock rule 1); both are None while a pause without end keeps the clock from them.
    """

    clock: str
    cycle: int
    severity: str
    state: str
    target: int
    calendar: str
    started_at: datetime
    counted: int
    pauses: tuple[Paused, ...]
    warnings: tuple[WarningPoint, ...]
    due_at: datetime | None
    last_safe_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    detected_at: datetime | None


def readings(incident: Incident, agreement: Agreement, now: datetime) -> list[Reading]:
    """Read all clocks of an incident at an instant, in the order in which they started."""
    at = seconds(now)
    return [_reading(run, at) for run in runs_of(incident, agreement) if run.segments[0].start <= at]


def breached_at(run: Run, until: int) -> int | None:
    """Give the last instant at which a run was still met, if it has run over by `until`; None if it has not.

    A breach that was true before the target changed stays true (clock rules 2 and 8), so each stretch is asked.
    """
    if run.recorded_breach is not None:
        return run.recorded_breach[0]
    ends = [later.start for _, later in pairwise(run.segments)] + [until if run.stopped is None else run.stopped]
    for count, end in enumerate(ends, start=1):
        safe = clock.last_safe(run.segments[:count], run.pauses)
        if safe is not None and safe < min(end, until):
            return safe
    return None


def _reading(run: Run, now: int) -> Reading:
    until = now if run.stopped is None else min(now, run.stopped)
    over = breached_at(run, until)
    segment = run.segments[-1]
    return Reading(
        clock=run.name,
        cycle=run.cycle,
        severity=run.severity,
        state=_state(run, now, over),
        target=segment.target,
        calendar=run.target.calendar.get(run.severity, ""),
        started_at=_at(run.segments[0].start),
        counted=clock.counted(run.segments, run.pauses, until),
        pauses=tuple(Paused(_at(stop.start), _maybe(stop.until), stop.reason) for stop in run.stops),
        warnings=tuple(
            WarningPoint(percent, _maybe(clock.reached(run.segments, run.pauses, percent)))
            for percent in run.target.warn_at
        ),
        due_at=_maybe(clock.due(run.segments, run.pauses)),
        last_safe_at=_maybe(clock.last_safe(run.segments, run.pauses)),
        stopped_at=_maybe(run.stopped),
        breached_at=_maybe(over),
        detected_at=_maybe(run.recorded_breach[1]) if run.recorded_breach else None,
    )


def _state(run: Run, now: int, over: int | None) -> str:
    if over is not None:
        return "breached"
    if run.stopped is not None and run.stopped <= now:
        return str(run.outcome)
    paused = any(start <= now and (end is None or now < end) for start, end in run.pauses)
    return "paused" if paused else "running"


def _at(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _maybe(at: int | None) -> datetime | None:
    return None if at is None else _at(at)
