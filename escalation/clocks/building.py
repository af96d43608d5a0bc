"""Builds the runs of an incident: facts act one by one, in the order in which they were so. Pure.

What is owed follows from the moments that came about: a clock is wanted once a moment that it starts from has come,
until the one that stops it has. A fact stops what it answers, and then whatever is wanted, has a target at the severity
and does not run is started.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from escalation.calendars.local_days import local_date
from escalation.calendars.zones import zone
from escalation.clocks.demands import RESOLVED, demands, is_legal, outlives
from escalation.clocks.law import Law
from escalation.clocks.runs import CANCELLED, CLOSED, MET, NO_TARGET, RESPONSE_OWED, Run, Stop
from escalation.clocks.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from escalation.agreement.model import Agreement, LegalNotification, Target
    from escalation.clocks.demands import Demand
    from escalation.clocks.grants import Grant
    from escalation.clocks.pauses import Asked
    from escalation.clocks.runs import Stretch

ACKNOWLEDGED, RESPONDED, NEXT_UPDATE = "acknowledged", "first_qualified_response", "next_update"
MITIGATED = "workaround_in_place"
ANSWERED_FOR_GOOD = frozenset({ACKNOWLEDGED, RESPONDED})
"""What stays answered when an incident is reopened (clock rule 4)."""
BY_RESOLVING = (ACKNOWLEDGED, RESPONDED, NEXT_UPDATE, MITIGATED, RESOLVED)
"""What a resolution answers, beside itself."""


class Builder:
    """The state of an incident as far as its clocks ask, and the runs so far."""

    def __init__(
        self, agreements: Callable[[int], Agreement], first: int, service: str, judged_at: Callable[[int], str]
    ) -> None:
        self.runs: list[Run] = []
        self.pauses: list[Asked] = []
        self.grants: list[Grant] = []
        self.law = Law()
        self.severity = ""
        self.over = self.withdrawn = False
        self.demands = demands(agreements(first), service)
        self._agreements = agreements
        self._service = service
        self._judged_at = judged_at
        self._wanted = Wanted()
        self._running: dict[tuple[str, str | None], Run] = {}
        self._actions: dict[str, tuple[str, int]] = {}
        self._legal: dict[str, Run] = {}
        self._closed: list[Run] = []
        self._resolved = (0, 0)

    # --- moments -----------------------------------------------------------------------------------------------------

    def reach(self, moments: Iterable[str], at: int, entry: int, only: Callable[[Target], bool] | None = None) -> None:
        """Let moments come about: first what they stop, then what they start; `only` tells whose targets."""
        for moment in moments:
            for target in filter(only, self.demands.stopping.get(moment, ())):
                self._wanted.drop(target)
                self.stop(target.name, at, entry)
                if self.over:
                    self._closed = [run for run in self._closed if run.name != target.name]
        for moment in moments:
            for target in filter(only, self.demands.starting.get(moment, ())):
                self._wanted.add(target)
        self._wanted.reached(moments)

    def want_again(self, moment: str, only: Callable[[Target], bool]) -> None:
        """Ask anew for what a moment stops: it turned out not to have come to stay."""
        for target in filter(only, self.demands.stopping.get(moment, ())):
            self._wanted.add(target, again=True)

    def settle(self, at: int, entry: int) -> None:
        """Start whatever is wanted and does not run, as far as the state allows it."""
        if not self.severity or self.withdrawn:
            return
        response_owed = self._response_owed()
        if not self.over:
            self._hold_updates(at, entry, response_owed=response_owed)
        for target in self._wanted.targets():
            if self.over and not outlives(target):
                continue
            if target.per_action:
                for action in self._actions:
                    self._start_action(target, action, at)
            elif (target.name, None) not in self._running and not (response_owed and target.until == NEXT_UPDATE):
                demand = self.demands.of(target, self.severity)
                if demand is not None:
                    self._start(demand, demand.stretch(at, entry), entry)

    # --- severity and agreement --------------------------------------------------------------------------------------

    def rate(self, severity: str, at: int, entry: int) -> None:
        """Carry over: what was counted stays, the new target and calendar hold from now on (clock rule 2)."""
        self.severity = severity
        for run in list(self._running.values()):
            self._align(run, at, entry)

    def migrate(self, version: int, at: int, entry: int) -> None:
        """Let another version of the agreement hold from now on, as if its targets were those of a new severity."""
        before = self.demands
        self.demands = demands(self._agreements(version), self._service)
        self._wanted.migrate(before.targets, self.demands.targets)
        for run in list(self._running.values()):
            self._move(run, at, entry)

    def _move(self, run: Run, at: int, entry: int) -> None:
        """Give a run what the version now in force demands."""
        run.target = self.demands.targets.get(run.name, run.target)
        self._retarget(run, self.severity if run.about is None else run.severity, at, entry)

    def _align(self, run: Run, at: int, entry: int) -> None:
        """Give a run the target of the severity now in force; without one it stands still until there is one again."""
        if run.about is not None or run.severity == self.severity:
            return
        if is_legal(run.target):
            run.severity = self.severity
        else:
            self._retarget(run, self.severity, at, entry)

    def _retarget(self, run: Run, level: str, at: int, entry: int) -> None:
        known = run.name in self.demands.targets
        demand = self.demands.of(run.target, level) if known else None
        least = self._least(run.severity, level)
        run.severity = level
        if demand is None:
            run.hold(at, NO_TARGET, entry)
        else:
            run.release(at, NO_TARGET, entry)
            run.segments.append(demand.stretch(at, entry, least))

    def _least(self, before: str, after: str) -> int:
        """Give the time that a worse severity leaves at least; nothing where it is not worse."""
        scale = self.demands.agreement.severity.scale
        worse = before in scale and after in scale and scale.index(after) < scale.index(before)
        return self.demands.agreement.clock_rules.min_remaining_on_raise if worse else 0

    # --- the end, and after it ---------------------------------------------------------------------------------------

    def resolve(self, at: int, entry: int) -> None:
        """All questions are answered; what was asked for goes on if it is reopened in time (clock rule 4)."""
        open_yet = self._wanted.unless(ANSWERED_FOR_GOOD)
        self._closed = [
            run
            for run in self._running.values()
            if not outlives(run.target) and run.target.until not in ANSWERED_FOR_GOOD
        ]
        self.reach(BY_RESOLVING, at, entry)
        for run in list(self._running.values()):
            if not outlives(run.target):
                self._end(run, at, CANCELLED, entry)  # nobody needs it any more, though it was not answered
        self._wanted.suspend(open_yet)
        self._resolved = (at, entry)
        self.finish(at, entry)

    def reopen(self, at: int, entry: int) -> None:
        """Within the agreed window the same clocks go on, closed time a pause; later, new cycles (clock rule 4)."""
        self.over, in_time = False, self.reopens_in_time(at)
        for target in self.demands.starting.get(RESOLVED, ()):
            self._wanted.forget(target)
            for run in self._running_of(target.name):
                self._end(run, at, CANCELLED, entry)  # what it followed was no resolution
        self._wanted.resume(self.demands.targets.values(), ANSWERED_FOR_GOOD, anew=not in_time)
        for run in self._closed if in_time else ():
            run.stopped = run.outcome = run.stopped_by = None
            run.stops.append(Stop(self._resolved[0], at, CLOSED, self._resolved[1], entry))
            self._running[run.name, run.about] = run
            if run.demand.version == self.demands.agreement.version:
                self._align(run, at, entry)
            else:
                self._move(run, at, entry)
        self._closed = []

    def withdraw(self, at: int, entry: int) -> None:
        """A false alarm or a duplicate: nothing is owed any more, to anybody."""
        for run in list(self._running.values()):
            self._end(run, at, CANCELLED, entry)
        self.withdrawn = True
        self.finish(at, entry)

    def finish(self, at: int, entry: int) -> None:
        """Be over: running pauses end with it."""
        self.over = True
        for pause in self.pauses:
            if pause.until is None:
                pause.until, pause.ended_by = at, entry

    def reopens_in_time(self, at: int) -> bool:
        """Whether a reopening lies within the window: in local calendar dates of the agreement's zone (rule 10)."""
        local = zone(self.demands.agreement.tz)
        window = timedelta(days=self.demands.agreement.clock_rules.reopen_within_days)
        return self._resolved[0] > 0 and local_date(at, local) <= local_date(self._resolved[0], local) + window

    # --- actions, and the law ----------------------------------------------------------------------------------------

    def agree(self, action: str, priority: str, entry: int) -> None:
        """Agree on an action."""
        self._actions[action] = (priority, entry)

    def close(self, action: str, at: int, entry: int) -> None:
        """Carry an action out."""
        self._actions.pop(action, None)
        for run in [run for run in self._running.values() if run.about == action]:
            self._end(run, at, MET, entry)

    def obey(self, at: int, entry: int) -> None:
        """Start, stop and waive legal clocks as the facts of the law now stand."""
        if not self.severity or self.withdrawn:
            return
        agreement = self.demands.agreement
        for notification in agreement.notifications.values():
            started = self.law.started(notification, agreement)
            run = self._legal.get(notification.id)
            if started is not None and (run is None or run.outcome == CANCELLED):
                self._call_for(notification, *started)
            elif started is None and run is not None and run.running:
                self._end(run, at, CANCELLED, entry)
            self._meet(notification.id)

    def _meet(self, notification: str) -> None:
        """Stop a legal clock where it was filed, be it before the flag that calls for it was set."""
        run, filed = self._legal.get(notification), self.law.done(notification)
        if run is not None and run.running and filed is not None:
            at, filing = filed
            self._end(run, max(at, run.started), MET, filing)

    def _call_for(self, notification: LegalNotification, started: int, entry: int) -> None:
        """Start a legal clock; one that was waived meanwhile goes on, as the law knows no pause."""
        run = self._legal.get(notification.id)
        demand = self.demands.of(self.demands.targets[notification.id], self.severity)
        if run is None and demand is not None:
            run = self._legal[notification.id] = self._start(demand, demand.stretch(started, entry), 1)
        elif run is not None and not run.running:
            run.stopped = run.outcome = run.stopped_by = None
            self._running[run.name, None] = run
        if run is not None:
            run.called_by += self.law.calls(notification)

    # --- runs --------------------------------------------------------------------------------------------------------

    def stop(self, name: str, at: int, entry: int) -> None:
        """Stop a clock; one that had no target when it was stopped met none."""
        for run in self._running_of(name):
            self._end(run, at, MET if run.owing else CANCELLED, entry)

    def _running_of(self, name: str) -> list[Run]:
        run = self._running.get((name, None))
        if run is not None or not self._actions:
            return [] if run is None else [run]
        return [each for (clock, _), each in self._running.items() if clock == name]

    def _end(self, run: Run, at: int, outcome: str, entry: int) -> None:
        run.stop(at, outcome, entry)
        del self._running[run.name, run.about]

    def _start_action(self, target: Target, action: str, at: int) -> None:
        """An action has a clock of its own, if its priority has a target."""
        priority, agreed = self._actions[action]
        demand = self.demands.of(target, priority)
        if (target.name, action) not in self._running and demand is not None:
            self._start(demand, demand.stretch(at, agreed), agreed, action)

    def _start(self, demand: Demand, stretch: Stretch, cycle: int, about: str | None = None) -> Run:
        """Start a run, at the severity; that of an action at its priority."""
        target = demand.target
        level = self.severity if about is None else demand.severity
        run = Run(target, cycle, level, self.demands.owed_by(target), [stretch], self._judged_at, about)
        self._running[run.name, about] = run
        self.runs.append(run)
        return run

    def _hold_updates(self, at: int, entry: int, *, response_owed: bool) -> None:
        """While a response is owed no update clock runs (clock rule 6), also where a severity begins to ask for one."""
        for target in self.demands.stopping.get(NEXT_UPDATE, ()):
            run = self._running.get((target.name, None))
            if run is not None and response_owed:
                run.hold(at, RESPONSE_OWED, entry)
            elif run is not None:
                run.release(at, RESPONSE_OWED, entry)

    def _response_owed(self) -> bool:
        responses = self.demands.stopping.get(RESPONDED, ())
        return any(target.name in self._wanted and target.applies_to(self.severity) for target in responses)
