"""What a schedule owes: whoever its owner names hears of gaps before they come (escalation.engine.duties.Duties).

One reminder 7 days ahead, one a day ahead; at once, and once, where a gap is nearer. A reminder names the first gap
and counts those that begin within as many days after it, so that nobody hears each night of the next one. Gaps are
looked for a year ahead. When that year is nearly over, or the schedule changes, it is looked anew.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta
from typing import TYPE_CHECKING

from escalation.crew.leading import owners_of
from escalation.crew.reaching import Calling
from escalation.crew.staff import NOBODY
from escalation.engine.reminders import Occasion, Reminding
from escalation.oncall.record import GAP, OnCallSchedule
from incidents.incident import ENGINE

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.book import AgreementBook
    from escalation.crew.staff import Staff
    from escalation.oncall.schedule import Shift

DISTANCES = (timedelta(days=7), timedelta(days=1))
LOOKED = timedelta(days=365)
"""How far ahead gaps are looked for."""
SECOND = timedelta(seconds=1)


class ScheduleDuties:
    """Reminders of gaps."""

    kind = OnCallSchedule

    def __init__(self, book: AgreementBook, staff: Staff = NOBODY) -> None:
        """Take where contacts are found, and whom reminders reach."""
        self._book = book
        self._staff = staff

    def next_instant(self, record: OnCallSchedule) -> datetime | None:
        """Give when the next reminder is due, or when it is to be looked further; None once it is retired."""
        if record.retired_at is not None:
            return None
        untold = ((gaps[0].start - distance) for distance, gaps in _untold(record).items() if gaps)
        return min([*untold, _look_again(record)])

    def tell(self, record: OnCallSchedule, now: datetime) -> None:
        """Remind of what is due, once for each distance; then look further if it is time."""
        if record.retired_at is not None:
            return
        for distance, gaps in reversed(_untold(record).items()):
            told = _Told(record)  # with the reminder of the nearer distance, which may have come just now
            due = [gap for gap in gaps if gap.start - distance <= now and not told.has(distance, gap)]
            if due:
                self._remind(record, distance, next((gap for gap in due if now < gap.end), due[-1]), now)
        if _look_again(record) <= now:
            record.look_ahead(now + LOOKED, by=ENGINE, at=now)

    def _remind(self, record: OnCallSchedule, distance: timedelta, gap: Shift, now: datetime) -> None:
        agreement = self._book.named(record.partnership, now)[0]
        whom = record.settings.warn or owners_of(record.name, record.party, agreement, self._staff)
        occasion = Occasion(_reminder(distance), record.label, gap.start)
        record.remind(occasion, Calling(agreement, self._staff, now), notify=whom)


def _untold(record: OnCallSchedule) -> dict[timedelta, list[Shift]]:
    """Give the gaps that nobody was reminded of, by the distance at which somebody is to be."""
    start = _looked_until(record) - LOOKED
    gaps = record.definition.gaps(start, start + LOOKED)
    before = record.definition_at(start - SECOND)
    if gaps and gaps[0].start == start and before is not None and before.gaps(start - SECOND, start):
        gaps = gaps[1:]  # it goes on since before the last change, and was told then
    told = _Told(record)
    return {distance: [gap for gap in gaps if not told.has(distance, gap)] for distance in DISTANCES}


class _Told:
    """What reminders told of so far, by distance and then by the start of the gap that each names."""

    def __init__(self, record: OnCallSchedule) -> None:
        self._record = record
        self._told: dict[str, list[tuple[datetime, datetime]]] = {_reminder(each): [] for each in DISTANCES}
        for told in record.history:
            if isinstance(told, Reminding.Reminded) and told.reminder in self._told and told.due_at is not None:
                self._told[told.reminder].append((told.due_at, told.timestamp))
        for each in self._told.values():
            each.sort()

    def has(self, distance: timedelta, gap: Shift) -> bool:
        """Say whether a reminder told of a gap, or of another one while this one was known and as near.

        One that came later than it was due counts as well: whoever hears of a gap a day ahead knows of it.
        """
        nearer = (each for each in DISTANCES if each <= distance)
        return any(
            due_at == gap.start or self._was_known(gap, told_at)
            for each in nearer
            for due_at, told_at in self._from(_reminder(each), gap.start - each)
        )

    def _from(self, reminder: str, earliest: datetime) -> list[tuple[datetime, datetime]]:
        told = self._told[reminder]
        return told[bisect_left(told, earliest, key=lambda each: each[0]) :]

    def _was_known(self, gap: Shift, at: datetime) -> bool:
        known = self._record.definition_at(at)
        return known is not None and bool(known.gaps(gap.start, gap.start + SECOND))


def _reminder(distance: timedelta) -> str:
    return f"{GAP}_in_{distance.days}_days"


def _look_again(record: OnCallSchedule) -> datetime:
    """Give when it is looked further: while reminders of what begins then are not due yet."""
    return _looked_until(record) - max(DISTANCES)


def _looked_until(record: OnCallSchedule) -> datetime:
    """Give until when gaps are known: a year from the last change of the schedule, or from the last look."""
    since = record.definition.since + LOOKED
    return since if record.looked_until is None else max(since, record.looked_until)
