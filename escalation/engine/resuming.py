"""A ladder that goes on where it stood, once nobody has the incident in hand any more. Pure.

That is so when an acknowledgement was given back or has expired, when a snooze is over, when whoever it was reassigned
to has not answered, and when what nobody had in hand is reopened. Whoever was paged last is then paged again, and the
ladder goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model.ladders import DEFAULT_WAIT
from escalation.engine.asking import ASKED, asking_rung
from escalation.engine.rounds import Round, Telling
from escalation.engine.told import RESUMED
from escalation.engine.turns import Fate, Turns, reached_somebody
from incidents import happenings as h

if TYPE_CHECKING:
    from escalation.agreement.model import Rung
    from escalation.engine.ladder import Ladder
    from escalation.engine.told import Place, RoundTold


@dataclass(frozen=True)
class Resumption:
    """The round with which a ladder goes on at a place.

    `ready` is false while somebody is still to be asked by name, whose answer it waits for.
    """

    ladder: Ladder
    rung: Rung
    place: Place
    at: int
    ready: bool

    def telling(self) -> Telling:
        """Give it as a source."""
        _, clock, cycle = self.place
        turns = self.ladder.turns(self.rung, clock, cycle)
        number = 0 if turns is None else turns.number + 1
        return Telling(Round(self.ladder, self.rung, clock, cycle, number, RESUMED), self.at, last=number)


def resumption(ladder: Ladder) -> Resumption | None:
    """Give the round with which a ladder is still to go on; None: it has, or it never stopped."""
    if ladder.answered or ladder.ended is None or ladder.trail.resumed > ladder.stretch or escalated(ladder):
        return None
    stood = _where_it_stood(ladder)
    if stood is None:
        return None
    place = (stood.rung, stood.clock, stood.cycle)
    rung = ladder.rung_at(place)
    at, ready = answer_awaited_until(ladder)
    return None if rung is None else Resumption(ladder, rung, place, at, ready)


def answer_awaited_until(ladder: Ladder) -> tuple[int, bool]:
    """Give until when whoever it was reassigned to may answer, and whether they were asked; else when it was ended."""
    if not isinstance(ladder.ended, h.Reassigned):
        return ladder.ended_at, True
    rounds = ladder.told.trails[ASKED].places.get((0, None, ladder.stretch))
    if rounds is None:
        return ladder.ended_at + DEFAULT_WAIT, False
    turns = Turns(asking_rung(ladder.ended.to), rounds, ladder.told.lost)
    if turns.came.fate is Fate.NOBODY:
        return turns.came.at, True
    return turns.at + DEFAULT_WAIT, turns.came.fate is Fate.WAITING


def escalated(ladder: Ladder) -> h.Escalated | None:
    """Give the fact that ended it if that has a rung of this ladder told; None otherwise."""
    ended = ladder.ended
    if isinstance(ended, h.Escalated) and ended.ladder == ladder.name and ended.rung < len(ladder.rungs):
        return ended
    return None


def _where_it_stood(ladder: Ladder) -> RoundTold | None:
    """Find the last round that paged for what is still wanted; else the last that told of what asks who takes it."""
    before = [each for each in ladder.trail.rounds if each.originator_version < ladder.stretch]
    owed = {(run.name, run.cycle) for run in ladder.runs}
    for each in reversed(before):
        if reached_somebody(each) and (each.clock is None or (each.clock, each.cycle) in owed):
            return each
    return next((each for each in reversed(before) if each.clock is None), None)
