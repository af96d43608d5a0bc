"""The course of an incident's clocks: from its facts to the runs they start, retarget, pause and stop. Pure.

What is owed follows from the incident's state alone: an acknowledgement until somebody has taken it, a response until
the partner heard of it (by an update, the mitigation or the resolution), updates once it did, a resolution until it is
over. So a fact changes that state, stops what it answers, and then whatever is owed and does not run is started.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from escalation.clock import Segment, union
from escalation.order import in_order
from escalation.pauses import Asked, stops_of
from escalation.runs import (
    ACKNOWLEDGES,
    CANCELLED,
    CLOSED,
    MET,
    NO_TARGET,
    RESOLVES,
    RESPONDS,
    RESPONSE_OWED,
    UPDATES,
    Breach,
    Run,
    Stop,
    seconds,
)
from escalation.zones import zone
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from escalation.agreement.model import Agreement, Target
    from incidents.incident import Incident
    from incidents.ledger.facts import Fact


@dataclass(frozen=True)
class Course:
    """What became of an incident's clocks.

    Attributes:
        runs: In the order in which they started.
        pauses: As people began and ended them; the runs' stops show what the limits made of them.
        unfounded: Breaches on record, by clock and cycle, that a fact reported later turned out not to be so.
    """

    runs: list[Run]
    pauses: list[Asked]
    unfounded: dict[tuple[str, int], Breach]


def course_of(incident: Incident, agreement: Agreement) -> Course:
    """Work out an incident's clocks under the agreement version that it is pinned to (clock rule 3)."""
    builder = _Builder(agreement)
    for at, kind, fact in in_order(incident.history):
        builder.apply(kind, fact, at)
    builder.finish()
    return Course(builder.runs, builder.pauses, _judged(builder.runs, incident.history))


