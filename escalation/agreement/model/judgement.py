"""How what was missed is judged: deviation or breach, per incident and per period (spec.tolerance)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from escalation.agreement.spans import Dates


@dataclass(frozen=True, slots=True)
class Tolerated:
    """By how much a target may be missed before that is a breach: seconds, or a percentage of the target."""

    targets: frozenset[str]
    seconds: int | None
    percent: int | None
    never_for: frozenset[str]


@dataclass(frozen=True, slots=True)
class Objective:
    """What share of clocks must be met in a calendar period, and below which share that is a breach.

    `months` is the period's length: it begins on the first of a month, local; 12 is a year. `min_sample` is how many
    clocks a period must have to be judged at all.
    """

    id: str
    target: str
    severities: frozenset[str]
    months: int
    objective: Fraction
    breach_below: Fraction
    min_sample: int


@dataclass(frozen=True, slots=True)
class Repetition:
    """How many deviations within which time make the last of them a breach; `same_target`: of one target."""

    deviations: int
    same_target: bool
    within: Dates


@dataclass(frozen=True, slots=True)
class FormalWarning:
    """A formal warning for repeated failure: after so many breaches within a time, to whom it goes."""

    id: str
    breaches: int
    within: Dates
    page: tuple[str, ...]
    notify: tuple[str, ...]


HIGHEST_CONFIRMED, FINAL = "highest_confirmed", "final"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """All that spec.tolerance says; without it each missed target is a breach.

    `judged_at`: by which severity of an incident: the worst that stood undisputed, or the last.
    """

    per_incident: tuple[Tolerated, ...] = ()
    per_period: tuple[Objective, ...] = ()
    turns_into_breach: Repetition | None = None
    warnings: tuple[FormalWarning, ...] = ()
    judged_at: str = HIGHEST_CONFIRMED
