"""Reading spec.targets: one clock each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import Target
from escalation.agreement.sections.clocks import read_warnings
from escalation.agreement.sections.courses import COURSES, read_course
from escalation.agreement.sections.target_spans import check_level, read_spans
from escalation.agreement.text import values
from escalation.agreement.text.fields import distinct, show

if TYPE_CHECKING:
    from collections.abc import Collection

    from escalation.agreement.sections.courses import Course
    from escalation.agreement.sections.references import References
    from escalation.agreement.sections.target_spans import Spans
    from escalation.agreement.text.fields import Field

_MOST = 50
"""Each target is a clock of every incident, so that a document cannot bring any number of them."""
NEVER_PAUSED = ("acknowledge", "respond")
_DEFAULT = "default"
_KEYS = (
    "from",
    "until",
    "repeats",
    "per",
    "duty_of",
    "applies_to",
    "within",
    "by",
    "calendar",
    "pausable",
    "warn_at",
)


@dataclass(frozen=True, slots=True)
class TargetContext:
    """What targets refer to beside what all parts do; None: it could not be read, so nothing is held to it."""

    known: References
    pauses: Collection[str] | None
    warn_at: tuple[int, ...]


def read_targets(field: Field, context: TargetContext) -> dict[str, Target]:
    """spec.targets: at least one."""
    found = field.entries()
    if isinstance(field.value, dict) and not field.value:
        field.mistake("no target", f"add at least one of {', '.join(COURSES)}")
    if len(found) > _MOST:
        field.mistake(f"{len(found)} targets", f"at most {_MOST} are read")
        return {}
    return {name: _target(name, entry, context) for name, entry in found.items()}


def unpausable(field: Field) -> frozenset[str]:
    """The targets that nothing may pause, by what is written; one that could not be read is not among them."""
    found = field.value.items() if isinstance(field.value, dict) else ()
    return frozenset(
        name
        for name, entry in found
        if name in NEVER_PAUSED or (isinstance(entry, dict) and entry.get("pausable", False) in (False, []))
    )


def _target(name: str, field: Field, context: TargetContext) -> Target:
    entry = field.section(_KEYS)
    course = read_course(name, entry)
    spans = read_spans(entry, course, context.known.scale)
    warn_at = entry.get("warn_at")
    return Target(
        name=name,
        starts=course.starts,
        until=course.until,
        within=spans.within,
        by=spans.by,
        calendar=_calendar(entry.need("calendar"), spans, course, context.known),
        pausable=_pausable(name, entry.get("pausable", default=False), context.pauses),
        repeats=course.repeats,
        per_action=course.per_action,
        duty_of=context.known.addressees.party(entry.get("duty_of")) or None,
        warn_at=read_warnings(warn_at) if warn_at.given else context.warn_at,
    )


def _calendar(field: Field, spans: Spans, course: Course, known: References) -> dict[str, str]:
    """The calendar of each severity (or priority) that has the clock."""
    levels = spans.levels
    if not isinstance(field.value, dict):
        found = {_DEFAULT: _counting(field, spans, known)}
        return dict.fromkeys(levels, found[_DEFAULT])
    found = {key: _counting(entry, spans, known) for key, entry in field.entries().items()}
    for key in found.keys() - {_DEFAULT}:
        check_level(field.child(key, key), key, course, known.scale)
    without = [level for level in levels if not {level, _DEFAULT} & found.keys()]
    if without:
        field.mistake(
            f"no calendar for {', '.join(without)}", f"add it, or `{_DEFAULT}: NAME` for all that are not named"
        )
    return {level: found.get(level, found.get(_DEFAULT, "")) for level in levels}


def _counting(field: Field, spans: Spans, known: References) -> str:
    """A calendar; one in which days are counted needs weekdays on which it is open."""
    name = known.calendar(field)
    if spans.by and name in known.idle:
        field.mistake(f"{show(name)} has no business days: its weeks are closed", "name a calendar with weekly hours")
    return name


def _pausable(name: str, field: Field, pauses: Collection[str] | None) -> frozenset[str]:
    if field.value is False or not field.given:
        return frozenset()
    if not isinstance(field.value, list):
        field.mistake(
            f"{show(field.value)} stands here", "write false, or a list of reasons such as [waiting_on_partner]"
        )
        return frozenset()
    if name in NEVER_PAUSED and field.value:
        field.mistake(f"`{name}` can never be paused (clock rule 5)", "write `pausable: false`")
        return frozenset()
    return frozenset(values.refer(item, pauses, "reason to pause") for item in distinct(field.items()))
