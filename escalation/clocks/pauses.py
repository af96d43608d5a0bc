"""Pauses that somebody asked for: which clocks stand still, and when agreed limits end that (clock rule 5). Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.calendars.calendar import CalendarError
from escalation.clocks import clock
from escalation.clocks.clock import Segment
from escalation.clocks.demands import can_stop
from escalation.clocks.runs import FAR_AHEAD, Stop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalation.agreement.model import PauseRule
    from escalation.calendars.calendar import Calendar
    from escalation.clocks.runs import Run


@dataclass(slots=True)
class Asked:
    """A pause of an incident as people began and ended it.

    Attributes:
        reason: Why.
        clocks: The names of the clocks that it stops.
        start, until: When it began and ended; `until` None while it lasts.
        entry, ended_by: The facts that began and ended it, by their versions.
        rule: What the agreement says of the reason; None: nothing.
        limits_in: The calendar in which its limits count; None: in that of each target.
        void: Whether it turned out to have been none: its time counts.
        granted_at: When a body granted it; None: nobody had to.
    """

    reason: str
    clocks: frozenset[str]
    start: int
    until: int | None = None
    entry: int | None = None
    ended_by: int | None = None
    rule: PauseRule | None = None
    limits_in: Calendar | None = None
    void: bool = False
    granted_at: int | None = None

    def stop(self, limit: int | None) -> Stop:
        """Give the stretch that it stops a clock for, which a limit may have ended."""
        if limit is not None and (self.until is None or limit <= self.until):
            told = self.ended_by if limit == self.until else None
            return Stop(self.start, limit, self.reason, self.entry, told, self.granted_at, limited=True)
        return Stop(self.start, self.until, self.reason, self.entry, self.ended_by, self.granted_at)


def concerning(run: Run, pauses: Iterable[Asked]) -> list[Asked]:
    """Give the pauses of a run, but for what lay wholly before or after it.

    Where a reason has a limit in total, that is used up by all that came before.
    """
    name, start, end = run.name, run.started, FAR_AHEAD if run.stopped is None else run.stopped
    found = [
        pause
        for pause in pauses
        if pause.start < end
        and name in pause.clocks
        and (
            pause.until is None or pause.until > start or (pause.rule is not None and pause.rule.max_total is not None)
        )
    ]
    return found if found and can_stop(run.target) else []


def stops_of(run: Run, concerned: Iterable[Asked]) -> list[Stop]:
    """Give the stretches in which pauses that concern a run held it, each ended by its limits.

    A pause that held when the run began counts, from its own beginning: its limits do not begin anew.
    """
    stops = []
    used: dict[str, int] = defaultdict(int)
    for pause in concerned:
        if pause.void:
            continue
        stop = pause.stop(_limit(run, pause, used[pause.reason]))
        stops.append(stop)
        if stop.until is not None and pause.rule is not None and pause.rule.max_total is not None:
            used[pause.reason] += clock.counted(_segments(run, pause, 0), (), stop.until)
    return stops


def void_of(run: Run, concerned: Iterable[Asked]) -> tuple[Stop, ...]:
    """Give the pauses of a run that turned out to have been none: they stop nothing, but are told of."""
    void = (pause for pause in concerned if pause.void)
    return tuple(pause.stop(None) for pause in void if pause.until is None or pause.until > run.started)


def _limit(run: Run, pause: Asked, used: int) -> int | None:
    """Give the instant at which a pause's limits end it, as they are counted; None: they never do."""
    rule = pause.rule
    if rule is None or (rule.max_each is None and rule.max_total is None):
        return None
    left = None if rule.max_total is None else rule.max_total - used
    allowed = min(each for each in (rule.max_each, left) if each is not None)
    segments = _segments(run, pause, max(0, allowed))
    try:
        for count in range(1, len(segments) + 1):
            at = clock.reached(segments[:count], ())
            if count == len(segments) or (at is not None and at <= segments[count].start):
                return at
    except CalendarError:
        pass
    return None


def _segments(run: Run, pause: Asked, target: int) -> list[Segment]:
    """Give a clock of the pause's own: in the run's calendars, of which the first counts before the run began."""
    start = pause.start
    if pause.limits_in is not None:
        return [Segment(start, target, pause.limits_in)]
    first, *later = run.segments
    return [
        Segment(start, target, first.demand.plain),
        *(Segment(max(start, segment.start), target, segment.demand.plain) for segment in later),
    ]
