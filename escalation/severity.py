"""How bad an incident is: impact and urgency through a matrix, then its floors (agreement field spec.severity)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


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


@dataclass(frozen=True, slots=True)
class Classification:
    """A severity, and the rule of the agreement that it follows from."""

    severity: str
    because: str


def classify(  # noqa: PLR0913  (each is a fact that the agreement may ask for)
    rules: SeverityRules,
    *,
    impact: str,
    urgency: str,
    flags: Collection[str] = (),
    service_tier: str | None = None,
    users_affected_pct: int | None = None,
) -> Classification:
    """The severity by the matrix, or by the worst floor that holds if that is worse.

    Raises:
        InvalidField: An impact or urgency the agreement does not know, or a percentage outside 0 to 100.
    """
    _known("impact", impact, rules.impact)
    _known("urgency", urgency, rules.urgency)
    if users_affected_pct is not None and not 0 <= users_affected_pct <= 100:  # noqa: PLR2004  (a percentage)
        raise InvalidField(
            "users_affected_pct", f"{users_affected_pct} is not a percentage. Use a number from 0 to 100."
        )
    found = Classification(rules.matrix[impact, urgency], f"impact {impact}, urgency {urgency}")
    for floor in rules.floors:
        if floor.holds(flags, service_tier, users_affected_pct) and worse(rules, floor.at_least, found.severity):
            found = Classification(floor.at_least, f"{floor}: at least {floor.at_least}")
    return found


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
