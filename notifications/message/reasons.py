"""Why somebody hears of an incident, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model.ladders import SEVERITY_CHANGED, SILENT, UNACKNOWLEDGED, UNANSWERED
from escalation.crew.staff import SCHEDULE
from escalation.engine.asking import ASKED
from escalation.engine.claims_owed import ROUNDS, asked_in
from escalation.engine.ladder import percent_of
from escalation.engine.told import Ending
from escalation.engine.turns import NO_ONE_ON_CALL
from incidents import happenings as h
from notifications.message.words import duration, waiting
from notifications.owed.asking import fact_at, request_of, side_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from escalation.agreement.model import Agreement, Rung
    from incidents.incident import Incident
    from incidents.ledger.facts import Fact
    from notifications.message.reader import Names

_LOST = {
    "gone": "Whoever was told before is gone or off by now",
    "undelivered": "No page of the rung before could be delivered",
}
WHOLE = 100
"""Per cent."""


@dataclass(frozen=True)
class Telling:
    """What reasons are told of.

    Attributes:
        incident: As it stands.
        seen: The same as the reader may see it: other words are not told.
        agreement: The version whose ladders are named, as it holds for the incident's service.
        names: What people are called.
        label_of: Gives the label of another incident, by its public id.
        you: Whether the reader is the one who is told.
    """

    incident: Incident
    seen: Incident
    agreement: Agreement
    names: Names
    label_of: Callable[[str], str] = str
    you: bool = True


def why(cause: h.IncidentEvent, telling: Telling) -> str:
    """Say why a fact is told."""
    match cause:
        case h.RungFired() | h.RungSkipped():
            by_name = cause.ladder == ASKED or (isinstance(cause, h.RungFired) and asked_in(cause, telling.incident))
            return why_round(cause, telling) + ("" if by_name else f" ({_place(cause)})")
        case h.LadderExhausted():
            return f"Nobody has answered ladder {cause.ladder}; it is handed to you"
        case h.Acknowledged():
            return f"Taken by {telling.names.of(cause.by)}" + (f", for {cause.side}" if cause.side else "")
        case h.MarkedDuplicate():
            return f"Merged into {telling.label_of(cause.of)}"
        case _:
            return type(cause).__name__


def why_round(fact: h.RungFired | h.RungSkipped, telling: Telling) -> str:
    """Say why a round was told, without its place; of one that reached nobody, how that came."""
    if isinstance(fact, h.RungSkipped):
        on_call = fact.why == NO_ONE_ON_CALL
        return f"Nobody is on call for {_on_call_for(fact, telling)}" if on_call else "There was nobody to reach"
    if claim := asked_in(fact, telling.incident):
        return waiting(claim, reminded=fact.round % ROUNDS > 0)
    return _asked(fact, telling) if fact.ladder == ASKED else _reached(fact, telling)


def _place(fact: h.RungFired | h.RungSkipped) -> str:
    again = f", round {fact.round + 1}" if fact.round else ""
    return f"rung {fact.rung + 1} of ladder {fact.ladder}{again}"


def _asked(fired: h.RungFired, telling: Telling) -> str:
    """Say who asks for somebody by name, and in which words."""
    match request_of(fired, telling.incident):
        case h.Reassigned() as fact:
            to = " to you" if telling.you else ""
            return f"Reassigned{to} by {telling.names.of(fact.by)}{_words(fact, 'reason', telling)}"
        case h.ResponderAsked() as fact:
            asked = "You are asked" if telling.you else "Asked"
            return f"{asked} to help by {telling.names.of(fact.by)}{_words(fact, 'text', telling)}"
    return "Asked to come"


def _on_call_for(skipped: h.RungSkipped, telling: Telling) -> str:
    """Name the schedules that a rung names; where it reaches one through a contact, what it names."""
    named = _named(skipped, telling)
    schedules = [name.removeprefix(SCHEDULE) for name in named if name.startswith(SCHEDULE)]
    return ", ".join(schedules or named) or "it"


def _named(skipped: h.RungSkipped, telling: Telling) -> list[str]:
    """Give whom a rung names; who was asked by name, as far as the reader may see it."""
    asks = request_of(skipped, telling.seen)
    if asks is not None:
        name = vars(asks)["to" if isinstance(asks, h.Reassigned) else "whom"]
        return [name] if isinstance(name, str) else []
    rung = _rung(skipped, telling.agreement)
    return [] if rung is None else [*rung.page, *rung.notify]


def _reached(fired: h.RungFired, telling: Telling) -> str:
    """Say what reached a rung."""
    match fired.because:
        case "unanswered":
            return _unanswered(fired, telling)
        case "resumed":
            return _resumed(fired, telling)
        case "gone" | "undelivered":
            return _LOST[fired.because]
        case "again":
            return f"Nobody has answered ladder {fired.ladder}, so it is gone through again"
    if isinstance(escalated := fact_at(fired.cycle, telling.incident), h.Escalated) and fired.clock is None:
        return f"Escalated by {telling.names.of(escalated.by)}{_words(escalated, 'reason', telling)}"
    return _reported(fired, telling) if fired.clock is None else _on_clock(fired, fired.clock, telling)


def _reported(fired: h.RungFired, telling: Telling) -> str:
    rung = _rung(fired, telling.agreement)
    if rung is not None and rung.when == UNACKNOWLEDGED:
        return f"Nobody has acknowledged it for {duration(rung.after)}"
    if rung is not None and rung.when == SEVERITY_CHANGED:
        return f"The severity is {telling.incident.severity} now"
    return "It was reported"


def _unanswered(fired: h.RungFired, telling: Telling) -> str:
    """Say what became of the round before: a rung whose pages reach nobody does not keep the next one waiting."""
    before = next(_rounds_before(fired, telling), None)
    if before is None:
        return "Nobody has answered"
    if isinstance(before, h.RungSkipped):
        return f"Rung {before.rung + 1} reached nobody"
    rung = _rung(before, telling.agreement)
    return f"Nobody answered rung {before.rung + 1} for {duration(rung.wait if rung else 0)}"


def _rounds_before(fired: h.RungFired, telling: Telling) -> Iterator[h.RungFired | h.RungSkipped]:
    """Give the rounds before one that waited for their answer, the latest first.

    They are of the same rung or of those that it follows. Others of its ladder are told meanwhile, and nobody waits.
    """
    first = fired.rung
    rungs = telling.agreement.ladders.get(fired.ladder, ())
    while first and first < len(rungs) and rungs[first].when == UNANSWERED:
        first -= 1
    chain = (fired.ladder, None, fired.cycle)
    told = (fact for fact in _before(fired, telling.incident) if isinstance(fact, h.RungFired | h.RungSkipped))
    for fact in told:
        if (fact.ladder, fact.clock, fact.cycle) == chain and first <= fact.rung <= fired.rung:
            yield fact


def _resumed(fired: h.RungFired, telling: Telling) -> str:
    """Say how the acknowledgement ended that had stopped the ladder, or that it was reopened with none."""
    side = side_of(fired, telling.incident)
    before = _before(fired, telling.incident)
    asked_anew = (
        each for each in before if isinstance(each, h.Reopened) or (isinstance(each, Ending) and each.side == side)
    )
    match next(asked_anew, None):
        case h.AcknowledgementExpired() as fact:
            taken = _before(fact, telling.incident)
            by = next((each.by for each in taken if isinstance(each, h.Acknowledged) and each.side == side), fact.by)
            return f"The acknowledgement by {telling.names.of(by)} expired"
        case h.SnoozeExpired():
            return "The snooze is over"
        case h.Unacknowledged() as fact:
            return f"Given back by {telling.names.of(fact.by)}{_words(fact, 'reason', telling)}"
        case h.Reassigned() as fact:
            return f"Reassigned by {telling.names.of(fact.by)}, and nobody answered"
        case h.Reopened() as fact:
            return f"Reopened by {telling.names.of(fact.by)}{_words(fact, 'reason', telling)}"
    return "It is in nobody's hands"


def _on_clock(fired: h.RungFired, clock: str, telling: Telling) -> str:
    """Say how far a clock has come; a target that the present severity does not have is not mentioned."""
    incident, agreement = telling.incident, telling.agreement
    length, rung = _length(clock, incident, agreement), _rung(fired, agreement)
    if rung is not None and rung.when == SILENT:
        return f"No update for {duration((length or 0) + rung.after)}"
    of = f" of {duration(length)}" if length else ""
    percent = percent_of(fired, agreement)
    told = f"; {legal.to} must be told" if (legal := agreement.notifications.get(clock)) else ""
    if percent is None or percent == WHOLE:
        return f"The {clock} clock{of} ran out{told}"
    return f"{percent} % of the {clock} clock{of} is used up{told}"


def _length(clock: str, incident: Incident, agreement: Agreement) -> int | None:
    if clock in agreement.notifications:
        return agreement.notifications[clock].within
    target = agreement.targets.get(clock)
    return target.within.get(incident.severity) if target else None


def _rung(fact: h.RungFired | h.RungSkipped, agreement: Agreement) -> Rung | None:
    rungs = agreement.ladders.get(fact.ladder, ())
    return rungs[fact.rung] if fact.rung < len(rungs) else None


def _words(fact: Fact, field: str, telling: Telling) -> str:
    """Give what somebody wrote, as far as the reader may see it."""
    seen = fact_at(fact.originator_version, telling.seen)
    words = None if seen is None else vars(seen)[field]
    return f": {words}" if isinstance(words, str) else ""


def _before(fact: Fact, incident: Incident) -> Iterator[Fact]:
    """Give the facts before one, the latest first."""
    return reversed(incident.history[: fact.originator_version - incident.history[0].originator_version])
