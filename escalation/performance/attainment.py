"""Attainment: what became of each clock of each incident, counted per target and severity. A follower.

It reads the sequence at its own pace; paging never waits for it. Its rows can be rebuilt from the record at any time:
set its position back and leave the rows, each is replaced. What follows from them is told by `after` (judging.py), in
the follower's own transaction: as one follower works at a time, what it sees there is a total order.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import bindparam, delete, func, insert, select

from escalation.performance.attainment_rows import decided, rows_of
from escalation.performance.record import Performance
from escalation.tables import attainment
from incidents.incident import Incident
from incidents.ledger.pipeline import Write, fetch, send
from incidents.restrictions import exists_for, for_each
from incidents.tables import incident_states

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

    from escalation.book import AgreementBook
    from escalation.clocks.course import Versions
    from incidents.disclosure import Viewer
    from incidents.ledger.facts import Fact, Record
    from incidents.ledger.followers import Followed
    from incidents.ledger.ledger import Ledger

_CLEAR = delete(attainment).where(attainment.c.stream == bindparam("of"))
_INSERT = insert(attainment)
_KNOWN = select(*attainment.c).where(attainment.c.stream == bindparam("of"))
_NEWEST = select(incident_states.c.version).where(incident_states.c.stream == bindparam("of"))

Rows = list[dict[str, Any]]


class After(Protocol):
    """What follows from attainment."""

    def deviations_known(self, incident: Incident, connection: Connection) -> Incident:
        """Say what follows from an incident's final deviations; give it as it then stands."""

    def clocks_decided(self, partnership: str, before: Rows, now: Rows, connection: Connection) -> None:
        """Say what follows for the partnership where clocks of an incident were decided, or decided otherwise."""

    def period_judged(self, partnership: str, starts: datetime, connection: Connection) -> None:
        """Say what follows from a period that was judged, or corrected."""


class Attainment:
    """Keeps one row a run of a clock: running, met, deviation, breached, excused or cancelled."""

    name = "attainment"
    table = attainment
    compared = tuple(column.name for column in attainment.c)

    def __init__(self, ledger: Ledger, book: AgreementBook, after: After) -> None:
        """Take what incidents and their agreements are read from, and what follows."""
        self._ledger = ledger
        self._book = book
        self._after = after

    def take(self, followed: Followed, connection: Connection) -> None:
        """Work out an incident's rows anew, once a run of its facts: at the last that is recorded now."""
        stream = followed.fact.originator_id
        if isinstance(followed.fact, Performance.PeriodJudged | Performance.PeriodCorrected):
            self._after.period_judged(followed.partnership, followed.fact.starts, connection)
        elif fetch(connection, _NEWEST, {"of": stream}) == [(followed.fact.originator_version,)]:
            [record] = self._ledger.get_many([stream], connection).values()
            if isinstance(record, Incident):
                self._renew(record, connection)

    def _renew(self, incident: Incident, connection: Connection) -> None:
        names = [column.name for column in attainment.c]
        before = [dict(zip(names, row, strict=True)) for row in fetch(connection, _KNOWN, {"of": incident.id})]
        rows = rows_of(incident, self._versions(incident))
        send(connection, _replaced(incident, rows), commit=False)
        if incident.imported or decided(before) == decided(rows):
            return
        if any(row["deviated_at"] is not None for row in rows):
            told = self._after.deviations_known(incident, connection)
            if told.version != incident.version:
                # What was told of it must count before its fact comes round: what follows now is judged by it.
                rows = rows_of(told, self._versions(told))
                send(connection, _replaced(told, rows), commit=False)
        self._after.clocks_decided(incident.partnership, before, rows, connection)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the rows of an incident's runs, as they stood at its last fact."""
        if isinstance(record, Incident) and new:
            yield from _replaced(record, rows_of(record, self._versions(record)))

    def counts(self, viewers: Mapping[str, Viewer] | None = None) -> list[Row[Any]]:
        """Count runs per partnership, clock, severity, who owes it, and outcome, of the incidents that exist for them.

        `viewers` tells as whom they read each partnership; None: everything, everywhere.
        """
        names = ("partnership", "clock", "severity", "duty_of", "outcome")
        columns = [attainment.c[name] for name in names]
        query: Select[Any] = select(*columns, func.count().label("runs")).group_by(*columns).order_by(*columns)
        if viewers is not None:
            theirs = for_each(viewers, incident_states.c.partnership, lambda viewer, _: exists_for(viewer))
            query = query.join(incident_states, incident_states.c.stream == attainment.c.stream).where(theirs)
        with self._ledger.recorder.reading.connect() as connection:
            return list(connection.execute(query).all())

    def _versions(self, incident: Incident) -> Versions:
        return partial(self._book.get, incident.partnership)


def _replaced(incident: Incident, rows: Rows) -> list[Write]:
    """A fact that is told late can take a run away."""
    return [Write(_CLEAR, [{"of": incident.id}]), Write(_INSERT, rows)]
