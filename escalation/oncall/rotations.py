"""When turns pass: the handoffs of a rotation, by arithmetic alone (on-call rule 1).

Shift k, from 0, runs from handoff k to handoff k + 1, [start, end), in epoch seconds. Handoffs never run backwards, but
two of them may be one instant: a handoff on a date that was left out (Samoa, 30 December 2011) stands where the next
one does, and the shift between has no length. A handoff is so read as RFC 5545 reads it and is not moved to the edge
of its date; the hours of a layer, which are stretches, are cut there (`hours.py`).
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import accumulate
from math import gcd
from typing import TYPE_CHECKING, Protocol

from escalation.oncall.schedule import Rotation

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from escalation.oncall.schedule import Layer

HOUR, DAYS_OF_WEEK = 3600, 7
HOURS_OF_WEEK = 24 * DAYS_OF_WEEK


class Handoffs(Protocol):
    """The handoffs of one rotation."""

    cycle: int
    """After so many shifts handoffs fall on the same weekday and time of day again, while no clock is changed."""

    def handoff(self, shift: int) -> int:
        """The instant at which that shift begins."""

    def shift(self, at: int) -> int:
        """The shift that runs at that instant; negative before the first handoff."""


def handoffs(layer: Layer, tz: ZoneInfo) -> Handoffs:
    """The handoffs of a layer, whose wall clock stands in that zone."""
    start = layer.start.replace(tzinfo=tz, fold=0)
    match layer.rotation:
        case Rotation.HOURLY:
            return _RealHours(start, layer.interval)
        case Rotation.DAILY:
            return _LocalDays(start, (layer.interval,))
        case Rotation.WEEKLY:
            return _LocalDays(start, (layer.interval * DAYS_OF_WEEK,))
        case Rotation.CUSTOM:
            return _LocalDays(start, layer.lengths)


class _RealHours:
    """Shifts of so many hours as they pass, whatever clocks on walls do meanwhile."""

    def __init__(self, start: datetime, hours: int) -> None:
        self._start, self._length = int(start.timestamp()), hours * HOUR
        self.cycle = HOURS_OF_WEEK // gcd(HOURS_OF_WEEK, hours)

    def handoff(self, shift: int) -> int:
        return self._start + shift * self._length

    def shift(self, at: int) -> int:
        return (at - self._start) // self._length


class _LocalDays:
    """Shifts of so many local dates, one length after the other: the handoff keeps its time of day."""

    def __init__(self, start: datetime, lengths: tuple[int, ...]) -> None:
        self._start, self._count = start, len(lengths)
        *self._days, self._total = accumulate(lengths, initial=0)
        self.cycle = self._count * (DAYS_OF_WEEK // gcd(DAYS_OF_WEEK, self._total))

    def handoff(self, shift: int) -> int:
        rounds, nth = divmod(shift, self._count)
        wall = self._start + timedelta(days=rounds * self._total + self._days[nth])  # of wall clocks: same time of day
        return int(wall.timestamp())  # `fold` is 0: clock rule 9

    def shift(self, at: int) -> int:
        wall = datetime.fromtimestamp(at, self._start.tzinfo)
        rounds, days = divmod((wall - self._start).days, self._total)  # of wall clocks, as they have one `tzinfo`
        shift = rounds * self._count + bisect_right(self._days, days) - 1
        while self.handoff(shift) > at:  # what the wall shows is a shift off at most where a clock is changed
            shift -= 1
        while self.handoff(shift + 1) <= at:
            shift += 1
        return shift
