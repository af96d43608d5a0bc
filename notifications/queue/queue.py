"""The delivery queue: rows under a lease, one in flight a lane.

A lane is a channel and a destination: a slow webhook, or one that asks for a rest, holds up nobody else. All times
come from the caller's Clock, never from the database's `now()`, so that tests can move it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.queue import lanes
from notifications.queue.bundling import parcels
from notifications.queue.claiming import ALONE, claim, glance
from notifications.queue.delivery import FAILED, WAITING
from notifications.queue.tables import deliveries, delivery_attempts
from notifications.queue.waiting import waits_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Engine

    from notifications.queue.bundling import Parcel
    from notifications.queue.claiming import Ask
    from notifications.queue.delivery import Delivery
    from notifications.queue.retry import TryAgain
    from notifications.queue.tried import Tried

LEASE = timedelta(seconds=20)
"""How long a claim holds: twice the longest send. What a crashed sender had in hand is sent again, under the same id,
once it has run out."""

_row = deliveries.c
_still_mine = (_row.id == bindparam("delivery")) & (_row.tries == bindparam("nth")) & (_row.status == WAITING)
_POSTPONE = (
    update(deliveries)
    .where(_still_mine)
    .values(due_at=bindparam("again_at"), waits_for=bindparam("why"), leased_until=None)
)
_REFUSED = update(deliveries).where(_row.id == bindparam("delivery")).values(refused=_row.refused + 1)
"""A try that surely reached nobody: whoever is not paged need not be told either that somebody has come."""
_ATTEMPT = upsert(delivery_attempts).on_conflict_do_nothing()


class Queue:
    """What waits to be sent. The outcome of a delivery is no business of the queue's: it is a fact (deliveries.py)."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections have the worker's role."""
        self._engine = engine

    def claim(self, asks: Sequence[Ask], now: datetime) -> list[Parcel]:
        """Take what is due, at most one parcel a lane and as many as each channel asks for, the most urgent first.

        A lane in which a claim still holds is left alone, whoever holds it; so is one that rests. Healthy lanes go
        before slow ones. What is to be bundled with what follows is given back (bundling.py).
        """
        with self._engine.begin() as connection:
            seen = glance(connection, asks, now)
            if not seen.due:
                return []
            connection.execute(ALONE)
            if seen.shut:
                lanes.put_off(connection, asks, now)
            claimed = claim(connection, asks, now, now + LEASE)
            bundling = {ask.channel for ask in asks if ask.bundles}
            found = list(parcels(connection, claimed, bundling, now))
            lanes.spend(connection, asks, [parcel.deliveries[0] for parcel in found], now)
        return sorted(found, key=lambda parcel: (parcel.slow, parcel.deliveries[0].urgency))

    def attempted(self, delivery: Delivery, outcome: str, tried: Tried) -> None:
        """Keep an attempt whose outcome is final: `sent` or `failed`."""
        with self._engine.begin() as connection:
            connection.execute(_ATTEMPT, _row_of(delivery, outcome, tried))
            if outcome == FAILED and not tried.unclear:
                connection.execute(_REFUSED, {"delivery": delivery.id})
            lanes.learn(connection, delivery, tried)

    def postpone(self, delivery: Delivery, again: TryAgain, tried: Tried) -> None:
        """Keep a failed attempt and give the claim back until the next try; nothing if the claim is no longer ours."""
        detail = tried.detail or ""
        until = {"again_at": again.due_at, "why": waits_for(detail, delivery)}
        with self._engine.begin() as connection:
            connection.execute(_ATTEMPT, _row_of(delivery, "retry", tried))
            # Deliveries before lanes, as in a claim: else the two could wait for each other.
            connection.execute(_POSTPONE, {"delivery": delivery.id, "nth": delivery.tries, **until})
            if not tried.unclear:
                connection.execute(_REFUSED, {"delivery": delivery.id})
            lanes.learn(connection, delivery, tried)
            if again.rest is not None:
                lanes.rest(connection, delivery, again.rest, detail)


def _row_of(delivery: Delivery, outcome: str, tried: Tried) -> dict[str, Any]:
    return {
        "delivery": delivery.id,
        "nth": delivery.tries,
        "partnership": delivery.partnership,
        "at": tried.at,
        "outcome": outcome,
        "detail": tried.detail,
        "took_ms": tried.took_ms,
    }
