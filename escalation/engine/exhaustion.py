"""The end of a ladder that nobody has answered: it begins again, or is handed on (agreement: ladders.exhausted). Pure.

A ladder ends with its rungs that ask who takes the incident; one that has none of those that page, with its clocks'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.agreement.model import Exhausted
from escalation.crew.reaching import NOTICE, PAGE, Calling
from escalation.engine.climb import climbs
from escalation.engine.pages import pages_to
from escalation.engine.resuming import answer_awaited_until
from escalation.engine.told import RESUMED
from escalation.engine.turns import MOST_GONE, UNDELIVERED, WENT, Fate, Turns, reached_somebody
from incidents.incident import Incident

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from escalation.engine.chain import Chain
    from escalation.engine.ladder import Ladder
    from escalation.engine.rounds import Telling
    from escalation.engine.sources import Told
    from escalation.engine.told import RoundTold
    from incidents import happenings as h

NEVER = Exhausted()


def passes(ladder: Ladder) -> list[h.LadderExhausted]:
    """Give how often a ladder has come to its end since the incident was last in somebody's hands."""
    return [each for each in ladder.trail.exhausted if each.originator_version > ladder.stretch]


def this_way(ladder: Ladder) -> list[h.LadderExhausted]:
    """Give those of them that belong to the way to its end on which a ladder is.

    Somebody who is asked after it was handed on, as its severity is another, begins a new way: they may not answer
    either. Whoever is told only in the place of somebody else does not.
    """
    ended = passes(ladder)
    asked = (each.originator_version for each in ladder.trail.rounds if _asks_by_itself(ladder, each)) if ended else ()
    latest = max(asked, default=0)
    handed = [each.originator_version for each in ended if not each.again and each.originator_version < latest]
    return [each for each in ended if each.originator_version > max(handed, default=0)]


def exhaustion(ladder: Ladder, chains: Sequence[Chain], coming: Sequence[Telling]) -> Exhaustion | None:
    """Give the end of a ladder on which nobody has it; None: rungs are still to come, or nobody was told, or it ended.

    Args:
        ladder: The ladder, which does not wait for anything else.
        chains: Its chains.
        coming: What is to be told next on them.
    """
    ended, way = passes(ladder), this_way(ladder)
    if way and not way[-1].again:
        return _handed_on(ladder, way, len(ended) + 1)
    asking = [chain for chain in chains if chain.position is not None and chain.steps[chain.position].page]
    last = _last_told(ladder, asking=bool(asking))
    if last is None or any(telling.first.rung.page for telling in coming):
        return None
    if not asking and any(climb.pending for climb in climbs(ladder) if climb.rung.page):
        return None
    rule = ladder.agreement.exhausted.get(ladder.side, NEVER)
    since = ended[-1].originator_version if ended else 0
    reached = any(reached_somebody(each) for each in ladder.trail.rounds if each.originator_version > since)
    again = len(way) < rule.repeat and (reached or not rule.hand_to)
    base = max(last.at, answer_awaited_until(ladder)[0])
    vain = last.came.fate is Fate.NOBODY and (reached or not again)
    waited = [base if vain else base + last.rung.wait, *(chain.done_at or 0 for chain in asking)]
    return Exhaustion(ladder, len(ended) + 1, again, rule.hand_to, max(waited))


def _handed_on(ladder: Ladder, ended: Sequence[h.LadderExhausted], times: int) -> Exhaustion | None:
    """Hand it to whoever is there now, if all to whom it was handed were gone before their pages left."""
    pages = [page["delivery"] for page in ended[-1].pages if page["urgency"] == PAGE]
    losses = [ladder.told.lost[delivery] for delivery in pages if delivery in ladder.told.lost]
    gone = len(losses) == len(pages) and any(loss.gone for loss in losses)
    if not gone or sum(not each.again for each in ended) >= MOST_GONE:
        return None
    hand_to = ladder.agreement.exhausted.get(ladder.side, NEVER).hand_to
    return Exhaustion(ladder, times, again=False, hand_to=hand_to, at=max(loss.at for loss in losses))


def _asks_by_itself(ladder: Ladder, each: RoundTold) -> bool:
    rung = ladder.rung_at((each.rung, each.clock, each.cycle))
    return each.clock is None and rung is not None and bool(rung.page) and each.because != WENT


def _last_told(ladder: Ladder, *, asking: bool) -> Turns | None:
    """Give where the ladder told last what somebody was to answer; `asking`: rungs on clocks are apart from that."""
    for each in reversed(ladder.trail.rounds):
        rung = ladder.rung_at((each.rung, each.clock, each.cycle))
        apart = asking and each.clock is not None and each.because not in {RESUMED, UNDELIVERED}
        if rung is not None and rung.page and not apart:
            return ladder.turns(rung, each.clock, each.cycle)
    return None


@dataclass(frozen=True)
class Exhaustion:
    """The end of a ladder; a source. `times`: how often it has ended since somebody had the incident in hand."""

    ladder: Ladder
    times: int
    again: bool
    hand_to: tuple[str, ...]
    at: int

    def moments(self) -> Iterator[tuple[int, int]]:
        """Once."""
        at = self.ladder.not_before(self.at, answering=True)
        if at is not None:
            yield at, 0

    def fact(self, which: int, *, late: bool, now: datetime) -> Told:  # noqa: ARG002 - the port's
        """Tell it, and page those to whom it is handed if it does not begin again.

        Where they are not there, whoever is to be warned of that is paged in their place: nobody comes after them.
        """
        calling = Calling(self.ladder.agreement, self.ladder.staff, now)
        handed = calling.reach(() if self.again else self.hand_to, PAGE)
        warned = calling.reach(handed.warn, NOTICE if handed.people else PAGE).people if handed.warn else ()
        key = (self.ladder.name, "exhausted", self.ladder.stretch, self.times)
        asked, informed = (handed.people, warned) if handed.people else (warned, ())
        pages = pages_to(self.ladder.incident.id, key, asked, informed)
        values = {"ladder": self.ladder.name, "times": self.times, "again": self.again, "pages": pages}
        return Incident.LadderExhausted, values
