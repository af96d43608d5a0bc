"""How what was missed is judged under the worked example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from escalation.performance.periods import Tally, judge, period_at, tally
from escalation.performance.repetition import Deviation, repeated
from tests.support.example_agreement import example_agreement
from tests.support.example_incident import HOUR, Exemplary

if TYPE_CHECKING:
    from escalation.agreement.model import Objective

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def objective(name: str) -> Objective:
    """Give an objective by its id."""
    return {each.id: each for each in example_agreement().tolerance.per_period}[name]


@pytest.mark.parametrize(
    ("name", "met", "of", "expected"),
    [
        ("s1-resolve", 19, 20, "met"),
        ("s1-resolve", 94, 100, "deviation"),
        ("s1-resolve", 90, 100, "deviation"),
        ("s1-resolve", 89, 100, "breach"),
        ("s1-resolve", 4, 4, "too_few"),
        ("s1-resolve", 5, 5, "met"),
        ("s3-resolve", 9, 10, "met"),
        ("s3-resolve", 89, 100, "deviation"),
        ("s3-resolve", 85, 100, "deviation"),
        ("s3-resolve", 84, 100, "breach"),
        ("s3-resolve", 9, 9, "too_few"),
    ],
)
def test_a_period_is_judged_by_its_share(name: str, met: int, of: int, expected: str) -> None:
    """At the objective it is met, down to the other bound a deviation; too few clocks say nothing."""
    assert judge(objective(name), Tally(met, of)) == expected


def test_an_objective_counts_its_severities() -> None:
    """S1 by itself; S3 and S4 together."""
    counts = [(severity, "met", 10**place) for place, severity in enumerate(("S1", "S2", "S3", "S4"))]
    assert tally(objective("s1-resolve"), counts) == Tally(1, 1)
    assert tally(objective("s3-resolve"), counts) == Tally(1100, 1100)
    assert [each.target for each in example_agreement().tolerance.per_period] == ["resolve", "resolve"]


@pytest.mark.parametrize(
    ("name", "starts", "ends"),
    [("s1-resolve", "2026-02-28T23", "2026-03-31T22"), ("s3-resolve", "2025-12-31T23", "2026-03-31T22")],
)
def test_periods(name: str, starts: str, ends: str) -> None:
    """A month, and a quarter, in Berlin."""
    found = period_at(NOON, objective(name).months, example_agreement().tz)
    assert (f"{found.starts:%Y-%m-%dT%H}", f"{found.ends:%Y-%m-%dT%H}") == (starts, ends)


def deviation(clock: str, days: int) -> Deviation:
    """Give a deviation some days after noon."""
    return Deviation(f"incident-{clock}-{days}", clock, 1, NOON + timedelta(days=days))


def test_the_third_deviation_of_a_target_within_three_months_is_a_breach() -> None:
    """Two are tolerated; those of other targets, and older ones, do not count."""
    rule = example_agreement().tolerance.turns_into_breach
    assert rule is not None
    tz = example_agreement().tz
    this = deviation("resolve", 92)  # 2 June: the last local date of three months from 2 March
    others = [deviation("resolve", 0), deviation("resolve", 1)]
    assert repeated(rule, this, others, tz) == others
    assert repeated(rule, this, others[:1], tz) is None
    assert repeated(rule, this, [*others[:1], deviation("workaround", 1)], tz) is None
    assert repeated(rule, deviation("resolve", 93), others, tz) is None


MINUTE = 60
BREACHED = ["running", "breached", "running", "breached"]
LATE = [
    ("S1", "acknowledge", 15 * MINUTE, 5 * MINUTE),
    ("S3", "acknowledge", 4 * HOUR, 5 * MINUTE),
    ("S2", "workaround", 8 * HOUR, 48 * MINUTE),
    ("S2", "resolve", 24 * HOUR, 144 * MINUTE),
    ("S1", "workaround", 4 * HOUR, 0),
    ("S1", "resolve", 8 * HOUR, 0),
    ("S2", "respond", HOUR, 0),
]


@pytest.mark.parametrize(("severity", "clock", "target", "tolerated"), LATE)
def test_a_miss_within_what_is_tolerated_is_a_deviation(severity: str, clock: str, target: int, tolerated: int) -> None:
    """Five minutes of any acknowledgement, a tenth of an S2's workaround and resolution, nothing of an S1's."""
    incident = Exemplary(severity)
    states = [incident.state(clock, target + late) for late in (0, 1, tolerated, tolerated + 1)]
    assert states == (["running", "deviation", "deviation", "breached"] if tolerated else BREACHED)


def test_an_s1_that_was_lowered_is_still_judged_as_an_s1() -> None:
    """A milder severity at the end does not make a miss smaller."""
    incident = Exemplary("S1")
    incident.severity(HOUR, "S2")
    assert incident.state("resolve", 24 * HOUR + 1) == "breached"
