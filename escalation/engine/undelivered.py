"""A ladder that goes on at once, because no page of its last round could be delivered, or nobody is on call. Pure.

Whoever comes next on it would have been told later: at another share of a clock, or after more time without an answer.
What follows in a chain needs nothing of this (chain.py), nor does the law's ladder: it names the same people again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.model.ladders import ANSWERED_BY_ACKNOWLEDGING, UNACKNOWLEDGED, UNANSWERED
from escalation.engine.climb import hangs_on
from escalation.engine.exhaustion import passes
from escalation.engine.resuming import answer_awaited_until
from escalation.engine.rounds import Round, Telling
from escalation.engine.turns import UNDELIVERED, Fate, could_reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from escalation.agreement.model import Rung
    from escalation.engine.chain import Chain
    from escalation.engine.ladder import Ladder
    from escalation.engine.told import Place, RoundTold


class MovedOn(NamedTuple):
    """The place to which a ladder goes on, and when: a rung on a clock, or one that begins a chain (clock None)."""

    ladder: Ladder
    rung: Rung
    place: Place
    at: int

    @property
    def by_clock(self) -> bool:
        """Whether its rung hangs on a clock."""
        return self.place[1] is not None

    def hastened(self, chain: Chain) -> Chain:
        """Give a chain, begun at once if it is this one that the ladder goes on to."""
        begins = not self.by_clock and chain.cycle == self.place[2] and chain.steps[0] == self.rung
        return replace(chain, start=min(chain.start, self.at), because=UNDELIVERED) if begins else chain

    def telling(self) -> Telling:
        """Give its first round as a source; those after it come at the times of its clock (climb.py)."""
        _, clock, cycle = self.place
        return Telling(Round(self.ladder, self.rung, clock, cycle, 0, UNDELIVERED), self.at)


def moved_on(ladder: Ladder) -> MovedOn | None:
    """Give where a ladder goes on since its last round reached nobody; None: it did, or nothing is left to come."""
    stood = _last_asked(ladder)
    rung = None if stood is None else ladder.rung_at((stood.rung, stood.clock, stood.cycle))
    if stood is None or rung is None or not _still_asks(ladder, stood):
        return None
    turns = ladder.turns(rung, stood.clock, stood.cycle)
    if turns is None or turns.came.fate is not Fate.NOBODY or turns.one_more or not could_reach(stood):
        return None
    at = max(turns.came.at, answer_awaited_until(ladder)[0])
    if stood.clock is None and _chain_goes_on(ladder, rung, at):
        return None
    return next(_places_after(ladder, rung, at), None)


def _last_asked(ladder: Ladder) -> RoundTold | None:
    """Give the last round of a rung that pages, since somebody had the incident in hand."""
    for each in reversed(ladder.trail.rounds):
        if each.originator_version < ladder.stretch:
            return None
        rung = ladder.rung_at((each.rung, each.clock, each.cycle))
        if rung is not None and rung.page:
            return each
    return None


def _still_asks(ladder: Ladder, stood: RoundTold) -> bool:
    """Whether what a round asked for is still wanted, and no pass through the whole ladder has the next step."""
    if stood.clock is not None:
        return any((run.name, run.cycle) == (stood.clock, stood.cycle) for run in ladder.runs)
    return not ladder.answered and all(each.originator_version != stood.cycle for each in passes(ladder))


def _chain_goes_on(ladder: Ladder, rung: Rung, at: int) -> bool:
    for step in ladder.rungs[rung.index + 1 :]:
        if step.when != UNANSWERED:
            return False
        if ladder.counts(step.only, at):
            return True
    return False


def _places_after(ladder: Ladder, rung: Rung, at: int) -> Iterator[MovedOn]:
    """Give the places above a rung that page and were not told yet, the next one first."""
    for step in ladder.rungs[rung.index + 1 :]:
        if step.page and ladder.counts(step.only, at):
            for place in _of(step, ladder):
                if place not in ladder.trail.places:
                    yield MovedOn(ladder, step, place, at)


def _of(step: Rung, ladder: Ladder) -> Iterator[Place]:
    if step.when == UNACKNOWLEDGED and not ladder.answered:
        yield step.index, None, 1
    elif step.when not in ANSWERED_BY_ACKNOWLEDGING:
        yield from ((step.index, run.name, run.cycle) for run in ladder.runs if hangs_on(step, run))
