from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from escalation.oncall.reports import DoubleBooking, double_bookings, gaps
from escalation.oncall.schedule import Hours, Shift

HOUR = 3600
OFFICE = tuple(Hours(day, 9 * HOUR, 17 * HOUR) for day in range(5))


def at(hour: int, day: int = 12) -> datetime:
    """An instant of a Monday in January 2026, or of another day."""
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def shift(start: int, end: int, *people: str) -> Shift:
    """A shift on that Monday."""
    return Shift(at(start), at(end), people)


def test_a_gap_is_a_stretch_with_nobody() -> None:
    """An override by nobody is one as well, and named."""
    said = Shift(at(6), at(8), (), None, "off")
    assert gaps([shift(0, 4, "a"), shift(4, 6), said, shift(8, 9, "b")], None, "UTC") == [shift(4, 6), said]


def test_hours_that_need_not_be_covered_have_no_gap() -> None:
    """Only what lies within the hours is told, in the schedule's zone: in Berlin they open at eight of UTC."""
    empty = Shift(at(0, 11), at(10, 13), ())
    assert gaps([empty], OFFICE, "Europe/Berlin") == [
        Shift(at(8), at(16), ()),
        Shift(at(8, 13), at(10, 13), ()),
    ]
    assert gaps([shift(9, 10)], OFFICE, "UTC") == [shift(9, 10)]
    assert gaps([shift(4, 9), shift(17, 20)], OFFICE, "UTC") == []
    assert gaps([empty], (), "UTC") == []


def test_a_person_in_two_schedules_at_once() -> None:
    """From when the later begins to when the earlier ends; with a third, all three are named."""
    finals = {
        "first": [shift(0, 4, "a"), shift(4, 8, "b")],
        "second": [shift(0, 2, "b"), shift(2, 8, "a", "c")],
        "third": [shift(3, 4, "a")],
    }
    assert double_bookings(finals) == [
        DoubleBooking(at(2), at(3), "a", ("first", "second")),
        DoubleBooking(at(3), at(4), "a", ("first", "second", "third")),
    ]


def test_shifts_that_follow_each_other_are_no_two_bookings() -> None:
    """A handoff to oneself in one schedule neither clashes with itself nor cuts a clash in two."""
    finals = {"first": [shift(0, 4, "a"), shift(4, 8, "a", "b")], "second": [shift(2, 6, "a")]}
    assert double_bookings(finals) == [DoubleBooking(at(2), at(6), "a", ("first", "second"))]
    assert double_bookings({"first": finals["first"]}) == []


shifts = st.tuples(st.integers(0, 22), st.integers(1, 23), st.sets(st.sampled_from("ab"))).map(
    lambda drawn: shift(drawn[0], max(drawn[0] + 1, drawn[1]), *drawn[2])
)


@given(st.dictionaries(st.sampled_from(("first", "second", "third")), st.lists(shifts, max_size=4)))
def test_every_hour_of_a_double_booking(finals: dict[str, list[Shift]]) -> None:
    """Hour by hour: a person is booked twice in just those hours in which two schedules name them."""
    expected = {
        (hour, person, names)
        for hour in range(24)
        for person in "ab"
        for names in [tuple(sorted(name for name, each in finals.items() if _holds(each, hour, person)))]
        if len(names) > 1
    }
    found = [
        (hour, each.person, each.schedules)
        for each in double_bookings(finals)
        for hour in range(each.start.hour, each.end.hour)
    ]
    assert sorted(found) == sorted(expected)


def _holds(shifts: list[Shift], hour: int, person: str) -> bool:
    return any(each.start <= at(hour) < each.end and person in each.people for each in shifts)
