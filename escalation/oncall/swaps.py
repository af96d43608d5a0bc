"""Swaps: somebody gives hours of theirs to somebody else, who accepts; and may take some in turn. Pure.

A swap acts from the moment at which it is accepted. It puts the one in the other's place wherever the giver is on call,
so it holds through later changes of the schedule, and gives nobody hours that the giver would not have had.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from escalation.oncall.definition import Substitution
from incidents.errors import InvalidField, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from escalation.oncall.schedule import Shift

MOST_SWAPS = 100
"""Proposed or accepted, and not over."""
LONGEST_SWAP = timedelta(days=92)
FURTHEST = timedelta(days=3 * 366)
"""How far ahead swaps and overrides may end."""


class NotYourSwap(Refused):
    """Only the person to whom it was proposed accepts or declines it; only who proposed it withdraws it."""

    code = "not_your_swap"


class SwapSettled(Refused):
    """It was accepted, declined or withdrawn before, or its hours are over."""

    code = "swap_settled"


class TooManySwaps(Refused):
    """So many swaps are not over yet that no more are taken. Settle some of them first."""

    code = "too_many_swaps"


class SwapState(StrEnum):
    """How a swap stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end), aware instants."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Swap:
    """A swap: `giver` gives `give` to `taker`, who gives `take` in turn, if anything."""

    number: int
    giver: str
    taker: str
    give: Span
    take: Span | None
    proposed_at: datetime
    state: SwapState = SwapState.PROPOSED
    settled_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """When all of it is over."""
        return max(self.give.end, self.take.end) if self.take else self.give.end

    def is_open(self, at: datetime) -> bool:
        """Say whether it may still be settled at an instant."""
        return self.state is SwapState.PROPOSED and at < self.end

    def settled(self, state: SwapState, at: datetime) -> Swap:
        """Give it as it stands once it is settled."""
        return replace(self, state=state, settled_at=at)

    def substitutions(self, since: datetime, last_override: int) -> tuple[Substitution, ...]:
        """Give who is in whose place by it, from an instant on, but in no override after the last one of then."""
        spans = ((self.give, self.giver, self.taker), (self.take, self.taker, self.giver))
        return tuple(
            Substitution(max(span.start, since), span.end, of, by, self.number, since, last_override)
            for span, of, by in spans
            if span is not None and since < span.end
        )


_STANDING = (SwapState.PROPOSED, SwapState.ACCEPTED)


def check_room(swaps: Iterable[Swap], at: datetime) -> None:
    """Refuse one swap more where too many stand. TooManySwaps."""
    if sum(at < swap.end and swap.state in _STANDING for swap in swaps) >= MOST_SWAPS:
        raise TooManySwaps(most=MOST_SWAPS)


def open_swap(swaps: Mapping[int, Swap], number: int, person: str, *, own: bool, at: datetime) -> Swap:
    """Give a swap that somebody may settle: their `own` proposal, or one that was made to them.

    NotFound; NotYourSwap; SwapSettled.
    """
    swap = swaps.get(number)
    if swap is None:
        raise NotFound
    if person != (swap.giver if own else swap.taker):
        raise NotYourSwap
    if not swap.is_open(at):
        raise SwapSettled(state=swap.state)
    return swap


def check_theirs(field: str, person: str, shifts: Iterable[Shift]) -> None:
    """Refuse hours in which somebody is not on call. InvalidField."""
    if not any(person in shift.people for shift in shifts):
        right = "Give hours of a shift that is to come."
        raise InvalidField(f"{field}.starts_at", f"Whoever is to give them is not on call then. {right}")


def check_span(field: str, span: Span, at: datetime, longest: timedelta) -> None:
    """Refuse a span that is turned around, over, or too long; `field` stands before its names. InvalidField."""
    end = f"{field}.ends_at".lstrip(".")
    if span.end <= max(span.start, at):
        raise InvalidField(end, "Give an instant after `starts_at` that is still to come.")
    if span.end - span.start > longest:
        raise InvalidField(end, f"Give an instant at most {longest.days} days after `starts_at`.")
    if span.end - at > FURTHEST:
        raise InvalidField(end, "Give an instant that is at most three years ahead.")
