"""The projection of heartbeats, and when each is to be looked at next, in SQL: as watching.py says it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal_column
from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.heartbeats.record import Heartbeat
from escalation.heartbeats.tables import heartbeats
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement

    from incidents.ledger.facts import Fact, Record

_SECOND: ColumnElement[timedelta] = literal_column("interval '1 second'")
CALLED = frozenset({"heard_at", "due_at"})
"""The columns that no fact gives."""


def due(row: Any, heard_at: ColumnElement[Any]) -> ColumnElement[Any]:  # noqa: ANN401 - the table's columns, or those of what is inserted
    """Give when a heartbeat of which a row tells, and which called last at `heard_at`, is to be looked at next."""
    patience = (row.interval_seconds + row.grace_seconds) * _SECOND
    return case(
        (func.coalesce(row.paused_at, row.removed_at).is_not(None), None),
        (heard_at > row.silent_since, heard_at),
        (row.incident.is_(None), func.greatest(row.counts_from, heard_at) + patience),
    )


_row = upsert(heartbeats)
_WRITE = _row.on_conflict_do_update(
    index_elements=[heartbeats.c.stream],
    set_={
        **{name: _row.excluded[name] for name in heartbeats.c.keys() if name not in {"stream", *CALLED}},  # noqa: SIM118 - columns, not names
        "due_at": due(_row.excluded, heartbeats.c.heard_at),
    },
)


class HeartbeatRows:
    """One row a heartbeat. The name of a removed one is free again."""

    table = heartbeats
    compared = tuple(column.name for column in heartbeats.c if column.name not in CALLED)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the row anew, but for when it called."""
        if isinstance(record, Heartbeat) and new:
            yield Write(_WRITE, [row_of(record)])


def row_of(record: Heartbeat) -> dict[str, Any]:
    """Give the row that a heartbeat has before it has called."""
    settings, silence, title = record.settings, record.silence, record.settings.title
    return {
        **settings.values(),
        "title": title if isinstance(title, str) else None,
        "stream": record.id,
        "partnership": record.partnership,
        "party": record.party,
        "name": record.name,
        "secret_hash": record.secret_hash,
        "made_by": record.made_by,
        "made_at": record.made_at,
        "counts_from": record.counts_from,
        "paused_at": record.paused_at,
        "removed_at": record.removed_at,
        "silent_since": silence and silence.since,
        "incident": silence and silence.incident,
        "refusal": silence and silence.refusal,
        "due_at": record.counts_from + timedelta(seconds=settings.interval + settings.grace),
    }
