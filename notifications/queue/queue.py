"""The delivery queue: rows under a lease, one in flight a lane.

A lane is a channel and a destination: a slow webhook, or one that asks for a rest, holds up nobody else. All times
come from the caller's Clock, never from the database's `now()`, so that tests can move it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import any_, bindparam, exists, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import insert as upsert

from notifications.queue.delivery import WAITING, Delivery
from notifications.queue.tables import deliveries, delivery_attempts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine

    from notifications.queue.retry import TryAgain

LEASE = timedelta(seconds=30)
"""How long a claim holds. What a crashed sender had in hand is sent again, under the same id, once it has run out."""

_row = deliveries.c
_ahead = deliveries.alias("ahead")
_waiting: ColumnElement[str] = literal_column(
    f"'{WAITING}'"
)  # as a parameter it would keep the planner from the partial index

_ALONE = select(
    func.set_config("idle_in_transaction_session_timeout", "5s", True),  # noqa: FBT003 - PostgreSQL's: this transaction
    func.pg_advisory_xact_lock(func.hashtext("deliveries.claim")),
)
"""One claims at a time, or two would each see a lane free and take a row of it. One that hangs loses its turn."""

_lane_is_busy = exists().where(
    _ahead.c.status == _waiting,
    _ahead.c.channel == _row.channel,
    _ahead.c.destination == _row.destination,
    _ahead.c.leased_until > bindparam("present"),
)
_place = func.row_number().over(
    partition_by=(_row.channel, _row.destination), order_by=(_row.urgency, _row.due_at, _row.id)
)
_due = (
    select(_row.id, _row.urgency, _row.due_at, _place.label("place"))
    .where(
        _row.status == _waiting,
        _row.due_at <= bindparam("present"),
        _row.channel == any_(bindparam("channels", type_=ARRAY(TEXT))),
        ~_lane_is_busy,
    )
    .cte("due")
)
_heads = (
    select(_due.c.id)
    .where(_due.c.place == 1)
    .order_by(_due.c.urgency, _due.c.due_at, _due.c.id)
    .limit(bindparam("most"))
    .cte("heads")
)
_free = (
    select(_row.id)
    .where(_row.id.in_(select(_heads.c.id)), _row.status == _waiting)
    .with_for_update(skip_locked=True)
    .cte("free")
)
_CLAIM = (
    update(deliveries)
    .where(_row.id == _free.c.id)
    .values(leased_until=bindparam("until"), tries=_row.tries + 1)
    .returning(*(_row[name] for name in Delivery.__dataclass_fields__))
)

_still_mine = (_row.id == bindparam("delivery")) & (_row.tries == bindparam("nth")) & (_row.status == _waiting)
_POSTPONE = update(deliveries).where(_still_mine).values(due_at=bindparam("again_at"), leased_until=None)
_REST = (
    update(deliveries)
    .where(
        _row.status == _waiting,
        _row.channel == bindparam("on_channel"),
        _row.destination == bindparam("to_destination"),
        _row.due_at < bindparam("again_at"),
        _row.leased_until.is_(None),
    )
    .values(due_at=bindparam("again_at"))
)
_ATTEMPT = upsert(delivery_attempts).on_conflict_do_nothing()


class Queue:
    """What waits to be sent. The outcome of a delivery is no business of the queue's: it is a fact (deliveries.py)."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections have the runtime role."""
        self._engine = engine

    def claim(self, channels: Sequence[str], now: datetime, *, most: int) -> list[Delivery]:
        """Take up to `most` deliveries that are due on these channels, at most one a lane, the most urgent first.

        A lane in which a claim still holds is left alone, whoever holds it.
        """
        asked = {"channels": list(channels), "present": now, "until": now + LEASE, "most": most}
        with self._engine.begin() as connection:
            connection.execute(_ALONE)
            claimed = [Delivery(**row._mapping) for row in connection.execute(_CLAIM, asked)]  # noqa: SLF001 - public
        return sorted(claimed, key=lambda delivery: delivery.urgency)

    def attempted(self, delivery: Delivery, now: datetime, outcome: str, detail: str | None) -> None:
        """Keep an attempt whose outcome is final: `sent` or `failed`."""
        with self._engine.begin() as connection:
            _keep(connection, delivery, now, outcome, detail)

    def postpone(self, delivery: Delivery, now: datetime, again: TryAgain, detail: str) -> None:
        """Keep a failed attempt and give the claim back until the next try; nothing if the claim is no longer ours."""
        place = {"on_channel": delivery.channel, "to_destination": delivery.destination}
        with self._engine.begin() as connection:
            _keep(connection, delivery, now, "retry", detail)
            connection.execute(_POSTPONE, {"delivery": delivery.id, "nth": delivery.tries, "again_at": again.due_at})
            if again.whole_lane:
                connection.execute(_REST, {**place, "again_at": again.due_at})


def _keep(connection: Connection, delivery: Delivery, now: datetime, outcome: str, detail: str | None) -> None:
    row = {
        "delivery": delivery.id,
        "nth": delivery.tries,
        "partnership": delivery.partnership,
        "at": now,
        "outcome": outcome,
        "detail": detail,
    }
    connection.execute(_ATTEMPT, row)
