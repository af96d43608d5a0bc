"""What each clock of an incident says at an instant: counted time, due, met or breached. Pure (clock rules 1-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from escalation.course import course_of
from escalation.runs import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.agreement.model import Agreement
    from escalation.runs import Run, Stop
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

    `cycle` is the version of the fact that began the run: 1 for what began with the incident. `state` is running,
    paused, met, breached or cancelled; a breached clock may still be running (`stopped_at` None). A clock that the
    present severity has no target for is paused, and shows the target it had. `due_at` is the earliest instant at
    which the target is used up, `last_safe_at` the latest at which it is still met (clock rule 1); both are None while
    a pause without end, or a calendar without further open time, keeps the clock from them. `breached_at` is
    `last_safe_at` as it was; `detected_at` is when that was recorded, None until it is (clock rule 8).
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
    return [_reading(run, at) for run in course_of(incident, agreement).runs if run.started <= at]


def _reading(run: Run, now: int) -> Reading:
    over = run.breach.breached_at if run.breach else run.ran_over(now)
    return Reading(
        clock=run.name,
        cycle=run.cycle,
        severity=run.severity,
        state=_state(run, now, over),
        target=run.segments[-1].target,
        calendar=run.calendar,
        started_at=_at(run.started),
        counted=run.counted(now),
        pauses=tuple(_pauses(run)),
        warnings=tuple(WarningPoint(percent, _maybe(run.reached(percent))) for percent in run.target.warn_at),
        due_at=_maybe(run.reached()),
        last_safe_at=_maybe(run.last_safe()),
        stopped_at=_maybe(run.stopped),
        breached_at=_maybe(over),
        detected_at=_maybe(run.breach.detected_at) if run.breach else None,
    )


def _state(run: Run, now: int, over: int | None) -> str:
    if over is not None:
        return "breached"
    if run.stopped is not None and run.stopped <= now:
        return str(run.outcome)
    return "paused" if any(_lasts(stop, now) for stop in run.stops) else "running"


def _pauses(run: Run) -> Iterator[Paused]:
    """Give a run's stops, cut to the run itself: a pause may have begun before it."""
    for stop in sorted(run.stops, key=lambda stop: stop.start):
        start = max(stop.start, run.started)
        if stop.until is None or stop.until > start:
            yield Paused(_at(start), _maybe(stop.until), stop.reason)


def _lasts(stop: Stop, now: int) -> bool:
    return stop.start <= now and (stop.until is None or now < stop.until)


def _at(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _maybe(at: int | None) -> datetime | None:
    return None if at is None else _at(at)
