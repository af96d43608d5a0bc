"""The course of an incident's clocks: from its facts to the runs they start, retarget, pause and stop. Pure.

Facts act in the order in which they were so (order.py); what each does is in acts.py, the state that they change in
building.py. Here each run is given what held it, what was granted, and what is on record of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import Agreement
from escalation.clocks.acts import Acts
from escalation.clocks.building import Builder
from escalation.clocks.grants import apply_grants, backdated, refresh
from escalation.clocks.judged import judged_among, speaking
from escalation.clocks.order import in_order
from escalation.clocks.pauses import concerning, stops_of, void_of
from escalation.clocks.runs import Breach, seconds
from escalation.engine.sources import instant
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escalation.clocks.pauses import Asked
    from escalation.clocks.runs import Run, Stop
    from incidents.incident import Incident
    from incidents.ledger.facts import Fact

Versions = Callable[[int], Agreement]
"""Gives the versions of the agreement that an incident was ever pinned to, by number."""


@dataclass(frozen=True)
class Course:
    """What became of an incident's clocks.

    Attributes:
        runs: In the order in which they started.
        pauses: As people began and ended them; the runs' stops show what the limits made of them.
        unfounded: Breaches and deviations on record, by clock and cycle, that a fact reported later turned out not to
            be so.
        agreement: The version in force now, as it holds for the incident's service.
    """

    runs: list[Run]
    pauses: list[Asked]
    unfounded: dict[tuple[str, int], Breach]
    agreement: Agreement


def course_of(incident: Incident, versions: Versions) -> Course:
    """Work out an incident's clocks under the version that it was pinned to, then those it was moved to (rule 3)."""
    history = incident.history
    first = next(
        (fact.agreement_version for fact in history if isinstance(fact, h.Declared)), incident.agreement_version
    )
    picked: list[Fact] = []

    def judged_at(at: int) -> str:
        picked[:] = picked or speaking(history)
        return judged_among(picked, agreement, instant(at))

    builder = Builder(versions, first, incident.service, judged_at)
    claims = {fact.originator_version: fact for fact in history if isinstance(fact, h.ClaimMade)}
    acts = Acts(builder, claims)
    accepted = backdated(history, claims) if claims else {}
    for at, kind, fact in in_order(history, accepted):
        acts.apply(kind, fact, at)
    agreement = builder.demands.agreement  # runs must not hold the builder, which holds them: circles are freed late
    unfounded = _recorded(builder.runs, history)
    older = tuple(accepted.values())
    for run in builder.runs:
        _complete(run, builder)
        run.backdated = older
    return Course(builder.runs, builder.pauses, unfounded, agreement)


def _complete(run: Run, builder: Builder) -> None:
    """Give a run the pauses that held it, and what was granted."""
    granted: list[Stop] = []
    if builder.pauses and (concerned := concerning(run, builder.pauses)):
        paused = stops_of(run, concerned)
        granted = [stop for stop in paused if stop.granted_at is not None]
        run.void = void_of(run, concerned)
        run.stops += [stop for stop in paused if stop.granted_at is None]
    if run.stops or len(run.segments) > 1 or run.demand.by_days:
        refresh(run)
    if granted or builder.grants:
        apply_grants(run, granted, builder.grants)


def _recorded(runs: Sequence[Run], history: Sequence[Fact]) -> dict[tuple[str, int], Breach]:
    """Give each run the breach and the deviation on record that stand; return those that do not.

    A breach stays, whatever becomes of severity and pauses since (clock rules 2 and 5). Only a clock that turns out to
    have been stopped in time was never breached (clock rule 13).
    """
    breaches, deviations = _told(history)
    if not breaches and not deviations:
        return {}
    for run in runs:
        key = (run.name, run.cycle)
        founded = [each.get(key) for each in (breaches, deviations)]
        if any(told is not None and run.was_over_by(told.breached_at) for told in founded):
            continue  # what takes one back takes both back: what then is so is told anew
        run.breach, run.deviation = breaches.pop(key, None), deviations.pop(key, None)
    return deviations | breaches


def _told(history: Sequence[Fact]) -> tuple[dict[tuple[str, int], Breach], dict[tuple[str, int], Breach]]:
    """Give the breaches and the deviations on record that were not corrected, by clock and cycle."""
    breaches: dict[tuple[str, int], Breach] = {}
    deviations: dict[tuple[str, int], Breach] = {}
    for fact in (fact for fact in history if fact.SYSTEM):
        match fact:
            case h.ClockBreached():
                told = Breach(seconds(fact.breached_at), seconds(fact.detected_at), fact.originator_version)
                breaches[fact.clock, fact.cycle] = told
            case h.ClockDeviated():
                told = Breach(seconds(fact.deviated_at), seconds(fact.detected_at), fact.originator_version)
                deviations[fact.clock, fact.cycle] = told
            case h.ClockCorrected():
                breaches.pop((fact.clock, fact.cycle), None)
                deviations.pop((fact.clock, fact.cycle), None)
    return breaches, deviations
