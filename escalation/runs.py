"""Runs: from an incident's facts to the clocks they start, retarget, pause and stop. Pure.

A run is one cycle of one clock: the first acknowledgement, or the fourth update period. What a run says at an instant
is in clocks.py; what follows from it is in ladder.py. Seconds are whole, on the UTC line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from escalation.clock import Segment
from escalation.zones import zone
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, tzinfo

    from escalation.agreement.model import Agreement, Target
    from incidents.incident import Incident
    from incidents.ledger.facts import Fact

RESPONDS, UPDATES, RESOLVES, ACKNOWLEDGES = "respond", "update", "resolve", "acknowledge"

STOP, PAUSE, START, RETARGET, SAID = range(5)
NO_TARGET = "no target at this severity"

RANKS: dict[type[Fact], int] = {
    h.Acknowledged: STOP,
    h.UpdatePosted: STOP,
    h.Mitigated: STOP,
    h.Resolved: STOP,
    h.Cancelled: STOP,
    h.MarkedDuplicate: STOP,
    h.ClockPaused: PAUSE,
    h.Declared: START,
    h.Unacknowledged: START,
    h.Reopened: START,
    h.ClockResumed: START,
    h.PauseExpired: START,
    h.Classified: RETARGET,
    h.SeverityChanged: RETARGET,
    h.ClockBreached: SAID,
}
"""Which facts move clocks, and their order within one instant (clock rule 8)."""


@dataclass(frozen=True)
class Stop:
    """A stretch in which a run does not count, and why; `until` None while it lasts."""

    start: int
    until: int | None
    reason: str


@dataclass
class Run:
    """One cycle of one clock."""

    target: Target
    cycle: int
    segments: list[Segment]
    severity: str
    stops: list[Stop] = field(default_factory=list)
    stopped: int | None = None
    outcome: str | None = None
    recorded_breach: tuple[int, int] | None = None
    """`breached_at` and `detected_at`, once the engine has said so: it stays (clock rule 2)."""

    @property
    def name(self) -> str:
        """The clock's name: acknowledge, respond, update or resolve."""
        return self.target.name

    @property
    def running(self) -> bool:
        """Whether it has not been stopped for good."""
        return self.stopped is None

    @property
    def pauses(self) -> list[tuple[int, int | None]]:
        """Its stops, for the arithmetic of clock.py."""
        return [(stop.start, stop.until) for stop in self.stops]


