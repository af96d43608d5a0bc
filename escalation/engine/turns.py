"""What became of the rounds that were told at one place of a ladder. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.model import Reach
from escalation.clocks.runs import seconds
from escalation.crew.reaching import PAGE
from incidents import happenings as h

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from escalation.agreement.model import Rung
    from escalation.engine.told import Loss, RoundTold

NO_ONE_TO_REACH, NO_ONE_ON_CALL = "no_one_to_reach", "no_one_on_call"
UNDELIVERED = "undelivered"
"""`because` of a round that is told at once, since no page of the one before could be delivered."""
WENT = "gone"
"""`because` of a round that is told again, since whomever the one before reached is there no more."""
MOST_GONE = 5
"""How often in a row a round is told again for that: should people come and go faster, the ladder goes on."""


class Fate(Enum):
    """What a round came to."""

    WAITING = auto()
    """It waits for an answer."""
    GONE = auto()
    """All whom it paged are there no more."""
    NOBODY = auto()
    """It paged nobody, or none of its pages could be delivered."""


class Came(NamedTuple):
    """What a round came to, and since when that is known."""

    fate: Fate
    at: int


@dataclass
class Turns:
    """The rounds of a rung that were told at one place, at least one, with the pages of the ladder that were lost.

    Nobody changes one (see rounds.Telling).
    """

    rung: Rung
    rounds: Sequence[RoundTold]
    lost: Mapping[str, Loss]

    @property
    def number(self) -> int:
        """The number of the last round."""
        return self.rounds[-1].round

    @property
    def onward(self) -> str | None:
        """Why what follows is told at once; None: it is not, or nobody was paged who could have failed to get it."""
        failed = self.came.fate is Fate.NOBODY and reached_somebody(self.rounds[-1])
        return UNDELIVERED if failed else None

    @property
    def at(self) -> int:
        """When the last round was told."""
        return seconds(self.rounds[-1].timestamp)

    @cached_property
    def came(self) -> Came:
        """What the last round came to."""
        last = self.rounds[-1]
        paged = _paged(last)
        if self.rung.page and not paged:
            return Came(Fate.NOBODY, self.at)
        losses = [self.lost[delivery] for delivery, _ in paged if delivery in self.lost]
        if not paged or len(losses) < len(paged):
            return Came(Fate.WAITING, self.at)
        gone = any(loss.gone for loss in losses) and not self._gone_too_often
        return Came(Fate.GONE if gone else Fate.NOBODY, max(loss.at for loss in losses))

    @property
    def of(self) -> int:
        """The number of rounds in which it pages one after the other; 0: it does not."""
        last = self.rounds[-1]
        return last.of or 0 if isinstance(last, h.RungFired) else 0

    @property
    def one_more(self) -> bool:
        """Whether it pages one at a time, and somebody is left."""
        return self.walks and self.number + 1 < self.of

    @property
    def walks(self) -> bool:
        """Whether it pages one at a time."""
        return self.rung.reach is not Reach.ALL

    @property
    def repeats(self) -> bool:
        """Whether it is to be told again by itself: a rung that names nobody at all is not."""
        last = self.rounds[-1]
        vain = isinstance(last, h.RungSkipped) and last.why == NO_ONE_TO_REACH
        return not vain and bool(self.rung.repeat_every) and last.round < self.rung.max_repeats

    def last_turns(self) -> dict[str, int]:
        """Give the last round in which each recipient was paged."""
        return {recipient: each.round for each in self.rounds for _, recipient in _paged(each)}

    @property
    def _gone_too_often(self) -> bool:
        recent = self.rounds[-MOST_GONE:]
        return len(recent) == MOST_GONE and all(each.because == WENT for each in recent)


def reached_somebody(each: RoundTold) -> bool:
    """Whether a round paged anybody."""
    return bool(_paged(each))


def could_reach(each: RoundTold) -> bool:
    """Whether a round names somebody: one that reached nobody only because nobody is on call does."""
    return not (isinstance(each, h.RungSkipped) and each.why == NO_ONE_TO_REACH)


def _paged(each: RoundTold) -> list[tuple[str, str]]:
    return list(_pages(each)) if isinstance(each, h.RungFired) else []


def _pages(fired: h.RungFired) -> Iterator[tuple[str, str]]:
    """Give the delivery and the recipient of each page that asks for an answer."""
    return ((page["delivery"], page["recipient"]) for page in fired.pages if page["urgency"] == PAGE)
