"""What comes in under the address of a heartbeat: it is alive. One row changes, and no fact is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import DateTime, bindparam, func, select, update

from escalation.heartbeats.record import STREAM
from escalation.heartbeats.rows import due
from escalation.heartbeats.tables import heartbeats
from escalation.secret_addresses import shown_by
from incidents.errors import NotFound
from incidents.ledger.pipeline import Write, fetch, send
from incidents.ledger.reach import reaching_all

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.ledger.ledger import Ledger

_row = heartbeats.c
_KNOWN = select(_row.stream, _row.secret_hash).where(_row.stream == bindparam("of"), _row.removed_at.is_(None))
_latest = func.greatest(_row.heard_at, bindparam("now", type_=DateTime(timezone=True)))
"""Processes learn the time over the network, so that a call may seem to be earlier than one before."""
_HEARD = (
    update(heartbeats)
    .where(_row.stream == bindparam("of"), _row.removed_at.is_(None))
    .values(heard_at=_latest, due_at=due(_row, _latest))
)


class Caller(NamedTuple):
    """The heartbeat under an address."""

    stream: str

    @property
    def actor(self) -> str:
        """As what its calls are counted."""
        return f"heartbeat:{self.stream.removeprefix(STREAM)}"


class Calls:
    """Hears heartbeats."""

    def __init__(self, ledger: Ledger) -> None:
        """Take where the rows are."""
        self._engine = ledger.engine
        self._reading = ledger.recorder.reading

    def found(self, token: str) -> Caller:
        """Find the heartbeat under an address. NotFound for what is not, or no longer, one."""
        shown = shown_by(token)
        with reaching_all(), self._reading.connect() as connection:
            rows = fetch(connection, _KNOWN, {"of": STREAM + shown.identity})
        stream, known = rows[0] if rows else ("", None)
        if not shown.opens(known):
            raise NotFound
        return Caller(stream)

    def hear(self, caller: Caller, now: datetime) -> None:
        """Note that it called."""
        with reaching_all(), self._engine.connect() as connection:
            send(connection, [Write(_HEARD, [{"of": caller.stream, "now": now}])], commit=True)
