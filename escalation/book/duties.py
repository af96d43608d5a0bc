"""What an agreement owes as time goes by: proposals lapse, people are reminded of its end, and it ends.

Implements escalation.engine.duties.Duties.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.agreement import parse
from escalation.book.record import Agreements
from escalation.book.renewal import HANDOVER, contacts_of, schedule, signatories
from escalation.book.versions import PROPOSED, newest_agreed
from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.engine.ahead import last_due, untold
from escalation.engine.reminders import Occasion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from escalation.agreement import Agreement
    from escalation.crew.staff import Staff
    from escalation.engine.ahead import Due


class AgreementDuties:
    """Lapses, reminders, and the end."""

    kind = Agreements

    def __init__(self, staff: Staff = NOBODY) -> None:
        """Take whom reminders reach."""
        self._staff = staff

    def next_instant(self, record: Agreements) -> datetime | None:
        """Give the next instant at which something untold could become true."""
        found = [version.lapses_at for version in record.versions.values() if version.stage == PROPOSED]
        if record.ended_at is None and record.ends_at is not None:
            found += [record.ends_at, *(due.at for due in _untold(record, record.ends_at))]
        return min((at for at in found if at is not None), default=None)

    def tell(self, record: Agreements, now: datetime) -> None:
        """Append what is true at `now` and not yet told."""
        for number, version in record.versions.items():
            if version.stage == PROPOSED and version.lapses_at is not None and version.lapses_at <= now:
                record.lapse(number, now)
        ends_at = record.ends_at
        if ends_at is None or record.ended_at is not None:
            return
        if ends_at <= now:
            self._end(record, ends_at, now)
            return
        due = last_due(_untold(record, ends_at), now)
        if due is not None:
            agreement = last_agreed(record)
            everybody = contacts_of(agreement, signatories(agreement))
            record.remind(due.occasion, Calling(agreement, self._staff, now), notify=everybody)

    def _end(self, record: Agreements, ends_at: datetime, now: datetime) -> None:
        record.end(ends_at)
        agreement = last_agreed(record)
        for party in agreement.handover or signatories(agreement):
            occasion = Occasion(HANDOVER, party, ends_at)
            record.remind(occasion, Calling(agreement, self._staff, now), notify=contacts_of(agreement, [party]))


def last_agreed(record: Agreements) -> Agreement:
    """Give the newest version that all agreed to, compiled from the record itself. LookupError where there is none."""
    newest = newest_agreed(record.versions.values())
    if newest is None:
        message = f"{record.id} has no version that all agreed to"
        raise LookupError(message)
    return _compiled(record.document(newest.version))


@lru_cache(maxsize=64)
def _compiled(document: str) -> Agreement:
    return parse(json.loads(document))


def _untold(record: Agreements, ends_at: datetime) -> Sequence[Due]:
    return untold(record, schedule(last_agreed(record), ends_at, noticed=record.notice_given is not None))
