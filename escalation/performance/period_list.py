"""The periods of a partnership's objectives, to be read: the ones that run, so far, and those that were judged.

What runs is counted now, under the version in force now. Every incident counts, also one that exists for some parties
only, since both parties share the clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from escalation.performance.duties import in_force, month_at
from escalation.performance.periods import Period, Tally, period_at
from escalation.performance.tallies import tally_of
from escalation.tables import periods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from fractions import Fraction

    from sqlalchemy import Connection, Row

    from escalation.agreement.model import Agreement, Objective
    from escalation.book import AgreementBook
    from incidents.ledger.ledger import Ledger

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class PeriodOfObjective:
    """How an objective stands in a period; `judgement` and `judged_at` are None while the period is not judged."""

    partnership: str
    agreement_version: int
    objective: Objective
    period: Period
    tally: Tally
    judgement: str | None = None
    judged_at: datetime | None = None
    corrected_at: datetime | None = None

    @property
    def attainment(self) -> Fraction | None:
        """The share that was met; None where there was no clock."""
        return self.tally.attainment


class Periods:
    """Reads the periods of objectives."""

    def __init__(self, ledger: Ledger, book: AgreementBook) -> None:
        """Take what they are read from."""
        self._reading = ledger.recorder.reading
        self._clock = ledger.clock
        self._book = book

    def of(self, partnerships: Iterable[str] | None) -> list[PeriodOfObjective]:
        """List periods, the newest of each objective first; None: of every partnership with an agreement."""
        among = {row.partnership for row in self._book.versions()} if partnerships is None else set(partnerships)
        with self._reading.connect() as connection:
            found = [each for partnership in sorted(among) for each in self._of(partnership, connection)]
        return sorted(found, key=lambda each: (each.partnership, each.objective.id, -each.period.starts.timestamp()))

    def _of(self, partnership: str, connection: Connection) -> Iterator[PeriodOfObjective]:
        judged = list(connection.execute(select(periods).where(periods.c.partnership == partnership)))
        yield from (self._judged(row) for row in judged)
        now = self._clock.now()
        agreement = in_force(self._book, partnership, now)
        if agreement is not None:
            known = {(row.objective, row.starts) for row in judged}
            for objective in agreement.tolerance.per_period:
                for period in _not_judged(objective, agreement, now):
                    if (objective.id, period.starts) not in known:
                        tally = tally_of(connection, partnership, objective, period)
                        yield PeriodOfObjective(partnership, agreement.version, objective, period, tally)

    def _judged(self, row: Row[Any]) -> PeriodOfObjective:
        agreement = self._book.get(row.partnership, row.agreement_version)
        return PeriodOfObjective(
            row.partnership,
            row.agreement_version,
            _named(row.objective, agreement),
            Period(row.starts, row.ends),
            Tally(row.met, row.of),
            row.judgement,
            row.judged_at,
            row.corrected_at,
        )


def _not_judged(objective: Objective, agreement: Agreement, now: datetime) -> Iterator[Period]:
    """Give the period that runs, and the one before it as long as facts about it may still come."""
    running = period_at(now, objective.months, agreement.tz)
    yield running
    before = running.starts - _SECOND
    _, judged_at = month_at(before, agreement)
    if now < judged_at:
        yield period_at(before, objective.months, agreement.tz)


def _named(objective: str, agreement: Agreement) -> Objective:
    """Find an objective by which a version judged: versions never change, so it is there."""
    return next(each for each in agreement.tolerance.per_period if each.id == objective)
