"""Reading how clocks run: spec.clock_rules and spec.pauses."""

from __future__ import annotations

from escalation.agreement import values
from escalation.agreement.fields import Field, fixed, keyed
from escalation.agreement.model import ClockRules, PauseRule

_REOPEN_WITHIN = "P5D"
_BACKDATED_BY = "PT4H"
_LARGEST_WARNING = 99
_LATER_RULES = {
    "beyond": "remove it: what is reported later than accept_backdated_by is refused",
}


def read_clock_rules(field: Field) -> ClockRules:
    """spec.clock_rules: all but three values have one meaning that is implemented."""
    rules = field.section(("pin", "retarget", "reopen", "due_at", "met_when", "warn_at", "late_facts"))
    _only(rules.get("pin", {}), agreement="at_open", calendar="at_open")
    _only(rules.get("retarget", {}), mode="carry_over", on_calendar_change="as_accrued", min_remaining_on_raise="PT0S")
    fixed(rules.get("due_at"), "earliest")
    fixed(rules.get("met_when"), "elapsed_lte_target")
    reopen = rules.get("reopen", {}).section(("within", "mode", "closed_time", "after"))
    for key, value in (("mode", "resume"), ("closed_time", "paused"), ("after", "new_cycle")):
        fixed(reopen.get(key), value)
    late = rules.get("late_facts", {}).section(("accept_backdated_by",), _LATER_RULES)
    return ClockRules(
        warn_at=read_warnings(rules.get("warn_at", [])),
        reopen_within_days=values.days(reopen.get("within", _REOPEN_WITHIN)),
        accept_backdated_by=values.duration(late.get("accept_backdated_by", _BACKDATED_BY), least=0),
    )


def _only(field: Field, **supported: str) -> None:
    section = field.section(tuple(supported))
    for key, value in supported.items():
        fixed(section.get(key), value)


def read_warnings(field: Field) -> tuple[int, ...]:
    """Percentages, ascending, each once."""
    found: list[int] = []
    for item in field.items():
        mistakes_before = len(field.findings)
        share = values.percent(item, 1, _LARGEST_WARNING)
        if len(field.findings) > mistakes_before:
            continue
        if found and share <= found[-1]:
            item.mistake(f"{share}% does not come after {found[-1]}%", "list them from small to large, each once")
        found.append(share)
    return tuple(found)


_LATER_PAUSES = {
    "starts": "remove it: a pause begins by the pause command",
    "ends": "remove it: a pause ends by the resume command, or at its limit",
    "evidence": "remove it: a pause needs no evidence yet",
    "counts_in": "remove it: limits count in each target's calendar",
    "veto_by": "remove it: a pause cannot be vetoed yet",
    "on_relapse": "remove it: time paused stays paused",
    "authority": "remove it: a pause needs nobody's consent yet",
}


def read_pauses(field: Field) -> dict[str, PauseRule]:
    """spec.pauses."""
    return keyed(field.items(), _pause, "reason")


def _pause(field: Field) -> PauseRule:
    entry = field.section(("reason", "title", "max_each", "max_total"), _LATER_PAUSES)
    reason = values.name(entry.need("reason"))
    each, total = (_limit(entry.get(key)) for key in ("max_each", "max_total"))
    if each and total and each > total:
        entry.get("max_each").mistake("longer than max_total", "make it shorter, or remove it")
    return PauseRule(reason, values.text(entry.get("title", reason.replace("_", " ") or "?")), each, total)


def _limit(field: Field) -> int | None:
    return values.duration(field) if field.given else None
