"""One layer, compiled: who has it at an instant, and who has which stretch of a span (on-call rules 1, 2 and 4)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from escalation.oncall.hours import OpenHours
from escalation.oncall.rotations import handoffs
from escalation.oncall.schedule import Turns
from escalation.oncall.worked import WorkedTurns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from escalation.calendars.timetable import Interval
    from escalation.oncall.schedule import Layer

Stretch = tuple[int, int, str]
"""[from, to) in epoch seconds, and who has it."""


class CompiledLayer:
    """A layer in a zone. Hours that never close are no restriction, so that nobody would have to finish them."""

    def __init__(self, layer: Layer, tz: ZoneInfo) -> None:
        self._layer, self._tz = layer, tz
        self._handoffs = handoffs(layer, tz)
        self._first = self._handoffs.handoff(0)
        hours = None if layer.restrictions is None else OpenHours(layer.restrictions, tz)
        self._hours = None if hours is None or hours.never_close else hours

    def person(self, at: int) -> str | None:
        """Who has the layer at that instant; None: nobody, before the first handoff or outside its hours."""
        if at < self._first or not self._layer.participants:
            return None
        if self._hours is None:
            return self._taker(self._handoffs.shift(at))
        stretch = next(self._hours.stretches(at, at + 1), None)
        if stretch is None:
            return None
        return self._taker(self._handoffs.shift(self._begun(stretch[0]) if self._layer.finish_window else at))

    def stretches(self, start: int, end: int) -> Iterator[Stretch]:
        """Who has it in [start, end), cut to that, in order; nobody is left out. One handoff ends each stretch."""
        start = max(start, self._first)
        if start >= end or not self._layer.participants:
            return
        for opens, closes in self._open(start, end):
            if self._layer.finish_window and self._hours is not None:
                yield opens, closes, self._taker(self._handoffs.shift(self._begun(opens)))
            else:
                yield from self._cut(opens, closes)

    def _open(self, start: int, end: int) -> Iterator[Interval]:
        if self._hours is None:
            yield start, end
            return
        for opens, closes in self._hours.stretches(start, end):
            yield max(opens, start), min(closes, end)

    def _cut(self, start: int, end: int) -> Iterator[Stretch]:
        shift = self._handoffs.shift(start)
        while start < end:
            following = self._handoffs.handoff(shift + 1)
            if start < following:
                yield start, min(end, following), self._taker(shift)
                start = following
            shift += 1

    def _begun(self, opens: int) -> int:
        """When the window began; nobody had begun it before the first handoff."""
        return opens if self._hours is None else max(self._first, self._hours.began(opens))

    def _taker(self, shift: int) -> str:
        turn = shift if self._layer.turns is Turns.CALENDAR else self._worked.before(shift)
        return self._layer.participants[turn % len(self._layer.participants)]

    @cached_property
    def _worked(self) -> WorkedTurns:
        return WorkedTurns(self._handoffs, self._has_hours, self._tz)

    def _has_hours(self, shift: int) -> bool:
        """Whether whoever has that turn has an hour of it; those that the turn before finishes are not theirs."""
        start, end = self._handoffs.handoff(shift), self._handoffs.handoff(shift + 1)
        if start >= end:
            return False
        return any(not self._layer.finish_window or self._begun(opens) >= start for opens, _ in self._open(start, end))
