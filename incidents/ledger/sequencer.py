"""The sequencer: gives committed facts their one order, after the commit (design decision 3).

Whoever gets the lock on its one row leads for one batch. A leader that dies loses the lock with its connection;
one that hangs (stopped, swapped out) loses it to `idle_in_transaction_session_timeout` and TCP timeouts. Nothing
is kept in memory between batches, so a successor starts where the tables stand.

A batch has one stamp, taken from the clock after the leader has its locks. Batches follow one another, so a later batch
has a later stamp, also if the clock was set back. That is what moments.py builds on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, func, select, text

from incidents.ledger.pipeline import driver_connection, fetch
from incidents.ledger.tables import pending, sequencer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from incidents.ledger.clock import Clock

BATCH_COMMITS = 500
NAME = "sequencer"
IN_FLIGHT = 0x4241544348
"""The advisory lock of a batch in flight, "BATCH": any number that nobody else in this database locks."""

_ANY_PENDING = select(exists(select(pending.c.id)))
_MINE = sequencer.c.name == bindparam("role")
# In a part of its own the row is locked first: who does not get it must not wait for the second lock, nor take it.
_LED = select(sequencer.c.position).where(_MINE).with_for_update(skip_locked=True).cte("led")
_LEAD = select(_LED.c.position, func.pg_advisory_xact_lock(IN_FLIGHT))

# The leaves stay in the database: a leader that is stopped while it reads megabytes of them would block its server
# process in a send, which no timeout ends on a Unix socket. All parts of the statement see the tables as they were
# before it. OFFSET 0 keeps the planner from joining all events where it should look up a few.
_SEQUENCE_BATCH = text("""
WITH stamp AS MATERIALIZED (
    SELECT greatest(coalesce(CAST(:now AS timestamptz), clock_timestamp()), at) + interval '1 microsecond' AS at
    FROM sequencer WHERE name = :role
), batch AS MATERIALIZED (
    SELECT id, partnership, spans -> 'spans' AS spans FROM pending ORDER BY id LIMIT :most
), facts AS MATERIALIZED (
    SELECT batch.partnership, fact.stream, fact.version, sha256('\\x00'::bytea || fact.leaf) AS leaf_hash,
           row_number() OVER (ORDER BY batch.id, span.nth, fact.version) AS nth,
           row_number() OVER (PARTITION BY batch.partnership ORDER BY batch.id, span.nth, fact.version) AS nth_in_log
    FROM batch
    CROSS JOIN LATERAL jsonb_array_elements(batch.spans) WITH ORDINALITY AS span (fields, nth)
    CROSS JOIN LATERAL (
        SELECT stream, version, leaf FROM events
        WHERE stream = span.fields ->> 0
          AND version BETWEEN (span.fields ->> 1)::integer AND (span.fields ->> 2)::integer
        OFFSET 0
    ) AS fact
), placed AS (
    INSERT INTO sequence (position, partnership, index, stream, version, leaf_hash, sequenced_at)
    SELECT :position + nth, partnership, coalesce(logs.size, 0) + nth_in_log - 1, stream, version, leaf_hash, stamp.at
    FROM stamp CROSS JOIN facts LEFT JOIN logs USING (partnership)
), grown AS (
    INSERT INTO logs (partnership, size) SELECT partnership, count(*) FROM facts GROUP BY partnership
    ON CONFLICT (partnership) DO UPDATE SET size = logs.size + excluded.size
), done AS (
    DELETE FROM pending USING batch WHERE pending.id = batch.id
)
UPDATE sequencer SET position = :position + (SELECT count(*) FROM facts), at = stamp.at FROM stamp WHERE name = :role
RETURNING position
""")


class Sequencer:
    """Sequences whole commits, one batch at a time."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        """Take an engine whose connections have the sequencer's role and its timeouts (see connections.py).

        Stamps come from the database's clock; with `clock`, from that one, for tests whose time is moved.
        """
        self._engine = engine
        self._clock = clock

    def run_once(self) -> int:
        """Sequence one batch, if nobody else is doing so; give the number of facts sequenced."""
        with self._engine.connect() as connection:
            # Looked at first, and without a lock: an idle sequencer then writes nothing.
            [[anything]] = fetch(connection, _ANY_PENDING, {})
            lead = fetch(connection, _LEAD, {"role": NAME}) if anything else []
            if not lead:
                return 0
            [[position, _]] = lead
            now = self._clock.now() if self._clock else None
            batch = {"role": NAME, "position": position, "now": now, "most": BATCH_COMMITS}
            [[reached]] = fetch(connection, _SEQUENCE_BATCH, batch)
            driver_connection(connection).commit()
        return int(reached - position)

    def run_until_idle(self) -> int:
        """Sequence all that is pending, as long as this process leads; give the number of facts."""
        total = 0
        while count := self.run_once():
            total += count
        return total
