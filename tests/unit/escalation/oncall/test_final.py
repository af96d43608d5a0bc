from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from escalation.oncall.check import check
from escalation.oncall.final import final, shift_at
from escalation.oncall.on_call import on_call
from escalation.oncall.schedule import Hours, Layer, Override, Rotation, Schedule, Shift, Turns
from incidents.errors import InvalidField

HOUR = 3600
MONDAY = datetime(2026, 1, 12)  # noqa: DTZ001 - as a wall clock shows it
OFFICE = tuple(Hours(day, 9 * HOUR, 17 * HOUR) for day in range(5))


def at(day: int, hour: int = 0, minute: int = 0, microsecond: int = 0) -> datetime:
    """An instant of January 2026."""
    return datetime(2026, 1, day, hour, minute, 0, microsecond, tzinfo=UTC)


def daily(*people: str, restrictions: tuple[Hours, ...] | None = None) -> Layer:
    """A day each, from Monday midnight on."""
    return Layer(Rotation.DAILY, 1, MONDAY, people, restrictions)


def utc(*layers: Layer, overrides: tuple[Override, ...] = ()) -> Schedule:
    """A schedule of these layers."""
    return Schedule("UTC", layers, overrides)


def test_a_later_layer_and_an_override_go_before() -> None:
    """Layers, an override by two people and one by nobody make one line without a hole."""
    overrides = (
        Override(at(13, 10), at(13, 12), ("x", "y"), "swap"),
        Override(at(13, 16), at(13, 18), (), "off"),
    )
    schedule = utc(daily("a", "b"), daily("c", restrictions=OFFICE), overrides=overrides)
    assert final(schedule, at(12, 12), at(14)) == [
        Shift(at(12, 12), at(12, 17), ("c",), 1),
        Shift(at(12, 17), at(13), ("a",), 0),
        Shift(at(13), at(13, 9), ("b",), 0),
        Shift(at(13, 9), at(13, 10), ("c",), 1),
        Shift(at(13, 10), at(13, 12), ("x", "y"), None, "swap"),
        Shift(at(13, 12), at(13, 16), ("c",), 1),
        Shift(at(13, 16), at(13, 18), (), None, "off"),
        Shift(at(13, 18), at(14), ("b",), 0),
    ]


def test_nobody_is_a_shift_too() -> None:
    """Before the first handoff and outside all hours a shift without people stands."""
    found = final(utc(daily("a", restrictions=OFFICE)), at(11), at(12, 18))
    assert found == [
        Shift(at(11), at(12, 9), ()),
        Shift(at(12, 9), at(12, 17), ("a",), 0),
        Shift(at(12, 17), at(12, 18), ()),
    ]


def test_who_hands_over_to_nobody_else_goes_on() -> None:
    """Handoffs of a single person make one shift, and so do two turns under one override."""
    assert final(utc(daily("a")), at(12), at(20)) == [Shift(at(12), at(20), ("a",), 0)]
    schedule = utc(daily("a", "b"), overrides=(Override(at(12, 20), at(13, 4), ("x",), "o"),))
    assert final(schedule, at(12, 21), at(13, 3)) == [Shift(at(12, 21), at(13, 3), ("x",), None, "o")]


def test_edges_between_seconds_are_kept() -> None:
    """An override that begins within a second does so to the microsecond, and so does the span."""
    schedule = utc(daily("a"), overrides=(Override(at(12, 1, 0, 5), at(12, 1, 0, 9), ("x",), "o"),))
    assert final(schedule, at(12, 1, 0, 1), at(12, 1, 0, 12)) == [
        Shift(at(12, 1, 0, 1), at(12, 1, 0, 5), ("a",), 0),
        Shift(at(12, 1, 0, 5), at(12, 1, 0, 9), ("x",), None, "o"),
        Shift(at(12, 1, 0, 9), at(12, 1, 0, 12), ("a",), 0),
    ]
    asked = [on_call(schedule, at(12, 1, 0, microsecond)) for microsecond in (4, 5, 8, 9)]
    assert asked == [("a",), ("x",), ("x",), ("a",)]


def test_an_override_that_ends_where_it_starts_is_none() -> None:
    """Nor does one that ends before; whatever order they stand in."""
    schedule = utc(
        daily("a"), overrides=(Override(at(12, 4), at(12, 4), ("x",)), Override(at(12, 6), at(12, 2), ("y",)))
    )
    assert final(schedule, at(12), at(13)) == [Shift(at(12), at(13), ("a",), 0)]


