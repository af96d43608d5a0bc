"""Who is on call at an instant (on-call rules 1 to 4), from a schedule that is compiled once. Pure.

A schedule is compiled when it is first asked for, and the compiled form of the last few hundred is kept.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.calendars.zones import zone
from escalation.oncall.check import check, check_instant
from escalation.oncall.layers import CompiledLayer
from escalation.oncall.overrides import laid_out
from escalation.oncall.schedule import Shift
from escalation.oncall.spans import joined, laid_over
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.oncall.schedule import Override, Schedule

KEPT = 256
"""So many schedules are kept compiled."""
EPOCH, SECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(seconds=1)


class CompiledSchedule:
    """A schedule that has been read for questions; it never changes, and any number of threads may ask it.

    Raises:
        InvalidField: it cannot be computed; see `check`.

    """

    def __init__(self, schedule: Schedule) -> None:
        check(schedule)
        tz = zone(schedule.tz)
        self._layers = [CompiledLayer(layer, tz) for layer in schedule.layers]
        self._overrides = laid_out(schedule.overrides)
        self._override_starts = [start for start, _, _ in self._overrides]

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """As the function `on_call`."""
        check_instant(at, "at")
        override = self._override(at.astimezone(UTC))
        if override is not None:
            return override.people
        seconds = (at - EPOCH) // SECOND
        for layer in reversed(self._layers):
            person = layer.person(seconds)
            if person is not None:
                return (person,)
        return ()

    def override_at(self, at: datetime) -> str | None:
        """Give the id of the override that holds at an instant; None: none does. InvalidField as `on_call`."""
        check_instant(at, "at")
        override = self._override(at.astimezone(UTC))
        return None if override is None else override.id

    def final(self, start: datetime, end: datetime) -> list[Shift]:
        """As `escalation.oncall.final.final`."""
        check_instant(start, "start")
        if start >= end:
            raise InvalidField("end", "end: must be after the start.")
        check_instant(end - timedelta.resolution, "end")
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        shifts = [Shift(start, end, ())]
        for nth, layer in enumerate(self._layers):
            shifts = list(laid_over(shifts, _shifts(layer, nth, start, end)))
        return list(joined(laid_over(shifts, self._overridden(start, end))))

    def _override(self, at: datetime) -> Override | None:
        nth = bisect_right(self._override_starts, at) - 1
        if nth < 0:
            return None
        _, end, override = self._overrides[nth]
        return override if at < end else None

    def _overridden(self, start: datetime, end: datetime) -> Iterator[Shift]:
        for begins, ends, override in self._overrides:
            if begins < end and ends > start:
                yield Shift(max(begins, start), min(ends, end), override.people, None, override.id)


@lru_cache(KEPT)
def compiled(schedule: Schedule) -> CompiledSchedule:
    """The schedule, ready for questions. Whoever asks the same one many times may hold on to it.

    Raises:
        InvalidField: it cannot be computed; see `check`.

    """
    return CompiledSchedule(schedule)


def on_call(schedule: Schedule, at: datetime) -> tuple[str, ...]:
    """Who is on call at that instant; nobody: an empty tuple. Cost: some ten microseconds.

    Raises:
        InvalidField: the schedule cannot be computed, or the instant is not in the years 1900 to 2199.

    """
    return compiled(schedule).on_call(at)


def _shifts(layer: CompiledLayer, nth: int, start: datetime, end: datetime) -> Iterator[Shift]:
    """The stretches of a layer as shifts, cut to the span, whose edges need not be on whole seconds."""
    first, last = (start - EPOCH) // SECOND, -((EPOCH - end) // SECOND)
    for begins, ends, person in layer.stretches(first, last):
        yield Shift(max(start, _instant(begins)), min(end, _instant(ends)), (person,), nth)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
