"""What ends an acknowledgement as time goes by: that nothing is heard, or that its snooze is over. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.clocks.runs import seconds
from incidents.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.agreement.model import Agreement
    from escalation.engine.sources import Told as Telling
    from escalation.engine.told import Told
    from incidents.happenings import AcknowledgementExpired, SnoozeExpired


def holding(incident: Incident, agreement: Agreement, told: Told) -> Iterator[Holding]:
    """Give what ends the acknowledgements of each side; while one is snoozed, it does not expire."""
    expires_after = agreement.acknowledging.expires_after.get(incident.severity)
    for side in incident.taken:
        if side in incident.snoozed:
            yield Holding(Incident.SnoozeExpired, side, seconds(incident.snoozed[side]))
        elif expires_after is not None:
            heard = _last_heard(incident, told, side)
            yield Holding(Incident.AcknowledgementExpired, side, heard + expires_after)


def _last_heard(incident: Incident, told: Told, side: str | None) -> int:
    """Give when whoever has it was last heard of; a snooze that was ended and a reopening begin anew."""
    by = incident.taken[side].by
    decided = next(fact for fact in reversed(incident.history) if fact.by == by)
    reopened = () if told.reopened is None else (seconds(told.reopened.timestamp),)
    return max(seconds(decided.timestamp), told.woken.get(side, 0), *reopened)


@dataclass(frozen=True)
class Holding:
    """An acknowledgement that ends at an instant; a source."""

    happening: type[AcknowledgementExpired | SnoozeExpired]
    side: str | None
    until: int

    def moments(self) -> Iterator[tuple[int, int]]:
        """Once."""
        yield self.until, 0

    def fact(self, which: int, *, late: bool, now: datetime) -> Telling:  # noqa: ARG002 - the port's
        """End it."""
        return self.happening, {"side": self.side}
