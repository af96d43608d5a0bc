"""Reading what share of clocks must be met in a period: spec.tolerance.per_period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.model import Objective
from escalation.agreement.text import values
from escalation.agreement.text.fields import distinct, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.model import Target
    from escalation.agreement.text.fields import Field, Section

_YEAR = 12
_MOST_SAMPLES = 1_000_000


def read_objective(field: Field, scale: tuple[str, ...], targets: Mapping[str, Target]) -> Objective:
    """One objective; an empty scale and no targets could not be read, so that nothing is held to them."""
    entry = field.section(("id", "target", "severity", "window", "objective", "breach_below", "min_sample"))
    target = values.refer(entry.need("target"), targets or None, "target")
    if target in targets and targets[target].per_action:
        entry.get("target").mistake(f"{show(target)} runs for actions, not for incidents", "name another target")
    objective, below = values.fraction(entry.need("objective")), values.fraction(entry.need("breach_below"))
    if below > objective and entry.get("objective").given:
        entry.get("breach_below").mistake("more than the objective", "write a share that is not above `objective`")
    return Objective(
        id=values.name(entry.need("id")),
        target=target,
        severities=_severities(entry, scale, targets.get(target)),
        months=_months(entry.need("window").section(("calendar",)).need("calendar")),
        objective=objective,
        breach_below=below,
        min_sample=values.whole(entry.get("min_sample", 1), 1, _MOST_SAMPLES),
    )


def _severities(entry: Section, scale: tuple[str, ...], target: Target | None) -> frozenset[str]:
    """Those that are named, or all that have the clock."""
    field = entry.get("severity")
    if not field.given:
        return frozenset(level for level in scale if target is not None and target.applies_to(level))
    if field.value == []:
        field.mistake("an empty list", "name at least one severity")
    found = []
    for item in distinct(field.one_or_many()):
        level = values.refer(item, scale or None, "severity")
        if level and target is not None and (target.within or target.by) and not target.applies_to(level):
            item.mistake(f"there is no {target.name} clock at severity {level}", "name a severity that has it")
        found.append(level)
    return frozenset(found)


def _months(field: Field) -> int:
    """A calendar period of whole months, of which years are made, or that is made of whole years."""
    found = values.dates(field)
    months = found.months
    if found.days or (months and _YEAR % months and months % _YEAR):
        field.mistake(
            f"{show(field.value)} is no calendar period", "write P1M, P2M, P3M, P4M, P6M, or whole years: P1Y"
        )
    return months
