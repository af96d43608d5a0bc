"""The deadline row of a record: the next instant at which something could become true (design decision 8).

It decides nothing, can be rebuilt, and is never cancelled: whoever finds it due computes what is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.engine.duties import duties_of
from escalation.tables import deadlines
from incidents.ledger.facts import partnership_of
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from escalation.engine.duties import Duties
    from incidents.ledger.facts import Fact, Record

_insert = upsert(deadlines)
_ARM = _insert.on_conflict_do_update(index_elements=[deadlines.c.stream], set_={"due_at": _insert.excluded.due_at})
_DISARM = delete(deadlines).where(deadlines.c.stream == bindparam("of"))


class Deadlines:
    """One row a record that still has something to come."""

    table = deadlines
    compared = ("stream", "partnership", "due_at")

    def __init__(self, duties: Sequence[Duties[Any]]) -> None:
        """Take what each kind of record owes."""
        self._duties = duties

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Arm or disarm the record's row."""
        duties = duties_of(self._duties, record)
        if duties is None or not new:
            return
        due_at = duties.next_instant(record)
        if due_at is None:
            yield Write(_DISARM, [{"of": record.id}])
        else:
            yield Write(_ARM, [{"stream": record.id, "partnership": partnership_of(record.id), "due_at": due_at}])
