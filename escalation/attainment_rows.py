"""The rows of attainment: what an incident's clocks had come to at its last fact. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escalation.clocks import readings
from escalation.judged import judged_severity
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.clocks import Reading
    from incidents.incident import Incident

MISSED = frozenset({"deviation", "breached", "excused"})


def rows_of(incident: Incident, agreement: Agreement) -> list[dict[str, Any]]:
    """Give one row a run of a clock, under the agreement for the incident's service."""
    last, told = max(fact.at for fact in incident.history), _deviations_told(incident)
    return [_row(incident, agreement, each, told) for each in readings(incident, agreement, last)]


def decided(rows: Iterable[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    """Give what judging hangs on: rows that differ in nothing else are the same to it."""
    names = ("clock", "cycle", "outcome", "judged_severity", "ended_at", "deviated_at")
    return {tuple(row[name] for name in names) for row in rows if row["ended_at"] is not None}


def _row(
    incident: Incident, agreement: Agreement, reading: Reading, told: Mapping[tuple[str, int], datetime]
) -> dict[str, Any]:
    outcome = "running" if reading.state == "paused" else reading.state
    missed_at = told.get((reading.clock, reading.cycle)) or reading.breached_at or reading.last_safe_at
    final = outcome == "deviation" and reading.stopped_at is not None
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
        "duty_of": _duty_of(reading.clock, incident, agreement),
        "imported": incident.imported,
        "ended_at": missed_at if outcome in MISSED else None if outcome == "running" else reading.stopped_at,
        "deviated_at": told.get((reading.clock, reading.cycle)) if final else None,
    }


def _duty_of(clock: str, incident: Incident, agreement: Agreement) -> list[str]:
    """Give the parties that owe a clock: the agreement's, else whoever provides the service."""
    owing = agreement.targets.get(clock) or agreement.notifications[clock]
    if owing.duty_of is not None:
        return sorted(agreement.parties_named(owing.duty_of))
    service = agreement.services.get(incident.service)
    return [service.provided_by] if service else []


def _deviations_told(incident: Incident) -> dict[tuple[str, int], datetime]:
    """Give the deviations on record: one that is not yet told is not judged yet."""
    told: dict[tuple[str, int], datetime] = {}
    for fact in incident.history:
        match fact:
            case h.ClockDeviated():
                told[fact.clock, fact.cycle] = fact.deviated_at
            case h.ClockCorrected():
                told.pop((fact.clock, fact.cycle), None)
    return told
