"""What short records owe as time goes by (implements escalation.engine.duties.Duties for each kind)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.spans import Dates
from escalation.book.renewal import contacts_of
from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.engine.ahead import Due, ahead, last_due, untold
from escalation.engine.reminders import Occasion
from escalation.matters import certificate as certificates
from escalation.matters import notice as notices
from escalation.matters.certificate import Certificate
from escalation.matters.dispute import OPEN, STEP, Dispute
from escalation.matters.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from escalation.agreement import Agreement
    from escalation.book import AgreementBook
    from escalation.crew.staff import Staff

BEFORE_A_CHANGE = (7, 1)
"""Days before a change begins, at which those concerned are reminded of it."""
UNACKNOWLEDGED_AFTER = (2, 7, 14, 21, 28)
"""Days after which a notice that nobody took note of is brought up again, until the change begins."""
BEFORE_EXPIRY = (90, 30, 7)


class DisputeDuties:
    """A step whose time is over passes the dispute on, and whoever sits in the next body hears of it."""

    kind = Dispute

    def __init__(self, book: AgreementBook, staff: Staff = NOBODY) -> None:
        """Take where the steps are found, and whom reminders reach."""
        self._book = book
        self._staff = staff

    def next_instant(self, record: Dispute) -> datetime | None:
        """Give when the step's time is over; if its body has not heard of it yet, when it was raised."""
        if record.stage != OPEN:
            return None
        return record.due_at if record.has_reminded(_before(record)) else record.opened_at

    def tell(self, record: Dispute, now: datetime) -> None:
        """Pass it on as often as it is due, and tell the body that it is before then."""
        agreement = self._book.get(record.partnership, record.agreement_version)
        while record.stage == OPEN and record.due_at <= now:
            _climb(record, agreement, now)
        if record.stage == OPEN:
            record.remind(_before(record), Calling(agreement, self._staff, now), notify=_members(agreement, record))


class NoticeDuties:
    """Reminders before a change begins, and while it is not acknowledged."""

    kind = Notice

    def __init__(self, book: AgreementBook, staff: Staff = NOBODY) -> None:
        """Take where contacts are found, and whom reminders reach."""
        self._book = book
        self._staff = staff

    def next_instant(self, record: Notice) -> datetime | None:
        """Give the next reminder's instant; None once it is over, or has begun."""
        return min((due.at for due in (*_of_beginning(record), *_of_silence(record))), default=None)

    def tell(self, record: Notice, now: datetime) -> None:
        """Remind the silent parties, and all before it begins. What is past by more than its beginning is left out."""
        agreement = self._book.get(record.partnership, record.agreement_version)
        calling = Calling(agreement, self._staff, now)
        silent, coming = last_due(_of_silence(record), now), last_due(_of_beginning(record), now)
        if silent is not None:
            record.remind(silent.occasion, calling, notify=contacts_of(agreement, record.awaited))
        if coming is not None:
            everybody = contacts_of(agreement, [record.party, *record.to])
            record.remind(coming.occasion, calling, notify=everybody)


class CertificateDuties:
    """Reminders before it expires, and the expiry."""

    kind = Certificate

    def __init__(self, book: AgreementBook, staff: Staff = NOBODY) -> None:
        """Take where contacts are found, and whom reminders reach."""
        self._book = book
        self._staff = staff

    def next_instant(self, record: Certificate) -> datetime | None:
        """Give when the next reminder or its expiry is due; None once it has expired or was renewed."""
        if record.stage != certificates.VALID:
            return None
        return min((due.at for due in _of_expiry(record)), default=record.expires_at)

    def tell(self, record: Certificate, now: datetime) -> None:
        """Remind its holder, or say that it has expired."""
        if record.stage != certificates.VALID:
            return
        if record.expires_at <= now:
            record.expire(record.expires_at)
            return
        due = last_due(_of_expiry(record), now)
        if due is not None:
            agreement = self._book.get(record.partnership, record.agreement_version)
            calling = Calling(agreement, self._staff, now)
            record.remind(due.occasion, calling, notify=contacts_of(agreement, [record.party]))


def _before(record: Dispute) -> Occasion:
    return Occasion(STEP, record.to, record.due_at)


def _climb(record: Dispute, agreement: Agreement, now: datetime) -> None:
    """Pass a dispute to the next step, whose time begins when the last one's was over."""
    rules, following = agreement.governance.disputes, record.step + 1
    if rules is None or following >= len(rules.steps):
        record.exhaust(now)
        return
    step = rules.steps[following]
    record.climb(step.to, step.within.end(record.due_at, agreement.tz), now)


def _members(agreement: Agreement, record: Dispute) -> Sequence[str]:
    """Give who sits in the body of a step; where it is no body, such as mediation, all parties hear of it."""
    body = agreement.bodies.get(record.to)
    return contacts_of(agreement, record.parties) if body is None else body.members


def _of_beginning(record: Notice) -> Sequence[Due]:
    if record.stage != notices.GIVEN:
        return ()
    return untold(record, ahead(notices.BEGINS, record.starts_at, record.tz, BEFORE_A_CHANGE))


def _of_silence(record: Notice) -> Sequence[Due]:
    if record.stage != notices.GIVEN or not record.awaited:
        return ()
    dues = [
        Due(
            Dates(days=days).end(record.opened_at, record.tz),
            Occasion(f"{notices.UNACKNOWLEDGED}_after_{days}_days", None, record.starts_at),
        )
        for days in UNACKNOWLEDGED_AFTER
    ]
    return untold(record, [due for due in dues if due.at < record.starts_at])


def _of_expiry(record: Certificate) -> Sequence[Due]:
    return untold(record, ahead(certificates.EXPIRES, record.expires_at, record.tz, BEFORE_EXPIRY))
