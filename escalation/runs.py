"""Runs: each is one cycle of one clock, such as the first acknowledgement or the period after the third update. Pure.

How an incident's facts make runs is in course.py, what a run says at an instant in clocks.py, and what follows from it
in owed.py. Instants and durations are whole seconds, on the UTC line; parts of a second are cut off.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from escalation import clock
from escalation.calendar import CalendarError

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.agreement.model import Target
    from escalation.clock import Pause, Segment

RESPONDS, UPDATES, RESOLVES, ACKNOWLEDGES = "respond", "update", "resolve", "acknowledge"

CLOSED = "closed"
NO_TARGET = "no target at this severity"
RESPONSE_OWED = "a response is owed"
"""Why a run stands still without anybody having paused it. Reasons of an agreement are single words."""

MET, CANCELLED = "met", "cancelled"

FAR_AHEAD = 2**40
"""Later than any calendar answers for."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A stretch in which a run does not count, and why; `until` None while it lasts."""

    start: int
    until: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach that is on record, with its two times (clock rule 8)."""

    breached_at: int
    detected_at: int


@dataclass
class Run:
    """One cycle of one clock.

    Attributes:
        target: What the agreement says of the clock.
        cycle: The version of the fact that began it: 1 for what began with the incident. A fact that is reported late
            has a version of its own, so it renumbers nothing that was said before (clock rule 13).
        severity: The one it last followed.
        calendar: The name of the calendar it counts in.
        segments: The targets that were in force, the oldest first (clock rule 2).
        stops: When it did not count.
        apart: The union of the stops (clock rule 5).
        stopped: When it ended; None while it runs.
        outcome: How it ended: met, unless it ran over before, or cancelled.
        breach: The breach on record: it stays, whatever becomes of the target (clock rule 2).
    """

    target: Target
    cycle: int
    severity: str
    calendar: str
    segments: list[Segment]
    stops: list[Stop] = field(default_factory=list)
    apart: tuple[Pause, ...] = ()
    stopped: int | None = None
    outcome: str | None = None
    breach: Breach | None = None

    @property
    def name(self) -> str:
        """The clock's name: acknowledge, respond, update or resolve."""
        return self.target.name

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
        """Whether somebody still owes it something: it runs, and the severity has such a target."""
        return self.running and self.target.applies_to(self.severity)

    def hold(self, at: int, reason: str) -> None:
        """Let it stand still from an instant on, unless it does for that reason already."""
        if not any(stop.reason == reason and stop.until is None for stop in self.stops):
            self.stops.append(Stop(at, None, reason))

    def release(self, at: int, reason: str) -> None:
        """End what `hold` began, if it did."""
        self.stops = [
            Stop(stop.start, at, reason) if stop.reason == reason and stop.until is None else stop
            for stop in self.stops
        ]

    def stop(self, at: int, outcome: str) -> None:
        """End it, until it may be reopened."""
        self.stopped, self.outcome = at, outcome

    def counted(self, until: int) -> int:
        """Give the time it has counted by an instant, or by its end if that was before."""
        return clock.counted(self.segments, self.apart, until if self.stopped is None else min(until, self.stopped))

    def reached(self, percent: int = 100, plus: int = 0) -> int | None:
        """Give the earliest instant at which a share of the target is used up (clock rules 1 and 7).

        None while a pause without end, or a calendar without further open time, keeps it from that.
        """
        with suppress(CalendarError):
            return clock.reached(self.segments, self.apart, percent, plus)
        return None

    def last_safe(self, segments: int | None = None) -> int | None:
        """Give the latest instant at which its target is still met (clock rule 1); None as `reached`.

        Args:
            segments: How many of the segments to look at, to ask of a target that was in force; None: all.
        """
        with suppress(CalendarError):
            return clock.last_safe(self.segments[:segments], self.apart)
        return None

    def ran_over(self, until: int) -> int | None:
        """Give the last instant at which it was still met, if it has run over by `until`; None if it has not.

        A breach that was true before the target changed stays true (clock rules 2 and 8), so each stretch is asked.
        """
        end = until if self.stopped is None else min(until, self.stopped)
        if end - self.started <= min(segment.target for segment in self.segments):
            return None  # no more time has passed than may be counted: most runs end here, at no cost
        ends = [later.start for _, later in pairwise(self.segments)] + [end]
        for segments, stretch_end in enumerate(ends, start=1):
            safe = self.last_safe(segments)
            if safe is not None and safe < min(stretch_end, end):
                return safe
        return None

    def was_over_by(self, at: int) -> bool:
        """Whether it had ended by an instant, for good or until it was reopened after it."""
        ends = [(stop.start, stop.until) for stop in self.stops if stop.reason == CLOSED]
        ends += [] if self.stopped is None else [(self.stopped, None)]
        return any(end <= at and (reopened is None or at < reopened) for end, reopened in ends)


def seconds(at: datetime) -> int:
    """Give an instant as whole seconds since the epoch."""
    return int(at.timestamp() // 1)
