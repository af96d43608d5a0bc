"""Who is on call over a span: the final schedule (on-call rules 1 to 4). Pure: the schedule says it all.

Instants are aware; what is given back is in UTC.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from escalation.oncall.check import EARLIEST, LATEST, check_instant
from escalation.oncall.on_call import compiled

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.oncall.schedule import Schedule, Shift

LOOKED_AROUND = (timedelta(days=1), timedelta(days=8), timedelta(days=64), timedelta(days=400))
"""How far `shift_at` looks for the ends of a shift, step by step."""


def final(schedule: Schedule, start: datetime, end: datetime) -> list[Shift]:
    """What comes of all layers and overrides in [start, end): shifts that cover it, in order, without overlap.

    A stretch with nobody is a shift without people. Shifts that follow each other, of the same people by the same layer
    or override, are one: somebody who hands over to nobody else has not handed over. The first and the last are cut to
    the span. Cost: about 20 microseconds a handoff or window; the span is the caller's to limit.

    Raises:
        InvalidField: the schedule cannot be computed, the end is not after the start, or one of them is not in the
            years 1900 to 2199.

    """
    return compiled(schedule).final(start, end)


def shift_at(schedule: Schedule, at: datetime) -> Shift:
    """The shift that runs at that instant, or the gap; an end that is more than 400 days away is given as just that.

    Raises:
        InvalidField: as `on_call`.

    """
    check_instant(at, "at")
    for around in LOOKED_AROUND:
        start, end = max(EARLIEST, at - around), min(LATEST, at + around)
        shift = next(each for each in compiled(schedule).final(start, end) if each.end > at)
        if start < shift.start and shift.end < end:
            break
    return shift
