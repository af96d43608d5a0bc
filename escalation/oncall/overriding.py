"""Overrides of a schedule: people, or nobody, put on call for a time, whatever the layers say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from eventsourcing.domain import event

from escalation.oncall import happenings
from escalation.oncall.base import ScheduleBase
from escalation.oncall.settings import KnownOverride
from escalation.oncall.swaps import check_span
from incidents.errors import InvalidField, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escalation.oncall.swaps import Span
    from incidents.ledger.sealing import Hidden

MOST_OVERRIDES = 500
"""Overrides that are not over."""
LONGEST_OVERRIDE = timedelta(days=366)
MOST_PEOPLE = 20
"""On call at once by an override."""


class TooManyOverrides(Refused):
    """So many overrides are not over yet that no more are taken. Remove some of them first."""

    code = "too_many_overrides"


class Overridable(ScheduleBase):
    """A schedule's overrides, by number."""

    # --- what can happen ---------------------------------------------------------------------------------------------

    Event = happenings.ScheduleEvent
    OverrideAdded = happenings.OverrideAdded
    OverrideRemoved = happenings.OverrideRemoved

    # --- what may be asked -------------------------------------------------------------------------------------------

    def add_override(self, span: Span, people: Sequence[str], reason: str | None, *, by: str, at: datetime) -> int:
        """Put people, or nobody, on call for a time; give its number. InvalidField; TooManyOverrides."""
        self._must_be_there()
        check_span("", span, at, LONGEST_OVERRIDE)
        if len(people) > MOST_PEOPLE or len(set(people)) < len(people):
            raise InvalidField("people", f"Give at most {MOST_PEOPLE}, each once; none: nobody is on call.")
        if len(self.overrides_ahead(at)) >= MOST_OVERRIDES:
            raise TooManyOverrides(most=MOST_OVERRIDES)
        number = len(self.overrides) + 1
        told = {"starts_at": span.start, "ends_at": span.end, "people": list(people), "reason": reason}
        self.trigger_event(self.OverrideAdded, override=number, **told, by=by, at=at)
        return number

    def remove_override(self, number: int, *, by: str, at: datetime) -> None:
        """Take an override back, from now on. NotFound where it is over or removed; ScheduleRetired."""
        self._must_be_there()
        if number not in {each.number for each in self.overrides_ahead(at)}:
            raise NotFound
        self.trigger_event(self.OverrideRemoved, override=number, by=by, at=at)

    def overrides_ahead(self, at: datetime) -> list[KnownOverride]:
        """Give the overrides that are not over at an instant, the first to begin first."""
        left = (each for each in self.overrides.values() if at < each.end and each.removed_at is None)
        return sorted(left, key=lambda each: (each.start, each.number))

    # --- what changes ------------------------------------------------------------------------------------------------

    def _begin_overrides(self) -> None:
        self.overrides = {}

    @event(happenings.OverrideAdded)
    def _override_added(
        self,
        override: int,
        starts_at: datetime,
        ends_at: datetime,
        people: list[str],
        reason: str | Hidden | None,
        by: str,
        timestamp: datetime,
    ) -> None:
        self.overrides[override] = KnownOverride(override, starts_at, ends_at, tuple(people), reason, by, timestamp)
        self._changed(timestamp)

    @event(happenings.OverrideRemoved)
    def _override_removed(self, override: int, timestamp: datetime) -> None:
        self.overrides[override] = replace(self.overrides[override], removed_at=timestamp)
        self._changed(timestamp)
