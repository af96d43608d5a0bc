"""Deviations that turn into a breach: how many, of what, within which time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escalation.agreement.model import Repetition
from escalation.agreement.spans import Dates
from escalation.performance.repetition import Deviation, repeated

BERLIN = "Europe/Berlin"
THREE_IN_A_QUARTER = Repetition(3, same_target=True, within=Dates(months=3))


def deviation(at: str, stream: str = "", clock: str = "resolve") -> Deviation:
    """Give a deviation; its stream is named after its instant."""
    return Deviation(stream or at, clock, 1, datetime.fromisoformat(at).astimezone(UTC))


JANUARY, FEBRUARY, APRIL = (deviation(f"2026-0{month}-10T12:00+00:00") for month in (1, 2, 4))


def test_the_third_within_the_time_is_a_breach() -> None:
    """Two are tolerated; the third comes with both of the others, in their order."""
    assert repeated(THREE_IN_A_QUARTER, FEBRUARY, [JANUARY], BERLIN) is None
    assert repeated(THREE_IN_A_QUARTER, APRIL, [FEBRUARY, JANUARY], BERLIN) == [JANUARY, FEBRUARY]


def test_the_time_ends_with_the_local_date_on_which_the_span_ends() -> None:
    """Three months from 10 January are over when 10 April is over in Berlin."""
    last = deviation("2026-04-10T23:59:59+02:00")
    late = deviation("2026-04-11T00:00:00+02:00")
    assert repeated(THREE_IN_A_QUARTER, last, [JANUARY, FEBRUARY], BERLIN) == [JANUARY, FEBRUARY]
    assert repeated(THREE_IN_A_QUARTER, late, [JANUARY, FEBRUARY], BERLIN) is None


def test_only_the_same_target_counts_where_that_is_agreed() -> None:
    """Else any does."""
    others = [JANUARY, deviation("2026-02-10T12:00+00:00", clock="workaround")]
    assert repeated(THREE_IN_A_QUARTER, APRIL, others, BERLIN) is None
    any_target = Repetition(3, same_target=False, within=Dates(months=3))
    assert repeated(any_target, APRIL, others, BERLIN) == others


def test_one_that_is_told_late_is_the_last_to_come_on_record() -> None:
    """It may lie before the others: it is what made them too many."""
    assert repeated(THREE_IN_A_QUARTER, JANUARY, [FEBRUARY, APRIL], BERLIN) == [FEBRUARY, APRIL]


def test_where_one_is_too_many_each_is_a_breach() -> None:
    """It then needs no others."""
    assert repeated(Repetition(1, same_target=True, within=Dates(months=1)), JANUARY, [], BERLIN) == []


@given(st.lists(st.integers(0, 400), unique=True, max_size=12), st.integers(1, 4), st.integers(1, 200))
def test_what_stays_tolerated_is_never_too_much(days: list[int], most: int, within: int) -> None:
    """However they come: among those that were no breach, no window holds as many as make one."""
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    rule = Repetition(most, same_target=True, within=Dates(days=within))
    kept: list[Deviation] = []
    for day in days:
        this = Deviation(str(day), "resolve", 1, start + timedelta(days=day))
        together = repeated(rule, this, kept, "UTC")
        if together is None:
            kept.append(this)
        else:
            assert len(together) == most - 1
            assert set(together) <= set(kept)
    tolerated = sorted(each.at for each in kept)
    windows = zip(tolerated, tolerated[most - 1 :], strict=False)
    assert all((last - first).days > within for first, last in windows)
