"""All that is done with heartbeats, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from escalation.heartbeats.book import Heartbeats
from escalation.heartbeats.calls import Calls
from escalation.heartbeats.watch import Watch

if TYPE_CHECKING:
    from escalation.book import AgreementBook
    from incidents.incidents import Incidents


@dataclass(frozen=True)
class HeartbeatRoom:
    """Heartbeats of all partnerships: what people do with them, where they call, and who watches them."""

    book: Heartbeats
    calls: Calls
    watch: Watch

    @classmethod
    def of(cls, agreements: AgreementBook, incidents: Incidents) -> Self:
        """Make it over the ledger of the incidents."""
        return cls(Heartbeats(incidents.ledger, agreements), Calls(incidents.ledger), Watch(incidents))
