"""What calendars cost: compiling ten years (under 0.5 s), and one question to a compiled one (under 20 µs).

Run it with `python -m benchmarks clock`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from statistics import median
from timeit import repeat
from typing import TYPE_CHECKING

from benchmarks.measure import Measure
from escalation.calendars.calendar import Calendar, CalendarRules
from escalation.clocks.clock import Segment, due

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR, DAY = 3600, 86_400
START, END = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2026, 2036))
QUESTIONS = 20_000


def office() -> Calendar:
    """Five days with a lunch break, twelve holidays a year and an exception."""
    hours = ((9 * HOUR, 12 * HOUR + 1800), (13 * HOUR, 17 * HOUR + 1800))
    return Calendar(
        CalendarRules(
            tz="Europe/Berlin",
            weekly=(hours,) * 5 + ((), ()),
            holidays=frozenset(date(year, month, 3) for year in range(2026, 2036) for month in range(1, 13)),
            exceptions={date(2026, 12, 24): hours[:1]},
        ),
    )


def run() -> list[Measure]:
    """Give the median of five rounds each."""
    calendar = office()
    calendar.counted(START, END)
    middle = START + timedelta(days=1234, hours=10) // timedelta(seconds=1)
    segments, pauses = [Segment(middle, 40 * HOUR, calendar)], [(middle + HOUR, middle + DAY)]
    return [
        Measure(name="compile ten years", value=_seconds(lambda: office().counted(START, END), 1), unit="s", limit=0.5),
        _question("counted over ten years", lambda: calendar.counted(START, END - DAY)),
        _question("add 40 h", lambda: calendar.add(middle, 40 * HOUR)),
        _question("next opening", lambda: calendar.next_open(middle + 12 * HOUR)),
        _question("due instant of a clock with a pause", lambda: due(segments, pauses)),
    ]


def _question(name: str, ask: Callable[[], object]) -> Measure:
    return Measure(name=name, value=_seconds(ask, QUESTIONS) * 1e6, unit="µs", limit=20)


def _seconds(ask: Callable[[], object], times: int) -> float:
    return median(repeat(ask, number=times, repeat=5)) / times
