"""What the record of a partnership's performance owes as months end (implements escalation.engine.duties.Duties).

A month is judged when nothing of it can be reported late any more without a body's word: as long after its end as the
agreement accepts late facts, and at least a minute, by which the follower that counts has come so far. What changes
later all the same is a correction. Each period is judged by the version that was in force in its last second.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from escalation.performance.periods import Period, judge, period_at
from escalation.performance.record import Performance, Verdict
from escalation.performance.tallies import tally_of
from incidents.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from escalation.agreement.model import Agreement, Objective
    from escalation.book import AgreementBook
    from incidents.ledger.ledger import Ledger

AT_LEAST = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_WELL_INSIDE = timedelta(days=10)
"""From the end of a month, this far leads into the next or back into it, whichever zone its end was read in."""


class PerformanceDuties:
    """At the end of each month: to judge the periods that end with it."""

    kind = Performance

    def __init__(self, ledger: Ledger, book: AgreementBook) -> None:
        """Take what clocks are counted in, and the agreements."""
        self._reading = ledger.recorder.reading
        self._book = book

    def next_instant(self, record: Performance) -> datetime | None:
        """Give when the month that runs is to be judged."""
        return record.due_at

    def tell(self, record: Performance, now: datetime) -> None:
        """Judge the months that are over."""
        with self._reading.connect() as connection:
            while record.due_at <= now:
                agreement = in_force(self._book, record.partnership, record.ends - _SECOND)
                if agreement is not None:
                    self._judge(record, agreement, connection, now)
                record.close_month(*month_at(record.ends + _WELL_INSIDE, agreement), now)

    def _judge(self, record: Performance, agreement: Agreement, connection: Connection, now: datetime) -> None:
        for objective in agreement.tolerance.per_period:
            period = period_at(record.ends - _WELL_INSIDE, objective.months, agreement.tz)
            if period.ends - record.ends < _WELL_INSIDE:
                record.judge(verdict_on(objective, agreement, period, connection), now)


def month_at(at: datetime, agreement: Agreement | None) -> tuple[datetime, datetime]:
    """Give when the month of an instant ends, and when it is judged; without an agreement it is a month of UTC's."""
    tz, late = ("UTC", 0) if agreement is None else (agreement.tz, agreement.clock_rules.accept_backdated_by)
    ends = period_at(at, 1, tz).ends
    return ends, ends + max(AT_LEAST, timedelta(seconds=late))


def verdict_on(objective: Objective, agreement: Agreement, period: Period, connection: Connection) -> Verdict:
    """Count a period's clocks, and judge them."""
    found = tally_of(connection, agreement.partnership, objective, period)
    return Verdict(
        objective=objective.id,
        agreement_version=agreement.version,
        starts=period.starts,
        ends=period.ends,
        met=found.met,
        of=found.of,
        judgement=judge(objective, found),
    )


def in_force(book: AgreementBook, partnership: str, at: datetime) -> Agreement | None:
    """Give the version that is in force at an instant; None: there is none."""
    with suppress(NotFound):
        return book.in_force(partnership, at).agreement
    return None
