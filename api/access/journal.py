"""The journal: puts the access log into each partnership's own log, where it can be neither changed nor shortened.

Each day (in UTC) has a stream, `<partnership>/access/<yyyy-mm-dd>`. Rows wait a little, so that a busy reader makes one
fact of many reads.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from eventsourcing.domain import event
from sqlalchemy import BigInteger, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from api.access.tables import access_log
from incidents.ledger.facts import Fact, FirstFact, Record
from incidents.ledger.leaf import instant
from incidents.ledger.pipeline import Write, fetch, send

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from incidents.ledger.command import Command
    from incidents.ledger.ledger import Ledger

BY = "journal"
BATCH = 500
"""Rows in one turn at most: so many go at once, fewer wait for others."""
WAIT = timedelta(seconds=2)
"""How long a row may wait for others."""

_LOCK = 7_140_003
"""The advisory lock of whoever journals: one at a time, so that nobody's version is taken by another."""

_rows = access_log.c
_DUE = (
    select(_rows.partnership)
    .where(~_rows.recorded)
    .group_by(_rows.partnership)
    .having((func.min(_rows.at) <= bindparam("by", type_=_rows.at.type)) | (func.count() >= bindparam("most")))
    .order_by(func.min(_rows.at))
    .limit(1)
)
_WAITING = (
    select(_rows.id, _rows.at, _rows.actor, _rows.party, _rows.operation, _rows.target)
    .where((_rows.partnership == bindparam("of")) & ~_rows.recorded)
    .order_by(_rows.at, _rows.id)
    .limit(bindparam("most"))
)
_RECORDED = (
    update(access_log).where(_rows.id == func.any(bindparam("ids", type_=ARRAY(BigInteger)))).values(recorded=True)
)
_TRY_LOCK = select(func.pg_try_advisory_xact_lock(bindparam("lock", type_=BigInteger)))


class AccessLog(Record):
    """Who read what of a partnership's data on one day."""

    class Begun(FirstFact):
        """The first reads of the day are about to be recorded."""

        SYSTEM = True

    class Read(Fact):
        """These reads happened: each with `at`, `actor`, `party`, `operation` and `target`, by the time."""

        SYSTEM = True
        entries: list[dict[str, str | None]]

    @classmethod
    def going_on(cls, stream: str, version: int, at: datetime) -> AccessLog:
        """Give the end of a day's stream to append to: what stands before it is of no account, and may be long."""
        record = object.__new__(cls)
        record.__base_init__(originator_id=stream, originator_version=version, timestamp=at)
        return record

    def read(self, entries: list[dict[str, str | None]], *, at: datetime) -> None:
        """Record reads, the last of which was at an instant."""
        self.trigger_event(AccessLog.Read, by=BY, at=at, entries=entries)

    @event(Begun)
    def __init__(self) -> None:
        """Begin without reads."""

    @event(Read)
    def _read(self) -> None:
        """Change nothing: the facts are all there is."""


class Journal:
    """Puts rows of the access log into the ledger, each once. Any number may run: one works, the others pass."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger."""
        self._ledger = ledger

    def run_once(self) -> int:
        """Record one batch of one partnership's rows; give how many. Facts and marks stand together or not at all."""
        with self._ledger.command() as command, self._ledger.engine.connect() as connection:
            rows = _claimed(connection, command.recorded_at)
            if rows is None:
                return 0
            partnership, waiting = rows
            days = [
                self._day(command, f"{partnership}/access/{day}", list(of_day))
                for day, of_day in groupby(waiting, key=_date)
            ]
            marks = Write(_RECORDED, [{"ids": [row[0] for row in waiting]}])
            self._ledger.save(*days, after=[marks], connection=connection)
            send(connection, [], commit=True)
        self._ledger.committed()
        return len(waiting)

    def _day(self, command: Command, stream: str, rows: list[tuple[Any, ...]]) -> AccessLog:
        """Append a day's rows to its stream."""
        last = self._ledger.recorder.select_events(stream, desc=True, limit=1)
        at = rows[-1][1]
        if last:
            fact = cast("Fact", self._ledger.mapper.to_domain_event(last[0]))
            command.recorded_at = max(command.recorded_at, fact.timestamp)  # clocks of processes differ a little
            record = AccessLog.going_on(stream, fact.originator_version, fact.timestamp)
        else:
            record = AccessLog._create(AccessLog.Begun, id=stream, by=BY, at=at)  # noqa: SLF001 - the library's own way to create with a given id
        record.read([_entry(*row[1:]) for row in rows], at=at)
        return record


def _claimed(connection: Connection, now: datetime) -> tuple[str, list[tuple[Any, ...]]] | None:
    """Give a partnership whose rows have waited long enough, with the oldest of them; None if another is at work."""
    [(alone,)] = fetch(connection, _TRY_LOCK, {"lock": _LOCK})
    due = fetch(connection, _DUE, {"by": now - WAIT, "most": BATCH}) if alone else []
    if not due:
        return None
    [(partnership,)] = due
    return partnership, fetch(connection, _WAITING, {"of": partnership, "most": BATCH})


def _date(row: tuple[Any, ...]) -> str:
    return cast("datetime", row[1]).astimezone(UTC).date().isoformat()


def _entry(at: datetime, actor: str, party: str | None, operation: str, target: str | None) -> dict[str, str | None]:
    return {"at": instant(at), "actor": actor, "party": party, "operation": operation, "target": target}
