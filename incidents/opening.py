"""Opening an incident: what somebody tells, classified under the agreement in force, becomes its first fact. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack
from uuid import uuid4

from incidents.incident import Incident
from incidents.terms import Assessment

if TYPE_CHECKING:
    from incidents.incident.base import Said
    from incidents.terms import Terms


@dataclass(frozen=True)
class Report:
    """What somebody tells of a new incident."""

    title: str
    service: str
    description: str | None = None
    assessment: Assessment = field(default_factory=Assessment)
    source: str | None = None
    source_id: str | None = None


def opened(partnership: str, number: int, report: Report, terms: Terms, **said: Unpack[Said]) -> Incident:
    """Make an incident that is not saved yet. InvalidField."""
    terms.check_service(report.service)
    verdict = terms.classify(report.assessment, report.service)
    return Incident._create(  # noqa: SLF001 - the library's own way to create with a given id
        Incident.Declared,
        id=f"{partnership}/incident/{uuid4().hex}",
        number=number,
        title=report.title,
        description=report.description,
        service=report.service,
        agreement_version=terms.version,
        impact=report.assessment.impact,
        urgency=report.assessment.urgency,
        users_affected_pct=report.assessment.users_affected_pct,
        flags=sorted(report.assessment.flags),
        severity=verdict.severity,
        because=verdict.because,
        source=report.source,
        source_id=report.source_id,
        **said,
    )
