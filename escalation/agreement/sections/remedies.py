"""Checking what a breach costs: spec.remedies. It stays in the document alone: no credits are computed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.sections.credits import read_credits
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, Section, distinct, show

if TYPE_CHECKING:
    from collections.abc import Collection

    from escalation.agreement.sections.credits import Breachable
    from escalation.agreement.sections.references import References

_KEYS = ("basis", "credits", "caps", "claim", "earn_back", "bonuses", "termination_right", "sole_remedy")
_MOST = 1000


class RemedyContext(NamedTuple):
    """What remedies refer to."""

    known: References
    breachable: Breachable


def check_remedies(field: Field, context: RemedyContext) -> None:
    """Check spec.remedies, if there are any."""
    if not field.given:
        return
    section = field.section(_KEYS)
    _check_basis(section.need("basis"))
    credited = read_credits(section.need("credits"), context.breachable)
    _check_caps(section.get("caps", {}).section(("per_interval_pct", "per_year_pct", "order", "double_recovery")))
    if section.get("claim").given:
        _check_claim(section.get("claim"), context.known)
    if section.get("earn_back").given:
        _check_earn_back(section.get("earn_back"), credited)
    for bonus in section.get("bonuses", []).items():
        _check_bonus(bonus, context.breachable)
    if section.get("termination_right").given:
        _check_termination(section.get("termination_right"), context.breachable)
    values.truth(section.get("sole_remedy"), default=False)


def _check_basis(field: Field) -> None:
    """Of which amount credits are a percentage, per what, and in which interval."""
    entry = field.section(("amount", "per", "interval", "tz"))
    values.name(entry.need("amount"))
    values.one_of(entry.get("per", "agreement"), ("service", "agreement"))
    values.dates(entry.need("interval"))
    values.zone(entry.get("tz"), "UTC")


def _check_caps(entry: Section) -> None:
    for key in ("per_interval_pct", "per_year_pct"):
        values.points(entry.get(key))
    values.one_of(entry.get("order"), ("highest_first", "oldest_first"))
    values.truth(entry.get("double_recovery"), default=False)


def _check_claim(field: Field, known: References) -> None:
    entry = field.section(("by", "within", "automatic"))
    known.addressees.party(entry.need("by"))
    values.dates(entry.need("within"))
    values.truth(entry.get("automatic"), default=False)


def _check_earn_back(field: Field, credited: Collection[str] | None) -> None:
    """How a credit is given back: for objectives that have one."""
    entry = field.section(("for", "if", "returns_pct", "lapses_after"))
    objectives = entry.need("for")
    if objectives.value == []:
        objectives.mistake("nothing is earned back", "name an objective that has a credit, or remove `earn_back`")
    for item in distinct(objectives.items()):
        values.refer(item, credited, "credit for an objective")
    condition = entry.need("if").section(("objective_met_for", "consecutive"))
    values.whole(condition.need("objective_met_for"), 1, _MOST)
    values.dates(condition.need("consecutive"))
    values.points(entry.need("returns_pct"))
    if entry.get("lapses_after").given:
        values.dates(entry.get("lapses_after"))


def _check_bonus(field: Field, breachable: Breachable) -> None:
    entry = field.section(("for", "at_or_above", "consecutive", "bonus_pct", "cap_per_year_pct"))
    objective = breachable.objective(entry.need("for"))
    share = entry.need("at_or_above")
    reached = values.fraction(share)
    promised = breachable.promised.get(objective)
    if promised is not None and share.given and 0 < reached < promised:
        share.mistake(f"{show(share.value)} is less than was promised", f"write {float(promised)} or more")
    values.whole(entry.need("consecutive"), 1, _MOST)
    values.points(entry.need("bonus_pct"))
    values.points(entry.get("cap_per_year_pct"))


def _check_termination(field: Field, breachable: Breachable) -> None:
    """After how many breaches of one thing, within which time, the agreement may be ended, and until when."""
    entry = field.section(("breaches", "of", "within", "exercise_within"))
    values.whole(entry.need("breaches"), 1, _MOST)
    breachable.anything(entry.need("of"))
    values.dates(entry.need("within"))
    values.dates(entry.need("exercise_within"))
