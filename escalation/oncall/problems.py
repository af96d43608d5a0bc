"""What is to be put right in a schedule ahead: gaps, double bookings, and people on call who are not there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.oncall.reports import double_bookings, gaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from escalation.oncall.record import OnCallSchedule
    from escalation.oncall.reports import DoubleBooking
    from escalation.oncall.schedule import Shift
    from escalation.oncall.swaps import Span

AWAY, LEFT = "away", "left"


@dataclass(frozen=True, slots=True)
class NotThere:
    """During [start, end) somebody is on call who is away, or has left the party."""

    start: datetime
    end: datetime
    person: str
    why: str


@dataclass(frozen=True, slots=True)
class Problems:
    """What was found."""

    gaps: Sequence[Shift]
    double_bookings: Sequence[DoubleBooking]
    not_there: Sequence[NotThere]


def problems(
    record: OnCallSchedule, others: Iterable[OnCallSchedule], span: Span, absences: Mapping[str, Sequence[Span]]
) -> Problems:
    """Find what is wrong with a schedule during a time.

    Args:
        record: The schedule.
        others: All schedules of its party, itself among them.
        span: Which time.
        absences: When each active member of its party is away, by id.

    """
    shifts = record.final(span.start, span.end)
    finals = {each.label: each.final(span.start, span.end) for each in others} | {record.label: shifts}
    return Problems(
        gaps=gaps(shifts, record.definition.must_cover, record.definition.schedule.tz),
        double_bookings=[each for each in double_bookings(finals) if record.label in each.schedules],
        not_there=[found for shift in shifts for found in _not_there(shift, absences)],
    )


def _not_there(shift: Shift, absences: Mapping[str, Sequence[Span]]) -> Iterator[NotThere]:
    for person in shift.people:
        if person not in absences:
            yield NotThere(shift.start, shift.end, person, LEFT)
        for away in absences.get(person, ()):
            if away.start < shift.end and shift.start < away.end:
                yield NotThere(max(away.start, shift.start), min(away.end, shift.end), person, AWAY)
