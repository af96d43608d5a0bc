"""How many turns were used up where only shifts with hours use one up (on-call rule 4, `turns: worked`).

Between two changes of the clock the same weeks come again and again, so that one of them tells how many of any number
of shifts had hours. Around a change every shift is looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING

from escalation.calendars.calendar_rules import DAY
from escalation.oncall.transitions import transitions

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from escalation.oncall.rotations import Handoffs

AROUND = 2 * DAY
"""So near a change of the clock, or the first handoff, a shift may differ from its like in another week."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Shifts from `first` on whose hours recur: `used` turns before it; `sums[n]`, turns of its first n shifts."""

    first: int
    used: int
    sums: tuple[int, ...]

    def before(self, shift: int) -> int:
        rounds, rest = divmod(shift - self.first, len(self.sums) - 1)
        return self.used + rounds * self.sums[-1] + self.sums[rest]


class WorkedTurns:
    """Turns that shifts of one layer used up. What was found out is kept; any number of threads may ask."""

    def __init__(self, handoffs: Handoffs, has_hours: Callable[[int], bool], tz: ZoneInfo) -> None:
        self._handoffs, self._has_hours, self._tz = handoffs, has_hours, tz
        self._lock = Lock()
        self._runs: list[_Run] = []
        self._next, self._used = 0, 0
        start = handoffs.handoff(0)
        self._year = datetime.fromtimestamp(start, UTC).year
        self._add(handoffs.shift(start + AROUND) + 1, every=True)

    def before(self, shift: int) -> int:
        """How many turns were used up before that shift, 0 or later."""
        with self._lock:
            while self._next <= shift:
                self._read_a_year()
            return self._runs[bisect_right(self._runs, shift, key=lambda run: run.first) - 1].before(shift)

    def _read_a_year(self) -> None:
        for at in transitions(self._tz, self._year):
            self._add(self._handoffs.shift(at - AROUND))
            self._add(self._handoffs.shift(at + AROUND) + 1, every=True)
        self._year += 1
        self._add(self._handoffs.shift(int(datetime(self._year, 1, 1, tzinfo=UTC).timestamp()) - AROUND))

    def _add(self, end: int, *, every: bool = False) -> None:
        """Add the run of shifts from the next one to that one, exclusive; not every shift is looked at unless asked."""
        first = self._next
        if end <= first:
            return
        looked_at = end if every else min(end, first + self._handoffs.cycle)
        run = _Run(first, self._used, tuple(accumulate(map(self._has_hours, range(first, looked_at)), initial=0)))
        self._runs.append(run)
        self._next, self._used = end, run.before(end)
