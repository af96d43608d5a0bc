"""Erasing what people wrote in a stream, while every leaf and every proof over it stays (design decision 6).

Key and sealed boxes are deleted; salted digests of what nobody can read any more remain. Backups and the database's
own log keep the boxes as long as they are kept themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from incidents.errors import Conflict, NotFound

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from incidents.ledger.ledger import Ledger

TRIES = 100
"""An erasure is owed by law: it gives way to no handful of faster commands, only to a stream that never rests."""

_DELETE_KEY = text("DELETE FROM stream_keys WHERE stream = :of")
_DELETE_BOXES = text("""
UPDATE disclosures SET fields = coalesce(
    (SELECT jsonb_object_agg(key, value) FROM jsonb_each(fields) WHERE value -> 'box' IS NULL), '{}'::jsonb
) WHERE stream = :of
""")


def erase(eraser: Engine, ledger: Ledger, stream: str, *, by: str) -> None:
    """Erase all free text of a stream: values, rows that show them, and the key; and record that, in one transaction.

    `eraser` connects with the eraser's role. NotFound; Conflict if others change the stream again and again.
    """
    for _ in range(TRIES - 1):
        try:
            return _erase(eraser, ledger, stream, by)
        except Conflict:
            continue
    return _erase(eraser, ledger, stream, by)


def _erase(eraser: Engine, ledger: Ledger, stream: str, by: str) -> None:
    with eraser.connect() as connection, ledger.command() as command:
        connection.execute(_DELETE_KEY, {"of": stream})
        for delete in (_DELETE_BOXES, *ledger.forgetting):
            connection.execute(delete, {"of": stream})
        # Read after the deletion: projections are then written from what is left.
        record = ledger.get_many([stream], connection).get(stream)
        if record is None:
            raise NotFound
        record.forget(by=by, at=command.recorded_at)
        ledger.save(record, connection=connection)
        connection.commit()
    ledger.committed()