class _Builder:
    """Applies facts one by one, in the order in which they act."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.runs: list[Run] = []
        self.pauses: list[Asked] = []
        self._last: dict[str, Run] = {}
        self._severity = ""
        self._over = False
        self._acknowledged = False
        self._responded = False
        self._resolved_at: int | None = None
        self._closed: list[Run] = []

    def apply(self, kind: type[Fact], fact: Fact, at: int) -> None:
        """Let one fact act at its time."""
        _ACTS[kind](self, fact, at)
        if not self._over:
            self._hold_updates(at)
            self._start_what_is_owed(at, fact.originator_version)

    def finish(self) -> None:
        """Give each run the pauses that held it."""
        for run in self.runs:
            run.stops += stops_of(run, self.pauses, self.agreement.pauses)
            run.apart = union([(stop.start, stop.until) for stop in run.stops])

    def rated(self, fact: h.Declared | h.Classified | h.SeverityChanged, at: int) -> None:
        """Carry over: what was counted stays, the new target and calendar hold from now on (clock rule 2)."""
        self._severity = fact.severity
        for run in self._running():
            self._align(run, at)

    def acknowledged(self, _: Fact, at: int) -> None:
        """Stop the question who takes it."""
        self._acknowledged = True
        self._stop(ACKNOWLEDGES, at)

    def unacknowledged(self, _: Fact, __: int) -> None:
        """Ask it again: a new cycle, for the first one was answered."""
        self._acknowledged = False

    def updated(self, fact: h.UpdatePosted, at: int) -> None:
        """An update for the partner is a response, and ends an update period (clock rule 6); an internal one is not."""
        if fact.audience == "partner":
            self.responded(fact, at)
            self._stop(UPDATES, at)
            self._closed = [run for run in self._closed if run.name != UPDATES]

    def responded(self, _: Fact, at: int) -> None:
        """Mitigating, too, is a response."""
        self._responded = True
        self._stop(RESPONDS, at)

    def resolved(self, _: Fact, at: int) -> None:
        """All questions are answered; two clocks go on if it is reopened in time (clock rule 4)."""
        if not self._over:
            self._closed = [run for run in self._running() if run.name in {RESOLVES, UPDATES}]
            self._acknowledged = self._responded = True
            for run in self._running():
                self._stop(run.name, at)
            self._resolved_at = at
            self._end(at)

    def reopened(self, _: Fact, at: int) -> None:
        """Within the agreed window the same clocks go on, closed time a pause; later, new cycles (clock rule 4)."""
        self._over = False
        if self._resolved_at is not None and self._within_window(self._resolved_at, at):
            for run in self._closed:
                run.stopped = run.outcome = None
                run.stops.append(Stop(self._resolved_at, at, CLOSED))
                self._align(run, at)
        self._closed = []

    def withdrawn(self, _: Fact, at: int) -> None:
        """A false alarm or a duplicate: nothing is owed any more."""
        if not self._over:
            for run in self._running():
                run.stop(at, CANCELLED)
            self._end(at)

    def paused(self, fact: h.ClockPaused, at: int) -> None:
        """Pause for a reason; what turns out to be over by then cannot be paused."""
        if not self._over:
            self.pauses.append(Asked(fact.reason, frozenset(fact.clocks), at))

    def resumed(self, fact: h.ClockResumed | h.PauseExpired, at: int) -> None:
        """End the pause of that reason."""
        for pause in self.pauses:
            if pause.until is None and pause.reason == fact.reason:
                pause.until = at

    def _end(self, at: int) -> None:
        self._over = True
        for pause in self.pauses:
            if pause.until is None:
                pause.until = at

    def _align(self, run: Run, at: int) -> None:
        """Give a run the target of the severity now in force; without one it stands still until there is one again."""
        if run.severity == self._severity:
            return
        run.severity = self._severity
        if run.target.applies_to(self._severity):
            run.release(at, NO_TARGET)
            run.calendar = run.target.calendar[self._severity]
            run.segments.append(self._segment(run.target, at))
        else:
            run.hold(at, NO_TARGET)

    def _hold_updates(self, at: int) -> None:
        """While a response is owed no update clock runs (clock rule 6), also where a severity begins to ask for one."""
        run = self._last.get(UPDATES)
        if run is not None and run.running:
            if self._response_owed:
                run.hold(at, RESPONSE_OWED)
            else:
                run.release(at, RESPONSE_OWED)

    def _start_what_is_owed(self, at: int, cycle: int) -> None:
        owed = {
            ACKNOWLEDGES: not self._acknowledged,
            RESPONDS: not self._responded,
            RESOLVES: True,
            UPDATES: not self._response_owed,
        }
        for name, asked in owed.items():
            target = self.agreement.targets.get(name)
            if asked and target is not None and target.applies_to(self._severity) and not self._runs(name):
                calendar = target.calendar[self._severity]
                run = Run(target, cycle, self._severity, calendar, [self._segment(target, at)])
                self._last[name] = run
                self.runs.append(run)

    @property
    def _response_owed(self) -> bool:
        target = self.agreement.targets.get(RESPONDS)
        return not self._responded and target is not None and target.applies_to(self._severity)

    def _segment(self, target: Target, at: int) -> Segment:
        calendar = self.agreement.calendars[target.calendar[self._severity]]
        return Segment(at, target.within[self._severity], calendar)

    def _stop(self, name: str, at: int) -> None:
        """Stop a clock; one that had no target when it was stopped met none."""
        if self._runs(name):
            run = self._last[name]
            run.stop(at, MET if run.owing else CANCELLED)

    def _running(self) -> Iterator[Run]:
        return (run for run in list(self._last.values()) if run.running)

    def _runs(self, name: str) -> bool:
        return name in self._last and self._last[name].running

    def _within_window(self, resolved_at: int, at: int) -> bool:
        """Compare local calendar dates in the agreement's zone (clock rule 10)."""
        local = zone(self.agreement.tz)
        resolved, reopened = (datetime.fromtimestamp(each, local).date() for each in (resolved_at, at))
        return reopened <= resolved + timedelta(days=self.agreement.clock_rules.reopen_within_days)


_ACTS: dict[type[Fact], Callable[[_Builder, Any, int], None]] = {
    h.Declared: _Builder.rated,
    h.Classified: _Builder.rated,
    h.SeverityChanged: _Builder.rated,
    h.Acknowledged: _Builder.acknowledged,
    h.Unacknowledged: _Builder.unacknowledged,
    h.UpdatePosted: _Builder.updated,
    h.Mitigated: _Builder.responded,
    h.Resolved: _Builder.resolved,
    h.Reopened: _Builder.reopened,
    h.Cancelled: _Builder.withdrawn,
    h.MarkedDuplicate: _Builder.withdrawn,
    h.ClockPaused: _Builder.paused,
    h.ClockResumed: _Builder.resumed,
    h.PauseExpired: _Builder.resumed,
}


def _judged(runs: Sequence[Run], history: Sequence[Fact]) -> dict[tuple[str, int], Breach]:
    """Give each run the breach on record that stands; return those that do not.

    A breach stays, whatever becomes of severity and pauses since (clock rules 2 and 5). Only a clock that turns out to
    have been stopped in time was never breached (clock rule 13).
    """
    said: dict[tuple[str, int], Breach] = {}
    for fact in history:
        if isinstance(fact, h.ClockBreached):
            said[fact.clock, fact.cycle] = Breach(seconds(fact.breached_at), seconds(fact.detected_at))
        elif isinstance(fact, h.ClockCorrected):
            said.pop((fact.clock, fact.cycle), None)
    if not said:
        return {}
    for run in runs:
        breach = said.get((run.name, run.cycle))
        if breach is not None and not run.was_over_by(breach.breached_at):
            run.breach = said.pop((run.name, run.cycle))
    return said
