"""What is owed to an incident's record: what is true of it and has not been told, and when the next will be. Pure.

The engine tells what is owed by now; the deadline row holds the first instant of the rest. Both come from the same
sources, so that they cannot disagree: whatever has been told is no longer owed, so every turn comes to an end.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from escalation.clocks.course import course_of
from escalation.clocks.runs import seconds
from escalation.crew.staff import NOBODY
from escalation.engine.claims_owed import claims_owed
from escalation.engine.ladders_owed import ladders_owed
from escalation.engine.sources import Correction, Missed, PauseLimit, Warnings, instant
from escalation.engine.told import told_of
from incidents.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.clocks.course import Course, Versions
    from escalation.crew.staff import Staff
    from escalation.engine.sources import Source
    from incidents.happenings import SystemEvent


@dataclass(frozen=True)
class Owed:
    """Something that became true at an instant (whole seconds) and has not been told: the fact that tells it."""

    at: int
    happening: type[SystemEvent]
    values: dict[str, Any]


def due_by(
    incident: Incident, versions: Versions, now: datetime, course: Course | None = None, staff: Staff = NOBODY
) -> list[Owed]:
    """Give what is true at `now` and not yet told, in the order in which it became so; `staff` are whom it reaches.

    Several warnings of one run, several rounds of one rung, or several rungs of a legal clock that are past at once are
    one: the latest (rule 7); so are a deviation and the breach that it became.
    """
    found = []
    for source in _sources(incident, course or course_of(incident, versions), staff):
        past = list(takewhile(lambda moment: moment[0] <= seconds(now), source.moments()))
        if past:
            at, which = past[-1]
            found.append(Owed(at, *source.fact(which, late=len(past) > 1, now=now)))
    # A correction comes first: the breach that it takes back must not be taken for the true one beside it.
    return sorted(found, key=lambda owed: (owed.happening is not Incident.ClockCorrected, owed.at))


def next_instant(incident: Incident, versions: Versions, course: Course | None = None) -> datetime | None:
    """Give the next instant at which something untold could become true, which may be past: the deadline row.

    `course` is the incident's under its agreement, where it is known already.
    """
    sources = _sources(incident, course or course_of(incident, versions), NOBODY)  # who it is decides no instant
    firsts = (next(source.moments(), None) for source in sources)
    soonest = min((first[0] for first in firsts if first is not None), default=None)
    return None if soonest is None else instant(soonest)


def _sources(incident: Incident, course: Course, staff: Staff) -> Iterator[Source]:
    """Give all sources. Another system's history owes nothing; what is over owes its record, and what follows it."""
    if incident.imported:
        return
    told = told_of(incident.history)
    yield from (Correction(*which, breach) for which, breach in course.unfounded.items())
    yield from (Missed(run) for run in course.runs if run.breach is None)
    yield from claims_owed(incident, course.agreement, staff)
    owing = [run for run in course.runs if run.owing]
    yield from (Warnings(run, told.warnings.get((run.name, run.cycle), 0)) for run in owing)
    yield from ladders_owed(incident, course.agreement, owing, told, staff)
    if incident.active:
        yield from _pause_limits(course)


def _pause_limits(course: Course) -> Iterator[PauseLimit]:
    """A pause is over when its limits have ended it on every running clock that it names."""
    for pause in course.pauses:
        if pause.until is None and pause.granted_at is None:
            this = (pause.reason, pause.start)
            stops = [stop for run in course.runs if run.running for stop in run.stops]
            limits = [stop.until for stop in stops if (stop.reason, stop.start) == this]
            known = [limit for limit in limits if limit is not None]
            if known and len(known) == len(limits):
                yield PauseLimit(pause.reason, max(known))
