"""Reading spec.severity: the scale, the matrix and its floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.text import values
from escalation.agreement.text.fields import distinct, show
from escalation.severity import Floor, SeverityRules

if TYPE_CHECKING:
    from collections.abc import Collection

    from escalation.agreement.text.fields import Field, Section

RESERVED = {
    "default": "it stands for all not named",
    "legal": "the ladder of legal clocks has it",
    "claims": "the ladder of claims has it",
    "asked": "the ladder of whoever was asked by hand has it",
    "parties": "among ladders it begins those of the parties",
    "exhausted": "among ladders it says what follows them",
    "acknowledgement": "among ladders it says how long one holds",
    "quiet_hours": "among ladders it says when they wait",
}
"""Names that are no severity's, each with why: a severity's ladder is called like it, on record and in deliveries."""
SEVERITY = ("scale", "impact", "urgency", "matrix", "floors", "set_by", "dispute", "downgrade")


def read_severity(section: Section, tiers: Collection[str] | None) -> SeverityRules:
    """How bad an incident is; a floor may name the tiers that services have (None: they could not be read)."""
    scale, impact, urgency = (_words(section.need(key)) for key in ("scale", "impact", "urgency"))
    for name in scale:
        if name in RESERVED:
            section.get("scale").mistake(f"{show(name)} is no severity", f"choose another name: {RESERVED[name]}")
    floors = section.get("floors", []).items()
    return SeverityRules(
        scale=scale,
        impact=impact,
        urgency=urgency,
        matrix=_matrix(section.need("matrix"), impact, urgency, scale),
        floors=tuple(_floor(floor, scale, tiers) for floor in floors),
    )


def _words(field: Field) -> tuple[str, ...]:
    items = field.items()
    if isinstance(field.value, list) and not items:
        field.mistake("an empty list", "name at least one")
    return tuple(values.name(item) for item in distinct(items))


def severity(field: Field, scale: Collection[str]) -> str:
    """A severity of the scale; if there is no readable scale, any."""
    return values.refer(field, scale or None, "severity")


def _matrix(
    field: Field, impact: tuple[str, ...], urgency: tuple[str, ...], scale: tuple[str, ...]
) -> dict[tuple[str, str], str]:
    """Each impact's row must have each urgency: a hole would leave an incident without a severity."""
    matrix: dict[tuple[str, str], str] = {}
    for row, entries in _rows(field, impact, "impact").items():
        for column, entry in _rows(entries, urgency, "urgency").items():
            matrix[row, column] = severity(entry, scale)
    return matrix


def _rows(field: Field, names: tuple[str, ...], what: str) -> dict[str, Field]:
    """One entry for each name; holes and strangers are mistakes."""
    found = field.entries()
    for key in found:
        if names and key not in names:
            found[key].undeclared(what, key, names)
    if isinstance(field.value, dict):
        for name in names:
            if name and name not in found:
                field.child(name, None).mistake(
                    f"the matrix has a hole: no entry for {what} {show(name)}", f"add `{name}`"
                )
    return found


def _floor(field: Field, scale: Collection[str], tiers: Collection[str] | None) -> Floor:
    entry = field.section(("when", "at_least"))
    when = entry.need("when").section(("flag", "service_tier", "users_affected_pct"))
    if isinstance(when.field.value, dict) and not when.field.value:
        when.field.mistake("no condition", "write {flag: NAME}, service_tier or users_affected_pct")
    share = when.get("users_affected_pct")
    return Floor(
        at_least=severity(entry.need("at_least"), scale),
        flag=values.name(when.get("flag")) or None,
        service_tier=values.refer(when.get("service_tier"), tiers, "service tier") or None,
        users_affected_pct=values.whole(share.section(("gte",)).need("gte"), 1, 100) if share.given else None,
    )
