"""The rows of attainment: what an incident's clocks had come to at its last fact. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escalation.clocks.judged import judged_severity
from escalation.clocks.reading import readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.clocks.course import Versions
    from escalation.clocks.reading import Reading
    from incidents.incident import Incident

MISSED = frozenset({"deviation", "breached", "excused"})


def rows_of(incident: Incident, versions: Versions) -> list[dict[str, Any]]:
    """Give one row a run of a clock. `versions` gives the versions of the incident's agreement."""
    agreement = versions(incident.agreement_version).for_service(incident.service)
    last = max(fact.at for fact in incident.history)
    return [_row(incident, agreement, each) for each in readings(incident, versions, last)]


def decided(rows: Iterable[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    """Give what judging hangs on: rows that differ in nothing else are the same to it."""
    names = ("clock", "cycle", "outcome", "judged_severity", "ended_at", "deviated_at")
    return {tuple(row[name] for name in names) for row in rows if row["ended_at"] is not None}


def _row(incident: Incident, agreement: Agreement, reading: Reading) -> dict[str, Any]:
    outcome = "running" if reading.state == "paused" else reading.state
    final = outcome == "deviation" and None not in {reading.stopped_at, reading.detected_at}
    return {
        "partnership": incident.partnership,
        "stream": incident.id,
        "clock": reading.clock,
        "cycle": reading.cycle,
        "severity": reading.severity,
        "outcome": outcome,
        "target": reading.target,
        "counted": reading.counted,
        "judged_severity": judged_severity(incident, agreement, reading.stopped_at),
        "duty_of": sorted(reading.duty_of),
        "imported": incident.imported,
        "ended_at": _ended_at(reading, outcome),
        "deviated_at": reading.deviated_at if final else None,
    }


def _ended_at(reading: Reading, outcome: str) -> datetime | None:
    """What was missed is so from when it was; a deviation that becomes a breach stays where it lies."""
    if outcome in MISSED:
        return reading.deviated_at or reading.breached_at
    return None if outcome == "running" else reading.stopped_at
