"""The course of each clock: what starts it, what stops it, and whether it repeats. Pure.

Seven clocks are known by name. A target of any other name says its course itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from escalation.agreement.moments import ENDS, STARTS
from escalation.agreement.text import values
from escalation.agreement.text.fields import distinct, fixed, show

if TYPE_CHECKING:
    from escalation.agreement.text.fields import Field, Section

_ACTION = "action"
RESERVED = ("any", "opened", "unacknowledged", "unanswered", "severity_changed", "silent", "default")
"""Names that are no clock's: rungs and calendars have another meaning for them."""
_CLOSED = "action_closed"
_NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Course:
    """From any of some moments until one. `said`: each severity must be spoken of, so that none is forgotten."""

    starts: tuple[str, ...]
    until: str
    repeats: bool = False
    per_action: bool = False
    said: bool = False


COURSES: dict[str, Course] = {
    "acknowledge": Course(("reported",), "acknowledged", said=True),
    "respond": Course(("reported",), "first_qualified_response", said=True),
    "update": Course(("severity_set", "last_update"), "next_update", repeats=True),
    "workaround": Course(("reported",), "workaround_in_place"),
    "resolve": Course(("reported",), "resolved", said=True),
    "review_due": Course(("resolved",), "pir_published"),
    "action_due": Course(("pir_published",), _CLOSED, per_action=True),
}
"""The clocks that have a meaning of their own; their course is fixed, and need not be written."""


def read_course(name: str, entry: Section) -> Course:
    """The course of a target; that of a known clock is fixed."""
    if name in COURSES:
        return _known(COURSES[name], entry)
    meant = _slip(name, entry.get("until"))
    if meant:
        entry.field.mistake(f"unknown key {show(name)}", f"did you mean {show(meant)}?")
        return Course((), "")
    values.name(entry.field.key())
    if name in RESERVED:
        entry.field.mistake(f"{show(name)} is no name of a clock", "choose another: ladders and calendars use this one")
    return _own(entry)


def _known(course: Course, entry: Section) -> Course:
    only = [course.starts[0]] if len(course.starts) == 1 else []
    fixed(entry.get("from"), *only, list(course.starts))
    fixed(entry.get("until"), course.until)
    fixed(entry.get("repeats"), course.repeats)
    per = entry.get("per")
    if course.per_action:
        fixed(per, _ACTION)
    elif per.given:
        per.mistake("this clock runs once for the incident", "remove it: only `action_due` runs per action")
    return course


def _own(entry: Section) -> Course:
    starts, until = entry.need("from"), entry.need("until")
    moments = tuple(values.one_of(item, STARTS) for item in distinct(starts.one_or_many()))
    if starts.value == []:
        starts.mistake("an empty list", f"name a moment: one of {', '.join(STARTS)}")
    end = values.one_of(until, ENDS)
    if end and end in moments:
        until.mistake(f"the clock starts at {show(end)} too", "name another moment that stops it")
    if end == _CLOSED:
        until.mistake("actions have one clock each: action_due", "name another moment, or the target action_due")
    per = entry.get("per")
    if per.given:
        per.mistake("this clock runs once for the incident", "remove it: only `action_due` runs per action")
    return Course(moments, end, repeats=values.truth(entry.get("repeats"), default=False))


def _slip(name: str, until: Field) -> str | None:
    """The known clock that is meant by a name very near to it, unless another course is written beneath."""
    for known, course in COURSES.items():
        near = abs(len(name) - len(known)) <= 1 and SequenceMatcher(None, name, known).ratio() >= _NEAR
        if near and (not until.given or until.value == course.until):
            return known
    return None
