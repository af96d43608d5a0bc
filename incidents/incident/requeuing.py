"""What became of an incident's deliveries, and having one that failed for good sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from incidents import happenings
from incidents.incident.base import IncidentBase
from incidents.requeuing_refusals import NotFailed

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.incident.base import Said

_TOLD = (happenings.PageSent, happenings.PageFailed, happenings.PageWithdrawn, happenings.PageRequeued)


class Requeuable(IncidentBase):
    """An incident knows what became of each delivery that it owed."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.IncidentEvent
    PageRequeued = happenings.PageRequeued

    # --- what may be asked -------------------------------------------------------------------------------------------

    def has_settled(self, delivery: str, owed_at: datetime | None = None) -> bool:
        """Whether it is on record what became of a delivery, since it was last sent again if it was.

        Whoever knows it as owed since before that, at `owed_at`, had it in hand until then: what they say comes late.
        """
        told = self._last_told(delivery)
        if isinstance(told, happenings.PageRequeued):
            return owed_at is not None and owed_at < told.timestamp
        return told is not None

    def requeue(self, delivery: str, **said: Unpack[Said]) -> None:
        """Have a delivery sent again that failed for good. NotFailed, also where nothing is on record about it."""
        told = self._last_told(delivery)
        if not isinstance(told, happenings.PageFailed):
            raise NotFailed
        kept = {name: getattr(told, name) for name in ("delivery", "kind", "recipient", "channel", "tries", "party")}
        self.trigger_event(self.PageRequeued, **kept, **said)

    def _last_told(self, delivery: str) -> happenings.IncidentEvent | None:
        for fact in reversed(self.history):
            if isinstance(fact, _TOLD) and fact.delivery == delivery:
                return fact
        return None
