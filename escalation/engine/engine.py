"""The engine: finds records whose deadline has come, and says what has become true (design decision 8).

It claims rows, loads the records, works out anew what they owe at now, and appends what is true and not yet said, in
one transaction with the rows' renewal. Nothing is cancelled; state decides. What a kind of record owes, its duties say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy.exc
import structlog
from eventsourcing.persistence import OperationalError
from sqlalchemy import bindparam, select, update

from escalation.engine.duties import duties_of
from escalation.tables import deadlines
from incidents.errors import Conflict
from incidents.ledger.pipeline import Write, driver_connection, fetch, send

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from escalation.engine.deadlines import Deadlines
    from escalation.engine.duties import Duties
    from incidents.ledger.facts import Record
    from incidents.ledger.ledger import Ledger

BATCH = 50
POSTPONED_BY = timedelta(minutes=1)
"""When a record is looked at again that could not be handled."""

_log = structlog.get_logger(__name__)

_FIRST = (
    select(deadlines.c.partnership, deadlines.c.stream, deadlines.c.due_at)
    .where(deadlines.c.due_at <= bindparam("by"))
    .order_by(deadlines.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_SAME_PARTNERSHIP = (
    select(deadlines.c.stream, deadlines.c.due_at)
    .where(deadlines.c.partnership == bindparam("of"), deadlines.c.due_at <= bindparam("by"))
    .order_by(deadlines.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
"""Nothing crosses partnerships in one transaction (design decision 4)."""


DATABASE_TROUBLE = (
    psycopg.OperationalError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.TimeoutError,
    OperationalError,
)
"""A lost connection, a deadlock or an exhausted pool, as the driver, SQLAlchemy and the recorder say it."""

_POSTPONE = update(deadlines).where(deadlines.c.stream == bindparam("of")).values(due_at=bindparam("until"))


class Engine:
    """Fires what is due. Any number of them may run: a row is claimed by one."""

    def __init__(
        self,
        ledger: Ledger,
        duties: Sequence[Duties[Any]],
        deadlines: Deadlines,
        late: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        """Take the ledger, what each kind of record owes, and the projection that renews a row.

        `late` is told, of each record that something was said of, how many seconds after its deadline that was.
        """
        self._ledger = ledger
        self._duties = duties
        self._deadlines = deadlines
        self._late = late

    def run_once(self) -> int:
        """Handle one batch of records that are due; give how many were claimed.

        One that cannot be handled (its agreement is gone, a fact cannot be read) is logged, and tried again in a
        minute: it holds up no other.
        """
        try:
            return self._together()
        except Exception:  # noqa: BLE001 - whatever it was, it comes again below, beside the record that it is of
            return self._one_by_one()

    def _together(self) -> int:
        with self._ledger.command() as command, self._ledger.engine.connect() as connection:
            due = _claim(connection, command.recorded_at, BATCH)
            if due:
                self._tell_all(connection, due, command.recorded_at)
        return len(due)

    def _one_by_one(self) -> int:
        """Handle each alone, for one of them was changed by a command meanwhile, or cannot be handled at all."""
        handled = 0
        while handled < BATCH and self._alone():
            handled += 1
        return handled

    def _alone(self) -> bool:
        with self._ledger.command() as command, self._ledger.engine.connect() as connection:
            due = _claim(connection, command.recorded_at, 1)
            if not due:
                return False
            try:
                self._tell_all(connection, due, command.recorded_at)
            except Conflict:
                return True  # the row is still due, and whoever claims it next decides afresh
            except DATABASE_TROUBLE:
                raise  # no record's fault: the worker tries again in a second, not in a minute
            except Exception:  # noqa: BLE001 - one broken record must not stop the others' pages
                [stream] = due
                _log.exception("record_postponed", stream=stream, seconds=POSTPONED_BY.total_seconds())
                _postpone(connection, stream, command.recorded_at + POSTPONED_BY)
        return True

    def _tell_all(self, connection: Connection, due: Mapping[str, datetime], now: datetime) -> None:
        """Tell each record what it is owed and renew its row; one that is owed nothing only gets its row renewed."""
        records = list(self._ledger.get_many(list(due), connection).values())
        if len(records) != len(due):
            message = f"deadlines of records that do not exist, among {list(due)}"
            raise LookupError(message)
        # What was reported late was due before anybody could have known.
        since = {record.id: max(due[record.id], record.history[-1].timestamp) for record in records}
        for record in records:
            self._duties_of(record).tell(record, now)
        speaking = [record for record in records if record.pending_events]
        silent = [record for record in records if not record.pending_events]
        renewed = [write for record in silent for write in self._deadlines.writes(record, record.history)]
        self._ledger.save(*speaking, connection=connection)
        send(connection, renewed, commit=True)
        self._ledger.committed()
        told = self._ledger.clock.now()
        for record in speaking:
            self._late((told - since[record.id]).total_seconds())

    def _duties_of(self, record: Record) -> Duties[Any]:
        found = duties_of(self._duties, record)
        if found is None:
            message = f"{record.id} has a deadline, and nothing says what it owes"
            raise LookupError(message)
        return found


def _claim(connection: Connection, now: datetime, most: int) -> dict[str, datetime]:
    """Lock the rows that are due, of the partnership that has waited longest; give since when each is."""
    first = fetch(connection, _FIRST, {"by": now})
    if not first or most == 1:
        return {stream: due_at for _, stream, due_at in first}
    return dict(fetch(connection, _SAME_PARTNERSHIP, {"of": first[0][0], "by": now, "most": most}))


def _postpone(connection: Connection, stream: str, until: datetime) -> None:
    """Take back what was begun, and put the row off: the record is untouched."""
    driver_connection(connection).rollback()
    send(connection, [Write(_POSTPONE, [{"of": stream, "until": until}])], commit=True)
