"""What an import comes to: rows, incidents, events, and what the clocks of the imported history say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.table import Table

from escalation.clocks.reading import readings
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from api.importing.plan import Plan
    from api.importing.record import Recorded
    from api.importing.rows import Log
    from escalation.agreement import Agreement
    from escalation.clocks.course import Versions
    from escalation.clocks.reading import Paused, Reading
    from incidents.incident import Incident

SECONDS_AN_HOUR = 3600
JUDGED = ("met", "deviation", "breached", "excused")
"""What clocks come to; whatever else they are is told in words."""


@dataclass
class Summary:
    """The figures of one import. Clocks are read as of the log's last row, over all incidents that are recorded.

    Attributes:
        verdicts: Incidents by what became of them (record.Verdict).
        events: Facts recorded now.
        reopened: How often incidents were reopened.
        paused_seconds: How long resolve clocks stood still for a reason that the agreement lists, in wall time.
        clocks: Runs by target, severity and state; the severity is the one whose target they were last held to.
        left_alone: Foreign ids whose record the log now contradicts, each with what differs.
        early: Incidents with rows from before their own report.
    """

    rows: int
    ignored: int
    as_of: datetime
    used: int = 0
    rejected: dict[int, str] = field(default_factory=dict)
    verdicts: Counter[str] = field(default_factory=Counter)
    events: int = 0
    reopened: int = 0
    paused_seconds: int = 0
    clocks: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    left_alone: list[tuple[str, str]] = field(default_factory=list)
    early: int = 0

    @classmethod
    def of(cls, log: Log, plans: Iterable[Plan]) -> Summary:
        """Begin with what reading and planning found."""
        summary = cls(rows=log.rows, ignored=log.ignored, as_of=log.last, rejected=dict(log.rejected))
        for plan in plans:
            summary.used += len(plan.used)
            summary.rejected |= plan.rejected
            summary.early += plan.early
        return summary

    @property
    def without_effect(self) -> int:
        """Rows that say nothing, or nothing new."""
        return self.rows - self.used - len(self.rejected)

    @property
    def incidents(self) -> int:
        """Incidents of the log that are recorded."""
        return self.verdicts.total() - self.verdicts["refused"]

    def add(self, recorded: Recorded, lines: Iterable[int], versions: Versions) -> None:
        """Count one incident, under the versions of its agreement. A refused one takes its rows (`lines`) with it."""
        self.verdicts[recorded.verdict] += 1
        self.events += recorded.facts
        if recorded.verdict == "differs":
            self.left_alone.append((recorded.plan.foreign_id, recorded.why))
        if recorded.incident is None:
            self.used -= len(recorded.plan.used)
            self.rejected |= {line: recorded.why for line in lines if line not in self.rejected}
            return
        self.reopened += recorded.incident.reopened
        agreement = versions(recorded.incident.agreement_version).for_service(recorded.incident.service)
        for reading in readings(recorded.incident, versions, self.as_of):
            severity = severity_held_to(recorded.incident, reading)
            self.clocks[reading.clock, severity, reading.state] += 1
            if reading.clock == "resolve":
                self.paused_seconds += paused_seconds(reading, agreement, self.as_of)


def severity_held_to(incident: Incident, reading: Reading) -> str:
    """Give the severity under which a clock last ran: what changed when it was stopped touched it no more (rule 8)."""
    severity = ""
    for fact in sorted(incident.history, key=lambda fact: fact.at):
        running = reading.stopped_at is None or fact.at < reading.stopped_at
        if isinstance(fact, h.Declared) or (running and isinstance(fact, h.Classified | h.SeverityChanged)):
            severity = fact.severity
    return severity


def paused_seconds(reading: Reading, agreement: Agreement, as_of: datetime) -> int:
    """Sum the pauses of a clock on the wall clock, overlaps once; time closed before a reopening is none."""
    total, reached = 0, reading.started_at
    for pause in sorted(_listed(reading, agreement), key=lambda pause: pause.start):
        start, end = max(pause.start, reached), min(pause.until or as_of, as_of)
        total += max(0, int((end - start).total_seconds()))
        reached = max(reached, end)
    return total


def _listed(reading: Reading, agreement: Agreement) -> list[Paused]:
    return [pause for pause in reading.pauses if pause.reason in agreement.pauses]


def figures(summary: Summary, source: str) -> Table:
    """Lay the figures out; those that only recording finds are left out where nothing was recorded."""
    verdicts = summary.verdicts
    rows: list[tuple[str, str]] = [
        ("rows", f"{summary.rows:,}"),
        ("  used", f"{summary.used:,}"),
        ("  without effect", f"{summary.without_effect:,}"),
        ("  rejected", f"{len(summary.rejected):,}"),
        ("incidents", f"{summary.incidents:,}"),
    ]
    if not verdicts["planned"]:
        rows += [
            ("  added", f"{verdicts['added']:,}"),
            ("  recorded before, grown since", f"{verdicts['grown']:,}"),
            ("  recorded before", f"{verdicts['known'] + verdicts['differs']:,}"),
            ("hours paused (resolve clocks, wall time)", f"{summary.paused_seconds / SECONDS_AN_HOUR:,.1f}"),
        ]
    rows += [
        ("events planned" if verdicts["planned"] else "events added", f"{summary.events:,}"),
        ("reopened", f"{summary.reopened:,}"),
    ]
    return _laid_out(rows, f"Log of {source}")


def _laid_out(rows: Iterable[tuple[str, str]], title: str) -> Table:
    table = Table("", "", title=title, show_header=False, title_justify="left")
    table.columns[1].justify = "right"
    for row in rows:
        table.add_row(*row)
    return table


def clocks(summary: Summary) -> Table:
    """Lay out what the clocks say, per target and severity."""
    table = Table("target", "severity", *JUDGED, "other", title=f"Clocks as of {summary.as_of:%Y-%m-%d %H:%M} UTC")
    table.title_justify = "left"
    for column in table.columns[2:]:
        column.justify = "right"
    for target, severity in sorted({key[:2] for key in summary.clocks}):
        states = Counter({key[2]: count for key, count in summary.clocks.items() if key[:2] == (target, severity)})
        other = ", ".join(f"{count} {state}" for state, count in sorted(states.items()) if state not in JUDGED)
        table.add_row(target, severity, *(f"{states[state]:,}" for state in JUDGED), other or "-")
    return table
