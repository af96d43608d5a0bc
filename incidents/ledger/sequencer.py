"""The sequencer: gives committed facts their one order, after the commit (design decision 3).

Whoever gets the lock on its one row leads for one batch. A leader that dies loses the lock with its connection;
one that hangs (stopped, swapped out) loses it to `idle_in_transaction_session_timeout` and TCP timeouts. Nothing
is kept in memory between batches, so a successor starts where the tables stand.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, BigInteger, Integer, Text, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.ledger.merkle import leaf_hash
from incidents.ledger.pipeline import Write, fetch, send
from incidents.ledger.tables import events, logs, pending, sequence, sequencer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

BATCH_COMMITS = 500

_LEAD = select(sequencer.c.position).where(sequencer.c.name == bindparam("role")).with_for_update(skip_locked=True)
_PENDING = select(pending.c.id, pending.c.partnership, pending.c.spans).order_by(pending.c.id).limit(bindparam("most"))
_SPANS = (
    func.unnest(
        bindparam("streams", type_=ARRAY(Text)),
        bindparam("firsts", type_=ARRAY(Integer)),
        bindparam("lasts", type_=ARRAY(Integer)),
    )
    .table_valued("stream", "first", "last", with_ordinality="nth")
    .render_derived()
)
_LEAVES = (
    select(_SPANS.c.nth, events.c.stream, events.c.version, events.c.leaf)
    .join_from(
        _SPANS,
        events,
        (events.c.stream == _SPANS.c.stream) & events.c.version.between(_SPANS.c.first, _SPANS.c.last),
    )
    .order_by(_SPANS.c.nth, events.c.version)
)
_SIZES = select(logs.c.partnership, logs.c.size).where(logs.c.partnership == func.any(bindparam("partnerships", type_=ARRAY(Text))))
_INSERT_SEQUENCE = insert(sequence)
_GROW = upsert(logs).on_conflict_do_update(
    index_elements=[logs.c.partnership], set_={"size": upsert(logs).excluded.size}
)
_ADVANCE = update(sequencer).where(sequencer.c.name == bindparam("role")).values(position=bindparam("reached"))
_DONE = delete(pending).where(pending.c.id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))


class Sequencer:
    """Sequences whole commits, one batch at a time."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections have the sequencer's role and its timeouts."""
        self._engine = engine

    def run_once(self) -> int:
        """Sequence one batch, if nobody else is doing so; give the number of facts sequenced."""
        with self._engine.connect() as connection:
            lead = fetch(connection, _LEAD, {"role": "sequencer"})
            commits = fetch(connection, _PENDING, {"most": BATCH_COMMITS}) if lead else []
            if not commits:
                connection.connection.rollback()
                return 0
            rows = self._rows(connection, lead[0][0], commits)
            send(connection, self._writes(rows, commits), commit=True)
        return len(rows)

    def run_until_idle(self) -> int:
        """Sequence all that is pending, as long as this process leads; give the number of facts."""
        total = 0
        while count := self.run_once():
            total += count
        return total

    def _rows(self, connection: Connection, position: int, commits: Sequence[Any]) -> list[dict[str, Any]]:
        """Give the sequence rows of some commits: dense positions, dense indexes in each partnership's log."""
        spans = [(commit[1], *span) for commit in commits for span in commit[2]["spans"]]
        asked = {
            "streams": [span[1] for span in spans],
            "firsts": [span[2] for span in spans],
            "lasts": [span[3] for span in spans],
        }
        sizes = dict(fetch(connection, _SIZES, {"partnerships": list({span[0] for span in spans})}))
        rows = []
        for nth, stream, version, leaf in fetch(connection, _LEAVES, asked):
            partnership = spans[nth - 1][0]
            position, index = position + 1, sizes.get(partnership, 0)
            sizes[partnership] = index + 1
            rows.append(
                {
                    "position": position,
                    "partnership": partnership,
                    "index": index,
                    "stream": stream,
                    "version": version,
                    "leaf_hash": leaf_hash(bytes(leaf)),
                }
            )
        return rows

    def _writes(self, rows: Sequence[dict[str, Any]], commits: Sequence[Any]) -> list[Write]:
        grown = sorted(rows, key=lambda row: (row["partnership"], row["index"]))
        heads = [list(group)[-1] for _, group in groupby(grown, key=lambda row: row["partnership"])]
        return [
            Write(_INSERT_SEQUENCE, rows),
            Write(_GROW, [{"partnership": head["partnership"], "size": head["index"] + 1} for head in heads]),
            Write(_ADVANCE, [{"role": "sequencer", "reached": rows[-1]["position"]}]),
            Write(_DONE, [{"ids": [commit[0] for commit in commits]}]),
        ]
