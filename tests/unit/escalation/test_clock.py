from __future__ import annotations

import math
from datetime import datetime
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.calendars.calendar import Calendar, CalendarError, CalendarRules, Window
from escalation.clocks.clock import Pause, Segment, counted, due, last_safe, reached, union

MINUTE, HOUR, DAY = 60, 3600, 86_400
ALL_DAY: tuple[Window, ...] = ((0, DAY),)
OFFICE: tuple[Window, ...] = ((9 * HOUR, 17 * HOUR),)
ALWAYS = Calendar(CalendarRules("UTC", (ALL_DAY,) * 7))
WORKDAYS = Calendar(CalendarRules("UTC", (OFFICE,) * 5 + ((), ())))
BERLIN = Calendar(CalendarRules("Europe/Berlin", (OFFICE,) * 5 + (((1 * HOUR, 4 * HOUR),), ((1 * HOUR, 4 * HOUR),))))


def at(text: str) -> int:
    """Epoch seconds of a time in UTC; 12 January 2026 is a Monday."""
    return int(datetime.fromisoformat(f"2026-01-{text}+00:00").timestamp())


MONDAY = at("12T09:00")


def test_union_of_pauses() -> None:
    """Overlapping and touching pauses are one, empty ones none, and one without end swallows what follows."""
    assert union([(50, 60), (10, 20), (15, 25), (25, 30), (40, 40), (45, 44)]) == ((10, 30), (50, 60))
    assert union([(50, 60), (10, None), (5, 20), (70, None)]) == ((5, None),)
    assert union([(10, 40), (20, 30)]) == ((10, 40),)


def test_counts_inside_the_calendar_and_outside_pauses() -> None:
    """A pause over night takes out only the part that would have counted."""
    pauses = [(at("12T16:00"), at("13T10:00")), (at("12T16:30"), at("12T18:00"))]
    assert counted([Segment(MONDAY, HOUR, WORKDAYS)], pauses, at("13T12:00")) == 9 * HOUR


def test_counts_nothing_before_the_start_and_until_the_instant_only() -> None:
    """Pauses and segments that lie beyond the instant do not matter."""
    segments = [Segment(MONDAY, HOUR, ALWAYS), Segment(MONDAY + 5 * HOUR, HOUR, WORKDAYS)]
    assert counted(segments, [(MONDAY - HOUR, MONDAY + HOUR)], MONDAY - 1) == 0
    assert counted(segments, [(MONDAY + 3 * HOUR, None)], MONDAY + 2 * HOUR) == 2 * HOUR


def test_time_counts_under_the_calendar_in_force_as_it_accrued() -> None:
    """Four hours round the clock on Monday night, then office hours only."""
    segments = [Segment(at("12T20:00"), 8 * HOUR, ALWAYS), Segment(at("13T00:00"), 8 * HOUR, WORKDAYS)]
    assert counted(segments, [], at("13T10:00")) == 5 * HOUR
    assert due(segments, []) == at("13T13:00")


def test_target_used_up_at_the_close_is_due_there_and_safe_until_the_next_opening() -> None:
    """No counted time passes over the weekend, so the breach begins on Monday."""
    segments = [Segment(at("16T16:00"), HOUR, WORKDAYS)]
    assert due(segments, []) == at("16T17:00")
    assert last_safe(segments, []) == at("19T09:00")


def test_target_used_up_while_time_counts_is_safe_until_due_only() -> None:
    """Due and last safe instant are the same in the middle of a day."""
    segments = [Segment(MONDAY, HOUR, WORKDAYS)]
    assert due(segments, []) == last_safe(segments, []) == at("12T10:00")


def test_target_used_up_at_the_start_of_a_pause_is_safe_until_counting_resumes() -> None:
    """The pause ends at night, so it is the opening after it that starts the breach; another pause delays it again."""
    segments = [Segment(MONDAY, HOUR, WORKDAYS)]
    pauses: list[Pause] = [(at("12T10:00"), at("12T20:00")), (at("13T08:00"), at("13T11:00"))]
    assert due(segments, pauses) == at("12T10:00")
    assert last_safe(segments, pauses) == at("13T11:00")


def test_pause_without_end() -> None:
    """It keeps the clock from its target; a target used up right before it was due, and stays safe."""
    segments = [Segment(MONDAY, HOUR, WORKDAYS)]
    assert due(segments, [(MONDAY + 30 * MINUTE, None)]) is None
    assert last_safe(segments, [(MONDAY + 30 * MINUTE, None)]) is None
    assert due(segments, [(MONDAY + HOUR, None)]) == MONDAY + HOUR
    assert last_safe(segments, [(MONDAY + HOUR, None)]) is None
    assert (
        due(segments, [(MONDAY + HOUR + 1, None)]) == last_safe(segments, [(MONDAY + HOUR + 1, None)]) == MONDAY + HOUR
    )


def test_pause_that_runs_over_a_severity_change_goes_on() -> None:
    """Half an hour before the pause, the rest after it, under the new target."""
    segments = [Segment(MONDAY, 4 * HOUR, WORKDAYS), Segment(MONDAY + 2 * HOUR, HOUR, WORKDAYS)]
    assert due(segments, [(MONDAY + 30 * MINUTE, MONDAY + 3 * HOUR)]) == MONDAY + 3 * HOUR + 30 * MINUTE
    assert due(segments, [(MONDAY + 30 * MINUTE, None)]) is None


def test_target_exceeded_when_it_came_into_force_is_due_at_the_change() -> None:
    """Nobody is late before the target existed, and there is no safe time after it (clock rule 2)."""
    change = MONDAY + 5 * HOUR
    segments = [Segment(MONDAY, 8 * HOUR, WORKDAYS), Segment(change, 4 * HOUR, WORKDAYS)]
    assert due(segments, []) == last_safe(segments, []) == change


