"""From the rows of one incident to what happened to it, each with its own time. Pure.

A row says how things stood, not what was done; what was done is the difference to the row before. A state that comes
again says nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.importing.errors import Unusable
from incidents.terms import Assessment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.importing.rows import Row


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, and when.

    Attributes:
        fact: The name of a fact of incidents.incident.Incident.
        detail: An assessment, assignee, pause reason or words, as that fact needs; None where it needs none.
        audience: Who an update is for.
    """

    fact: str
    at: datetime
    detail: str | Assessment | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """How the incident begins."""

    at: datetime
    title: str
    description: str | None
    service: str
    assessment: Assessment


@dataclass
class Plan:
    """What is to be recorded of one incident. Without an opening, none of its rows could be used."""

    foreign_id: str
    rows: int
    opening: Opening | None = None
    steps: list[Step] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    rejected: dict[int, str] = field(default_factory=dict)
    early: bool = False
    """The log has rows from before its own report: the first of them counts as the report."""

    @property
    def facts(self) -> list[tuple[str, datetime]]:
        """Every fact, by name and time."""
        opened = [("Declared", self.opening.at)] if self.opening else []
        return opened + [(step.fact, step.at) for step in self.steps]


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What holds of an incident until a row says something else; None: then its first row must say it."""

    assessment: Assessment
    service: str | None


def plan(foreign_id: str, rows: Sequence[Row], unsaid: Unsaid) -> Plan:
    """Plan one incident from its rows, which may come in any order."""
    result = Plan(foreign_id, len(rows))
    course: _Course | None = None
    for row in sorted(rows, key=lambda row: (row.at, row.order, row.line)):
        try:
            if course is None:
                course = _opened(result, row, rows, unsaid)
            steps = course.after(row)
        except Unusable as unusable:
            result.rejected[row.line] = str(unusable)
            continue
        result.steps += steps
        if steps:
            result.used.add(row.line)
    return result


def _opened(result: Plan, row: Row, rows: Sequence[Row], unsaid: Unsaid) -> _Course:
    """Open the incident with a row, at the time of the report. Unusable."""
    assessment = _assessed(unsaid.assessment, row)
    service = row.service or unsaid.service
    if assessment.severity is None and None in (assessment.impact, assessment.urgency):
        raise Unusable("it does not say how bad it is, and no row before it does; see `otherwise` in docs/import.md")
    if service is None:
        raise Unusable("it names no service; see `otherwise` in docs/import.md")
    reported = min((other.reported for other in rows if other.reported is not None), default=row.at)
    result.early = reported > row.at
    result.opening = Opening(min(reported, row.at), row.title, row.description, service, assessment)
    result.used.add(row.line)
    return _Course(assessment)


def _assessed(before: Assessment, row: Row) -> Assessment:
    """Let a row change what it says; what is missing in it stays as it was."""
    return Assessment(
        severity=row.severity or before.severity,
        impact=row.impact or before.impact,
        urgency=row.urgency or before.urgency,
    )


@dataclass
class _Course:
    """How the incident stands after the rows so far."""

    assessment: Assessment
    over: str | None = None
    acknowledged: bool = False
    mitigated: bool = False
    pause: str | None = None
    assignee: str | None = None
    seen: tuple[tuple[str, ...], str | None] | None = None

    def after(self, row: Row) -> list[Step]:
        """Give what a row adds, and stand as it says. Unusable."""
        phase = row.meaning.phase
        if self.over == "cancelled" and phase == "active":
            raise Unusable("the incident was cancelled before, which is not undone; map that state to `close` instead")
        if self.over in {"resolved", "closed"} and phase == "cancelled":
            raise Unusable("the incident was over before, and cannot be cancelled any more")
        steps: list[Step] = []
        if self.over and phase == "active":
            steps.append(Step("Reopened", row.at, f"Imported: the log shows the state {' / '.join(row.state)} again."))
            self.over, self.mitigated = None, False
        if self.over is None:
            steps += self._worked_on(row)
        if self.over != "cancelled":
            steps += self._said(row)
        self.seen = (row.state, row.text)
        return steps + self._ended(row)

    def _worked_on(self, row: Row) -> list[Step]:
        """Assessment, assignee, acknowledgement, pauses: what changes only while it is active."""
        meaning, steps = row.meaning, []
        assessment = _assessed(self.assessment, row)
        if assessment != self.assessment:
            self.assessment = assessment
            steps.append(Step("Classified", row.at, assessment))
        if row.assignee not in {None, self.assignee}:
            self.assignee = row.assignee
            steps.append(Step("Assigned", row.at, row.assignee))
        if meaning.acknowledged not in {None, self.acknowledged}:
            self.acknowledged = not self.acknowledged
            steps.append(Step("Acknowledged" if self.acknowledged else "Unacknowledged", row.at))
        if meaning.phase == "active":
            steps += self._paused(row)
        if meaning.mitigated and not self.mitigated:
            self.mitigated = True
            steps.append(Step("Mitigated", row.at))
        return steps

    def _paused(self, row: Row) -> list[Step]:
        """End the pause that was, begin the one that is."""
        before, self.pause = self.pause, row.meaning.pause
        if before == self.pause:
            return []
        ended = [Step("ClockResumed", row.at, before)] if before else []
        return ended + ([Step("ClockPaused", row.at, self.pause)] if self.pause else [])

    def _said(self, row: Row) -> list[Step]:
        """Notes and updates, where the row does not repeat the one before it."""
        if self.seen == (row.state, row.text):
            return []
        if row.meaning.update:
            words = row.text or f"Imported: the log shows the state {' / '.join(row.state)}."
            return [Step("UpdatePosted", row.at, words, row.meaning.update)]
        new = row.text if self.seen is None or row.text != self.seen[1] else None
        return [Step("Noted", row.at, new)] if new else []

    def _ended(self, row: Row) -> list[Step]:
        """Resolve, close, cancel. Closing what was not resolved says that it is over."""
        phase, before = row.meaning.phase, self.over
        if phase in {None, "active", before} or before in {"closed", "cancelled"}:
            return []
        self.over, self.pause = phase, None
        if phase == "cancelled":
            return [Step("Cancelled", row.at, f"Imported: the log shows the state {' / '.join(row.state)}.")]
        resolved = [] if before else [Step("Resolved", row.at)]
        return resolved + ([Step("Closed", row.at)] if phase == "closed" else [])
