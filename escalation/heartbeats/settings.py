"""What people set of a heartbeat: how often it is to call, and what its silence comes to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from incidents.errors import InvalidField

if TYPE_CHECKING:
    from incidents.ledger.sealing import Hidden

LEAST_INTERVAL = 1
LONGEST = 366 * 86_400
"""Seconds, of an interval and of a grace."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What people set.

    Attributes:
        service: Of the agreement: what an incident is about.
        impact: As the agreement calls it, like `urgency`: from both comes the incident's severity.
        interval: Seconds within which it calls again.
        grace: Seconds for which it may be late.
        resolves: Whether an incident of its silence is resolved once it is heard, if nobody has taken it.
        title: The incident's; None: one of ours.
    """

    service: str
    impact: str
    urgency: str
    interval: int
    grace: int
    resolves: bool
    title: str | Hidden | None = None

    def values(self) -> dict[str, Any]:
        """Give them as facts have them."""
        return {
            "service": self.service,
            "impact": self.impact,
            "urgency": self.urgency,
            "interval_seconds": self.interval,
            "grace_seconds": self.grace,
            "resolves": self.resolves,
            "title": self.title,
        }


def check(settings: Settings) -> None:
    """Refuse times that nobody can mean. InvalidField."""
    if not LEAST_INTERVAL <= settings.interval <= LONGEST:
        raise InvalidField("interval", f"Send seconds from {LEAST_INTERVAL} to {LONGEST}.")
    if not 0 <= settings.grace <= LONGEST:
        raise InvalidField("grace", f"Send seconds from 0 to {LONGEST}.")
