"""The engine: finds incidents whose deadline has come, and says what has become true (design decision 8).

It claims rows, loads the incidents, recomputes their clocks at now, and appends what is true and not yet said, in
one transaction with the rows' renewal. Nothing is cancelled; state decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from escalation.ladder import due_by
from escalation.tables import deadlines
from incidents import happenings as h
from incidents.errors import Conflict
from incidents.incident import Incident
from incidents.ledger.pipeline import fetch, send

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from escalation.agreements import AgreementBook
    from escalation.deadlines import Deadlines
    from incidents.ledger.ledger import Ledger

BATCH = 50

_FIRST = (
    select(deadlines.c.partnership, deadlines.c.stream)
    .where(deadlines.c.due_at <= bindparam("by"))
    .order_by(deadlines.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_SAME_PARTNERSHIP = (
    select(deadlines.c.stream)
    .where(deadlines.c.partnership == bindparam("of"), deadlines.c.due_at <= bindparam("by"))
    .order_by(deadlines.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
"""Nothing crosses partnerships in one transaction (design decision 4)."""


class Engine:
    """Fires what is due. Any number of them may run: a row is claimed by one."""

    def __init__(self, ledger: Ledger, book: AgreementBook, deadlines: Deadlines) -> None:
        """Take the ledger, the agreements, and the projection that renews a row."""
        self._ledger = ledger
        self._book = book
        self._deadlines = deadlines

    def run_once(self) -> int:
        """Handle one batch of incidents that are due; give how many were claimed."""
        try:
            return self._batch(BATCH)
        except Conflict:
            # A command was faster on one of them. Alone, each is decided afresh, and only that one may lose again.
            return self._one_by_one()

    def _one_by_one(self) -> int:
        handled = 0
        for _ in range(BATCH):
            try:
                found = self._batch(1)
            except Conflict:
                continue
            if not found:
                break
            handled += found
        return handled

    def _batch(self, most: int) -> int:
        with self._ledger.command() as command, self._ledger.engine.connect() as connection:
            now = command.recorded_at
            streams = _claim(connection, now, most)
            if streams:
                self._say_all(connection, streams, now)
            else:
                connection.connection.rollback()
        if streams:
            self._ledger.committed()
        return len(streams)

    def _say_all(self, connection: Connection, streams: Sequence[str], now: datetime) -> None:
        """Say what each incident is owed and renew its row; what had nothing to say only gets its row renewed."""
        found = self._ledger.get_many(streams, connection).values()
        incidents = [record for record in found if isinstance(record, Incident)]
        for incident in incidents:
            self._say(incident, now)
        speaking = [incident for incident in incidents if incident.pending_events]
        silent = [incident for incident in incidents if not incident.pending_events]
        renewed = [write for incident in silent for write in self._deadlines.writes(incident, incident.history)]
        self._ledger.save(*speaking, connection=connection)
        send(connection, renewed, commit=True)

    def _say(self, incident: Incident, now: datetime) -> None:
        """Append what is true and not yet said."""
        agreement = self._book.get(incident.partnership, incident.agreement_version)
        for item in due_by(incident, agreement, now):
            values: dict[str, Any] = item.values
            incident.tell(item.happening, _occurred(item.happening, item.at, now), **values)


def _claim(connection: Connection, now: datetime, most: int) -> list[str]:
    """Lock the rows that are due, of the partnership that has waited longest."""
    first = fetch(connection, _FIRST, {"by": now})
    if not first or most == 1:
        return [row[1] for row in first]
    return [row[0] for row in fetch(connection, _SAME_PARTNERSHIP, {"of": first[0][0], "by": now, "most": most})]


def _occurred(happening: type[h.SystemEvent], at: int, now: datetime) -> datetime:
    """A pause ended when its limit was reached; everything else happens when it is said."""
    return now.fromtimestamp(at, now.tzinfo) if happening is h.PauseExpired else now
