"""What comes next on the ladders of an incident if nobody answers: when, which rung, and why. Pure.

It is a look ahead for people. What is really told, the engine decides when its time has come (see owed.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.clocks.course import Course, Versions
    from incidents.incident import Incident


class Coming(NamedTuple):
    """A round that would be told.

    Attributes:
        at: When; past where the engine has yet to come to it.
        ladder: The ladder's name: `S1`, `default`, `globex/S1`, `legal`, `asked`.
        rung: Its place in the ladder, from 0; None: the ladder's end (`incident.ladder_exhausted`).
        clock: The clock that it hangs on; None for what asks who takes the incident.
        cycle: The cycle of that clock, or what tells the rung's turns apart (see chain.py).
        round: The round, from 0.
        why: `opened`, `unacknowledged`, `severity_changed`, `clock`, or as `because` of `incident.rung_fired`:
            unanswered, resumed, escalated, again, gone, asked; `exhausted` for the ladder's end.
        expected: Whether it is an estimate: it follows only if what comes before it stays without an answer.
    """

    at: datetime
    ladder: str
    rung: int | None
    clock: str | None
    cycle: int
    round: int
    why: str
    expected: bool = False


def upcoming(incident: Incident, versions: Versions, now: datetime, course: Course | None = None) -> list[Coming]:
    """Give what comes next, in the order of time: of each rung its next round, of a chain also the steps after it.

    `course` is the incident's under its agreement, where it is known already.
    """
    raise NotImplementedError
