"""What the ladders of an incident owe: the shared one, parties' own, the law's, and those asked by name. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.clocks.demands import is_legal
from escalation.engine.asking import ASKED, asked_owed
from escalation.engine.chain import chains
from escalation.engine.climb import Climb, LegalClimb, climbs
from escalation.engine.exhaustion import Exhaustion, exhaustion, passes
from escalation.engine.holding import holding
from escalation.engine.ladder import LEGAL, Ladder
from escalation.engine.resuming import resumption
from escalation.engine.rounds import Telling
from escalation.engine.undelivered import moved_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from escalation.agreement.model import Agreement
    from escalation.clocks.runs import Run
    from escalation.crew.staff import Staff
    from escalation.engine.chain import Chain
    from escalation.engine.sources import Source
    from escalation.engine.told import Told
    from incidents.incident import Incident

Rungs = Telling | Climb | LegalClimb | Exhaustion
"""Sources that are a ladder's."""


def ladders_owed(
    incident: Incident, agreement: Agreement, runs: list[Run], told: Told, staff: Staff
) -> Iterator[Source]:
    """Give what ladders owe.

    Args:
        incident: The incident.
        agreement: As it holds for the incident's service.
        runs: Its clocks that somebody owes something.
        told: What its history has told.
        staff: Whom ladders reach.
    """
    for ladder in ladders(incident, agreement, runs, told, staff):
        yield from rungs_owed(ladder)
    if incident.active:
        if told.ended or told.requests:
            yield from asked_owed(Ladder(incident, agreement, staff, told, ASKED))
        if incident.taken:
            yield from holding(incident, agreement, told)


def ladders(
    incident: Incident, agreement: Agreement, runs: Iterable[Run], told: Told, staff: Staff
) -> Iterator[Ladder]:
    """Give the ladders on which an incident is; a party's own only if the incident exists for it."""
    sides = agreement.sides
    for side in (None, *sides):
        if side is None or incident.visible_to is None or side in incident.visible_to:
            name, rungs = agreement.ladder_for(incident.severity, side)
            of_side = tuple(run for run in runs if _concerns(run, side, sides)) if sides else tuple(runs)
            yield Ladder(incident, agreement, staff, told, name, rungs, of_side, side)
    legal = tuple(run for run in runs if is_legal(run.target))
    if legal:
        yield Ladder(incident, agreement, staff, told, LEGAL, runs=legal)


def rungs_owed(ladder: Ladder) -> Iterator[Rungs]:
    """Give what one ladder owes."""
    if ladder.name == LEGAL:
        yield from (LegalClimb(ladder, run) for run in ladder.runs)
        return
    active = ladder.incident.active
    resuming = resumption(ladder) if active else None
    moving = moved_on(ladder) if resuming is None else None
    found = chains_of(ladder) if active else []
    if resuming is not None:
        if resuming.ready:
            yield resuming.telling()
        found = [chain for chain in found if chain.position is None]
    coming = [telling for chain in found for telling in chain.coming()]
    yield from coming
    if moving is not None and moving.by_clock:
        yield moving.telling()
    elsewhere = resuming or moving
    yield from climbs(ladder, None if elsewhere is None else elsewhere.place)
    if active and elsewhere is None and not ladder.answered:
        end = exhaustion(ladder, found, coming)
        if end is not None:
            yield end


def chains_of(ladder: Ladder) -> list[Chain]:
    """Give the chains of a ladder."""
    found = list(chains(ladder, [each for each in passes(ladder) if each.again]))
    moving = moved_on(ladder)
    return found if moving is None else [moving.hastened(chain) for chain in found]


def _concerns(run: Run, side: str | None, sides: tuple[str, ...]) -> bool:
    """A party's own ladder is for what it owes; the shared one for all that not only such parties owe."""
    return not run.duty_of or not set(run.duty_of) <= set(sides) if side is None else side in run.duty_of
