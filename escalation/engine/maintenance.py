"""Pages in planned maintenance: what is broken by plan wakes nobody before its window is over. Pure.

The windows are those that stop clocks by themselves (spec.exclusions; clock rule 14), whichever clocks they name.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.calendars.timetable import merge
from escalation.clocks.maintenance import maintenances

if TYPE_CHECKING:
    from escalation.agreement.model import Agreement
    from escalation.calendars.timetable import Interval

LONGEST = 7 * 86_400
"""For how long a page waits at most: windows that never end must not silence a ladder for ever."""
_STRETCH = 28 * 86_400
"""Windows are worked out for so long at once."""


def deferred_until(agreement: Agreement, service: str, at: int) -> int | None:
    """Give when the maintenance is over in which an instant lies; None where it lies in none.

    Args:
        agreement: The version that the incident is under.
        service: The incident's service.
        at: The instant (epoch seconds) at which somebody would be paged.
    """
    windows = _windows(agreement.for_service(service), service, at // _STRETCH)
    index = bisect_right(windows, at, key=lambda window: window[0]) - 1
    if index < 0 or windows[index][1] <= at:
        return None
    return min(windows[index][1], at + LONGEST)


@lru_cache(maxsize=1024)
def _windows(agreement: Agreement, service: str, stretch: int) -> tuple[Interval, ...]:
    """Give the windows of one stretch of time, and of what a page in it may wait for; those that touch are one."""
    start = stretch * _STRETCH
    end = start + _STRETCH + LONGEST
    return tuple(merge(each for planned in maintenances(agreement, service) for each in planned.between(start, end)))
