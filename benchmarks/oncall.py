"""What schedules cost: who is on call (under 100 µs), and a year's final schedule (under 50 ms).

A daily schedule with three layers, one of all hours and two restricted to some, and 50 overrides, which began years
before. Each figure is the best of several rounds of CPU time. Beside each stands a plain way to the same answer, of
one layer without hours, in the same run: stepping from handoff to handoff from the start. Run it with
`python -m benchmarks oncall`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import cycle
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.measure import Measure
from escalation.calendars.zones import zone
from escalation.oncall.final import final
from escalation.oncall.on_call import compiled, on_call
from escalation.oncall.schedule import Hours, Layer, Override, Rotation, Schedule, Turns

if TYPE_CHECKING:
    from collections.abc import Callable

TZ, HOUR, PEOPLE = "Europe/Berlin", 3600, tuple("abcdefg")
BEGAN = datetime(2020, 1, 1, 9)  # noqa: DTZ001 - as a wall clock shows it
YEAR, NEXT = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
OFFICE = tuple(Hours(day, 9 * HOUR, 17 * HOUR) for day in range(5))
NIGHT = tuple(part for day in range(7) for part in (Hours(day, 0, 6 * HOUR), Hours(day, 22 * HOUR, 24 * HOUR)))
QUESTIONS = [YEAR + timedelta(minutes=437 * nth) for nth in range(1000)]
"""Spread over most of a year, so that hardly two fall on one date."""
ROUNDS = 7


def schedule(turns: Turns = Turns.CALENDAR) -> Schedule:
    """Three daily layers and an override a week, of half a day."""
    layers = tuple(Layer(Rotation.DAILY, 1, BEGAN, PEOPLE, hours, turns) for hours in (None, NIGHT, OFFICE))
    starts = (YEAR + timedelta(weeks=week) for week in range(50))
    return Schedule(TZ, layers, tuple(Override(start, start + timedelta(hours=12), ("x",)) for start in starts))


def run() -> list[Measure]:
    """Give the best of all rounds of each."""
    calendar, worked = schedule(), schedule(Turns.WORKED)
    asked = _best(lambda: [on_call(calendar, at) for at in QUESTIONS]) / len(QUESTIONS)
    asked_plainly = _best(lambda: _stepped(QUESTIONS[-1]))
    year, year_plainly = _best(lambda: _compiled_anew(calendar)), _best(lambda: _stepped(NEXT))
    return [
        Measure("who is on call, at an instant", asked * 1e6, "µs", 100),
        Measure("as a share of stepping there once", asked / asked_plainly, ""),
        Measure(
            "the same, where only shifts with hours use up a turn",
            _best(lambda: [on_call(worked, at) for at in QUESTIONS]) / len(QUESTIONS) * 1e6,
            "µs",
            100,
        ),
        Measure("a year's final schedule, compiled anew", year * 1e3, "ms", 50),
        Measure("as a multiple of stepping through one layer", year / year_plainly, ""),
        Measure(
            "the same, where only shifts with hours use up a turn",
            _best(lambda: _compiled_anew(worked)) * 1e3,
            "ms",
            50,
        ),
    ]


def _compiled_anew(of: Schedule) -> None:
    compiled.cache_clear()
    final(of, YEAR, NEXT)


def _stepped(until: datetime) -> str:
    wall, people = BEGAN.replace(tzinfo=zone(TZ)), cycle(PEOPLE)
    while wall <= until:
        person = next(people)
        wall += timedelta(days=1)
    return person


def _best(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        ask()
        times.append(process_time() - start)
    return min(times)
