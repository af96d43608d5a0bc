"""What was on record at an instant, answered once and for all.

A fact is on record from the stamp that its batch got in the one order (sequencer.py), not from its `recorded_at`: a
command may be committed after somebody has asked about the instant at which it was recorded. Later batches have later
stamps, so an instant's answer is final once no batch with a stamp up to it is still in flight. `settled` sees to that.

An answer stays as it is as long as the database's clock is not set back behind an instant that was asked for.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from incidents.errors import InvalidField
from incidents.ledger.pipeline import fetch
from incidents.ledger.sequencer import IN_FLIGHT, NAME
from incidents.ledger.tables import sequence, sequencer

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

PATIENCE = "6s"
"""How long a batch in flight is waited for: longer than a leader that hangs keeps its locks (LEADER_TIMEOUTS)."""

SKEW = timedelta(seconds=1)
"""How far a process's clock may be ahead of the database's, which it learns over the network (clock.py)."""

_HEAD = select(sequencer.c.at, func.clock_timestamp()).where(sequencer.c.name == bindparam("role"))
# A FROM is carried out before what is selected from it; the limit ends with the statement, as the lock does.
_OUTLAST = select(func.pg_advisory_xact_lock_shared(IN_FLIGHT)).select_from(
    func.set_config("lock_timeout", bindparam("patience"), True)  # noqa: FBT003 - SQL functions have no keywords here
)
_BY_THEN = sequence.c.sequenced_at <= bindparam("at")
_LAST_VERSION = (
    select(sequence.c.version)
    .where(sequence.c.stream == bindparam("wanted"))
    .order_by(sequence.c.version.desc())
    .limit(1)
)
_VERSION_AT = _LAST_VERSION.where(_BY_THEN)
_INDEX_AT = (
    select(sequence.c["index"])
    .where(sequence.c.partnership == bindparam("wanted"), _BY_THEN)
    .order_by(sequence.c.sequenced_at.desc(), sequence.c["index"].desc())
    .limit(1)
)


def check_past(at: datetime, now: datetime, field: str = "as_of") -> None:
    """Refuse an instant whose answer is still open. InvalidField."""
    if at > now:
        raise InvalidField(field, "It lies in the future. Give an instant up to now.")


def settled(reading: Engine, at: datetime) -> None:
    """Return once no fact can come on record at or before `at`, which lies in the past (`check_past`).

    `reading` is an engine in autocommit mode: what it reads afterwards includes every fact up to `at`.
    psycopg.OperationalError where a batch in flight does not end within PATIENCE.
    """
    with reading.connect() as connection:
        _settle(connection, at)


def version_at(reading: Engine, stream: str, at: datetime) -> int | None:
    """Give the last version of a stream on record at `at`, for ever the same; None if none was. Raises as `settled`."""
    with reading.connect() as connection:
        _settle(connection, at)
        rows = fetch(connection, _VERSION_AT, {"wanted": stream, "at": at})
    return int(rows[0][0]) if rows else None


def index_at(reading: Engine, partnership: str, at: datetime) -> int:
    """Give how many facts a partnership's log had at `at`, for ever the same. Raises as `settled`."""
    with reading.connect() as connection:
        _settle(connection, at)
        rows = fetch(connection, _INDEX_AT, {"wanted": partnership, "at": at})
    return int(rows[0][0]) + 1 if rows else 0


def sequenced_version(reading: Engine, stream: str) -> int:
    """Give the last version of a stream that is on record, 0 if none is: up to it, versions have their instant."""
    with reading.connect() as connection:
        rows = fetch(connection, _LAST_VERSION, {"wanted": stream})
    return int(rows[0][0]) if rows else 0


def _settle(connection: Connection, at: datetime) -> None:
    [[head, now]] = fetch(connection, _HEAD, {"role": NAME})
    if at <= head:
        return
    if timedelta() < at - now <= SKEW:
        time.sleep((at - now).total_seconds())
    # Whoever gets this lock has outlasted the batch in flight, and the next one reads the clock after it.
    fetch(connection, _OUTLAST, {"patience": PATIENCE})
