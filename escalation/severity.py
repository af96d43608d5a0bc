"""How bad an incident is: impact and urgency through a matrix, then its floors (agreement field spec.severity)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.errors import InvalidField
from incidents.terms import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from incidents.terms import Assessment


@dataclass(frozen=True, slots=True)
class Floor:
    """A rule that can only make a severity worse; all of its conditions must hold, None is no condition.

    Attributes:
        at_least: The severity that it demands.
        flag: A flag that the incident carries.
        service_tier: The tier of the affected service.
        users_affected_pct: Percent of the users affected, from which on it holds.
    """

    at_least: str
    flag: str | None = None
    service_tier: str | None = None
    users_affected_pct: int | None = None

    def holds(self, flags: Collection[str], service_tier: str | None, users_affected_pct: int | None) -> bool:
        """Whether every condition holds; what is not known of the incident fulfils none."""
        return (
            (self.flag is None or self.flag in flags)
            and (self.service_tier is None or self.service_tier == service_tier)
            and (
                self.users_affected_pct is None
                or (users_affected_pct is not None and users_affected_pct >= self.users_affected_pct)
            )
        )

    def __str__(self) -> str:
        """The conditions in words."""
        said = [f"flag {self.flag}"] if self.flag is not None else []
        said += [f"service tier {self.service_tier}"] if self.service_tier is not None else []
        said += (
            [f"at least {self.users_affected_pct}% of users affected"] if self.users_affected_pct is not None else []
        )
        return " and ".join(said)


@dataclass(frozen=True, slots=True)
class SeverityRules:
    """What an agreement says about severity.

    Attributes:
        scale: Every severity, the worst first.
        impact: The impacts that may be stated.
        urgency: The urgencies that may be stated.
        matrix: The severity of each (impact, urgency).
        floors: Rules that make it worse.
    """

    scale: tuple[str, ...]
    impact: tuple[str, ...]
    urgency: tuple[str, ...]
    matrix: Mapping[tuple[str, str], str]
    floors: tuple[Floor, ...] = ()


def classify(rules: SeverityRules, assessment: Assessment, service_tier: str | None = None) -> Verdict:
    """The severity by the matrix, or as given; made worse by the worst floor that holds.

    Raises:
        InvalidField: An impact, urgency or severity the agreement does not know, or a percentage outside 0 to 100.
    """
    percentage = assessment.users_affected_pct
    if percentage is not None and not 0 <= percentage <= 100:  # noqa: PLR2004  (a percentage)
        raise InvalidField("users_affected_pct", f"{percentage} is not a percentage. Use a number from 0 to 100.")
    found = _stated(rules, assessment)
    for floor in rules.floors:
        if floor.holds(assessment.flags, service_tier, percentage) and worse(rules, floor.at_least, found.severity):
            found = Verdict(floor.at_least, f"{floor}: at least {floor.at_least}")
    return found


def _stated(rules: SeverityRules, assessment: Assessment) -> Verdict:
    """What the statement alone gives, before any floor."""
    if assessment.severity is not None:
        _known("severity", assessment.severity, rules.scale)
        return Verdict(assessment.severity, "severity as given")
    impact, urgency = assessment.impact or "", assessment.urgency or ""
    _known("impact", impact, rules.impact)
    _known("urgency", urgency, rules.urgency)
    return Verdict(rules.matrix[impact, urgency], f"impact {impact}, urgency {urgency}")


def worse(rules: SeverityRules, a: str, b: str) -> bool:
    """Whether severity `a` is worse than `b`.

    Raises:
        InvalidField: One of them is not on the agreement's scale.
    """
    for severity in (a, b):
        _known("severity", severity, rules.scale)
    return rules.scale.index(a) < rules.scale.index(b)


def _known(field: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InvalidField(field, f"The agreement knows no {field} '{value}'. Use one of: {', '.join(allowed)}.")
