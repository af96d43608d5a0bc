"""How incidents stand by their agreement (implements incidents.states.Standings)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.engine.sources import instant
from incidents.states import Standing

if TYPE_CHECKING:
    from escalation.clocks.courses import Courses
    from escalation.clocks.runs import Run
    from incidents.incident import Incident


class AgreedStandings:
    """Reads from the agreement who is concerned, and from the clocks what is still owed."""

    def __init__(self, courses: Courses) -> None:
        """Take the courses of incidents, with their agreements."""
        self._courses = courses

    def of(self, incident: Incident) -> Standing:
        """Give how an incident stands."""
        agreement = self._courses.agreement(incident)
        scale = agreement.severity.scale
        owing = self._owing(incident)
        due = [at for at in (run.reached() for run in owing) if at is not None]
        return Standing(
            concerned=agreement.concerned_with(incident.service),
            rank=scale.index(incident.severity) if incident.severity in scale else len(scale),
            owed=tuple(sorted({run.name for run in owing})),
            next_due_at=instant(min(due)) if due else None,
        )

    def _owing(self, incident: Incident) -> list[Run]:
        """What is over owes only what follows from it; another system's history owes nobody anything."""
        if incident.imported:
            return []
        return [run for run in self._courses.of(incident).runs if run.owing]
