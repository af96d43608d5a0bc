"""Reading how long a target is, and for which severities or priorities: `applies_to`, and `within` or `by`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, distinct, fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from escalation.agreement.sections.courses import Course
    from escalation.agreement.text.fields import Section

PRIORITIES = ("high", "medium", "low")
"""What the priorities of corrective actions are called, where a target does not name its own."""
_MOST_DAYS = 1000
_CLOSE = "close_of_business"


@dataclass(frozen=True, slots=True)
class Spans:
    """Seconds (`within`) or business days (`by`) per severity or priority; one of them is empty."""

    within: dict[str, int]
    by: dict[str, int]

    @property
    def levels(self) -> tuple[str, ...]:
        """The severities or priorities that have the clock."""
        return (*self.within, *self.by)


def read_spans(entry: Section, course: Course, scale: tuple[str, ...]) -> Spans:
    """Exactly one of `within` and `by`, for each severity in question."""
    within, by = entry.get("within"), entry.get("by")
    levels = _Levels.of(entry.get("applies_to"), course, scale)
    if by.given and not within.given:
        rule = by.section(("business_days", "at"))
        fixed(rule.get("at"), _CLOSE)
        return Spans({}, levels.read(rule.need("business_days"), _business_days, "3"))
    if by.given:
        by.mistake("there is `within` too", "keep one of them")
    if not within.given and isinstance(entry.field.value, dict):
        entry.need("within")
    return Spans(levels.read(within, values.duration, "PT…"), {})


def check_level(field: Field, level: str, course: Course, scale: Collection[str]) -> None:
    """Hold a key to the severities; priorities are what the agreement says they are."""
    if course.per_action:
        values.name(field.key())
    elif scale and level not in scale:
        field.undeclared("severity", level, scale)


@dataclass(frozen=True, slots=True)
class _Levels:
    """The severities (or priorities) of a target.

    Attributes:
        applies_to: Those that the target names; None: it names none.
        said: Those of which something must be said, if it is only that they have no such clock.
        every: Those that a single value serves.
    """

    course: Course
    scale: tuple[str, ...]
    applies_to: tuple[str, ...] | None
    said: tuple[str, ...]
    every: tuple[str, ...]

    @classmethod
    def of(cls, field: Field, course: Course, scale: tuple[str, ...]) -> _Levels:
        every = PRIORITIES if course.per_action else scale
        if not field.given:
            return cls(course, scale, None, scale if course.said else (), every)
        if course.per_action:
            field.mistake("this clock runs for actions, not for severities", "remove it")
            return cls(course, scale, None, (), every)
        named = tuple(values.refer(item, scale or None, "severity") for item in distinct(field.items()))
        if field.value == []:
            field.mistake("an empty list", "name the severities that have this clock, or remove the target")
        readable = isinstance(field.value, list) and "" not in named
        return cls(course, scale, named if readable else None, named, named)

    def read(self, field: Field, one: Callable[[Field], int], example: str) -> dict[str, int]:
        """A single value, or one per level. Nothing (`S4: null`) says that there is no such clock."""
        if not isinstance(field.value, dict):
            return dict.fromkeys(self.every, one(field)) if field.given else {}
        found = field.entries()
        for level in found:
            self._check(found[level], level)
        unsaid = [level for level in self.said if level and level not in found]
        if unsaid:
            right = f"add `{unsaid[0]}: {example}`"
            nothing = "" if self.applies_to else f", or `{unsaid[0]}: null` if it has no such target"
            field.mistake(f"nothing is said about {', '.join(unsaid)}", right + nothing)
        if field.value == {} and not unsaid:
            field.mistake("it applies to nothing", f"add `{(*self.every, 'S1')[0]}: {example}`")
        return {level: one(entry) for level, entry in found.items() if entry.value is not None}

    def _check(self, field: Field, level: str) -> None:
        check_level(field, level, self.course, self.scale)
        if self.applies_to is None or (self.scale and level not in self.scale):
            return
        if level not in self.applies_to:
            field.mistake(f"the target does not apply to {level}", "add it to `applies_to`, or remove it here")
        elif field.value is None:
            field.mistake(f"the target applies to {level}", "say how long it is, or take it out of `applies_to`")


def _business_days(field: Field) -> int:
    return values.whole(field, 1, _MOST_DAYS)
