"""What follows from attainment: breaches by repetition, corrected periods, formal warnings (attainment.After).

It works in the transaction of the follower that keeps attainment, so clocks are judged one after the other, however
many incidents are worked on at once. State decides: what is on record is not told again, also where the follower begins
anew. Where somebody changed a record at the same moment, it is read again.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import bindparam, select

from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.performance.duties import in_force, month_at, verdict_on
from escalation.performance.formal_warnings import breaches_in_time, is_due
from escalation.performance.periods import Period
from escalation.performance.record import Performance, stream_of
from escalation.performance.repeating import tell_repetitions
from escalation.performance.tallies import breaches
from escalation.tables import periods
from incidents.errors import Conflict
from incidents.incident import Incident
from incidents.ledger.facts import Record
from incidents.ledger.pipeline import fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from escalation.agreement.model import Agreement
    from escalation.book import AgreementBook
    from escalation.crew.staff import Staff
    from escalation.performance.attainment import Rows
    from escalation.performance.record import Verdict
    from incidents.ledger.ledger import Ledger

R = TypeVar("R", bound=Record)

TRIES = 5
"""How often a record that others change meanwhile is read again, before the follower tries the fact again."""

_AROUND = (
    select(periods.c.objective, periods.c.starts, periods.c.ends, periods.c.agreement_version)
    .where(
        periods.c.partnership == bindparam("within"),
        periods.c.starts <= bindparam("latest"),
        periods.c.ends > bindparam("earliest"),
    )
    .order_by(periods.c.starts, periods.c.objective)
)


class Judging:
    """Tells what clocks and periods come to together."""

    def __init__(self, ledger: Ledger, book: AgreementBook, staff: Staff = NOBODY) -> None:
        """Take what records are read from and written to, the agreements, and whom warnings reach."""
        self._staff = staff
        self._ledger = ledger
        self._book = book
        self._begun: set[str] = set()
        """Partnerships whose record was there when it was looked for: it is there for good."""

    def deviations_known(self, incident: Incident, connection: Connection) -> Incident:
        """Tell the breaches that repetition makes of deviations."""

        def tell(incident: Incident, now: datetime) -> None:
            tell_repetitions(incident, partial(self._book.get, incident.partnership), connection, now)

        return self._tell(Incident, incident.id, connection, tell)

    def clocks_decided(self, partnership: str, before: Rows, now: Rows, connection: Connection) -> None:
        """Correct periods that were judged already; issue a formal warning, if there is one more breach for it."""
        agreement = in_force(self._book, partnership, self._ledger.clock.now())
        if agreement is not None and (agreement.tolerance.per_period or agreement.tolerance.warnings):
            self._begin(partnership, agreement, connection)
            self._correct(partnership, [row["ended_at"] for row in (*before, *now) if row["ended_at"]], connection)
            if _breached(now) - _breached(before):
                self._warn(partnership, agreement, connection)

    def period_judged(self, partnership: str, starts: datetime, connection: Connection) -> None:
        """Look again at a period: the follower may have come further meanwhile. A breach of it calls for warnings."""
        self._correct(partnership, [starts], connection)
        agreement = in_force(self._book, partnership, self._ledger.clock.now())
        if agreement is not None:
            self._warn(partnership, agreement, connection)

    def _begin(self, partnership: str, agreement: Agreement, connection: Connection) -> None:
        """Begin the record with the month in which the first clock is decided that it is about."""
        if partnership in self._begun or self._ledger.get_many([stream_of(partnership)], connection):
            self._begun.add(partnership)
            return
        with self._ledger.command() as command:
            month = month_at(command.recorded_at, agreement)
            self._ledger.save(Performance.begin(partnership, *month, at=command.recorded_at), connection=connection)

    def _correct(self, partnership: str, instants: list[datetime], connection: Connection) -> None:
        """Count the judged periods again in which some instants lie, and say where they come to something else."""
        verdicts = list(self._verdicts(partnership, instants, connection)) if instants else []
        if verdicts:

            def tell(record: Performance, now: datetime) -> None:
                for verdict in verdicts:
                    record.judge(verdict, now)

            self._tell(Performance, stream_of(partnership), connection, tell)

    def _verdicts(self, partnership: str, instants: list[datetime], connection: Connection) -> Iterator[Verdict]:
        row = {"within": partnership, "earliest": min(instants), "latest": max(instants)}
        for name, starts, ends, version in fetch(connection, _AROUND, row):
            if any(starts <= at < ends for at in instants):
                agreement = self._book.get(partnership, version)
                for objective in agreement.tolerance.per_period:
                    if objective.id == name:
                        yield verdict_on(objective, agreement, Period(starts, ends), connection)

    def _warn(self, partnership: str, agreement: Agreement, connection: Connection) -> None:
        """Issue the formal warnings that are due, each level once within its time."""
        rules = agreement.tolerance.warnings

        def tell(record: Performance, now: datetime) -> None:
            calling = Calling(agreement, self._staff, now)
            for rule in rules:
                found = breaches(connection, partnership, rule.within.before(now, agreement.tz))
                if is_due(rule, found, record.warnings.get(rule.id, ()), now, agreement.tz):
                    record.warn(rule, breaches_in_time(rule, found, now, agreement.tz), calling)

        if rules:
            self._tell(Performance, stream_of(partnership), connection, tell)

    def _tell(self, kind: type[R], stream: str, connection: Connection, tell: Callable[[R, datetime], None]) -> R:
        """Let a record tell something, in the follower's transaction. Conflict where others keep changing it."""
        for _ in range(TRIES):
            with suppress(Conflict), connection.begin_nested(), self._ledger.command() as command:
                record = self._ledger.get_many([stream], connection)[stream]
                if not isinstance(record, kind):
                    raise TypeError(stream)
                tell(record, command.recorded_at)
                self._ledger.save(record, connection=connection)
                return record
        raise Conflict


def _breached(rows: Rows) -> set[tuple[str, int]]:
    return {(row["clock"], row["cycle"]) for row in rows if row["outcome"] == "breached"}
