"""What comes next on the ladders of an incident if nobody answers: when, which rung, and why. Pure.

It is a look ahead for people. What is really told, the engine decides when its time has come (see owed.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalation.clocks.course import course_of
from escalation.clocks.runs import seconds
from escalation.crew.staff import NOBODY
from escalation.engine.asking import ASKED, asked_owed
from escalation.engine.exhaustion import Exhaustion, this_way
from escalation.engine.ladder import LEGAL, Ladder
from escalation.engine.ladders_owed import chains_of, ladders, rungs_owed
from escalation.engine.resuming import resumption
from escalation.engine.sources import instant
from escalation.engine.told import told_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from escalation.clocks.course import Course, Versions
    from escalation.engine.chain import Chain
    from escalation.engine.ladders_owed import Rungs
    from incidents.incident import Incident

EXHAUSTED, ON_CLOCK = "exhausted", "clock"


class Coming(NamedTuple):
    """A round that would be told.

    Attributes:
        at: When; past where the engine has yet to come to it.
        ladder: The ladder's name: `S1`, `default`, `globex/S1`, `legal`, `asked`.
        rung: Its place in the ladder, from 0; None: the ladder's end (`incident.ladder_exhausted`).
        clock: The clock that it hangs on; None for what asks who takes the incident.
        cycle: The cycle of that clock, or what tells the rung's turns apart (see chain.py).
        round: The round, from 0.
        why: `opened`, `unacknowledged`, `severity_changed`, `clock`, or as `because` of `incident.rung_fired`:
            unanswered, undelivered, resumed, escalated, again, gone, asked; `exhausted` for the ladder's end.
        expected: Whether it is an estimate: it follows only if what comes before it stays without an answer.
    """

    at: datetime
    ladder: str
    rung: int | None
    clock: str | None
    cycle: int
    round: int
    why: str
    expected: bool = False


def upcoming(incident: Incident, versions: Versions, now: datetime, course: Course | None = None) -> list[Coming]:
    """Give what comes next, in the order of time: of each rung its next round, of a chain also the steps after it.

    `course` is the incident's under its agreement, where it is known already.
    """
    if incident.imported:
        return []
    known = course or course_of(incident, versions)
    told = told_of(incident.history)
    runs = [run for run in known.runs if run.owing]
    found: list[Coming] = []
    for ladder in ladders(incident, known.agreement, runs, told, NOBODY):  # who it is decides no instant
        owed = list(rungs_owed(ladder))
        found += _next_of(owed)
        if incident.active and not ladder.answered and ladder.name != LEGAL:
            found += _expected(ladder, owed, seconds(now))
    if incident.active:
        found += _next_of(asked_owed(Ladder(incident, known.agreement, NOBODY, told, ASKED)))
    return sorted(found, key=lambda coming: coming.at)


def _next_of(owed: Iterable[Rungs]) -> Iterator[Coming]:
    """Give the first moment of each."""
    for source in owed:
        first = next(source.moments(), None)
        if first is not None:
            at, which = first
            if isinstance(source, Exhaustion):
                yield _end_of(source.ladder, at)
            else:
                each = source.round_at(which)
                why = each.because or (each.rung.when if each.clock is None else ON_CLOCK)
                yield Coming(instant(at), each.ladder.name, each.rung.index, each.clock, each.cycle, each.number, why)


def _end_of(ladder: Ladder, at: int, *, expected: bool = False) -> Coming:
    return Coming(instant(at), ladder.name, None, None, ladder.stretch, 0, EXHAUSTED, expected)


def _expected(ladder: Ladder, owed: Iterable[Rungs], now: int) -> Iterator[Coming]:
    """Estimate the steps of chains after the next, and the ladder's end, as if each waited for no one answer."""
    ends: list[int] = []
    for chain in chains_of(ladder):
        steps, end = _steps_of(chain, now)
        yield from steps
        ends += [] if end is None else [end]
    ended = this_way(ladder)
    over = (ended and not ended[-1].again) or any(isinstance(each, Exhaustion) for each in owed)
    at = ladder.not_before(max(ends), answering=True) if ends and not over else None
    if at is not None:
        yield _end_of(ladder, at, expected=True)


def _steps_of(chain: Chain, now: int) -> tuple[list[Coming], int | None]:
    """Give the steps after the one that is next, and when the last of them has had its time."""
    stands = _next_step(chain)
    found: list[Coming] = []
    if stands is None:
        return found, None
    nth, number, at = stands
    while True:
        at = max(at, now) + chain.time_for(nth, number)
        after = chain.reached_from(nth + 1, at)
        told_at = None if after is None else chain.ladder.not_before(at, answering=True)
        if after is None or told_at is None:
            return found, at if any(step.page for step in chain.steps) else None
        (nth, step), number, at = after, 0, told_at
        each = chain.round_of(nth, 0)
        why = each.because or step.when
        found.append(Coming(instant(at), chain.ladder.name, step.index, None, chain.cycle, 0, why, expected=True))


def _next_step(chain: Chain) -> tuple[int, int, int] | None:
    """Give the step of a chain that is told next, its round, and when; also where the ladder goes on there."""
    resuming = resumption(chain.ladder)
    if resuming is None or chain.position is None:
        coming = [(telling, first) for telling in chain.coming() if (first := next(telling.moments(), None))]
        if not coming:
            return None
        telling, (at, number) = coming[-1]
        return chain.steps.index(telling.first.rung), number, at
    rung, clock, cycle = resuming.place
    standing = [nth for nth, step in enumerate(chain.steps) if step.index == rung]
    if clock is not None or cycle != chain.cycle or not standing:
        return None
    at, number = next(resuming.telling().moments(), (resuming.at, 0))
    return standing[0], number, at