def test_a_later_override_hides_an_earlier_one_while_it_lasts() -> None:
    """The earlier one comes back after it; three at once are no matter."""
    overrides = (
        Override(at(12, 1), at(12, 9), ("x",), "1"),
        Override(at(12, 3), at(12, 5), ("y",), "2"),
        Override(at(12, 4), at(12, 7), ("z",), "3"),
    )
    found = final(utc(daily("a"), overrides=overrides), at(12), at(12, 10))
    assert [(shift.start.hour, *shift.people) for shift in found] == [
        (0, "a"),
        (1, "x"),
        (3, "y"),
        (4, "z"),
        (7, "x"),
        (9, "a"),
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (at(13, 9), Shift(at(13), at(14), ("b",), 0)),
        (at(13), Shift(at(13), at(14), ("b",), 0)),
        (at(11), Shift(at(11) - timedelta(days=400), at(12), ())),
    ],
)
def test_the_shift_at_an_instant(asked: datetime, expected: Shift) -> None:
    """It is whole, from its handoff to the next, but is followed no further than 400 days."""
    assert shift_at(utc(daily("a", "b", "c")), asked) == expected


def test_a_long_shift_at_an_instant() -> None:
    """Ends that are weeks away are found too."""
    schedule = utc(Layer(Rotation.WEEKLY, 4, MONDAY, ("a", "b")))
    assert shift_at(schedule, at(30)) == Shift(at(12), at(12) + timedelta(weeks=4), ("a",), 0)


def test_hours_that_never_close_are_nobody_s_to_finish() -> None:
    """A week whose days are all open restricts nothing: turns pass although windows are finished."""
    week = tuple(Hours(day, 0, 24 * HOUR) for day in range(7))
    schedule = utc(Layer(Rotation.DAILY, 1, MONDAY, ("a", "b"), week, finish_window=True))
    assert [on_call(schedule, at(day, 12)) for day in (12, 13, 14)] == [("a",), ("b",), ("a",)]


def test_a_turn_that_a_change_of_the_clock_took_is_not_used_up() -> None:
    """Hours that closed before they opened, as 02:45 was read as 03:45, used up no turn; the next weeks' did."""
    start = datetime(2024, 3, 20, 2, 30)  # noqa: DTZ001 - as a wall clock shows it
    sunday = (Hours(6, 2 * HOUR + 45 * 60, 3 * HOUR + 20 * 60),)
    schedule = Schedule("Europe/Berlin", (Layer(Rotation.DAILY, 1, start, ("a", "b", "c"), sunday, Turns.WORKED),))
    sundays = [(3, 24, 2), (3, 31, 1), (4, 7, 1), (4, 14, 1)]
    asked = [on_call(schedule, datetime(2024, month, day, hour, 5, tzinfo=UTC)) for month, day, hour in sundays]
    assert asked == [("a",), (), ("b",), ("c",)]


def test_a_turn_on_a_date_that_was_left_out_has_no_shift() -> None:
    """Samoa had no 30 December 2011: that turn would begin when the next one does, and is left out."""
    start = datetime(2011, 12, 28, 10)  # noqa: DTZ001 - as a wall clock shows it
    schedule = Schedule("Pacific/Apia", (Layer(Rotation.DAILY, 1, start, ("a", "b", "c", "d")),))
    tens = [datetime(2011, 12, day, 20, tzinfo=UTC) for day in (28, 29, 30, 31)]
    found = final(schedule, tens[0], tens[-1])
    assert found == [Shift(tens[nth], tens[nth + 1], (person,), 0) for nth, person in enumerate("abd")]


def test_the_date_before_may_last_past_midnight() -> None:
    """Where 23:30 became 00:30, the last half hour of the day before is read by the old offset (clock rule 9)."""
    last = (Hours(6, 23 * HOUR + 1800, 24 * HOUR),)
    schedule = Schedule("America/Toronto", (Layer(Rotation.WEEKLY, 1, datetime(1919, 3, 1), ("a",), last),))  # noqa: DTZ001 - as above
    asked = [on_call(schedule, datetime(1919, 3, 31, 4, minute, tzinfo=UTC)) for minute in (29, 30, 45, 59)]
    assert asked == [(), ("a",), ("a",), ("a",)]
    assert on_call(schedule, datetime(1919, 3, 31, 5, tzinfo=UTC)) == ()


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (at(13), at(12), "end"),
        (at(13), at(13), "end"),
        (datetime(1899, 12, 31, tzinfo=UTC), at(12), "start"),
        (at(12), datetime(2200, 1, 2, tzinfo=UTC), "end"),
    ],
)
def test_a_span_that_cannot_be_answered(start: datetime, end: datetime, field: str) -> None:
    """One that is empty, or beyond the years that are computed, is refused by name."""
    with pytest.raises(InvalidField) as refused:
        final(utc(daily("a")), start, end)
    assert refused.value.field == field


@pytest.mark.parametrize("hours", [Hours(7, 0, 1), Hours(0, 5, 5), Hours(0, 0, 24 * HOUR + 1), Hours(0, -1, 5)])
def test_hours_that_no_day_has(hours: Hours) -> None:
    """Hours that are not within one day of a week cannot be read."""
    with pytest.raises(InvalidField, match=r"layers\[0\]\.restrictions\[0\]: must be hours of one weekday"):
        check(utc(daily("a", restrictions=(hours,))))
