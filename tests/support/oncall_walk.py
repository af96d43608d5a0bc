"""A walk from handoff to handoff, five minutes at a time: what schedules are compared with.

It shares no code with them. It begins at the first handoff of each layer, goes forward only, and keeps who is on call
in each five minutes. All times of the schedules that it walks are multiples of five minutes, and so are the changes of
the clocks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from escalation.calendars.zones import zone
from escalation.oncall.schedule import Rotation, Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.oncall.schedule import Hours, Layer, Schedule

STEP, HOUR, DAY = 300, 3600, 86_400


def shown(tz: str, at: int) -> int:
    """What the wall shows at that instant, in seconds as if it hung in Greenwich."""
    wall = datetime.fromtimestamp(at, zone(tz)).replace(tzinfo=UTC)
    return int(wall.timestamp())


@cache
def changes(tz: str, first: int, last: int) -> tuple[int, ...]:
    """The instants of those years at which a clock is changed, found by looking at it every day."""
    start, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (first, last + 1))
    return tuple(
        next(at for at in range(day, day + DAY + 1, STEP) if shown(tz, at) - at != shown(tz, day) - day)
        for day in range(start, end, DAY)
        if shown(tz, day + DAY) - shown(tz, day) != DAY
    )


@cache
def reading(tz: str, wall: int) -> int:
    """The first instant at which the wall shows that; if it never does, when it would have, had it not been changed."""
    offsets = [shown(tz, at) - at for at in range(wall - 36 * HOUR, wall + 36 * HOUR, HOUR)]
    seen = [wall - offset for offset in offsets if shown(tz, wall - offset) == wall]
    return min(seen, default=wall - offsets[0])


def open_steps(hours: tuple[Hours, ...], tz: str, start: int, end: int) -> set[int]:
    """All five minutes of the hours, each date's within that date."""
    found: set[int] = set()
    for midnight in range(start // DAY * DAY - 2 * DAY, end + 2 * DAY, DAY):
        begin, over = reading(tz, midnight), reading(tz, midnight + DAY)
        for each in hours:
            if each.weekday == date.fromordinal(date(1970, 1, 1).toordinal() + midnight // DAY).weekday():
                opens, closes = reading(tz, midnight + each.start), reading(tz, midnight + each.end)
                found.update(range(max(begin, opens), min(over, closes), STEP))
    return found


def handoffs(layer: Layer, tz: str) -> Iterator[int]:
    """Every handoff, one after the other, for ever."""
    wall, nth = int(layer.start.replace(tzinfo=UTC).timestamp()), 0
    at = reading(tz, wall)
    while True:
        yield at
        if layer.rotation is Rotation.HOURLY:
            at += layer.interval * HOUR
            continue
        days = {
            Rotation.DAILY: layer.interval,
            Rotation.WEEKLY: 7 * layer.interval,
            Rotation.CUSTOM: layer.lengths[nth % len(layer.lengths)] if layer.lengths else 0,
        }[layer.rotation]
        wall, nth = wall + days * DAY, nth + 1
        at = reading(tz, wall)


def walked(layer: Layer, tz: str, end: int) -> dict[int, str]:
    """Who has the layer in each five minutes from its first handoff to that instant; nobody is left out."""
    passing = handoffs(layer, tz)
    start, following = next(passing), next(passing)
    opened = None if layer.restrictions is None else open_steps(layer.restrictions, tz, start, end)
    found: dict[int, str] = {}
    turn, worked = 0, False
    for at in range(start, end, STEP):
        while following <= at:
            turn += worked or layer.turns is Turns.CALENDAR
            worked, following = False, next(passing)
        if opened is not None and at not in opened:
            continue
        if opened is not None and layer.finish_window and at - STEP in found:
            found[at] = found[at - STEP]
        else:
            found[at], worked = layer.participants[turn % len(layer.participants)], True
    return found


class Walk:
    """A schedule, walked to that instant (epoch seconds)."""

    def __init__(self, schedule: Schedule, end: int) -> None:
        self._layers = [walked(layer, schedule.tz, end) for layer in schedule.layers]
        self._overrides = schedule.overrides

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """Who is on call at an instant before the end of the walk."""
        people: tuple[str, ...] = ()
        step = int(at.timestamp() // STEP) * STEP
        for layer in self._layers:
            people = (layer[step],) if step in layer else people
        for override in self._overrides:
            if override.start <= at < override.end:
                people = override.people
        return people


def instant(seconds: int) -> datetime:
    """The instant, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def wall_clock(tz: str, at: int) -> datetime:
    """What the wall shows at that instant."""
    return instant(shown(tz, at)).replace(tzinfo=None)
