"""Rungs that ask who takes the incident, one after the other until somebody does. Pure.

A chain begins with a rung that hangs on the report, on time without an acknowledgement, or on another severity, and
goes on with the rungs right after it that hang on `unanswered`. So does one that begins with a rung that was escalated
to by hand; and a pass through the whole ladder, once it has come to its end without an answer. What tells them apart is
the cycle of their places: 1, or the version of the fact that began them.

Each step waits from when the one before was really told, so that an engine that was down for hours pages one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from escalation.agreement.model import Reach
from escalation.agreement.model.ladders import (
    ANSWERED_BY_ACKNOWLEDGING,
    OPENED,
    SEVERITY_CHANGED,
    UNACKNOWLEDGED,
    UNANSWERED,
)
from escalation.clocks.runs import seconds
from escalation.engine.resuming import answer_awaited_until, escalated
from escalation.engine.rounds import Round, Telling
from escalation.engine.turns import WENT, Fate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from escalation.agreement.model import Rung
    from escalation.engine.ladder import Ladder
    from escalation.engine.turns import Turns
    from incidents import happenings as h

ESCALATED, AGAIN = "escalated", "again"


@dataclass
class Chain:
    """Steps of a ladder, the first reached at an instant. Nobody changes one (see rounds.Telling).

    Attributes:
        because: Why the first step is told; None: its rung says so.
        onward: Why the others are.
        repeats: Whether steps are repeated as their rungs say.
        urgent: Whether the first step waits for nothing.
    """

    ladder: Ladder
    steps: tuple[Rung, ...]
    cycle: int
    start: int
    because: str | None = None
    onward: str = UNANSWERED
    repeats: bool = True
    urgent: bool = False

    def coming(self) -> Iterator[Telling]:
        """Give what is to be told next: of the step where it stands its next round, or the step after it."""
        position = self.position
        if position is None:
            yield from self._entry()
            return
        if self.ladder.answered:
            return
        for nth, turns in self._told.items():
            yield from self._rounds(nth, turns, standing=nth == position)
        yield from self._next(position)

    @property
    def position(self) -> int | None:
        """The highest step that was told; None: it has not begun."""
        return max(self._told, default=None)

    @property
    def done_at(self) -> int | None:
        """When the step where it stands has had its time; None: it has rounds to come, or nothing was told."""
        if self.position is None:
            return None
        turns = self._told[self.position]
        came = turns.came
        if came.fate is Fate.GONE or turns.one_more:
            return None
        if came.fate is Fate.NOBODY:
            return max(came.at, self._since)
        return None if self._repeating(turns) else max(turns.at, self._since) + turns.rung.wait

    def reached_from(self, position: int, at: int) -> tuple[int, Rung] | None:
        """Give the first step from a position on that counts when it is reached at an instant.

        Whoever escalates to a rung wants it told, whenever it counts by itself.
        """
        for nth, step in enumerate(self.steps[position:], start=position):
            if (self.urgent and not nth) or self.ladder.counts(step.only, at):
                return nth, step
        return None

    def time_for(self, nth: int, number: int) -> int:
        """Give the seconds that a step takes from one of its rounds on, if nobody answers."""
        step = self.steps[nth]
        if step.reach is not Reach.ALL:
            turns = self._told.get(nth)
            more = max(0, turns.of - number - 1) if turns else 0
            return (1 + more) * step.wait
        return step.wait + max(0, self._last_of(step) - number) * (step.repeat_every or 0)

    def round_of(self, nth: int, number: int, because: str | None = None) -> Round:
        """Give a round of one of its steps."""
        why = because or (self.onward if nth else self.because)
        return Round(self.ladder, self.steps[nth], None, self.cycle, number, why)

    @cached_property
    def _told(self) -> dict[int, Turns]:
        if not self.ladder.trail.rounds:
            return {}
        found = ((nth, self.ladder.turns(step, None, self.cycle)) for nth, step in enumerate(self.steps))
        return {nth: turns for nth, turns in found if turns is not None}

    @property
    def _since(self) -> int:
        """Since when it could be answered, if nobody had it in hand before."""
        return answer_awaited_until(self.ladder)[0]

    def _entry(self) -> Iterator[Telling]:
        """The report and another severity are told though somebody was faster; nothing is repeated then."""
        found = self.reached_from(0, self.start)
        if found is None:
            return
        nth, step = found
        if self.ladder.answered:
            if step.when in {OPENED, SEVERITY_CHANGED}:
                yield Telling(self.round_of(nth, 0), self.start)
            return
        urgent = self.urgent and not nth
        yield Telling(self.round_of(nth, 0), self.start, step.repeat_every or 0, self._last_of(step), urgent)

    def _rounds(self, nth: int, turns: Turns, *, standing: bool) -> Iterator[Telling]:
        came, number = turns.came, turns.number + 1
        base = max(turns.at, self._since)
        if standing and came.fate is Fate.GONE:
            yield Telling(self.round_of(nth, number, WENT), came.at)
        elif standing and turns.one_more:
            at = max(came.at, self._since) if came.fate is Fate.NOBODY else base + turns.rung.wait
            yield Telling(self.round_of(nth, number, turns.onward or UNANSWERED), at)
        elif self._repeating(turns) and (standing or came.fate is Fate.NOBODY):
            every = turns.rung.repeat_every or 0
            yield Telling(self.round_of(nth, number), base + every, every, turns.rung.max_repeats)

    def _next(self, position: int) -> Iterator[Telling]:
        done_at = self.done_at
        found = None if done_at is None else self.reached_from(position + 1, done_at)
        if done_at is not None and found is not None:
            nth, step = found
            because = self._told[position].onward
            yield Telling(self.round_of(nth, 0, because), done_at, step.repeat_every or 0, self._last_of(step))

    def _last_of(self, step: Rung) -> int:
        """Give the number of the last round that a step has by itself."""
        return step.max_repeats if self.repeats and step.repeat_every else 0

    def _repeating(self, turns: Turns) -> bool:
        return self.repeats and turns.repeats and not turns.walks


def chains(ladder: Ladder, again: Sequence[h.LadderExhausted]) -> Iterator[Chain]:
    """Give the chains of a ladder that go on, or are to begin; `again` are the ends from which it began again."""
    by_hand = escalated(ladder)
    for head in ladder.rungs:
        chain = _beginning_with(ladder, head)
        # Whoever escalates goes on from there: what had been told before goes no further.
        if chain is not None and (by_hand is None or chain.position is None or chain.cycle > ladder.stretch):
            yield chain
    if by_hand is not None:
        steps = with_those_after(ladder, ladder.rungs[by_hand.rung])
        version, at = by_hand.originator_version, seconds(by_hand.timestamp)
        yield Chain(ladder, steps, version, at, because=ESCALATED, urgent=True)
    for each in again:
        steps, version = steps_of_a_pass(ladder), each.originator_version
        yield Chain(ladder, steps, version, seconds(each.timestamp), AGAIN, onward=AGAIN, repeats=False)


def steps_of_a_pass(ladder: Ladder) -> tuple[Rung, ...]:
    """Give the rungs that page for an answer; where none does, all that page."""
    paging = tuple(rung for rung in ladder.rungs if rung.page)
    return tuple(rung for rung in paging if rung.when in ANSWERED_BY_ACKNOWLEDGING) or paging


def with_those_after(ladder: Ladder, head: Rung) -> tuple[Rung, ...]:
    """Give a rung and those right after it that hang on its being unanswered."""
    steps = [head]
    for rung in ladder.rungs[head.index + 1 :]:
        if rung.when != UNANSWERED:
            break
        steps.append(rung)
    return tuple(steps)


def _beginning_with(ladder: Ladder, head: Rung) -> Chain | None:
    """Give the chain that begins with a rung by itself; None: it begins none, or not yet."""
    if head.when == OPENED:
        return Chain(ladder, with_those_after(ladder, head), 1, seconds(ladder.incident.reported_at))
    if head.when == UNACKNOWLEDGED:
        return Chain(ladder, with_those_after(ladder, head), 1, answer_awaited_until(ladder)[0] + head.after)
    if head.when == SEVERITY_CHANGED and (changed := ladder.told.rated) is not None:
        steps = with_those_after(ladder, head)
        return Chain(ladder, steps, changed.originator_version, seconds(changed.timestamp))
    return None