def test_target_exactly_used_up_when_it_came_into_force_is_due_at_the_change() -> None:
    """At night the change makes it due at once; it is safe until the morning."""
    change = at("12T20:00")
    segments = [Segment(MONDAY, 16 * HOUR, WORKDAYS), Segment(change, 8 * HOUR, WORKDAYS)]
    assert due(segments, []) == change
    assert last_safe(segments, []) == at("13T09:00")


def test_longer_target_after_the_first_was_missed_is_due_when_that_one_is_reached() -> None:
    """Due belongs to the target in force; what was due earlier is asked with the earlier segments (clock rule 2)."""
    segments = [Segment(MONDAY, HOUR, WORKDAYS), Segment(MONDAY + 2 * HOUR, 4 * HOUR, WORKDAYS)]
    assert due(segments, []) == MONDAY + 4 * HOUR
    assert due(segments[:1], []) == MONDAY + HOUR


@pytest.mark.parametrize(
    ("target", "percent", "plus", "after"),
    [(100, 75, 0, 75), (10, 75, 0, 8), (7, 50, 0, 4), (1, 1, 0, 1), (100, 0, 0, 0), (100, 100, 5, 105), (0, 50, 3, 3)],
)
def test_share_of_a_target_is_reached_by_integer_comparison(target: int, percent: int, plus: int, after: int) -> None:
    """The first whole second with counted * 100 >= target * percent, and the extra seconds on top (clock rule 7)."""
    segments = [Segment(MONDAY, target, WORKDAYS)]
    assert reached(segments, [], percent=percent, plus=plus) == MONDAY + after


def test_share_passed_at_a_change_is_reached_at_the_change() -> None:
    """Three of four hours are past when the target becomes four: its 50 % is reached then, its 100 % later."""
    change = MONDAY + 3 * HOUR
    segments = [Segment(MONDAY, 8 * HOUR, WORKDAYS), Segment(change, 4 * HOUR, WORKDAYS)]
    assert reached(segments, [], percent=50) == change
    assert reached(segments, [], percent=100) == MONDAY + 4 * HOUR


def test_created_paused() -> None:
    """What holds at creation counts: no time passes before the pause ends (clock rule 5)."""
    segments = [Segment(MONDAY, HOUR, WORKDAYS)]
    assert due(segments, [(MONDAY - DAY, MONDAY + 2 * HOUR)]) == MONDAY + 3 * HOUR


def test_calendar_that_ends_says_never() -> None:
    """A target that a calendar of a few dates cannot hold is an error, not a guess."""
    once = Calendar(CalendarRules("UTC", ((),) * 7, exceptions={datetime.fromtimestamp(MONDAY).date(): OFFICE}))  # noqa: DTZ006
    with pytest.raises(CalendarError, match="Never reached"):
        due([Segment(MONDAY, 9 * HOUR, once)], [])


STEP = 15 * MINUTE
SPRING = int(datetime.fromisoformat("2026-03-29T01:00+00:00").timestamp())
FIRST, LAST = SPRING - 4 * DAY, SPRING + 6 * DAY
STARTS = st.integers(FIRST // STEP, (FIRST + 5 * DAY) // STEP).map(lambda step: step * STEP)
LENGTHS = st.one_of(st.none(), st.integers(0, 2 * DAY // STEP).map(lambda steps: steps * STEP))
PAUSES = st.lists(st.tuples(STARTS, LENGTHS).map(lambda p: (p[0], None if p[1] is None else p[0] + p[1])), max_size=4)
SEGMENTS = st.lists(
    st.builds(Segment, STARTS, st.integers(0, 80).map(lambda n: n * STEP), st.sampled_from([ALWAYS, WORKDAYS, BERLIN])),
    min_size=1,
    max_size=4,
).map(lambda segments: sorted(segments, key=lambda segment: segment.start))


@cache
def open_steps(calendar: Calendar) -> frozenset[int]:
    """The quarters of an hour in which a calendar counts."""
    return frozenset(step for step in range(FIRST, LAST, STEP) if calendar.is_open(step))


def walked(segments: list[Segment], pauses: list[Pause]) -> dict[int, int]:
    """Seconds counted up to each quarter of an hour."""
    passed, found = 0, {}
    for step in range(segments[0].start, LAST + 1, STEP):
        found[step] = passed
        calendar = [segment for segment in segments if segment.start <= step][-1].calendar
        held = any(start <= step and (end is None or step < end) for start, end in pauses)
        passed += STEP * (not held and step in open_steps(calendar))
    return found


def in_walk(instant: int | None) -> int | None:
    """What the walk can have seen: an instant before its end."""
    return None if instant is None or instant >= LAST else instant


@settings(max_examples=200, deadline=None)
@given(SEGMENTS, PAUSES, st.sampled_from([0, 33, 50, 75, 100, 150]), st.sampled_from([0, 7, HOUR]))
def test_clock_agrees_with_a_walk(segments: list[Segment], pauses: list[Pause], percent: int, plus: int) -> None:
    """Counted time, the first instant at a share of the target and the last safe one are what the walk finds."""
    passed, last = walked(segments, pauses), segments[-1]
    share = math.ceil(Fraction(last.target * percent, 100)) + plus
    steps = [(step, passed[step], passed[step + STEP]) for step in range(last.start, LAST, STEP)]
    at_share = next((step + max(0, share - old) for step, old, new in steps if old >= share or new > share), None)
    safe = next((step for step, old, new in steps if old > last.target or new > last.target), None)
    assert all(counted(segments, pauses, step) == seconds for step, seconds in passed.items())
    assert in_walk(reached(segments, pauses, percent, plus)) == at_share
    assert in_walk(last_safe(segments, pauses)) == safe
