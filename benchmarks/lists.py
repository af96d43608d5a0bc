"""The lists that are asked for: each as HTTP asks for it, and as bare SQL does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.bare_reads import SAYS
from benchmarks.stories import COMMON, RARE, SERVICES

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

NEWEST = "reported_at DESC, number DESC"


@dataclass(frozen=True)
class Asked:
    """A list, and its name in the table of measures."""

    name: str
    query: dict[str, str]
    where: str = "true"
    order: str = NEWEST
    values: dict[str, Any] = field(default_factory=dict)


def asked(rng: Random, now: datetime) -> list[Asked]:
    """Draw one list of each kind."""
    since = now - timedelta(days=rng.randrange(60, 360))
    until = since + timedelta(days=30)
    severity, service = rng.choice(("S1", "S2", "S3")), rng.choice(SERVICES)
    span = {"since": since, "until": until}
    return [
        Asked("all", {}),
        Asked(
            "owed, the next due first",
            {"owed": "true", "sort": "next_due_at"},
            "cardinality(owed) > 0",
            "coalesce(next_due_at, 'infinity'), number",
        ),
        Asked(
            "active, the worst first",
            {"status": "open,acknowledged,mitigated", "sort": "severity"},
            "status IN ('open', 'acknowledged', 'mitigated')",
            "-severity_rank DESC, number DESC",
        ),
        Asked(
            "severity and service",
            {"severity": severity, "service": service},
            "severity = %(severity)s AND service = %(service)s",
            values={"severity": severity, "service": service},
        ),
        Asked(
            "a month, the oldest first",
            {"reported_from": since.isoformat(), "reported_to": until.isoformat(), "order": "asc"},
            "reported_at >= %(since)s AND reported_at < %(until)s",
            "reported_at, number",
            span,
        ),
        Asked(
            "breached, of a party, as they changed",
            {"breached": "true", "party": "globex", "sort": "changed_at"},
            "cardinality(breached) > 0 AND %(party)s = ANY (parties)",
            "changed_at DESC, number DESC",
        ),
        Asked(
            "resolved in a month, the worst first",
            {"resolved_from": since.isoformat(), "resolved_to": until.isoformat(), "sort": "severity"},
            "resolved_at >= %(since)s AND resolved_at < %(until)s",
            "-severity_rank DESC, number DESC",
            span,
        ),
        _with_text("a rare word", f"E{rng.randrange(RARE):04}"),
        _with_text("two common words", " ".join(rng.sample(COMMON, 2))),
        _with_text(
            "a phrase, and closed", f'"{" ".join(rng.sample(COMMON, 2))}"', {"status": "closed"}, "status = 'closed'"
        ),
    ]


def _with_text(name: str, text: str, query: dict[str, str] | None = None, where: str = "true") -> Asked:
    return Asked(name, {"text": text, **(query or {})}, f"{where} AND {SAYS}", values={"text": text})
