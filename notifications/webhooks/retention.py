"""What is let go: messages that are older than record.KEPT, with the attempts at them.

Finished ones count from their end. One that has waited for as long, because its subscription is paused or disabled,
goes too: its owner was told until when it waits. A part of the `webhooks` worker, once an hour.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from notifications.webhooks.record import KEPT
from notifications.webhooks.tables import webhook_attempts, webhook_messages

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from incidents.ledger.clock import Clock

EVERY = timedelta(hours=1)
BATCH = 1000
"""Messages in one transaction: a turn of the sender's comes between two batches."""

_row = webhook_messages.c


class Retention:
    """Lets old messages go. Any number of processes may: each deletes what it finds."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Take an engine whose connections have the worker's role."""
        self._engine = engine
        self._clock = clock
        self._next: datetime | None = None

    def run_once(self) -> int:
        """Let a batch go if it is time; give how many went. Until none is left, it is time."""
        now = self._clock.now()
        if self._next is not None and now < self._next:
            return 0
        gone = self._let_go(now - KEPT)
        if gone < BATCH:
            self._next = now + EVERY
        return gone

    def _let_go(self, before: datetime) -> int:
        old = (
            select(_row.id)
            .where(_row.created_at < before, func.coalesce(_row.finished_at, _row.created_at) < before)
            .order_by(_row.created_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self._engine.begin() as connection:
            messages = list(connection.scalars(old))
            connection.execute(delete(webhook_attempts).where(webhook_attempts.c.message.in_(messages)))
            connection.execute(delete(webhook_messages).where(_row.id.in_(messages)))
        return len(messages)
