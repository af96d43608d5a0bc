"""Incidents under the worked example, in memory: they begin at noon UTC on Monday 2 March 2026, 13:00 in Berlin."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from incidents.terms import Assessment
from tests.support.clocked import Clocked
from tests.support.example_agreement import example_agreement

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.agreement import Agreement
    from incidents.incident.base import Said

HOUR = 3600
DAY = 24 * HOUR
BERLIN = ZoneInfo("Europe/Berlin")


class Exemplary(Clocked):
    """An incident of payments, or of another service; times are seconds from its beginning."""

    def __init__(
        self, severity: str = "S1", service: str = "payments-api", agreement: Agreement | None = None, *, at: float = 0
    ) -> None:
        """Declare it at a second, as having begun then."""
        super().__init__(agreement or example_agreement(), severity, service=service, at=at)

    def reach(self, at: float, milestone: str) -> None:
        """Reach a milestone, on some evidence."""
        self.do(at, lambda it, when: it.reach_milestone(milestone, "MSG-1", None, self.terms, by="key:1", at=when))

    def review(self, at: float) -> None:
        """Publish the review."""
        self.do(at, lambda it, when: it.publish_review(None, by="key:1", at=when))

    def agree(self, at: float, action: str, priority: str) -> None:
        """Agree on an action."""
        self.do(at, lambda it, when: it.agree_action(action, priority, "x", self.terms, by="key:1", at=when))

    def flag(self, at: float, *flags: str) -> None:
        """Assess it again, with flags."""
        found = Assessment("minor", "high", flags=flags)
        self.do(at, lambda it, when: it.classify(found, self.terms, by="key:1", at=when, for_party="acme"))

    def severity(self, at: float, severity: str, was: float | None = None) -> None:
        """Change its severity for the provider; the client consents to a milder one."""
        self.do(at, lambda it, when: it.change_severity(severity, "x", self.terms, **said("acme", when)), was)
        for number in [claim.number for claim in self.incident.open_claims]:
            self._consent(at, number)

    def _consent(self, at: float, claim: int) -> None:
        self.do(at, lambda it, when: it.vote(claim, "granted", None, self.terms, **said("globex", when)))

    def aware(self, at: float, party: str) -> None:
        """Let a party become aware."""
        self.do(at, lambda it, when: it.become_aware(party, self.terms, by="key:1", at=when, for_party=party))

    def due_in_berlin(self, clock: str, at: float = 0) -> str | None:
        """Say when a clock's last run is due, by the clock on the wall in Berlin; None: it has no such clock."""
        found = [reading for reading in self.readings(at) if reading.clock == clock]
        return wall(found[-1].due_at) if found else None


def said(party: str, at: datetime) -> Said:
    """Give who says something for a party."""
    return {"by": "key:1", "at": at, "for_party": party}


def wall(at: datetime | None) -> str | None:
    """Say an instant as Berlin has it."""
    return None if at is None else f"{at.astimezone(BERLIN):%m-%d %H:%M}"
