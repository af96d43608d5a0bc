"""Attainment: what became of each clock of each incident, counted per target and severity. A follower.

It reads the sequence at its own pace; paging never waits for it. Its rows can be rebuilt from the record at any time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from escalation.clocks import readings
from escalation.tables import attainment
from incidents.incident import Incident
from incidents.ledger.pipeline import Write, fetch, send
from incidents.restrictions import exists_for, for_each
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from escalation.agreements import AgreementBook
    from escalation.clocks import Reading
    from incidents.disclosure import Viewer
    from incidents.ledger.facts import Fact, Record
    from incidents.ledger.followers import Followed
    from incidents.ledger.ledger import Ledger

_CLEAR = delete(attainment).where(attainment.c.stream == bindparam("of"))
_INSERT = insert(attainment)

_NEWEST = select(incident_states.c.version).where(incident_states.c.stream == bindparam("of"))


class Attainment:
    """Keeps one row a run of a clock: running, met, breached or cancelled."""

    name = "attainment"
    table = attainment
    compared = tuple(column.name for column in attainment.c)

    def __init__(self, ledger: Ledger, book: AgreementBook) -> None:
        """Take what incidents and their agreements are read from."""
        self._ledger = ledger
        self._book = book

    def take(self, followed: Followed, connection: Connection) -> None:
        """Work out an incident's rows anew, once a run of its facts: at the last that is recorded now."""
        stream = followed.fact.originator_id
        newest = fetch(connection, _NEWEST, {"of": stream})
        if newest == [(followed.fact.originator_version,)]:
            [record] = self._ledger.get_many([stream], connection).values()
            send(connection, list(self.writes(record, record.history)), commit=False)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the rows of an incident's runs, as they stood at its last fact."""
        if isinstance(record, Incident) and new:
            agreement = self._book.get(record.partnership, record.agreement_version)
            last = max(fact.at for fact in record.history)
            # A fact that is told late can take a run away.
            yield Write(_CLEAR, [{"of": record.id}])
            yield Write(_INSERT, [_row(record, reading) for reading in readings(record, agreement, last)])

    def counts(self, viewers: Mapping[str, Viewer] | None = None) -> list[Row[Any]]:
        """Count runs per partnership, clock, severity and outcome, of the incidents that exist for somebody.

        `viewers` tells as whom they read each partnership; None: everything, everywhere.
        """
        columns = (attainment.c.partnership, attainment.c.clock, attainment.c.severity, attainment.c.outcome)
        query = select(*columns, func.count().label("runs")).group_by(*columns).order_by(*columns)
        if viewers is not None:
            theirs = for_each(viewers, incident_states.c.partnership, lambda viewer, _: exists_for(viewer))
            query = query.join(incident_states, incident_states.c.stream == attainment.c.stream).where(theirs)
        with self._ledger.recorder.reading.connect() as connection:
            return list(connection.execute(query).all())


def _row(incident: Incident, reading: Reading) -> dict[str, Any]:
    outcome = "running" if reading.state == "paused" else reading.state
    return {
        "partnership": incident.partnership,
        "stream": incident.id,
        "clock": reading.clock,
        "cycle": reading.cycle,
        "severity": reading.severity,
        "outcome": outcome,
        "target": reading.target,
        "counted": reading.counted,
    }
