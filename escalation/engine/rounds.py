"""A round of a rung: whom it reaches at the moment of telling, and the fact that tells it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from escalation.agreement.model import Reach
from escalation.crew.reaching import NOTICE, PAGE, Calling
from escalation.engine.pages import pages_to
from escalation.engine.turns import NO_ONE_ON_CALL, NO_ONE_TO_REACH
from incidents.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from escalation.agreement.model import Rung
    from escalation.engine.ladder import Ladder
    from escalation.engine.pages import Ways
    from escalation.engine.sources import Told


@dataclass(slots=True)
class Round:
    """A round of a rung at a place of its ladder. `because` as in `incident.rung_fired`. Nobody changes one."""

    ladder: Ladder
    rung: Rung
    clock: str | None
    cycle: int
    number: int
    because: str | None = None

    def told(self, now: datetime) -> Told:
        """Tell who is told; or that there was nobody to tell, which costs the ladder no time."""
        calling = Calling(self.ladder.agreement, self.ladder.staff, now)
        paged, informed = calling.reach(self.rung.page, PAGE), calling.reach(self.rung.notify, NOTICE)
        gaps, warn = (*paged.gaps, *informed.gaps), (*paged.warn, *informed.warn)
        notices = (*informed.people, *(calling.reach(warn, NOTICE).people if warn else ()))
        asked, of = self._whose_turn(paged.people)
        pages = pages_to(self.ladder.incident.id, self._place.values(), asked, notices)
        if gaps and not (paged.people if self.rung.page else informed.people):
            return Incident.RungSkipped, self._with(why=NO_ONE_ON_CALL, pages=pages or None)
        if not pages:
            return Incident.RungSkipped, self._with(why=NO_ONE_TO_REACH)
        return Incident.RungFired, self._with(pages=pages, of=of)

    @property
    def _place(self) -> dict[str, Any]:
        """Tell it from all others of the incident: nobody is paged twice for one."""
        return {
            "ladder": self.ladder.name,
            "rung": self.rung.index,
            "clock": self.clock,
            "cycle": self.cycle,
            "round": self.number,
        }

    def _with(self, **more: object) -> dict[str, Any]:
        more["because"] = self.because
        return self._place | {name: value for name, value in more.items() if value is not None}

    def _whose_turn(self, people: Sequence[Ways]) -> tuple[Sequence[Ways], int | None]:
        """Give those whom this round pages: all, or whoever was not paged yet, else was so before all others.

        The people of a rung may change between its rounds, so they are told apart by who they are, not by their place.
        """
        if self.rung.reach is Reach.ALL or not people:
            return people, None
        turns = self.ladder.turns(self.rung, self.clock, self.cycle)
        paged = turns.last_turns() if turns else {}
        in_turn = self._after_the_last(people) if self.rung.reach is Reach.ROUND_ROBIN else people
        left = sum(ways[0].contact not in paged for ways in in_turn)
        return [min(in_turn, key=lambda ways: paged.get(ways[0].contact, -1))], self.number + max(left, 1)

    def _after_the_last(self, people: Sequence[Ways]) -> Sequence[Ways]:
        """Begin with the one after whom this rung reached last, over all incidents."""
        last = self.ladder.staff.last_turn(self.ladder.incident.partnership, self.ladder.name, self.rung.index)
        places = [place for place, ways in enumerate(people, start=1) if ways[0].contact == last]
        return (*people[places[0] :], *people[: places[0]]) if places else people


@dataclass(slots=True)
class Telling:
    """Rounds that come by the clock on the wall, the first at an instant, the others at equal distances; a source.

    Nobody changes one; it is not frozen only because that takes three times as long to make, after each command.

    Attributes:
        first: The first of the rounds.
        at: When it is reached; it may have to wait (see Ladder.not_before).
        every: Seconds between it and each later round.
        last: The number of the last round.
        urgent: Whether it waits for nothing.
    """

    first: Round
    at: int
    every: int = 0
    last: int = 0
    urgent: bool = False

    def moments(self) -> Iterator[tuple[int, int]]:
        """One a round."""
        number = self.first.number
        for nth in range(number, max(number, self.last) + 1):
            reached = self.at + (nth - number) * self.every
            answering = self.first.clock is None
            at = reached if self.urgent else self.first.ladder.not_before(reached, answering=answering)
            if at is None:
                return
            yield at, nth

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Tell it."""
        return self.round_at(which).told(now)

    def round_at(self, which: int) -> Round:
        """Give one of the rounds."""
        first = self.first
        return Round(first.ladder, first.rung, first.clock, first.cycle, which, first.because)
