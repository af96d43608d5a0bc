"""How late everything is that Tocsin is there for, read from the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, or_, select

from api.http.readiness import sequencer_lag
from api.processes.beats import ages
from api.processes.watchdog import Vitals
from escalation.tables import deadlines
from notifications.queue.delivery import WAITING
from notifications.queue.tables import deliveries, delivery_lanes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Engine

URGENT = 0
"""As deliveries have it: somebody must answer."""
WHOLE_CHANNEL = "*"

_lane = delivery_lanes.alias("lane")
_channel = delivery_lanes.alias("channel")
_row = deliveries.c
_could_leave = func.greatest(_row.due_at, _lane.c.opens_at, _channel.c.opens_at)
_OVERDUE = select(func.min(deadlines.c.due_at))
_URGENT = (
    select(func.min(_could_leave))
    .select_from(
        deliveries.outerjoin(
            _lane, and_(_lane.c.channel == _row.channel, _lane.c.destination == _row.destination)
        ).outerjoin(_channel, and_(_channel.c.channel == _row.channel, _channel.c.destination == WHOLE_CHANNEL))
    )
    .where(
        _row.status == WAITING,
        _row.urgency == URGENT,
        _row.due_at <= bindparam("now"),
        or_(_row.leased_until.is_(None), _row.leased_until <= bindparam("now")),
        # A receiver that is away, or slow, is no trouble of ours: one waits there for the one before.
        func.coalesce(_lane.c.failing_since, _channel.c.failing_since).is_(None),
        ~func.coalesce(_lane.c.slow, False),
    )
)
"""Since when an urgent delivery could have left that is in nobody's hand, in a lane that is well and does not rest."""


def vitals(engine: Engine, now: datetime, parts: Sequence[str]) -> Vitals:
    """Read how late everything is."""
    with engine.connect() as connection:
        known = ages(connection, now)
        return Vitals(
            engine=_since(connection.scalar(_OVERDUE), now),
            queue=oldest_urgent(connection, now),
            sequencer=_oldest(connection, now),
            parts={part: known.get(part) for part in parts},
        )


def oldest_urgent(connection: Connection, now: datetime) -> float:
    """Give for how many seconds an urgent delivery could have left; 0: none could."""
    return _since(connection.scalar(_URGENT, {"now": now}), now)


def _oldest(connection: Connection, now: datetime) -> float:
    age = sequencer_lag(connection, now)["oldest_pending_seconds"]
    return 0.0 if age is None else float(age)


def _since(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (now - at).total_seconds())
