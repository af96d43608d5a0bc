"""An incident whose facts are told straight, whoever may say them: for what they do to its clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from incidents.incident import Incident
from tests.support.clocked import Clocked, moment

if TYPE_CHECKING:
    from incidents.happenings import IncidentEvent

_CLAIM: dict[str, Any] = {
    "name": None,
    "standing": None,
    "meanwhile": None,
    "clocks": [],
    "entry": None,
    "start": None,
    "until": None,
    "at_fault": None,
    "decision": "grant_exclusion",
    "body": "board",
    "voters": ["acme", "globex"],
    "rule": "both",
    "due_at": None,
    "if_silent": "refused",
    "reason": "x",
    "evidence": None,
}


class Eventful(Clocked):
    """An incident that began at second 0; all times are seconds from then."""

    def tell(self, at: float, happening: type[IncidentEvent], was: float | None = None, **values: Any) -> int:  # noqa: ANN401 - the fact's own
        """Tell a fact at a second, as having been so at an earlier one; give its version."""
        self.do(at, lambda it, when: it.trigger_event(happening, **values, by="key:1", at=when), was)
        return self.incident.version

    def milestone(self, at: float, name: str) -> None:
        """Say that something came about."""
        self.tell(at, Incident.MilestoneReached, milestone=name, evidence=None, text=None)

    def review(self, at: float) -> None:
        """Publish the review."""
        self.tell(at, Incident.ReviewPublished, reference=None)

    def agree(self, at: float, action: str, priority: str) -> int:
        """Agree on an action."""
        return self.tell(at, Incident.ActionAgreed, action=action, priority=priority, text="x")

    def carry_out(self, at: float, action: str) -> None:
        """Close an action."""
        self.tell(at, Incident.ActionClosed, action=action, text=None)

    def flags(self, at: float, *flags: str, severity: str = "S1") -> None:
        """Set the flags."""
        facts: dict[str, Any] = {"impact": None, "urgency": None, "users_affected_pct": None, "because": "x"}
        self.tell(at, Incident.Classified, **facts, flags=sorted(flags), severity=severity)

    def aware(self, at: float, party: str, was: float | None = None) -> None:
        """Say that a party knows."""
        self.tell(at, Incident.BecameAware, was, party=party)

    def file(self, at: float, notification: str, *, complete: bool = True) -> int:
        """Make a notification; give its number."""
        more: dict[str, Any] = {"reference": None, "reasons": None, "evidence": None}
        return self.tell(at, Incident.FilingSubmitted, notification=notification, complete=complete, **more)

    def claim(self, at: float, kind: str, name: str | None, **values: Any) -> int:  # noqa: ANN401 - a claim's own
        """Claim something; times are seconds. Give the claim's number."""
        times = {key: moment(values.pop(key)) for key in ("start", "until") if values.get(key) is not None}
        return self.tell(at, Incident.ClaimMade, **{**_CLAIM, **values, **times, "kind": kind, "name": name})

    def decide(self, at: float, claim: int, outcome: str = "granted") -> int:
        """Let the body decide; give the version of its decision."""
        return self.tell(at, Incident.ClaimDecided, claim=claim, outcome=outcome)

    def grant(self, at: float, kind: str, name: str | None, **values: Any) -> int:  # noqa: ANN401 - a claim's own
        """Claim something that is granted at once."""
        return self.decide(at, self.claim(at, kind, name, **values))

    def migrate(self, at: float, version: int) -> None:
        """Move it to another version of its agreement."""
        self.tell(at, Incident.AgreementMigrated, agreement_version=version)
