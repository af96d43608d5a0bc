"""Reading how clocks run: spec.clock_rules."""

from __future__ import annotations

from escalation.agreement.model import ClockRules
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, fixed

_REOPEN_WITHIN = "P5D"
_BACKDATED_BY = "PT4H"
_LARGEST_WARNING = 99
_BEYOND = ("refused", "needs_authority")


def read_clock_rules(field: Field) -> ClockRules:
    """spec.clock_rules: all but five values have one meaning that is implemented."""
    rules = field.section(("pin", "retarget", "reopen", "due_at", "met_when", "warn_at", "late_facts"))
    _only(rules.get("pin", {}), agreement="at_open", calendar="at_open")
    retarget = rules.get("retarget", {}).section(("mode", "on_calendar_change", "min_remaining_on_raise"))
    fixed(retarget.get("mode"), "carry_over")
    fixed(retarget.get("on_calendar_change"), "as_accrued")
    fixed(rules.get("due_at"), "earliest")
    fixed(rules.get("met_when"), "elapsed_lte_target")
    reopen = rules.get("reopen", {}).section(("within", "mode", "closed_time", "after"))
    for key, value in (("mode", "resume"), ("closed_time", "paused"), ("after", "new_cycle")):
        fixed(reopen.get(key), value)
    late = rules.get("late_facts", {}).section(("accept_backdated_by", "beyond"))
    return ClockRules(
        warn_at=read_warnings(rules.get("warn_at", [])),
        reopen_within_days=values.days(reopen.get("within", _REOPEN_WITHIN)),
        accept_backdated_by=values.duration(late.get("accept_backdated_by", _BACKDATED_BY), least=0),
        min_remaining_on_raise=values.duration(retarget.get("min_remaining_on_raise", "PT0S"), least=0),
        late_facts_need_authority=values.one_of(late.get("beyond", _BEYOND[0]), _BEYOND) == _BEYOND[1],
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
