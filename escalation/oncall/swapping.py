"""Swaps in a schedule: who proposes, accepts, declines and withdraws them. What a swap is, swaps.py says."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the library reads the annotations of what changes at run time

from eventsourcing.domain import event

from escalation.oncall import happenings, swaps
from escalation.oncall.base import ScheduleBase
from escalation.oncall.swaps import Span, Swap, SwapState
from incidents.errors import InvalidField


class Swappable(ScheduleBase):
    """A schedule's swaps, by number, and who is in whose place by them."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.ScheduleEvent
    SwapProposed = happenings.SwapProposed
    SwapAccepted = happenings.SwapAccepted
    SwapDeclined = happenings.SwapDeclined
    SwapWithdrawn = happenings.SwapWithdrawn

    # --- what may be asked -------------------------------------------------------------------------------------------

    swaps: dict[int, Swap]

    def propose_swap(self, giver: str, taker: str, give: Span, take: Span | None, *, by: str, at: datetime) -> int:
        """Offer hours to somebody; give the swap's number. InvalidField; TooManySwaps; ScheduleRetired."""
        self._must_be_there()
        if giver == taker:
            raise InvalidField("with", "Name somebody else.")
        swaps.check_room(self.swaps.values(), at)
        for field, span, person in (("give", give, giver), ("take", take, taker)):
            if span is not None:
                swaps.check_span(field, span, at, swaps.LONGEST_SWAP)
                swaps.check_theirs(field, person, self.final(max(span.start, at), span.end))
        number = len(self.swaps) + 1
        told = {"giver": giver, "taker": taker, "give_starts_at": give.start, "give_ends_at": give.end}
        told |= {"take_starts_at": take.start if take else None, "take_ends_at": take.end if take else None}
        self.trigger_event(self.SwapProposed, swap=number, **told, by=by, at=at)
        return number

    def accept_swap(self, number: int, person: str, *, by: str, at: datetime) -> None:
        """Let a swap hold that was proposed to them. NotFound; NotYourSwap; SwapSettled; ScheduleRetired."""
        self._must_be_there()
        swaps.open_swap(self.swaps, number, person, own=False, at=at)
        self.trigger_event(self.SwapAccepted, swap=number, by=by, at=at)

    def decline_swap(self, number: int, person: str, *, by: str, at: datetime) -> None:
        """Refuse a swap that was proposed to them. NotFound; NotYourSwap; SwapSettled; ScheduleRetired."""
        self._must_be_there()
        swaps.open_swap(self.swaps, number, person, own=False, at=at)
        self.trigger_event(self.SwapDeclined, swap=number, by=by, at=at)

    def withdraw_swap(self, number: int, person: str, *, by: str, at: datetime) -> None:
        """Take one's own proposal back. NotFound; NotYourSwap; SwapSettled; ScheduleRetired."""
        self._must_be_there()
        swaps.open_swap(self.swaps, number, person, own=True, at=at)
        self.trigger_event(self.SwapWithdrawn, swap=number, by=by, at=at)

    # --- what changes ------------------------------------------------------------------------------------------------

    def _begin_swaps(self) -> None:
        self.swaps, self.substitutions = {}, []

    @event(happenings.SwapProposed)
    def _swap_proposed(
        self,
        swap: int,
        giver: str,
        taker: str,
        give_starts_at: datetime,
        give_ends_at: datetime,
        take_starts_at: datetime | None,
        take_ends_at: datetime | None,
        timestamp: datetime,
    ) -> None:
        take = Span(take_starts_at, take_ends_at) if take_starts_at and take_ends_at else None
        self.swaps[swap] = Swap(swap, giver, taker, Span(give_starts_at, give_ends_at), take, timestamp)

    @event(happenings.SwapAccepted)
    def _swap_accepted(self, swap: int, timestamp: datetime) -> None:
        self.swaps[swap] = self.swaps[swap].settled(SwapState.ACCEPTED, timestamp)
        self.substitutions += self.swaps[swap].substitutions(timestamp, len(self.overrides))
        self._changed(timestamp)

    @event(happenings.SwapDeclined)
    def _swap_declined(self, swap: int, timestamp: datetime) -> None:
        self.swaps[swap] = self.swaps[swap].settled(SwapState.DECLINED, timestamp)

    @event(happenings.SwapWithdrawn)
    def _swap_withdrawn(self, swap: int, timestamp: datetime) -> None:
        self.swaps[swap] = self.swaps[swap].settled(SwapState.WITHDRAWN, timestamp)
