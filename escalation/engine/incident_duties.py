"""What incidents owe as their clocks run on (implements escalation.engine.duties.Duties)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.crew.staff import NOBODY
from escalation.engine.owed import due_by, next_instant
from escalation.engine.sources import instant
from escalation.engine.turns_told import WithTurnsTold
from incidents.incident import Incident

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.clocks.courses import Courses
    from escalation.crew.staff import Staff
    from escalation.engine.owed import Owed


class IncidentDuties:
    """Warnings, breaches, the ends of pauses and the rungs of ladders, under the agreement that each is pinned to."""

    kind = Incident

    def __init__(self, courses: Courses, staff: Staff = NOBODY) -> None:
        """Take the courses of incidents, with their agreements, and whom those reach."""
        self._courses = courses
        self._staff = WithTurnsTold(staff)

    def next_instant(self, record: Incident) -> datetime | None:
        """Give the next instant at which a clock or a ladder has something to tell. NotFound: no such agreement."""
        if record.imported:
            return None
        return next_instant(record, self._courses.versions(record), self._courses.of(record))

    def tell(self, record: Incident, now: datetime) -> None:
        """Append what is true and not yet told. NotFound: no such agreement."""
        course = self._courses.of(record)
        self._staff.at(now)
        for owed in due_by(record, self._courses.versions(record), now, course, self._staff):
            record.tell(owed.happening, _occurred(owed, now), **owed.values)
            self._staff.note(record.partnership, owed)


def _occurred(owed: Owed, now: datetime) -> datetime:
    """A pause ended when its limit was reached; everything else happens when it is told."""
    return instant(owed.at) if owed.happening is Incident.PauseExpired else now
