"""Made-up schedules against a walk from handoff to handoff, at every change of the clocks of many zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalation.calendars.zones import zone
from escalation.oncall.final import final
from escalation.oncall.on_call import on_call
from escalation.oncall.schedule import Hours, Layer, Override, Rotation, Schedule, Turns
from escalation.oncall.transitions import transitions
from tests.support.oncall_walk import DAY, HOUR, STEP, Walk, changes, instant, wall_clock

ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Chisinau",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Norfolk",
)
FIRST, LAST = 2024, 2028
NEW_YEAR = 1_767_225_600
"""Where no clock is changed in those years (Apia, Tehran), that of 2026."""
LONG_AGO = (
    ("Pacific/Apia", 2011),  # 30 December was left out
    ("Pacific/Kwajalein", 1993),  # so was 21 August
    ("America/Sao_Paulo", 2018),  # at midnight, forward and back
    ("Asia/Tehran", 2022),
    ("Asia/Pyongyang", 2018),  # half an hour before midnight
    ("Antarctica/Casey", 2010),  # three hours back over midnight
    ("America/Toronto", 1919),  # 23:30 became 00:30
)
BEFORE, AFTER = 9 * DAY, 3 * DAY
"""So long before a change the first layer begins, at most; so long after it the walk ends."""

steps = st.integers(-30, 30)
"""Steps from the change: many of its times are those that the wall shows twice, or never."""
anywhere = steps | st.integers(0, DAY // STEP - 1)


@st.composite
def hours(draw: st.DrawFn, time: int) -> tuple[Hours, ...] | None:
    """Hours of some days, over midnight too, many of which begin about that time of day; None: always."""
    if draw(st.booleans()):
        return None
    found: list[Hours] = []
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1, max_size=6)):
        start = (time + draw(anywhere) * STEP) % DAY
        end = start + draw(st.integers(1, 36) | st.integers(1, DAY // STEP - 1)) * STEP
        found.append(Hours(weekday, start, min(end, DAY)))
        if end > DAY:
            found.append(Hours((weekday + 1) % 7, 0, end - DAY))
    return tuple(found)


@st.composite
def layers(draw: st.DrawFn, tz: str, change: int, names: str) -> Layer:
    """A layer that begins some days before a change, most often about the time of day of the change."""
    rotation, at = draw(st.sampled_from(Rotation)), wall_clock(tz, change)
    lengths = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)) if rotation is Rotation.CUSTOM else []
    longest = {Rotation.HOURLY: 30, Rotation.DAILY: 3}.get(rotation, 1)
    return Layer(
        rotation,
        draw(st.integers(1, longest)),
        at - timedelta(days=draw(st.integers(1, 8)), seconds=draw(anywhere) * STEP),
        tuple(names[: draw(st.integers(1, 4))]),
        draw(hours(at.hour * HOUR + at.minute * 60)),
        draw(st.sampled_from(Turns)),
        draw(st.booleans()),
        tuple(lengths),
    )


@st.composite
def overrides(draw: st.DrawFn, change: int) -> Override:
    """An override by some or by nobody, which begins within a day of the change and may be of any length."""
    start = change + draw(st.integers(-DAY, DAY))
    end = start + draw(st.integers(0, 2 * DAY))
    return Override(instant(start), instant(end), tuple(draw(st.sets(st.sampled_from("xyz"), max_size=2))))


@st.composite
def schedules(draw: st.DrawFn, tz: str, change: int) -> Schedule:
    """A schedule of up to three layers and two overrides."""
    names = ("abcd", "efgh", "ijkl")[: draw(st.integers(1, 3))]
    layered = tuple(draw(layers(tz, change, each)) for each in names)
    return Schedule(tz, layered, tuple(draw(st.lists(overrides(change), max_size=2))))


def agrees(schedule: Schedule, change: int) -> None:
    """A schedule says what the walk does: at every step about a change, and at all edges of the days around it."""
    start, end = instant(change - BEFORE), instant(change + AFTER)
    walk, shifts = Walk(schedule, change + AFTER), final(schedule, start, end)
    assert [shifts[0].start, shifts[-1].end] == [start, end]
    for before, after in pairwise(shifts):
        assert before.end == after.start
        assert (before.people, before.layer, before.override) != (after.people, after.layer, after.override)
    for shift in shifts:
        assert shift.start < shift.end
        for at in (shift.start, shift.start + (shift.end - shift.start) / 2, shift.end - timedelta.resolution):
            assert on_call(schedule, at) == shift.people == walk.on_call(at), at
        for step in range(int(shift.start.timestamp()) + STEP, int(shift.end.timestamp()), STEP):
            assert walk.on_call(instant(step)) == shift.people, instant(step)
    for step in range(change - 3 * HOUR, change + 3 * HOUR, STEP):
        for at in (instant(step), instant(step) - timedelta(seconds=1)):
            assert on_call(schedule, at) == walk.on_call(at), at


@pytest.mark.parametrize("tz", ZONES)
@given(st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_at_every_change_of_the_clocks(tz: str, data: st.DataObject) -> None:
    """Rotations, hours, turns, finished windows and overrides are as the walk finds them, at each change."""
    for change in changes(tz, FIRST, LAST) or [NEW_YEAR]:
        agrees(data.draw(schedules(tz, change)), change)


@pytest.mark.parametrize(("tz", "year"), LONG_AGO)
@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_at_changes_of_long_ago(tz: str, year: int, data: st.DataObject) -> None:
    """So they are where a date was left out, and where a clock was changed over midnight."""
    for change in changes(tz, year, year):
        agrees(data.draw(schedules(tz, change)), change)


@st.composite
def short_hours(draw: st.DrawFn, time: int, weekday: int) -> tuple[Hours, ...]:
    """Hours of one or two days, on the day of the change for certain, that may vanish in it."""
    days = {weekday, draw(st.integers(0, 6))}
    start = min(max(0, time + draw(st.integers(-12, 12)) * STEP), DAY - STEP)
    return tuple(Hours(day, start, min(start + draw(st.integers(1, 12)) * STEP, DAY)) for day in days)


@pytest.mark.parametrize("tz", ["Europe/Berlin", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe"])
@given(st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_turns_used_up_weeks_after_a_change(tz: str, data: st.DataObject) -> None:
    """A shift that lost its hours to a change of the clock used up no turn, and all weeks after it know so."""
    for change in changes(tz, FIRST, FIRST):
        at = wall_clock(tz, change)
        layer = replace(
            data.draw(layers(tz, change, "abcd")),
            restrictions=data.draw(short_hours(at.hour * HOUR + at.minute * 60, at.weekday())),
            participants=tuple("abcd"),
            turns=Turns.WORKED,
        )
        end = change + 30 * DAY
        walk, shifts = Walk(Schedule(tz, (layer,)), end), final(Schedule(tz, (layer,)), instant(change), instant(end))
        for shift in shifts:
            assert walk.on_call(shift.start) == shift.people == on_call(Schedule(tz, (layer,)), shift.start), shift


@pytest.mark.parametrize("tz", ["Europe/Berlin", "Africa/Casablanca", "America/Havana"])
@given(st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_years_after_the_start(tz: str, data: st.DataObject) -> None:
    """Turns that were used up, or passed with the calendar, for years are counted as if one had walked through them."""
    change = changes(tz, FIRST, LAST)[0]
    schedule = Schedule(tz, (data.draw(layers(tz, change, "abcd")),))
    walk = Walk(schedule, change + 800 * DAY)
    for day in range(800):
        at = instant(change + day * DAY + data.draw(steps) * STEP)
        assert on_call(schedule, at) == walk.on_call(at), at


@pytest.mark.parametrize("tz", ZONES)
def test_changes_of_the_clocks_are_found(tz: str) -> None:
    """They are the instants at which one who looks at the wall sees another offset."""
    found = [at for year in range(FIRST, LAST + 1) for at in transitions(zone(tz), year)]
    assert found == list(changes(tz, FIRST, LAST))
