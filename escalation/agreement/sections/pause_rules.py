"""Reading what may pause clocks: spec.pauses (clock rule 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.agreement.model import PauseRule
from escalation.agreement.moments import MILESTONES, RELAPSE
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, distinct, fixed, keyed

if TYPE_CHECKING:
    from escalation.agreement.sections.references import References
    from escalation.agreement.text.fields import Section

_KEYS = (
    "reason",
    "title",
    "max_each",
    "max_total",
    "starts",
    "ends",
    "evidence",
    "counts_in",
    "veto_by",
    "on_relapse",
    "authority",
)
_TARGET_CALENDAR = "target_calendar"
_RUNNING = "count_as_running"


def read_pauses(field: Field, known: References) -> dict[str, PauseRule]:
    """spec.pauses."""
    return keyed(field.items(), lambda item: _pause(item, known), "reason")


def _pause(field: Field, known: References) -> PauseRule:
    entry = field.section(_KEYS)
    reason = values.name(entry.need("reason"))
    each, total = _limits(entry)
    starts, ends = _milestones(entry)
    veto_by, authority = entry.get("veto_by"), entry.get("authority")
    return PauseRule(
        reason=reason,
        title=values.text(entry.get("title", reason.replace("_", " ") or "?")),
        max_each=each,
        max_total=total,
        starts=starts,
        ends=ends,
        evidence=values.name(entry.get("evidence")) or None,
        counts_in=_counts_in(entry, known),
        veto_by=known.addressees.role(veto_by) if veto_by.given else None,
        relapse_counts=_relapse_counts(entry, ends),
        authority=known.body(authority) or None,
    )


def _limits(entry: Section) -> tuple[int | None, int | None]:
    each, total = (
        values.duration(limit) if limit.given else None for limit in map(entry.get, ("max_each", "max_total"))
    )
    if each and total and each > total:
        entry.get("max_each").mistake("longer than max_total", "make it shorter, or remove it")
    return each, total


def _counts_in(entry: Section, known: References) -> str:
    field = entry.get("counts_in")
    if field.given and not entry.get("max_each").given and not entry.get("max_total").given:
        field.mistake("no limit counts here", "add `max_each` or `max_total`, or remove it")
    return _TARGET_CALENDAR if field.value == _TARGET_CALENDAR else known.calendar(field) or _TARGET_CALENDAR


def _milestones(entry: Section) -> tuple[str | None, tuple[str, ...]]:
    """What begins it and what ends it by itself; both are reached by the milestone command."""
    starts = values.one_of(entry.get("starts"), MILESTONES) or None
    listed = distinct(entry.get("ends").one_or_many())
    ends = tuple(values.one_of(item, MILESTONES) for item in listed)
    for item in listed:
        if starts and item.value == starts:
            item.mistake(f"'{starts}' begins this pause", "name another moment that ends it")
    return starts, ends


def _relapse_counts(entry: Section, ends: tuple[str, ...]) -> bool:
    field = entry.get("on_relapse")
    fixed(field, _RUNNING)
    if field.given and RELAPSE not in ends and "" not in ends and entry.get("ends").value != "":
        field.mistake("this pause does not end by a relapse", f"add {RELAPSE} to its `ends`, or remove it")
    return field.given
