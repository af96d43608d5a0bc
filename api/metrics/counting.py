"""Counts what the floors below tell of: what the engine said and how late, and what came on record.

Facts are counted when a follower has taken them, once and after its commit: whoever recorded them, and however often
they had to try. What an import brought was counted by nobody when it happened, and is not counted now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from api.metrics import counted
from escalation.engine.reminders import Reminding
from incidents import happenings as h
from incidents.ledger.tables import events
from incidents.tables import incident_states
from notifications.queue.expiry import EXPIRED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from incidents.ledger.facts import Fact
    from incidents.ledger.followers import Followed

_FIRST_TAKEN = (
    select(incident_states.c.stream, func.min(events.c.version), incident_states.c.reported_at)
    .join_from(incident_states, events, events.c.stream == incident_states.c.stream)
    .where(
        incident_states.c.stream.in_(bindparam("streams", expanding=True)),
        incident_states.c.source.is_(None),
        events.c.type == "incident.acknowledged.v1",
    )
    .group_by(incident_states.c.stream, incident_states.c.reported_at)
)


def late(seconds: float) -> None:
    """Count something that the engine said, so many seconds after it was due."""
    counted.ENGINE_LATENESS.observe(seconds)


class FactCounts:
    """Counts facts that a follower has taken."""

    def __init__(self, reading: Engine) -> None:
        """Take where the times of incidents are looked up."""
        self._reading = reading

    def __call__(self, taken: Sequence[Followed]) -> None:
        """Count a batch."""
        for followed in taken:
            _count(followed.fact)
        answered = [each.fact for each in taken if isinstance(each.fact, h.Acknowledged)]
        if answered:
            self._count_answered(answered)

    def _count_answered(self, acknowledgements: Sequence[h.Acknowledged]) -> None:
        streams = {fact.originator_id for fact in acknowledgements}
        with self._reading.connect() as connection:
            rows = connection.execute(_FIRST_TAKEN, {"streams": list(streams)})
            first = {(stream, version): reported_at for stream, version, reported_at in rows}
        for fact in acknowledgements:
            reported_at = first.get((fact.originator_id, fact.originator_version))
            if reported_at is not None:
                counted.ACKNOWLEDGEMENT.observe((fact.at - reported_at).total_seconds())


def _count(fact: Fact) -> None:
    match fact:
        case h.ClockBreached():
            counted.BREACHES.inc()
        case h.ClockDeviated():
            counted.DEVIATIONS.inc()
        case h.PageSent() | Reminding.ReminderSent():
            counted.DELIVERIES.labels(fact.channel, counted.SENT).inc()
        case h.PageFailed() | Reminding.ReminderFailed():
            outcome = counted.EXPIRED if fact.detail == EXPIRED else counted.FAILED
            counted.DELIVERIES.labels(fact.channel, outcome).inc()
        case h.PageWithdrawn() | Reminding.ReminderWithdrawn():
            counted.DELIVERIES.labels(fact.channel, counted.WITHDRAWN).inc()
        case _:
            pass
