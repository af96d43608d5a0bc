"""The projection of short records: one row each, for lists and to find them by their public ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.matters.base import Matter
from escalation.tables import matters
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from incidents.ledger.facts import Fact, Record

_insert = upsert(matters)
_WRITE = _insert.on_conflict_do_update(index_elements=[matters.c.stream], set_={"stage": _insert.excluded.stage})


class MatterRows:
    """One row a record."""

    table = matters
    compared = tuple(column.name for column in matters.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the record's row."""
        if isinstance(record, Matter) and new:
            row = {
                "stream": record.id,
                "id": record.public_id,
                "partnership": record.partnership,
                "kind": record.KIND,
                "stage": record.stage,
                "opened_at": record.opened_at,
            }
            yield Write(_WRITE, [row])
