"""The deadline row of an incident: the next instant at which something could become true (design decision 8).

It decides nothing, can be rebuilt, and is never cancelled: whoever finds it due computes what is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert as upsert

from escalation.courses import Courses
from escalation.owed import next_instant
from escalation.tables import deadlines
from incidents.incident import Incident
from incidents.ledger.pipeline import Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from escalation.agreements import AgreementBook
    from incidents.ledger.facts import Fact, Record

_insert = upsert(deadlines)
_ARM = _insert.on_conflict_do_update(index_elements=[deadlines.c.stream], set_={"due_at": _insert.excluded.due_at})
_DISARM = delete(deadlines).where(deadlines.c.stream == bindparam("of"))


class Deadlines:
    """One row an incident that still has something to come."""

    table = deadlines
    compared = ("stream", "partnership", "due_at")

    def __init__(self, book: AgreementBook) -> None:
        """Take the book: deadlines follow from the agreement that an incident is pinned to."""
        self.courses = Courses(book)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Arm or disarm the incident's row."""
        if not isinstance(record, Incident) or not new or record.imported:
            return
        due_at = next_instant(record, self.courses.agreement(record), self.courses.of(record))
        if due_at is None:
            yield Write(_DISARM, [{"of": record.id}])
        else:
            yield Write(_ARM, [{"stream": record.id, "partnership": record.partnership, "due_at": due_at}])
