"""Open intervals on the UTC line, sorted, with running sums: every question is one bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Interval = tuple[int, int]
"""[from, to) in whole seconds since the epoch."""


class Timetable:
    """What is open between two instants; unchangeable.

    Args:
        start: from here on the table knows (epoch seconds).
        end: up to here, exclusive.
        intervals: what is open in between, in any order; what touches or overlaps is merged.

    """

    def __init__(self, start: int, end: int, intervals: Iterable[Interval]) -> None:
        self.start = start
        self.end = end
        merged = merge(intervals)
        self._opens = [opens for opens, _ in merged]
        self._closes = [closes for _, closes in merged]
        self._sums = list(accumulate((closes - opens for opens, closes in merged), initial=0))

    def before(self, at: int) -> int:
        """Open seconds from the start of the table to that instant."""
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return 0
        if at >= self._closes[index]:
            return self._sums[index + 1]
        return self._sums[index] + at - self._opens[index]

    def after(self, start: int, seconds: int) -> int | None:
        """The earliest instant at which so many (one or more) open seconds have passed; None: not in this table."""
        goal = self.before(start) + seconds
        if goal > self._sums[-1]:
            return None
        index = bisect_left(self._sums, goal) - 1
        return self._opens[index] + goal - self._sums[index]

    def after_each(self, start: int, seconds: Sequence[int]) -> list[int] | None:
        """As `after`, of several at once; none or less is reached at the start. None: not all are in this table."""
        before, opens, sums = self.before(start), self._opens, self._sums
        if before + max(seconds) > sums[-1]:
            return None
        found = []
        for each in seconds:
            index = bisect_left(sums, before + each) - 1
            found.append(opens[index] + before + each - sums[index] if each > 0 else start)
        return found

    def next_open(self, at: int) -> int | None:
        """That instant if it is open, else the next opening; None: not in this table."""
        index = bisect_right(self._closes, at)
        return max(at, self._opens[index]) if index < len(self._opens) else None

    def intervals(self, start: int, end: int) -> list[Interval]:
        """What is open in [start, end), cut to it."""
        first, last = bisect_right(self._closes, start), bisect_left(self._opens, end)
        return [(max(start, self._opens[i]), min(end, self._closes[i])) for i in range(first, last)]


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of intervals, sorted; what touches becomes one, what is empty or turned around is dropped."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(intervals: Iterable[Interval], closed: Iterable[Interval]) -> list[Interval]:
    """What is left of merged intervals once others, merged too, are cut out."""
    left: list[Interval] = []
    cuts = list(closed)
    for opens, closes in intervals:
        cursor = opens
        for start, end in cuts[bisect_right(cuts, opens, key=lambda cut: cut[1]) :]:
            if start >= closes:
                break
            left.append((cursor, start))
            cursor = max(cursor, end)
        left.append((cursor, closes))
    return [(start, end) for start, end in left if start < end]
