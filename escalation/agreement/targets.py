"""Reading spec.targets: one clock each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement import values
from escalation.agreement.clocks import read_warnings
from escalation.agreement.fields import Field, distinct, fixed, show
from escalation.agreement.model import Target

if TYPE_CHECKING:
    from collections.abc import Collection

COURSES: dict[str, tuple[tuple[str, ...], str]] = {
    "acknowledge": (("reported",), "acknowledged"),
    "respond": (("reported",), "first_qualified_response"),
    "update": (("severity_set", "last_update"), "next_update"),
    "resolve": (("reported",), "resolved"),
}
"""The clocks that the engine knows: what starts each, and what stops it."""
_REPEATING = "update"
_NEVER_PAUSED = ("acknowledge", "respond")
_DEFAULT = "default"
_KEYS = ("from", "until", "repeats", "pausable", "within", "calendar", "warn_at")
_LATER_TARGETS = {
    "workaround": "remove it: mitigating stops no clock yet",
    "review_due": "remove it: reviews have no clock yet",
    "action_due": "remove it: corrective actions have no clock yet",
}
_LATER_KEYS = {
    "by": "write `within: PT…`: business days are not counted yet",
    "applies_to": "leave the severity out of `within`",
    "per": "remove it: a clock runs per incident",
}


@dataclass(frozen=True, slots=True)
class TargetContext:
    """What targets refer to; None or an empty scale: it could not be read, so nothing is held to it."""

    scale: tuple[str, ...]
    calendars: Collection[str] | None
    pauses: Collection[str] | None
    warn_at: tuple[int, ...]


def read_targets(field: Field, context: TargetContext) -> dict[str, Target]:
    """spec.targets: at least one."""
    section = field.section(tuple(COURSES), _LATER_TARGETS)
    if isinstance(field.value, dict) and not field.value:
        field.mistake("no target", f"add at least one of {', '.join(COURSES)}")
    return {name: _target(name, entry, context) for name, entry in section.found.items()}


def _target(name: str, field: Field, context: TargetContext) -> Target:
    entry = field.section(_KEYS, _LATER_KEYS)
    starts, until = COURSES[name]
    fixed(entry.get("from"), *([starts[0]] if len(starts) == 1 else []), list(starts))
    fixed(entry.get("until"), until)
    fixed(entry.get("repeats"), name == _REPEATING)
    within = _within(entry.need("within"), context.scale, complete=name != _REPEATING)
    warn_at = entry.get("warn_at")
    return Target(
        name=name,
        starts=starts,
        until=until,
        within=within,
        calendar=_calendar(entry.need("calendar"), within, context),
        pausable=_pausable(name, entry.get("pausable", default=False), context.pauses),
        repeats=name == _REPEATING,
        warn_at=read_warnings(warn_at) if warn_at.given else context.warn_at,
    )


def _within(field: Field, scale: tuple[str, ...], *, complete: bool) -> dict[str, int]:
    """Seconds per severity. Nothing (`S4: null`) says that there is no such clock; silence says so only for updates."""
    if not isinstance(field.value, dict):
        return dict.fromkeys(scale, values.duration(field)) if field.given else {}
    found = field.entries()
    for severity in found:
        _on_scale(found[severity], severity, scale)
    unsaid = [severity for severity in scale if severity and severity not in found]
    if complete and unsaid:
        right = f"add `{unsaid[0]}: PT…`, or `{unsaid[0]}: null` if it has no such target"
        field.mistake(f"nothing is said about {', '.join(unsaid)}", right)
    return {severity: values.duration(entry) for severity, entry in found.items() if entry.value is not None}


def _calendar(field: Field, within: Collection[str], context: TargetContext) -> dict[str, str]:
    """The calendar of each severity that has the clock."""
    if not isinstance(field.value, dict):
        return dict.fromkeys(within, values.refer(field, context.calendars, "calendar"))
    found = {key: values.refer(entry, context.calendars, "calendar") for key, entry in field.entries().items()}
    for key in found.keys() - {_DEFAULT}:
        _on_scale(field.child(key, key), key, context.scale)
    without = [severity for severity in context.scale if severity in within and not {severity, _DEFAULT} & found.keys()]
    if without:
        field.mistake(
            f"no calendar for {', '.join(without)}", f"add it, or `{_DEFAULT}: NAME` for all that are not named"
        )
    return {severity: found.get(severity, found.get(_DEFAULT, "")) for severity in within}


def _on_scale(field: Field, severity: str, scale: Collection[str]) -> None:
    if scale and severity not in scale:
        field.undeclared("severity", severity, scale)


def _pausable(name: str, field: Field, pauses: Collection[str] | None) -> frozenset[str]:
    if field.value is False or not field.given:
        return frozenset()
    if not isinstance(field.value, list):
        field.mistake(
            f"{show(field.value)} stands here", "write false, or a list of reasons such as [waiting_on_partner]"
        )
        return frozenset()
    if name in _NEVER_PAUSED and field.value:
        field.mistake(f"`{name}` can never be paused (clock rule 5)", "write `pausable: false`")
        return frozenset()
    return frozenset(values.refer(item, pauses, "reason to pause") for item in distinct(field.items()))