def seconds(at: datetime) -> int:
    """Give an instant as whole seconds since the epoch."""
    return int(at.timestamp() // 1)


def runs_of(incident: Incident, agreement: Agreement) -> list[Run]:
    """Build every run of an incident under the agreement version that it is pinned to (clock rule 3)."""
    builder = _Builder(agreement)
    for at, fact in _in_order(incident.history):
        builder.apply(fact, at)
    return builder.runs


def _in_order(history: Sequence[Fact]) -> Iterator[tuple[int, Fact]]:
    """Give the facts that move clocks in the order in which they were so, which late ones share (clock rule 13)."""
    moving = [(seconds(fact.at), rank, fact) for fact in history if (rank := _rank(type(fact))) is not None]
    for at, _, fact in sorted(moving, key=lambda item: item[:2]):
        yield at, fact


_rank_cache: dict[type, int | None] = {}


def _rank(kind: type[Fact]) -> int | None:
    """Give a fact's rank; the library subclasses the classes of happenings.py, hence the walk, once a class."""
    if kind not in _rank_cache:
        _rank_cache[kind] = next((RANKS[base] for base in kind.__mro__ if base in RANKS), None)
    return _rank_cache[kind]


class _Builder:
    """Applies facts one by one to the runs they concern."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.runs: list[Run] = []
        self.severity = ""
        self.resolved_at: int | None = None
        self.responded = False

    def apply(self, fact: Fact, at: int) -> None:
        """Let one fact act at its time."""
        match fact:
            case h.Declared():
                self._opened(fact, at)
            case h.Classified() | h.SeverityChanged():
                self._retarget(fact.severity, at)
            case h.Acknowledged():
                self._stop(ACKNOWLEDGES, at)
            case h.Unacknowledged():
                self._start(ACKNOWLEDGES, at)
            case h.UpdatePosted():
                self._updated(fact, at)
            case h.Mitigated():
                self._respond(at)
            case h.Resolved():
                self._resolved(at)
            case h.Reopened():
                self._reopened(at)
            case h.Cancelled() | h.MarkedDuplicate():
                self._ended(at)
            case h.ClockPaused():
                self._pause(fact, at)
            case h.ClockResumed() | h.PauseExpired():
                self._resume(fact.reason, at)
            case h.ClockBreached():
                self._breached(fact)

    def _opened(self, fact: h.Declared, at: int) -> None:
        self.severity = fact.severity
        for name in (ACKNOWLEDGES, RESPONDS, RESOLVES):
            self._start(name, at)
        if self._current(RESPONDS) is None:
            self.responded = True
            self._start(UPDATES, at)

    def _updated(self, fact: h.UpdatePosted, at: int) -> None:
        """An update for the partner is a response, ends an update period and begins the next (clock rule 6)."""
        if fact.audience != "partner":
            return
        self._respond(at, restart=False)
        self._stop(UPDATES, at)
        if self.resolved_at is None:
            self._start(UPDATES, at)

    def _respond(self, at: int, *, restart: bool = True) -> None:
        """Meet the response; only now does the update clock run (clock rule 6)."""
        self._stop(RESPONDS, at)
        first, self.responded = not self.responded, True
        if first and restart:
            self._start(UPDATES, at)

    def _resolved(self, at: int) -> None:
        self._stop(RESPONDS, at)
        self.responded = True
        self._stop(UPDATES, at)
        self._stop(ACKNOWLEDGES, at)
        self._stop(RESOLVES, at)
        self.resolved_at = at
        self._end_pauses(at)

    def _reopened(self, at: int) -> None:
        """Within the agreed window the same clock goes on, closed time a pause; later a new cycle (clock rule 4)."""
        resolved_at, self.resolved_at = self.resolved_at, None
        last = self._last(RESOLVES)
        if last is not None and resolved_at is not None and self._within_window(resolved_at, at):
            last.stopped = last.outcome = None
            last.stops.append(Stop(resolved_at, at, "closed"))
            self._align(last, at)
        else:
            self._start(RESOLVES, at)
        self._start(UPDATES, at)

    def _ended(self, at: int) -> None:
        for run in self.runs:
            if run.running:
                run.stopped, run.outcome = at, "cancelled"
        self._end_pauses(at)

    def _pause(self, fact: h.ClockPaused, at: int) -> None:
        for run in self.runs:
            if run.running and run.name in fact.clocks:
                run.stops.append(Stop(at, self._limit(run, fact.reason, at), fact.reason))

    def _resume(self, reason: str, at: int) -> None:
        for run in self.runs:
            run.stops = [_ended_by(stop, at) if stop.reason == reason else stop for stop in run.stops]

    def _end_pauses(self, at: int) -> None:
        for run in self.runs:
            run.stops = [_ended_by(stop, at) for stop in run.stops]

    def _limit(self, run: Run, reason: str, at: int) -> int | None:
        """Give the instant at which the agreed limit ends a pause, in the clock's own calendar (clock rule 5)."""
        rule = self.agreement.pauses.get(reason)
        if rule is None:
            return None
        calendar = run.segments[-1].calendar
        allowed = [rule.max_each] if rule.max_each is not None else []
        if rule.max_total is not None:
            used = sum(calendar.counted(stop.start, stop.until or at) for stop in run.stops if stop.reason == reason)
            allowed.append(max(0, rule.max_total - used))
        return calendar.add(at, min(allowed)) if allowed else None

    def _retarget(self, severity: str, at: int) -> None:
        """Carry over: what was counted stays, the new target and calendar hold from now on (clock rule 2)."""
        self.severity = severity
        for run in self.runs:
            if run.running:
                self._align(run, at)
        if self.resolved_at is None:
            for name in (RESPONDS, RESOLVES, ACKNOWLEDGES):
                if self._last(name) is None:
                    self._start(name, at)
            if self.responded and self._current(UPDATES) is None:
                self._start(UPDATES, at)

    def _align(self, run: Run, at: int) -> None:
        """Give a run the target of the severity now in force; without one it stands still until there is one again."""
        if run.severity == self.severity:
            return
        run.severity = self.severity
        run.stops = [_ended_by(stop, at) if stop.reason == NO_TARGET else stop for stop in run.stops]
        if run.target.applies_to(self.severity):
            run.segments.append(self._segment(run.target, at))
        else:
            run.stops.append(Stop(at, None, NO_TARGET))

    def _segment(self, target: Target, at: int) -> Segment:
        calendar = self.agreement.calendars[target.calendar[self.severity]]
        return Segment(at, target.within[self.severity], calendar)

    def _start(self, name: str, at: int) -> None:
        target = self.agreement.targets.get(name)
        if target is None or not target.applies_to(self.severity) or self._current(name) is not None:
            return
        cycle = 1 + sum(run.name == name for run in self.runs)
        self.runs.append(Run(target, cycle, [self._segment(target, at)], self.severity))

    def _stop(self, name: str, at: int) -> None:
        run = self._current(name)
        if run is not None:
            run.stopped, run.outcome = at, "met"

    def _current(self, name: str) -> Run | None:
        run = self._last(name)
        return run if run is not None and run.running else None

    def _last(self, name: str) -> Run | None:
        return next((run for run in reversed(self.runs) if run.name == name), None)

    def _within_window(self, resolved_at: int, at: int) -> bool:
        """Compare local calendar dates in the agreement's zone (clock rule 10)."""
        local = zone(self.agreement.tz)
        days = timedelta(days=self.agreement.clock_rules.reopen_within_days)
        return _date(at, local) <= _date(resolved_at, local) + days

    def _breached(self, fact: h.ClockBreached) -> None:
        for run in self.runs:
            if (run.name, run.cycle) == (fact.clock, fact.cycle):
                run.recorded_breach = (seconds(fact.breached_at), seconds(fact.detected_at))


def _ended_by(stop: Stop, at: int) -> Stop:
    """End a stop that still lasts at an instant."""
    return Stop(stop.start, at, stop.reason) if stop.until is None or stop.until > at else stop


def _date(at: int, local: tzinfo) -> date:
    return datetime.fromtimestamp(at, local).date()
