"""Reading spec.ladders: who hears of it, and when, as long as nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.model import OWN, Acknowledging, Exhausted, QuietHours, Rung
from escalation.agreement.sections.ladder_context import Served
from escalation.agreement.sections.rungs import read_rungs
from escalation.agreement.text import values
from escalation.agreement.text.fields import Field, distinct, fixed, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from escalation.agreement.sections.ladder_context import LadderContext
    from escalation.agreement.sections.references import References

DEFAULT = "default"
_QUIET_HOURS, _ACKNOWLEDGEMENT, _EXHAUSTED, _PARTIES = "quiet_hours", "acknowledgement", "exhausted", "parties"
_SETTINGS = (_QUIET_HOURS, _ACKNOWLEDGEMENT, _EXHAUSTED, _PARTIES)
_NEXT_OPEN = "next_open"
_EXTERNAL = "external"
_MOST_PASSES = 100


class Ladders(NamedTuple):
    """What spec.ladders says, as the model has it."""

    rungs: dict[str, tuple[Rung, ...]]
    quiet_hours: QuietHours | None
    exhausted: dict[str | None, Exhausted]
    acknowledging: Acknowledging


def read_ladders(field: Field, context: LadderContext) -> Ladders:
    """spec.ladders: one per severity, `default` for the others, those of parties' own, and what holds for all."""
    field.findings.ask(field.path, _SETTINGS)
    entries = field.entries()
    shared = {key: entry for key, entry in entries.items() if key == _EXHAUSTED or key not in _SETTINGS}
    owned: dict[str | None, dict[str, Field]] = {None: shared}
    for party, entry in _parties(entries.get(_PARTIES), context).items():
        owned[party] = _owned(entry)
    sides = frozenset(side for side, own in owned.items() if side and own.keys() - {_EXHAUSTED})
    known = context.known
    rungs: dict[str, tuple[Rung, ...]] = {}
    exhausted: dict[str | None, Exhausted] = {}
    for side, own in owned.items():
        found = {name: each for name, each in own.items() if name != _EXHAUSTED}
        here = _rungs(found, _Side(context, side, sides))
        rungs |= here
        if _EXHAUSTED in own:
            asking = len(here) < len(found) or any(rung.page for each in here.values() for rung in each)
            exhausted[side] = _exhausted(own[_EXHAUSTED], known, asking=asking)
    return Ladders(rungs, _quiet_hours(entries, known), exhausted, _acknowledging(entries, known))


class _Side(NamedTuple):
    """Whose ladders are read: a party's own, or (None) those that all share."""

    context: LadderContext
    side: str | None
    sides: frozenset[str]


def _rungs(found: Mapping[str, Field], whose: _Side) -> dict[str, tuple[Rung, ...]]:
    """One ladder for each name: a severity's, or `default` for the severities without their own."""
    scale = whose.context.known.scale
    others = (DEFAULT, _EXHAUSTED) if whose.side else (DEFAULT, *_SETTINGS)
    ladders: dict[str, tuple[Rung, ...]] = {}
    for name, entry in found.items():
        if scale and name not in (*scale, DEFAULT):
            entry.undeclared("severity", name, (*scale, *others))
        else:
            served = [name] if name != DEFAULT else [level for level in scale if level not in found]
            own = f"{whose.side}{OWN}{name}" if whose.side else name
            ladders[own] = read_rungs(entry, Served(whose.context, served, whose.side, whose.sides))
    return ladders


def _parties(field: Field | None, context: LadderContext) -> dict[str, Field]:
    """spec.ladders.parties: by the id of a party whose people can be paged."""
    found = {} if field is None else field.entries()
    if field is not None and field.value == {}:
        field.mistake("an empty mapping", "name a party with ladders of its own, or remove it")
    taken: dict[str, Field] = {}
    for name, entry in found.items():
        party = context.parties.get(name)
        if party is not None and party.kind != _EXTERNAL:
            taken[name] = entry
        elif party is not None:
            entry.mistake(f"{show(name)} is an external party", "name a signatory or a supporting party")
        elif context.parties:
            same = [each.id for each in context.parties.values() if each.role == name]
            entry.mistake(*_no_party(entry, name, same, context))
    return taken


def _no_party(entry: Field, name: str, same: list[str], context: LadderContext) -> tuple[str, str]:
    if same:
        return f"{show(name)} is the role of a party", f"write its id: {', '.join(same)}"
    return f"no party {show(name)} is declared", entry.meant(name, list(context.parties), "declared")


def _owned(field: Field) -> dict[str, Field]:
    """The ladders of a party's own, and what follows them."""
    field.findings.ask(field.path, [_EXHAUSTED])
    found = field.entries()
    if isinstance(field.value, dict) and not found.keys() - {_EXHAUSTED}:
        field.mistake("no ladder", f"add one for a severity, or `{DEFAULT}`, or remove the party")
    return found


def _quiet_hours(entries: Mapping[str, Field], known: References) -> QuietHours | None:
    if _QUIET_HOURS not in entries:
        return None
    entry = entries[_QUIET_HOURS].section(("severities", "calendar", "defer_to"))
    fixed(entry.get("defer_to"), _NEXT_OPEN)
    listed = entry.need("severities")
    if listed.value == []:
        listed.mistake("an empty list", "name at least one severity, or remove quiet_hours")
    severities = frozenset(known.severity(item) for item in distinct(listed.items()))
    return QuietHours(severities, known.calendar(entry.need("calendar")))


def _exhausted(field: Field, known: References, *, asking: bool) -> Exhausted:
    """What follows a ladder that nobody answers, if any is `asking`: so many passes more, and then somebody else."""
    entry = field.section(("repeat", "hand_to"))
    repeat, hand_to = entry.get("repeat"), entry.get("hand_to", [])
    if field.value == {} or (hand_to.value == [] and not repeat.given):
        field.mistake("nothing follows", "add `repeat` (how often it begins again) or `hand_to`, or remove it")
    if not asking and isinstance(field.value, dict):
        field.mistake("no ladder here pages anybody who could answer", "give a rung `to`, or remove it")
    return Exhausted(
        repeat=values.whole(repeat, 1, _MOST_PASSES) if repeat.given else 0, hand_to=known.addressees.read(hand_to)
    )


def _acknowledging(entries: Mapping[str, Field], known: References) -> Acknowledging:
    """How long an acknowledgement holds, by severity; without a time for it, it holds for good."""
    if _ACKNOWLEDGEMENT not in entries:
        return Acknowledging()
    field = entries[_ACKNOWLEDGEMENT].section(("expires_after",)).need("expires_after")
    if field.value == {}:
        field.mistake("an empty mapping", f"add `S1: PT30M` or `{DEFAULT}: PT4H`, or remove acknowledgement")
    scale = known.scale
    found: dict[str, int] = {}
    for name, entry in field.entries().items():
        if scale and name not in (*scale, DEFAULT):
            entry.undeclared("severity", name, (*scale, DEFAULT))
        found[name] = values.duration(entry)
    if DEFAULT in found and scale and found.keys() >= set(scale):
        field.entry(DEFAULT).mistake("never used: each severity has a time of its own", "remove it")
    said = {level: level if level in found else DEFAULT for level in scale}
    return Acknowledging({level: found[key] for level, key in said.items() if key in found})
