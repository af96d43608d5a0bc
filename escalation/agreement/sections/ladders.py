"""Reading spec.ladders: who hears of it, and when, as long as nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import QuietHours, Rung, Target
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, Section, distinct, fixed, show

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from escalation.agreement.sections.references import References

DEFAULT = "default"
DEFAULT_REPEATS = 10
"""How often a page that repeats does so, unless the rung says otherwise: silence must not become a page for ever."""
_OPENED = "opened"
_ANY = "any"
_MOST_PERCENT = 1000
_MOST_REPEATS = 1000
_QUIET_HOURS = "quiet_hours"
_NEXT_OPEN = "next_open"


@dataclass(frozen=True, slots=True)
class LadderContext:
    """What ladders refer to; no targets could not be read, so that nothing is held to them.

    `legal` are the ids of legal notifications, whose clocks run at every severity; None: they could not be read.
    """

    known: References
    targets: Mapping[str, Target]
    legal: Collection[str] | None


def read_ladders(field: Field, context: LadderContext) -> dict[str, tuple[Rung, ...]]:
    """spec.ladders: one per severity, and `default` for the severities without their own."""
    ladders: dict[str, tuple[Rung, ...]] = {}
    scale = context.known.scale
    field.findings.ask(field.path, [_QUIET_HOURS])
    found = {name: entry for name, entry in field.entries().items() if name != _QUIET_HOURS}
    for name, entry in found.items():
        if scale and name not in (*scale, DEFAULT):
            entry.undeclared("severity", name, (*scale, DEFAULT, _QUIET_HOURS))
        else:
            served = [name] if name != DEFAULT else [level for level in scale if level not in found]
            ladders[name] = _ladder(entry, served, context)
    return ladders


def read_quiet_hours(field: Field, known: References) -> QuietHours | None:
    """spec.ladders.quiet_hours."""
    if not isinstance(field.value, dict) or _QUIET_HOURS not in field.value:
        return None
    entry = field.child(_QUIET_HOURS, field.value[_QUIET_HOURS]).section(("severities", "calendar", "defer_to"))
    fixed(entry.get("defer_to"), _NEXT_OPEN)
    listed = entry.need("severities")
    if listed.value == []:
        listed.mistake("an empty list", "name at least one severity, or remove quiet_hours")
    severities = frozenset(known.severity(item) for item in distinct(listed.items()))
    return QuietHours(severities, known.calendar(entry.need("calendar")))


def _ladder(field: Field, severities: Collection[str], context: LadderContext) -> tuple[Rung, ...]:
    rungs = field.items()
    if isinstance(field.value, list) and not rungs:
        field.mistake("a ladder without rungs", "add a rung, or remove the ladder")
    if not severities and context.known.scale:
        field.mistake("never used: each severity has a ladder of its own", "remove it")
    return tuple(_rung(index, rung, severities, context) for index, rung in enumerate(rungs))


def _rung(index: int, field: Field, severities: Collection[str], context: LadderContext) -> Rung:
    entry = field.section(("when", "to", "notify", "repeat_every", "max_repeats"))
    when, percent = _when(entry.need("when"), severities, context)
    page, notify = (context.known.addressees.read(entry.get(key, [])) for key in ("to", "notify"))
    if isinstance(field.value, dict) and not page and not notify:
        field.mistake("this rung reaches nobody", "add `to` (who must answer) or `notify`")
    for name in sorted(set(page) & set(notify) - {""}):
        wrong = f"{show(name)} is paged by this rung already"
        entry.get("notify").mistake(wrong, "name it under `to` or `notify`, not both")
    every, repeats = _repetition(entry, paging=bool(page))
    return Rung(index, when, percent, page, notify, every, repeats)


def _repetition(entry: Section, *, paging: bool) -> tuple[int | None, int]:
    """Seconds between pages, and how many more there are at most."""
    every, repeats = entry.get("repeat_every"), entry.get("max_repeats")
    if not every.given:
        if repeats.given:
            repeats.mistake("nothing repeats here", "add `repeat_every: PT…`, or remove it")
        return None, 0
    if not paging:
        every.mistake("only a page can be repeated", "name under `to` who must answer, or remove it")
    most = values.whole(repeats, 1, _MOST_REPEATS) if repeats.given else DEFAULT_REPEATS
    return values.duration(every), most


def _when(field: Field, severities: Collection[str], context: LadderContext) -> tuple[str, int | None]:
    """`opened`, or a clock and the share of its target; the clock must exist at a severity of this ladder."""
    if not isinstance(field.value, dict):
        if field.given and field.value != _OPENED:
            field.mistake(f"{show(field.value)} is no moment", "write opened, or {clock: NAME, at: 50%}")
        return _OPENED, None
    entry = field.section(("clock", "at"))
    clock = entry.need("clock")
    when = values.name(clock)
    if when and context.targets:
        _check_clock(clock, when, severities, context)
    return when, values.percent(entry.need("at"), 1, _MOST_PERCENT)


def _check_clock(field: Field, when: str, severities: Collection[str], context: LadderContext) -> None:
    if context.legal is None or when in context.legal:
        return
    known = (_ANY, *context.targets, *context.legal)
    if when not in known:
        field.undeclared("target", when, known)
    elif severities and not _runs(when, severities, context):
        wrong = f"never reached: no {when} clock at severity {', '.join(severities)}"
        field.mistake(wrong, "remove the rung, or add the target")


def _runs(when: str, severities: Collection[str], context: LadderContext) -> bool:
    """Whether a severity has the clock; a target whose `within` could not be read may have any."""
    if when == _ANY and context.legal:
        return True
    named = context.targets.values() if when == _ANY else [context.targets[when]]
    unread = any(not (target.within or target.by) for target in named)
    return unread or any(target.applies_to(severity) for target in named for severity in severities)
