"""Reading what a rung hangs on: a moment such as `opened`, a time without an answer, or a clock's share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.model.ladders import ANY, OPENED, SEVERITY_CHANGED, SILENT, UNACKNOWLEDGED, UNANSWERED
from escalation.agreement.text import values
from escalation.agreement.text.fields import show

if TYPE_CHECKING:
    from escalation.agreement.sections.ladder_context import Served
    from escalation.agreement.text.fields import Field, Section

_WORDS = (OPENED, UNANSWERED, SEVERITY_CHANGED)
_SILENT_FOR = "silent_for"
_HANGS_ON = ("clock", UNACKNOWLEDGED, _SILENT_FOR)
_MOST_PERCENT = 1000
_WHOLE = 100


class Moment(NamedTuple):
    """What a rung hangs on, as the model has it; `when` empty: it could not be read."""

    when: str
    percent: int | None = None
    after: int = 0


UNREAD = Moment("")


def read_moment(field: Field, ladder: Served) -> Moment:
    """spec.ladders.NAME[].when."""
    if isinstance(field.value, dict):
        return _mapped(field.section((*_HANGS_ON, "at")), ladder)
    if field.value in _WORDS:
        return Moment(str(field.value))
    if field.value in (UNACKNOWLEDGED, _SILENT_FOR):
        field.mistake(f"{show(field.value)} needs a time", f"write {{{field.value}: PT30M}}")
    elif field.given:
        choices = f"write {', '.join(_WORDS)}, {{{UNACKNOWLEDGED}: PT30M}}, {{{_SILENT_FOR}: PT10M}}"
        right = field.near(str(field.value), _WORDS) or f"{choices} or {{clock: NAME, at: 50%}}"
        field.mistake(f"{show(field.value)} is no moment", right)
    return UNREAD


def _mapped(entry: Section, ladder: Served) -> Moment:
    said = [key for key in _HANGS_ON if key in entry.found]
    if len(said) > 1:
        entry.field.mistake(f"a rung hangs on one thing, not on {' and '.join(said)}", "make two rungs of it")
        return UNREAD
    if not said and "at" not in entry.found:
        if not entry.field.value:
            entry.field.mistake("this rung hangs on nothing", "write {clock: NAME, at: 50%}, or when: opened")
        return UNREAD
    if said in ([], ["clock"]):
        return _clock(entry, ladder)
    at = entry.get("at")
    if at.given:
        at.mistake(f"`{said[0]}` has no share of a target", "remove it")
    after = values.duration(entry.get(said[0]))
    if said == [UNACKNOWLEDGED]:
        return Moment(UNACKNOWLEDGED, after=after)
    _check_reached(entry.get(_SILENT_FOR), SILENT, "clock that repeats", ladder)
    return Moment(SILENT, _WHOLE, after)


def _clock(entry: Section, ladder: Served) -> Moment:
    """The clock must exist at a severity of this ladder."""
    clock = entry.need("clock")
    when = values.name(clock)
    percent = values.percent(entry.need("at"), 1, _MOST_PERCENT)
    context = ladder.context
    if when and context.targets and context.legal is not None:
        known = (ANY, *context.targets, *context.legal)
        if when in known:
            _check_reached(clock, when, f"{when} clock", ladder)
        else:
            clock.undeclared("target", when, known)
    return Moment(when, percent)


def _check_reached(field: Field, when: str, what: str, ladder: Served) -> None:
    if ladder.reaches(when):
        return
    if ladder.side is not None:
        wrong = f"never reached: {show(ladder.side)} owes no {what} at severity {', '.join(ladder.severities)}"
        field.mistake(wrong, "remove the rung, or add a target with `duty_of` that party")
    elif ladder.sides:
        wrong = f"never reached: no {what} at severity {', '.join(ladder.severities)} for a party without own ladders"
        field.mistake(wrong, "remove the rung, or move it to the ladders of whoever owes it")
    else:
        wrong = f"never reached: no {what} at severity {', '.join(ladder.severities)}"
        field.mistake(wrong, "remove the rung, or add the target")
