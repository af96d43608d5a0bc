"""What clocks owe: warnings, breaches, corrections and the ends of pauses, each with when it becomes true. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from escalation.clocks.runs import FAR_AHEAD
from incidents.happenings import SystemEvent
from incidents.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.clocks.runs import Breach, Run

Told = tuple[type[SystemEvent], dict[str, Any]]
"""A fact to be told: its class, as Incident has it (with what it changes), and its fields."""


_DEVIATED, _BREACHED = 0, 1


class Source(Protocol):
    """Something that becomes true, perhaps again and again; of what is true at once only the latest is told."""

    def moments(self) -> Iterator[tuple[int, int]]:
        """Give when it becomes true next and which one it is then (a percentage, a round), and so on; ascending."""

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:
        """Give the fact that tells it; `late` where earlier ones were passed over."""


@dataclass(frozen=True)
class Warnings:
    """A running clock's warnings above the last that was told (clock rule 7)."""

    run: Run
    told: int

    def moments(self) -> Iterator[tuple[int, int]]:
        """One a percentage."""
        for percent in self.run.target.warn_at:
            at = self.run.reached(percent) if percent > self.told else None
            if at is not None:
                yield at, percent

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Warn; late where a lower share was not warned of in time."""
        return Incident.ClockWarned, {"clock": self.run.name, "cycle": self.run.cycle, "percent": which, "late": late}


@dataclass(frozen=True)
class Missed:
    """A clock that runs over, also one that was stopped since: that is true, and so it is recorded.

    Within what is tolerated it deviates; past that, and also past a deviation on record, it is breached.
    """

    run: Run

    def moments(self) -> Iterator[tuple[int, int]]:
        """True only after the last instant at which it was met (clock rule 1), or was still tolerated."""
        over = self.run.ran_over(FAR_AHEAD)
        if over is None:
            return
        if self.run.deviation is None and over.deviated != over.breached:
            yield over.deviated + 1, _DEVIATED
        if over.breached is not None:
            yield over.breached + 1, _BREACHED

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Tell it with its two times (clock rule 8)."""
        place = {"clock": self.run.name, "cycle": self.run.cycle, "detected_at": now}
        moment = {nth: at for at, nth in self.moments()}[which]
        if which == _DEVIATED:
            return Incident.ClockDeviated, {**place, "deviated_at": instant(moment - 1)}
        return Incident.ClockBreached, {**place, "breached_at": instant(moment - 1)}


@dataclass(frozen=True)
class Correction:
    """A breach or deviation on record that was none (clock rule 13)."""

    clock: str
    cycle: int
    breach: Breach

    def moments(self) -> Iterator[tuple[int, int]]:
        """Owed at once."""
        yield self.breach.breached_at, 0

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Take it back, beside what was told."""
        return Incident.ClockCorrected, {"clock": self.clock, "cycle": self.cycle}


@dataclass(frozen=True)
class PauseLimit:
    """A pause that its limits have ended on every clock that it held (clock rule 5)."""

    reason: str
    at: int

    def moments(self) -> Iterator[tuple[int, int]]:
        """Once."""
        yield self.at, 0

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """End it."""
        return Incident.PauseExpired, {"reason": self.reason}


def instant(at: int) -> datetime:
    """Give seconds since the epoch as an instant."""
    return datetime.fromtimestamp(at, UTC)
