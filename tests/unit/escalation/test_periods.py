"""Periods of objectives: their bounds on the calendar, what counts in them, and what they come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.agreement.model import Objective
from escalation.calendars.zones import zone
from escalation.performance.periods import BREACH, DEVIATION, MET, TOO_FEW, Tally, judge, period_at, tally

BERLIN = "Europe/Berlin"
ZONES = [BERLIN, "UTC", "America/New_York", "America/Havana", "America/St_Johns", "Pacific/Auckland", "Asia/Kolkata"]
"""Havana's clocks go back to midnight; those of St. John's went back past it, so that a month began twice."""
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the library adds the zone
LENGTHS = st.sampled_from([1, 2, 3, 6, 12])


def utc(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).astimezone(UTC)


def objective(**changes: object) -> Objective:
    """Give an objective: 95 % of S1, a breach below 90 %, judged from 5 clocks on."""
    values: dict[str, object] = {
        "id": "s1-resolve",
        "target": "resolve",
        "severities": frozenset({"S1"}),
        "months": 1,
        "objective": Fraction(95, 100),
        "breach_below": Fraction(90, 100),
        "min_sample": 5,
    }
    return Objective(**(values | changes))  # type: ignore[arg-type] # the fields of Objective


@pytest.mark.parametrize(
    ("months", "starts", "ends"),
    [
        (1, "2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"),
        (3, "2026-01-01T00:00+01:00", "2026-04-01T00:00+02:00"),
        (12, "2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00"),
    ],
)
def test_months_quarters_and_years_begin_on_the_first(months: int, starts: str, ends: str) -> None:
    """At local midnight, also where summer time begins in between."""
    period = period_at(utc("2026-03-31T21:59:59+00:00"), months, BERLIN)
    assert (period.starts, period.ends) == (utc(starts), utc(ends))
    assert period_at(period.ends, months, BERLIN).starts == period.ends


@given(INSTANTS, LENGTHS, st.sampled_from(ZONES))
def test_every_instant_lies_in_one_period(at: datetime, months: int, tz: str) -> None:
    """In the one that is found for it; and periods follow each other without hole or overlap."""
    period = period_at(at, months, tz)
    assert period.starts <= at < period.ends
    assert period_at(period.ends, months, tz).starts == period.ends
    assert period_at(period.starts, months, tz) == period
    assert period_at(period.starts - timedelta(microseconds=1), months, tz).ends == period.starts


@given(INSTANTS, LENGTHS, st.sampled_from(ZONES))
def test_a_period_begins_on_the_first_of_a_month_that_its_length_divides(at: datetime, months: int, tz: str) -> None:
    """On the wall clock of the agreement's zone; so a year holds whole quarters."""
    local = period_at(at, months, tz).starts.astimezone(zone(tz))
    assert (local.day, (local.month - 1) % months) == (1, 0)
    assert local.hour in {0, 1}  # one, where midnight is left out


@pytest.mark.parametrize(
    ("tz", "between", "starts"),
    [
        ("America/Havana", "2026-11-01T00:30-05:00", "2026-11-01T00:00-04:00"),
        ("America/St_Johns", "2009-10-31T23:30-03:30", "2009-11-01T00:00-02:30"),
    ],
)
def test_a_month_begins_with_the_first_of_two_midnights(tz: str, between: str, starts: str) -> None:
    """What follows belongs to it, also where the wall shows the old month once more."""
    assert period_at(utc(between), 1, tz).starts == utc(starts)


def test_only_what_was_decided_counts() -> None:
    """Met over met, tolerated and breached; nothing of other severities, running, excused or cancelled."""
    counts = [("S1", "met", 7), ("S1", "deviation", 2), ("S1", "breached", 1), ("S2", "met", 50)]
    aside = [("S1", outcome, 9) for outcome in ("running", "excused", "cancelled")]
    found = tally(objective(), [*counts, *aside])
    assert (found, found.attainment) == (Tally(7, 10), Fraction(7, 10))


@pytest.mark.parametrize(
    ("met", "of", "judgement"),
    [
        (19, 20, MET),
        (18, 20, DEVIATION),
        (17, 20, BREACH),
        (4, 4, TOO_FEW),
        (0, 4, TOO_FEW),
        (5, 5, MET),
        (0, 5, BREACH),
    ],
)
def test_an_objective_is_judged_at_its_edges(met: int, of: int, judgement: str) -> None:
    """Exactly at the objective it is met; exactly at the breach's edge it is a deviation; too few say nothing."""
    assert judge(objective(), Tally(met, of)) == judgement


def test_a_period_without_a_clock_is_not_judged() -> None:
    """Also where an objective asks for no least number."""
    assert judge(objective(min_sample=0), Tally(0, 0)) == TOO_FEW
    assert Tally(0, 0).attainment is None


@given(st.integers(1, 10_000), st.data())
def test_shares_are_exact(of: int, data: st.DataObject) -> None:
    """A share that is equal to the objective meets it, whatever its digits."""
    met = data.draw(st.integers(0, of))
    exact = objective(objective=Fraction(met, of), breach_below=Fraction(met, of), min_sample=1)
    assert judge(exact, Tally(met, of)) == MET
    assert judge(exact, Tally(met, of + 1)) == (BREACH if met else MET)
