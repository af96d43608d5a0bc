"""Made-up calendars against a walk, minute by minute, around transitions that are hard to get right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.calendars.calendar import Calendar, CalendarError, CalendarRules, Interval, Window
from escalation.calendars.zones import zone

MINUTE, DAY = 60, 86_400
TRANSITIONS = [
    ("Europe/Berlin", "2026-03-29T01:00+00:00"),
    ("Europe/Berlin", "2026-10-25T01:00+00:00"),
    ("Europe/Dublin", "2026-03-29T01:00+00:00"),
    ("Pacific/Apia", "2011-12-30T10:00+00:00"),  # 30 December was left out
    ("Pacific/Kwajalein", "1993-08-21T12:00+00:00"),  # so was 21 August
    ("Africa/Casablanca", "2026-02-15T02:00+00:00"),  # winter time during Ramadan
    ("Africa/Casablanca", "2026-03-22T02:00+00:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00+00:00"),  # half an hour
    ("Australia/Lord_Howe", "2026-10-03T15:30+00:00"),
    ("America/Sao_Paulo", "2015-02-22T02:00+00:00"),  # at midnight, back
    ("America/Sao_Paulo", "2015-10-18T03:00+00:00"),  # at midnight, forward
    ("Asia/Tehran", "2022-03-21T20:30+00:00"),
    ("Asia/Tehran", "2022-09-21T19:30+00:00"),
    ("America/Nuuk", "2024-03-31T01:00+00:00"),  # 23:00 becomes midnight
    ("America/Nuuk", "2024-10-27T01:00+00:00"),
    ("Asia/Pyongyang", "2018-05-04T15:00+00:00"),
    ("America/St_Johns", "2006-10-29T02:31+00:00"),  # one minute past midnight, back over it
    ("Antarctica/Casey", "2010-03-04T15:00+00:00"),  # three hours back over midnight
]


class Walk:
    """What a patient person finds out with a wall clock, noting the local time of every minute of eight days."""

    def __init__(self, tz: str, transition: str) -> None:
        middle = int(datetime.fromisoformat(transition).timestamp())
        self.start, self.end = middle - 4 * DAY, middle + 4 * DAY
        self.walls = [
            datetime.fromtimestamp(minute, zone(tz)).replace(tzinfo=None)
            for minute in range(self.start, self.end, MINUTE)
        ]
        self.first_seen = {wall: self.start + MINUTE * i for i, wall in reversed(list(enumerate(self.walls)))}
        self.days = sorted({wall.date() + timedelta(days=n) for wall in self.walls for n in (0, 1)})[1:-2]

    def edge(self, wall: datetime) -> int:
        """The first minute that shows this time; if none does, where the clock would be had it not been moved."""
        if wall in self.first_seen:
            return self.first_seen[wall]
        jump = next(i for i, (old, new) in enumerate(zip(self.walls, self.walls[1:], strict=False)) if old < wall < new)
        return self.start + MINUTE * jump + int((wall - self.walls[jump]).total_seconds())

    def begin(self, day: date) -> int:
        """The first minute of that date, or of a later one if it was left out."""
        return self.start + MINUTE * next(i for i, wall in enumerate(self.walls) if wall.date() >= day)

    def open_minutes(self, rules: CalendarRules) -> list[int]:
        """Every minute that lies in a window."""
        found: set[int] = set()
        for day in self.days:
            begin, end = self.begin(day), self.begin(day + timedelta(days=1))
            midnight = datetime.combine(day, datetime.min.time())
            for opens, closes in _wall_windows(rules, day):
                first, last = (self.edge(midnight + timedelta(minutes=edge)) for edge in (opens, closes))
                found.update(range(max(first, begin), min(last, end), MINUTE))
        return sorted(found)


def _wall_windows(rules: CalendarRules, day: date) -> list[Window]:
    """In minutes from midnight: each window, less the minutes that are in a break."""
    if day in rules.holidays:
        return []
    hours = rules.exceptions[day] if day in rules.exceptions else rules.weekly[day.weekday()]
    breaks = {m for start, end in rules.breaks.get(day, ()) for m in range(start // MINUTE, end // MINUTE)}
    pieces = []
    for start, end in hours:
        minutes = [m for m in range(start // MINUTE, end // MINUTE) if m not in breaks]
        for _, run in groupby(enumerate(minutes), key=lambda pair: pair[1] - pair[0]):
            piece = [minute for _, minute in run]
            pieces.append((piece[0], piece[-1] + 1))
    return pieces


@cache
def walk(tz: str, transition: str) -> Walk:
    """Each walk is taken once."""
    return Walk(tz, transition)


EDGE = st.one_of(st.sampled_from([0, 60, 120, 180, 1380, 1440]), st.integers(0, 96).map(lambda n: n * 15))
WINDOW = st.lists(EDGE, min_size=2, max_size=2, unique=True).map(lambda w: (min(w) * MINUTE, max(w) * MINUTE))
HOURS = st.one_of(st.just(((0, DAY),)), st.lists(WINDOW, max_size=3).map(tuple))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Walk, CalendarRules]:
    """A walk around a transition, and hours, holidays, exceptions and breaks on the dates that it passes."""
    tz, transition = draw(st.sampled_from(TRANSITIONS))
    near = walk(tz, transition)
    days = st.sampled_from(near.days)
    weekly = draw(st.one_of(st.just((((0, DAY),),) * 7), st.tuples(*[HOURS] * 7)))
    return near, CalendarRules(
        tz=tz,
        weekly=weekly,
        holidays=draw(st.frozensets(days, max_size=2)),
        exceptions=draw(st.dictionaries(days, HOURS, max_size=2)),
        breaks=draw(st.dictionaries(days, st.lists(WINDOW, max_size=2).map(tuple), max_size=3)),
    )


def _instants(near: Walk) -> st.SearchStrategy[int]:
    """Seconds on the walk, two days from its ends, whose dates it does not know wholly."""
    return st.integers(near.start + 2 * DAY, near.end - 2 * DAY)


@settings(max_examples=150, deadline=None)
@given(calendars(), st.data())
def test_calendar_agrees_with_a_minute_walk(made: tuple[Walk, CalendarRules], data: st.DataObject) -> None:
    """Counted time, its inverse, the next opening and the list of openings are what the walk finds."""
    near, rules = made
    minutes = near.open_minutes(rules)
    try:
        calendar = Calendar(rules)
    except CalendarError:
        assert minutes == []
        return
    start, end = sorted((data.draw(_instants(near)), data.draw(_instants(near))))
    inside = [(max(start, m), min(end, m + MINUTE)) for m in minutes if max(start, m) < min(end, m + MINUTE)]
    counted = sum(stop - begin for begin, stop in inside)
    assert calendar.counted(start, end) == counted
    assert calendar.openings(start, end) == _joined(inside)
    assert calendar.is_open(start) == (start // MINUTE * MINUTE in minutes)
    if inside:
        assert calendar.next_open(start) == inside[0][0]
        seconds = data.draw(st.integers(1, counted))
        assert calendar.add(start, seconds) == _passed(inside, seconds)


def _joined(pieces: list[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for start, end in pieces:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]  # noqa: PLW2901 - the piece goes on from the one before it
        joined.append((start, end))
    return joined


def _passed(pieces: list[Interval], seconds: int) -> int:
    for start, end in pieces:
        if seconds <= end - start:
            return start + seconds
        seconds -= end - start
    raise AssertionError
