"""Runs: each is one cycle of one clock, such as the first acknowledgement or the period after the third update. Pure.

How an incident's facts make runs is in course.py, what a run says at an instant in reading.py, and what follows from it
in engine/owed.py. Instants and durations are whole seconds, on the UTC line; parts of a second are cut off. Where a
target is given in business days, counted time is business days (see calendars/derived_calendars.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from escalation.calendars.calendar import CalendarError
from escalation.clocks import clock
from escalation.clocks.clock import NO_PAUSES, Apart, Segment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from escalation.agreement.model import Target
    from escalation.clocks.demands import Demand
    from escalation.clocks.grants import Backdated
    from escalation.clocks.law import Call

RESPONDS, UPDATES, RESOLVES, ACKNOWLEDGES = "respond", "update", "resolve", "acknowledge"

CLOSED = "closed"
NO_TARGET = "no target at this severity"
RESPONSE_OWED = "a response is owed"
"""Why a run stands still without anybody having paused it. Reasons of an agreement are single words."""

MET, CANCELLED = "met", "cancelled"

FAR_AHEAD = 2**40
"""Later than any calendar answers for."""


@dataclass(slots=True)
class Stretch(Segment):
    """A segment with what brought it: what is demanded from then on, and the fact (its version) that changed it.

    `least` is what must be left of it when it comes into force (agreement: retarget.min_remaining_on_raise).
    """

    demand: Demand
    entry: int
    least: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """A stretch in which a run does not count, and why; `until` None while it lasts.

    `entry` is the fact (its version) that began it, `ended_by` the one that ended it, None where time did; `limited`
    says that a limit did. `granted_at` is when a body granted it; None: nobody had to.
    """

    start: int
    until: int | None
    reason: str
    entry: int | None = None
    ended_by: int | None = None
    granted_at: int | None = None
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach, or a deviation, that is on record, with its two times (clock rule 8)."""

    breached_at: int
    detected_at: int
    entry: int


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why a breach does not count against anybody: an exclusion or pause that was granted, or more time for an action.

    `at` is when it was granted, by the fact with the version `entry`; `reason` is None for more time.
    """

    reason: str | None
    at: int
    entry: int


class Extension(NamedTuple):
    """More time for an action: when a body granted it, by which fact (its version), and the target from then on."""

    at: int
    entry: int
    target: int


class Overrun(NamedTuple):
    """How a run ran over: the last instants at which it was within its target, and within what is tolerated.

    `breached` is None where it was stopped before, or runs within it still: that is a deviation.
    """

    deviated: int
    breached: int | None


@dataclass(slots=True)
class Run:
    """One cycle of one clock.

    Attributes:
        target: What the agreement says of the clock.
        cycle: The version of the fact that began it: 1 for what began with the incident. A fact that is reported late
            has a version of its own, so it renumbers nothing that was said before (clock rule 13). The run of an action
            has that of the agreement on it; legal clocks run once, and have 1.
        severity: The one it last followed; of an action its priority.
        duty_of: The parties that owe it.
        segments: The targets that were in force, the oldest first (clock rule 2).
        judged_at: Gives the severity by which the incident is judged, as of an instant (agreement: tolerance).
        about: The action that it is about; None: the incident.
        stops: When it did not count.
        void: Pauses of it that turned out to have been none.
        apart: The union of the stops (clock rule 5).
        stopped: When it ended; None while it runs.
        outcome: How it ended: met, unless it ran over before, or cancelled.
        stopped_by: The fact that ended it, by its version.
        breach: The breach on record: it stays, whatever becomes of the target (clock rule 2).
        deviation: The deviation on record, which may still become a breach.
        called_by: The flags that called for a legal clock.
        extensions: The time that an action was given.
        backdated: The incident's facts with an older time that was accepted, of which some may have moved it.
        as_granted: The run as it would be with what was granted only after it had run over, and that.
    """

    target: Target
    cycle: int
    severity: str
    duty_of: tuple[str, ...]
    segments: list[Stretch]
    judged_at: Callable[[int], str]
    about: str | None = None
    stops: list[Stop] = field(default_factory=list)
    void: tuple[Stop, ...] = ()
    apart: Apart = NO_PAUSES
    stopped: int | None = None
    outcome: str | None = None
    stopped_by: int | None = None
    breach: Breach | None = None
    deviation: Breach | None = None
    called_by: tuple[Call, ...] = ()
    extensions: tuple[Extension, ...] = ()
    backdated: tuple[Backdated, ...] = ()
    as_granted: tuple[Run, Excuse] | None = None

    @property
    def name(self) -> str:
        """The clock's name: that of the target, or of the legal notification."""
        return self.target.name

    @property
    def demand(self) -> Demand:
        """What is demanded of it now, or was last."""
        return self.segments[-1].demand

    @property
    def started(self) -> int:
        """When it began."""
        return self.segments[0].start

    @property
    def running(self) -> bool:
        """Whether it has not been stopped for good."""
        return self.stopped is None

    @property
    def owing(self) -> bool:
        """Whether somebody still owes it something: it runs, and there is such a target now."""
        return self.stopped is None and not self.holds(NO_TARGET)

    def holds(self, reason: str) -> bool:
        """Whether it stands still for a reason, and no end of that is known."""
        return bool(self.stops) and any(stop.until is None and stop.reason == reason for stop in self.stops)

    def hold(self, at: int, reason: str, entry: int) -> None:
        """Let it stand still from an instant on, unless it does for that reason already."""
        if not self.holds(reason):
            self.stops.append(Stop(at, None, reason, entry))

    def release(self, at: int, reason: str, entry: int) -> None:
        """End what `hold` began, if it did."""
        if self.holds(reason):
            self.stops = [
                Stop(stop.start, at, reason, stop.entry, entry)
                if stop.reason == reason and stop.until is None
                else stop
                for stop in self.stops
            ]

    def stop(self, at: int, outcome: str, entry: int) -> None:
        """End it, until it may be reopened."""
        self.stopped, self.outcome, self.stopped_by = at, outcome, entry

    def counted(self, until: int) -> int:
        """Give the time it has counted by an instant, or by its end if that was before."""
        end = until if self.stopped is None or until < self.stopped else self.stopped
        return clock.counted(self.segments, self.apart, end)

    def reached(self, percent: int = 100, plus: int = 0) -> int | None:
        """Give the earliest instant at which a share of the target is used up (clock rules 1 and 7).

        None while a pause without end, or a calendar without further open time, keeps it from that.
        """
        try:
            return clock.reached(self.segments, self.apart, percent, plus)
        except CalendarError:
            return None

    def last_safe(self, segments: int | None = None, plus: int = 0) -> int | None:
        """Give the latest instant at which its target is still met (clock rule 1); None as `reached`.

        Args:
            segments: How many of the segments to look at, to ask of a target that was in force; None: all.
            plus: Counted time by which it may be exceeded.
        """
        asked = self.segments[:segments]
        try:
            if asked[-1].demand.by_days:  # what is due at a close of business is late right after it
                return clock.reached(asked, self.apart, plus=plus)
            return clock.last_safe(asked, self.apart, plus)
        except CalendarError:
            return None

    def safe_after(self, due: int | None) -> int | None:
        """As `last_safe`, where it is known already when it is due."""
        if due is None or self.demand.by_days:
            return due
        try:
            return clock.safe_until(self.segments, self.apart, due)
        except CalendarError:
            return None

    def ran_over(self, until: int) -> Overrun | None:
        """Say how it has run over by an instant; None if it has not.

        An overrun that was true before the target changed stays true (clock rules 2 and 8), so each stretch is asked.
        """
        end = until if self.stopped is None or until < self.stopped else self.stopped
        passed = end - self.started
        if passed <= self.segments[0].target and (
            len(self.segments) == 1 or passed <= min(segment.target for segment in self.segments)
        ):
            return None  # no more time has passed than may be counted: most runs end here, at no cost
        deviated: int | None = None
        for asked, segment in enumerate(self.segments, start=1):
            stretch_end = self._in_force_until(asked, end)
            safe = self.last_safe(asked)
            if safe is None or safe >= stretch_end:
                continue
            deviated = safe if deviated is None else deviated
            breached = self._safe_for(asked, segment.demand, safe)
            if breached is not None and breached < stretch_end:
                return Overrun(deviated, breached)
        return None if deviated is None else Overrun(deviated, None)

    def _in_force_until(self, segments: int, end: int) -> int:
        """Give when the last of so many segments ended: a later one began, or there was no target any more."""
        began = self.segments[segments - 1].start
        ends = [stop.start for stop in self.stops if stop.reason == NO_TARGET and stop.start >= began]
        ends += [segment.start for segment in self.segments[segments : segments + 1]]
        return min([end, *ends])

    def _safe_for(self, segments: int, demand: Demand, safe: int) -> int | None:
        """Give the last instant within what is tolerated, by the severity that the incident is judged at."""
        if demand.tolerated is None or self.judged_at(safe) in demand.tolerated.never_for:
            return safe
        if demand.by_days and demand.tolerated.seconds is not None:
            return safe + demand.tolerated.seconds  # there is no other time that could count after a close of business
        return self.last_safe(segments, demand.allowance)

    def was_over_by(self, at: int) -> bool:
        """Whether it had ended by an instant, for good or until it was reopened after it."""
        if self.stopped is not None and self.stopped <= at:
            return True
        return any(
            stop.reason == CLOSED and stop.start <= at and (stop.until is None or at < stop.until)
            for stop in self.stops
        )

    def excuse(self, until: int) -> Excuse | None:
        """Say what excuses that it missed its target, as of an instant; None: nothing does."""
        if self.as_granted is not None and self.as_granted[0].ran_over(until) is None:
            return self.as_granted[1]
        return None


def seconds(at: datetime) -> int:
    """Give an instant as whole seconds since the epoch."""
    return floor(at.timestamp())
