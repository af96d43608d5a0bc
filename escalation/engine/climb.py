"""Rungs that hang on clocks: when each of their rounds comes. Pure.

The contract's clocks decide, not who has the incident in hand. Only where such a rung pages one person after another
does it stop as soon as somebody has answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model.ladders import ANSWERED_BY_ACKNOWLEDGING, ANY, SILENT
from escalation.clocks.demands import is_legal
from escalation.engine.ladder import legal_rungs
from escalation.engine.rounds import Round
from escalation.engine.turns import WENT, Fate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from escalation.agreement.model import Rung
    from escalation.clocks.runs import Run
    from escalation.engine.ladder import Ladder
    from escalation.engine.sources import Told
    from escalation.engine.told import Place
    from escalation.engine.turns import Turns


def climbs(ladder: Ladder, but: Place | None = None) -> Iterator[Climb]:
    """Give the rungs of a ladder on each clock that they hang on, except one at a place that goes on otherwise."""
    for rung in ladder.rungs:
        if rung.when not in ANSWERED_BY_ACKNOWLEDGING:
            for run in ladder.runs:
                if hangs_on(rung, run) and (rung.index, run.name, run.cycle) != but:
                    yield Climb(ladder, rung, run)


def hangs_on(rung: Rung, run: Run) -> bool:
    """Whether a rung is told by a clock."""
    if rung.when == ANY:
        return not is_legal(run.target)
    return run.target.repeats if rung.when == SILENT else rung.when == run.name


@dataclass(slots=True)
class Climb:
    """A rung on one clock: its first round, and those that follow; a source. Nobody changes one."""

    ladder: Ladder
    rung: Rung
    run: Run

    def moments(self) -> Iterator[tuple[int, int]]:
        """One a round that has not been told."""
        turns, not_before = self._turns, self.ladder.not_before
        for reached, number in self._first() if turns is None else self._later(turns):
            at = not_before(reached, answering=False)
            if at is None:
                return
            yield at, number

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Tell a round."""
        return self.round_at(which).told(now)

    def round_at(self, which: int) -> Round:
        """Give one of the rounds."""
        turns = self._turns
        because = WENT if turns and turns.came.fate is Fate.GONE else None
        return Round(self.ladder, self.rung, self.run.name, self.run.cycle, which, because)

    @property
    def pending(self) -> bool:
        """Whether it is still to come, should its clock ever get there."""
        turns = self._turns
        if turns is not None:
            return turns.came.fate is Fate.GONE or turns.one_more or turns.repeats
        reached = self._reached(0)
        return reached is None or self.ladder.counts(self.rung.only, reached)

    @property
    def _turns(self) -> Turns | None:
        return self.ladder.turns(self.rung, self.run.name, self.run.cycle)

    def _first(self) -> Iterator[tuple[int, int]]:
        """Of one person after another the first is asked first, however late it is."""
        reached = self._reached(0)
        if reached is not None and self.ladder.counts(self.rung.only, reached):
            yield reached, 0
            yield from self._repeats(1)

    def _later(self, turns: Turns) -> Iterator[tuple[int, int]]:
        came, number = turns.came, turns.number + 1
        if came.fate is Fate.GONE:
            yield came.at, number
        elif turns.walks:
            if turns.one_more and not self.ladder.answered:
                yield (came.at if came.fate is Fate.NOBODY else turns.at + self.rung.wait), number
        elif turns.repeats:
            yield from self._repeats(number)

    def _repeats(self, number: int) -> Iterator[tuple[int, int]]:
        for nth in range(number, 1 + (self.rung.max_repeats if self.rung.repeat_every else 0)):
            reached = self._reached(nth)
            if reached is None:
                return
            yield reached, nth

    def _reached(self, nth: int) -> int | None:
        """Waits between the rounds are counted time of that clock (clock rule 10)."""
        plus = self.rung.after + nth * (self.rung.repeat_every or 0)
        return self.run.reached(self.rung.percent or 0, plus)


@dataclass(frozen=True)
class LegalClimb:
    """All rungs of one legal clock, from the last that was told on; a source.

    They page the same people, each more urgently than the one before, so that the highest covers the lower ones (clock
    rule 7). What an agreement writes is otherwise: its rungs on one clock are for others each time.
    """

    ladder: Ladder
    run: Run

    def moments(self) -> Iterator[tuple[int, int]]:
        """One a rung; also the last that was told, if all whom it paged are gone."""
        rungs, told = self._rungs, self._told
        found = [(at, each.rung.index) for each in rungs[max(told, 0) :] for at, _ in each.moments()]
        yield from sorted(found)

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Tell who is told; or that there was nobody to tell."""
        return self.round_at(which).told(now)

    def round_at(self, which: int) -> Round:
        """Give what is told of one of the rungs."""
        rung = self._rungs[which]
        _, number = next(rung.moments(), (0, 0))
        return rung.round_at(number)

    @property
    def _rungs(self) -> list[Climb]:
        return [Climb(self.ladder, rung, self.run) for rung in legal_rungs(self.run, self.ladder.agreement)]

    @property
    def _told(self) -> int:
        """The highest rung that this cycle of the clock has told."""
        this = (self.run.name, self.run.cycle)
        return max((rung for rung, *on in self.ladder.trail.places if tuple(on) == this), default=-1)
