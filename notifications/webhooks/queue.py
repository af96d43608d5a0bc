"""The queue of subscriptions' messages: claimed under a lease, in order within a stream, fairly among receivers.

A receiver is `proven` once it has taken something quickly, `new` before, and `poor` while it is slow or fails. Proven
ones may have several messages in flight, the others one; the others leave some threads free, and poor ones most of
them. Whoever has least in flight goes first. So a hundred receivers that hang leave the good ones theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from incidents.ledger.pipeline import fetch

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

LEASE = timedelta(seconds=30)
"""How long a claim holds: three times as long as a send may take."""
PROVEN, NEW, POOR = 0, 1, 2
"""How `standing` is written."""
IN_FLIGHT = 8
"""Messages that a proven receiver is sent at the same time, of different streams."""

_ALONE = text("""
SELECT set_config('idle_in_transaction_session_timeout', '5s', true),
       pg_advisory_xact_lock(hashtext('webhooks.claim'))
""")
"""One claims at a time, or two would each see a receiver free. One that hangs loses its turn."""

_CLAIM = text("""
WITH receivers AS MATERIALIZED (
    SELECT told.stream AS subscription, told.party, told.url, told.state_at, lane.failing_since,
           CASE WHEN lane.subscription IS NULL THEN 1 WHEN lane.slow OR lane.failing_since IS NOT NULL THEN 2 ELSE 0
           END AS standing,
           (SELECT count(*) FROM webhook_messages AS busy
            WHERE busy.subscription = told.stream AND busy.status = 'waiting' AND busy.leased_until > :present) AS busy
    FROM webhook_subscriptions AS told LEFT JOIN webhook_lanes AS lane ON lane.subscription = told.stream
    WHERE told.state = 'active' AND (lane.opens_at IS NULL OR lane.opens_at <= :present)
), heads AS MATERIALIZED (
    SELECT receivers.*, head.id, head.due_at,
           busy + row_number() OVER (PARTITION BY subscription ORDER BY head.due_at, head.place, head.id) AS turn
    FROM receivers CROSS JOIN LATERAL (
        SELECT message.id, message.due_at, message.place FROM webhook_messages AS message
        WHERE message.subscription = receivers.subscription AND message.status = 'waiting'
          AND message.due_at <= :present
          AND (message.leased_until IS NULL OR message.leased_until <= :present)
          AND NOT EXISTS (
              SELECT FROM webhook_messages AS ahead
              WHERE ahead.subscription = message.subscription AND ahead.stream = message.stream
                AND ahead.status = 'waiting' AND ahead.place < message.place
          )
        ORDER BY message.due_at, message.place
        LIMIT greatest(0, CASE standing WHEN 0 THEN :in_flight ELSE 1 END - receivers.busy)
    ) AS head
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY standing = 0 ORDER BY standing, turn, due_at) AS nth,
           row_number() OVER (PARTITION BY standing ORDER BY turn, due_at) AS nth_alike
    FROM heads
), chosen AS MATERIALIZED (
    SELECT * FROM placed
    WHERE (standing = 0 OR nth <= :most_unproven) AND (standing < 2 OR nth_alike <= :most_poor)
    ORDER BY standing, nth LIMIT :most
)
UPDATE webhook_messages AS message SET leased_until = :until, tries = message.tries + 1, waits_for = NULL
FROM chosen WHERE message.id = chosen.id AND message.status = 'waiting'
RETURNING message.id, message.subscription, message.partnership, chosen.party, chosen.url, message.place,
          message.stream, message.tries, message.leased_until, message.created_at, chosen.standing,
          chosen.failing_since, chosen.state_at
""")


class Room(NamedTuple):
    """How many messages may be claimed: in all, of receivers that are not proven, and among them of poor ones."""

    most: int
    unproven: int
    poor: int


@dataclass(frozen=True)
class Claimed:
    """A claimed message, and what is known of its receiver.

    A ping has no `place` and no `stream`. `tries` counts this try too. The claim holds until `leased_until`, which
    tells it from every other. Nothing got through since `failing_since`; its state is what it is since `state_at`.
    """

    id: str
    subscription: str
    partnership: str
    party: str
    url: str
    place: int | None
    stream: str | None
    tries: int
    leased_until: datetime
    created_at: datetime
    standing: int
    failing_since: datetime | None
    state_at: datetime


class Queue:
    """What waits to be sent to subscriptions."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections have the worker's role."""
        self._engine = engine

    def claim(self, now: datetime, room: Room) -> list[Claimed]:
        """Take messages that are due: of each stream the first alone, those of proven receivers before others."""
        asked = {
            "present": now,
            "until": now + LEASE,
            "in_flight": IN_FLIGHT,
            "most": room.most,
            "most_unproven": room.unproven,
            "most_poor": room.poor,
        }
        with self._engine.begin() as connection:
            fetch(connection, _ALONE, {})
            return [Claimed(*row) for row in fetch(connection, _CLAIM, asked)]
