"""Reading what does not count against whoever owes it: spec.exclusions (clock rule 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import Exclusion
from escalation.agreement.sections.maintenance import read_windows
from escalation.agreement.sections.targets import NEVER_PAUSED
from escalation.agreement.text import values
from escalation.agreement.text.fields import distinct, keyed, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.model import Target, Window
    from escalation.agreement.sections.references import References
    from escalation.agreement.spans import Dates, Span
    from escalation.agreement.text.fields import Field, Section

_KEYS = (
    "id",
    "effect",
    "targets",
    "notify_within",
    "claim_within",
    "evidence",
    "authority",
    "max",
    "unless",
    "conditions",
    "windows",
)
_MOST_WINDOWS = 24
"""In a whole agreement: each of them is worked out for every day that a clock runs."""
_EXCUSE = "excuse"
_EFFECTS = ("stop_clock", _EXCUSE)


@dataclass(frozen=True, slots=True)
class ExclusionContext:
    """What exclusions refer to; no targets: they could not be read. `unpausable` are those that nothing may pause."""

    known: References
    targets: Mapping[str, Target]
    unpausable: Collection[str]


def read_exclusions(field: Field, context: ExclusionContext) -> dict[str, Exclusion]:
    """spec.exclusions."""
    items = field.items()
    listed = [item.entry("windows").value for item in items]
    windows = sum(len(each) for each in listed if isinstance(each, list))
    if windows > _MOST_WINDOWS:
        field.mistake(f"{windows} windows in all", f"at most {_MOST_WINDOWS} are read; one rule can name several days")
        return {}
    return keyed(items, lambda item: _exclusion(item, context), "id")


def _exclusion(field: Field, context: ExclusionContext) -> Exclusion:
    entry = field.section(_KEYS)
    known = context.known
    effect = values.one_of(entry.need("effect"), _EFFECTS)
    conditions = entry.get("conditions", {}).section(("notice", "max_per_month", "services"))
    windows = read_windows(entry.get("windows"), known.tz)
    _check_decided(entry, conditions, effect)
    return Exclusion(
        id=values.name(entry.need("id")),
        excuses=effect == _EXCUSE,
        targets=_targets(entry, effect, context),
        notify_within=_span(entry.get("notify_within")),
        claim_within=_span(entry.get("claim_within")),
        evidence=values.name(entry.get("evidence")) or None,
        authority=known.body(entry.get("authority")) or None,
        longest=_span(entry.get("max")),
        unless_supplier_of=_supplier(entry.get("unless"), known),
        services=tuple(
            values.refer(item, known.services, "service") for item in distinct(conditions.get("services").one_or_many())
        ),
        announced=_dates(conditions.get("notice")),
        max_per_month=_longest(conditions.get("max_per_month"), windows),
        windows=windows,
    )


def _check_decided(entry: Section, conditions: Section, effect: str) -> None:
    """Either a body grants it, or its windows do; and what concerns windows has some."""
    windows = entry.get("windows")
    if isinstance(entry.field.value, dict) and not windows.given and not entry.get("authority").given:
        entry.field.mistake("nobody grants it", "add `authority: BODY`, or windows at which it holds by itself")
    if windows.given and effect == _EXCUSE:
        windows.mistake("windows take time out of clocks", "write `effect: stop_clock`, or remove them")
    for key in ("notice", "max_per_month"):
        if conditions.get(key).given and not windows.given:
            conditions.get(key).mistake("there are no windows that it could limit", "add `windows`, or remove it")
    if entry.get("notify_within").given and entry.get("claim_within").given:
        entry.get("claim_within").mistake(
            "there is `notify_within` too", "keep one of them: both end the time to claim"
        )


def _targets(entry: Section, effect: str, context: ExclusionContext) -> tuple[str, ...]:
    """The clocks that it names; what stops clocks must name them, and each must be one that can be paused."""
    listed = entry.get("targets")
    if effect and effect != _EXCUSE and not listed.given and isinstance(entry.field.value, dict):
        entry.need("targets")
    if listed.value == []:
        listed.mistake("an empty list", "name at least one target")
    names = []
    for item in distinct(listed.one_or_many()):
        name = values.refer(item, context.targets or None, "target")
        if effect and effect != _EXCUSE and name in context.unpausable:
            possible = "" if name in NEVER_PAUSED else ", or list under its `pausable` what may pause it"
            item.mistake(f"{show(name)} cannot be paused, so not stopped (clock rule 14)", f"remove it here{possible}")
        names.append(name)
    return tuple(names)


def _supplier(field: Field, known: References) -> str | None:
    return known.addressees.party(field.section(("supplier_of",)).need("supplier_of")) if field.given else None


def _longest(field: Field, windows: Collection[Window]) -> int | None:
    if not field.given:
        return None
    most = values.duration(field)
    shortest = min((window.duration for window in windows), default=0)
    if most < shortest:
        field.mistake("shorter than each of the windows", "make it longer, or the windows shorter")
    return most


def _span(field: Field) -> Span | None:
    return values.span(field) if field.given else None


def _dates(field: Field) -> Dates | None:
    return values.dates(field) if field.given else None
