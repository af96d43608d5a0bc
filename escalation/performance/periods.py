"""Periods: which share of a target's clocks was met in a calendar period, and what that makes of it. Pure.

Source: spec.tolerance.per_period. Periods are whole months in the agreement's zone: quarters begin in January, April,
July and October, years in January. A clock belongs to the period in which it was decided: when it was met, or at the
last instant at which it still was. It counts under the severity that it is judged at (clocks/judged.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from escalation.calendars.local_days import instant
from escalation.calendars.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalation.agreement.model import Objective

MET, DEVIATION, BREACH, TOO_FEW = "met", "deviation", "breach", "too_few"
"""What is made of a period. A deviation is below the objective, but not so far below that it is a breach."""

COUNTED = ("met", "deviation", "breached")
"""The outcomes of clocks that count. A deviation was tolerated, but not met. Excused and cancelled clocks count not."""

_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant up to, and without, another."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many clocks were met, of how many."""

    met: int
    of: int

    @property
    def attainment(self) -> Fraction | None:
        """The share that was met; None where there was no clock."""
        return Fraction(self.met, self.of) if self.of else None


def period_at(at: datetime, months: int, tz: str) -> Period:
    """Give the period of so many months that an instant lies in. OverflowError: it ends after the year 9999."""
    day = at.astimezone(zone(tz)).date()
    number = (day.year * _MONTHS_A_YEAR + day.month - 1) // months
    ends = _first_of(number * months + months, tz)
    if at >= ends:  # a midnight that passes twice: the month begins with the first (clock rule 9)
        number, ends = number + 1, _first_of((number + 2) * months, tz)
    return Period(_first_of(number * months, tz), ends)


def tally(objective: Objective, counts: Iterable[tuple[str, str, int]]) -> Tally:
    """Count what an objective asks of, among its target's clocks of one period.

    `counts` has how many clocks of a severity came to an outcome: `("S1", "met", 12)`.
    """
    found = {MET: 0, "of": 0}
    for severity, outcome, runs in counts:
        if severity in objective.severities and outcome in COUNTED:
            found["of"] += runs
            found[MET] += runs if outcome == MET else 0
    return Tally(found[MET], found["of"])


def judge(objective: Objective, found: Tally) -> str:
    """Say what a period comes to: met, deviation, breach, or too few clocks to say."""
    share = found.attainment
    if share is None or found.of < objective.min_sample:
        return TOO_FEW
    if share >= objective.objective:
        return MET
    return BREACH if share < objective.breach_below else DEVIATION


def _first_of(months: int, tz: str) -> datetime:
    """Give the first instant of a month, counted from the year 0."""
    year, month = divmod(months, _MONTHS_A_YEAR)
    return datetime.fromtimestamp(instant(date(year, month + 1, 1), 0, zone(tz)), UTC)
