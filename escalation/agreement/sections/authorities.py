"""Reading who decides what (spec.governance.authorities), and whether somebody does wherever a decision is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.model import Authority
from escalation.agreement.spans import Counted, Dates
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, keyed, show

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from escalation.agreement.sections.clockwork import Clockwork
    from escalation.agreement.sections.references import References
    from escalation.agreement.text.fields import Section

GRANT_EXCLUSION, GRANT_PAUSE, SETTLE_SEVERITY = "grant_exclusion", "grant_pause", "settle_severity"
BACKDATE_FACT, EXTEND_ACTION = "backdate_fact", "extend_action"
DECLARE = "declare_"
"""Begins the decision on one exclusion by name, which goes before `grant_exclusion`: `declare_force_majeure`."""
ESCALATE = "escalate"
BOTH = "both"

_DECISIONS = (GRANT_EXCLUSION, GRANT_PAUSE, SETTLE_SEVERITY, BACKDATE_FACT, EXTEND_ACTION)
_SILENCE = ("refused", "granted", ESCALATE)
_SILENCE_ON_SEVERITY = ("higher", "lower", "standing", ESCALATE)
_FEWEST_FOR_BOTH = 2
_STAND_INS = {Dates(), Counted(1)}
"""What a time that could not be read is replaced by."""


class AuthorityContext(NamedTuple):
    """What authorities refer to.

    Attributes:
        bodies: Ids of bodies; None: they could not be read.
        voters: The parties that vote in each of them; a body that could not be read wholly is missing.
        steps: What contract disputes climb, in order (governance.disputes.steps); None: that could not be read.
        exclusions: Ids of exclusions; None: they could not be read.
    """

    bodies: Collection[str] | None
    voters: Mapping[str, Collection[str]]
    steps: Sequence[str] | None
    exclusions: Collection[str] | None


def read_authorities(field: Field, known: References, context: AuthorityContext) -> dict[str, Authority]:
    """spec.governance.authorities: one for each decision."""
    return keyed(field.items(), lambda item: _authority(item, known, context), "decision")


def _authority(field: Field, known: References, context: AuthorityContext) -> Authority:
    entry = field.section(("decision", "body", "rule", "within", "if_silent"))
    decision = _decision(entry.need("decision"), context.exclusions)
    found = Authority(
        decision=decision,
        body=known.body(entry.need("body")),
        rule=values.one_of(entry.need("rule"), (BOTH, "any")),
        within=values.span(entry.need("within")),
        if_silent=_silence(entry.need("if_silent"), decision),
    )
    _check_rule(entry.get("rule"), found, context)
    if found.if_silent == ESCALATE and found.body:
        _check_escalation(entry.get("if_silent"), found.body, context)
    return found


def _decision(field: Field, exclusions: Collection[str] | None) -> str:
    decision = values.name(field)
    if decision.startswith(DECLARE):
        name = decision.removeprefix(DECLARE)
        # An exclusion that only a layer has is not among them; what is nearly one of them is a slip of the pen.
        if exclusions is not None and name not in exclusions and field.near(name, exclusions):
            field.undeclared("exclusion", name, exclusions)
            return ""
        return decision
    return values.one_of(field, _DECISIONS) if decision else ""


def _silence(field: Field, decision: str) -> str:
    if not decision:
        return values.one_of(field, dict.fromkeys((*_SILENCE, *_SILENCE_ON_SEVERITY)))
    return values.one_of(field, _SILENCE_ON_SEVERITY if decision == SETTLE_SEVERITY else _SILENCE)


def _check_rule(field: Field, found: Authority, context: AuthorityContext) -> None:
    voters = context.voters.get(found.body, ())
    if found.rule == BOTH and voters and len(voters) < _FEWEST_FOR_BOTH:
        wrong = f"only {show(next(iter(voters)))} sits in {show(found.body)}, so that no two parties could agree"
        field.mistake(wrong, "add a contact of another party to that body, or write any")


def _check_escalation(field: Field, body: str, context: AuthorityContext) -> None:
    if context.steps is None or context.bodies is None:
        return
    after = context.steps[context.steps.index(body) + 1 :] if body in context.steps else ()
    if not any(step in context.bodies for step in after):
        wrong = f"no body comes after {show(body)} in spec.governance.disputes.steps"
        field.mistake(wrong, "add it there with one after it, or say what holds if nobody answers, such as refused")


class _Need(NamedTuple):
    """A decision that a part of the agreement needs; the first of them that somebody has counts."""

    field: Field
    decisions: tuple[str, ...]
    body: str | None


def check_authorities(spec: Section, authorities: Mapping[str, Authority], clocks: Clockwork) -> None:
    """Note each decision that is needed and that nobody has, or that another body has than the one that is named.

    Args:
        spec: The document's spec, where mistakes are noted at what needs the decision.
        authorities: Those that could be read, by decision.
        clocks: What may need a decision, as far as it could be read.
    """
    listed = spec.get("governance", {}).entry("authorities", [])
    if not isinstance(listed.value, list) or len(listed.value) != len(authorities):
        # One that could not be read may be the one that is needed.
        return
    settling = authorities.get(SETTLE_SEVERITY)
    granted = (*_exclusions(spec, clocks), *_pauses(spec, clocks))
    for need in (*granted, *_dispute(spec, clocks, settling), *_late(spec, clocks)):
        _check(need, authorities)


def _check(need: _Need, authorities: Mapping[str, Authority]) -> None:
    decision = next((name for name in need.decisions if name in authorities), None)
    if decision is None:
        entry = f"{{decision: {need.decisions[-1]}, body: {need.body or 'BODY'}, …}}"
        need.field.mistake(f"nobody may decide `{need.decisions[-1]}`", f"add {entry} to spec.governance.authorities")
        return
    deciding = authorities[decision].body
    if need.body and deciding and need.body != deciding:
        own = f", or add an authority for `{need.decisions[0]}`" if decision != need.decisions[0] else ""
        wrong = f"{show(need.body)} stands here, but spec.governance lets {show(deciding)} decide `{decision}`"
        need.field.mistake(wrong, f"name the same body in both places{own}")


def _exclusions(spec: Section, clocks: Clockwork) -> Iterator[_Need]:
    for name, item in _items(spec.get("exclusions", []), "id"):
        authority = clocks.exclusions[name].authority if name in clocks.exclusions else None
        if authority:
            yield _Need(item.entry("authority"), (f"{DECLARE}{name}", GRANT_EXCLUSION), authority)


def _pauses(spec: Section, clocks: Clockwork) -> Iterator[_Need]:
    for reason, item in _items(spec.get("pauses", []), "reason"):
        authority = clocks.pauses[reason].authority if reason in clocks.pauses else None
        paused = {target.per_action for target in clocks.targets.values() if reason in target.pausable}
        if authority:
            for per_action in sorted(paused):
                decision = EXTEND_ACTION if per_action else GRANT_PAUSE
                yield _Need(item.entry("authority"), (decision,), authority)


def _dispute(spec: Section, clocks: Clockwork, settling: Authority | None) -> Iterator[_Need]:
    dispute, named = clocks.powers.dispute, spec.get("severity").entry("dispute")
    if dispute is None or not dispute.decided_by:
        return
    yield _Need(named.entry("decided_by"), (SETTLE_SEVERITY,), dispute.decided_by)
    both = {settling.within if settling else dispute.within, dispute.within}
    if len(both) > 1 and not both & _STAND_INS:
        wrong = f"not the time that spec.governance gives for `{SETTLE_SEVERITY}`"
        named.entry("within").mistake(wrong, "write the same time in both places")


def _late(spec: Section, clocks: Clockwork) -> Iterator[_Need]:
    if clocks.rules.late_facts_need_authority:
        yield _Need(spec.get("clock_rules").entry("late_facts").entry("beyond"), (BACKDATE_FACT,), None)


def _items(field: Field, key: str) -> Iterator[tuple[str, Field]]:
    """The items of a list by name; what is no list, or has no name, is judged elsewhere."""
    for item in field.items() if isinstance(field.value, list) else ():
        name = item.entry(key).value
        if isinstance(name, str):
            yield name, item
