"""What a schedule says from one of its changes to the next, accepted swaps included. Pure.

What was, stays answerable (on-call rule 5): an instant of the past is asked of the definition that stood then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from escalation.oncall.on_call import compiled
from escalation.oncall.reports import gaps
from escalation.oncall.schedule import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from escalation.oncall.on_call import CompiledSchedule
    from escalation.oncall.schedule import Hours, Schedule


@dataclass(frozen=True, slots=True)
class Substitution:
    """By a swap, wherever `of` is on call during [start, end), `by` is in their place.

    It holds since it was accepted; `last_override` is the number of the last override then, 0 for none. An override
    that was added later replaces the swap as it replaces all else (on-call rule 3).
    """

    start: datetime
    end: datetime
    of: str
    by: str
    swap: int
    since: datetime
    last_override: int

    def acts_in(self, override: str | None) -> bool:
        """Say whether it acts where an override holds; None: none does."""
        return override is None or int(override) <= self.last_override


@dataclass(frozen=True)
class Definition:
    """A schedule from `since` on, until the next definition.

    Attributes:
        since: When it came on record.
        schedule: Layers, and the overrides that were not over then.
        substitutions: Accepted swaps that were not over then, in the order in which they were accepted.
        must_cover: The hours that somebody must be on call in; None: all.
    """

    since: datetime
    schedule: Schedule
    substitutions: tuple[Substitution, ...] = ()
    must_cover: tuple[Hours, ...] | None = None

    @cached_property
    def _compiled(self) -> CompiledSchedule:
        """The schedule, looked up once: with hundreds of overrides that takes longer than an answer."""
        return compiled(self.schedule)

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """Give who is on call at an instant."""
        people, override = self._compiled.on_call(at), self._compiled.override_at(at)
        for swapped in self.substitutions:
            if swapped.start <= at < swapped.end and swapped.acts_in(override):
                people = _substituted(people, swapped)
        return people

    def final(self, start: datetime, end: datetime) -> list[Shift]:
        """Give who is on call during [start, end), without a hole."""
        shifts = self._compiled.final(start, end)
        for swapped in self.substitutions:
            shifts = [part for shift in shifts for part in _parts(shift, swapped)]
        return shifts

    def gaps(self, start: datetime, end: datetime) -> list[Shift]:
        """Give when nobody is on call during [start, end), where somebody must be."""
        return gaps(self.final(start, end), self.must_cover, self.schedule.tz)


def final_of(definitions: Sequence[Definition], start: datetime, end: datetime) -> list[Shift]:
    """Give who is on call during [start, end), each definition for its own time; nobody before the first one."""
    if not definitions or start >= end:
        return []
    until = [*(each.since for each in definitions[1:]), max(end, definitions[-1].since)]
    first = min(max(start, definitions[0].since), end)
    found = [Shift(start, first, ())] if start < first else []
    for definition, ends in zip(definitions, until, strict=True):
        begins, stops = max(start, definition.since), min(end, ends)
        if begins < stops:
            _append(found, definition.final(begins, stops))
    return found


def _append(found: list[Shift], more: Sequence[Shift]) -> None:
    """Go on with shifts; one that only a change of the schedule parted from the last stays one."""
    first = more[0]
    if found and replace(first, start=found[-1].start) == replace(found[-1], end=first.end):
        found[-1] = replace(found[-1], end=first.end)
        more = more[1:]
    found += more


def _substituted(people: tuple[str, ...], swapped: Substitution) -> tuple[str, ...]:
    """Put one in another's place; who is on call anyway is so once."""
    if swapped.of not in people:
        return people
    return tuple(dict.fromkeys(swapped.by if each == swapped.of else each for each in people))


def _parts(shift: Shift, swapped: Substitution) -> Iterator[Shift]:
    """Cut a shift where a swap begins and ends in it."""
    apart = swapped.end <= shift.start or shift.end <= swapped.start
    if apart or swapped.of not in shift.people or not swapped.acts_in(shift.override):
        yield shift
        return
    cuts = [shift.start, *(cut for cut in (swapped.start, swapped.end) if shift.start < cut < shift.end), shift.end]
    for start, end in pairwise(cuts):
        part = replace(shift, start=start, end=end)
        if swapped.start <= start < swapped.end:
            part = replace(part, people=_substituted(part.people, swapped), swap=swapped.swap)
        yield part
