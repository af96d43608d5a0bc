"""Checking what is credited for what was missed: spec.remedies.credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, Section, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from fractions import Fraction

_PER = ("event", "interval")


class Breachable(NamedTuple):
    """What a remedy may be for; None: that part could not be read, so that no name is called undeclared.

    Attributes:
        objectives: Ids of objectives (spec.tolerance.per_period).
        promised: The share that each of them promises, of those that could be read.
        clocks: Names of targets, and ids of legal notifications.
    """

    objectives: Collection[str] | None
    promised: Mapping[str, Fraction]
    clocks: Collection[str] | None

    def objective(self, field: Field) -> str:
        """Read the id of an objective."""
        return values.refer(field, self.objectives, "objective")

    def clock(self, field: Field) -> str:
        """Read the name of a target or of a legal notification."""
        return values.refer(field, self.clocks, "target or notification")

    def anything(self, field: Field) -> str:
        """Read the name of an objective, a target or a legal notification."""
        unknown = self.objectives is None or self.clocks is None
        known = None if unknown else [*(self.objectives or ()), *(self.clocks or ())]
        return values.refer(field, known, "objective, target or notification")


def read_credits(field: Field, breachable: Breachable) -> Collection[str] | None:
    """Check each credit; give the objectives that have one, or None if that could not be read."""
    if field.value == []:
        field.mistake("no credit", "add one, or remove `remedies`")
    items, seen = field.items(), dict[str, None]()
    for item in items:
        mistakes_before = len(field.findings)
        name = _check_credit(item.section(("for", "tiers", "credit_pct", "per")), breachable)
        if name in seen and len(field.findings) == mistakes_before:
            item.entry("for").mistake(f"{show(item.entry('for').value)} has a credit already", "put both into one")
        seen[name] = None
    return None if not field.given or "" in seen else seen


def _check_credit(entry: Section, breachable: Breachable) -> str:
    """Give the id of the objective that it is for, or `breach_of NAME`."""
    thing = entry.need("for")
    tiers, flat = entry.get("tiers"), entry.get("credit_pct")
    if isinstance(thing.value, dict):
        name = breachable.clock(thing.section(("breach_of",)).need("breach_of"))
        values.one_of(entry.get("per"), _PER)
        if tiers.given:
            tiers.mistake("a single breach has no share to compare with", "write `credit_pct`")
        values.points(entry.need("credit_pct"))
        return f"breach_of {name}" if name else ""
    name = breachable.objective(thing)
    if entry.get("per").given:
        entry.get("per").mistake("an objective is judged once per period", "remove it")
    if tiers.given == flat.given and isinstance(entry.field.value, dict):
        wrong = "both `tiers` and `credit_pct`" if tiers.given else "no credit is named"
        entry.field.mistake(wrong, "write either `tiers` or `credit_pct`")
    values.points(flat)
    if tiers.given:
        _check_tiers(tiers, breachable.promised.get(name))
    return name


def _check_tiers(field: Field, promised: Fraction | None) -> None:
    """From the highest share to the lowest, each with more credit: so no two overlap."""
    if field.value == []:
        field.mistake("no tier", "add {below: 0.90, credit_pct: 5}, or write `credit_pct`")
    last: tuple[Fraction, Fraction] | None = None
    for item in field.items():
        mistakes_before = len(field.findings)
        entry = item.section(("below", "credit_pct"))
        below, credit = values.fraction(entry.need("below")), values.points(entry.need("credit_pct"))
        if len(field.findings) > mistakes_before:
            continue
        if below == 0:
            entry.get("below").mistake("no share is below 0", "write a share above 0, such as 0.90")
        elif promised is not None and below > promised:
            wrong = f"{show(entry.get('below').value)} is above the objective, which is then met"
            entry.get("below").mistake(wrong, f"write {float(promised)} or less")
        if last is not None and below >= last[0]:
            wrong = f"overlaps the tier before it, which is below {float(last[0])}"
            entry.get("below").mistake(wrong, "list the shares from high to low, each once")
        elif last is not None and credit <= last[1]:
            wrong = f"not more than the {float(last[1]):g} of the tier before it, which is missed by less"
            entry.get("credit_pct").mistake(wrong, "let the credit grow with what is missed")
        last = (below, credit)
