"""What all parts of a schedule share: what stood when (on-call rule 5), and the guard that it is still there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from escalation.oncall import happenings
from escalation.oncall.definition import final_of
from incidents.errors import Refused
from incidents.ledger.facts import Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from escalation.oncall.definition import Definition, Substitution
    from escalation.oncall.schedule import Shift
    from escalation.oncall.settings import KnownOverride
    from escalation.oncall.standing import Standing


class ScheduleRetired(Refused):
    """That schedule is retired: nothing more can be done with it."""

    code = "retired"


class ScheduleBase(Record):
    """Part of a schedule. Each part is a mixin in three bands; `OnCallSchedule` puts them together."""

    Event = happenings.ScheduleEvent

    standings: list[Standing]
    """What was set, each from an instant on, in their order."""
    retired_at: datetime | None
    overrides: dict[int, KnownOverride]
    """All that ever were, by number: 1, 2, and so on."""
    substitutions: list[Substitution]
    """By all swaps that were ever accepted, in the order in which they were."""
    _definitions: dict[int, Definition]
    """Those that were asked for, by the place of what stood."""

    @property
    def definition(self) -> Definition:
        """What holds for all that is to come."""
        return self._definition(len(self.standings) - 1)

    def definition_at(self, at: datetime) -> Definition | None:
        """Give what stood at an instant; None before it was made."""
        place = bisect_right(self.standings, at, key=_since)
        return self._definition(place - 1) if place else None

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """Give who is, was or will be on call at an instant; InvalidField outside the years 1900 to 2199."""
        definition = self.definition_at(at)
        return definition.on_call(at) if definition else ()

    def final(self, start: datetime, end: datetime) -> list[Shift]:
        """Give who is on call during [start, end), each definition for its own time."""
        first = max(bisect_right(self.standings, start, key=_since) - 1, 0)
        last = max(bisect_left(self.standings, end, key=_since), 1)
        before = [
            now.definition(self._overrides_of(now), self.substitutions, until=following.since)
            for now, following in pairwise(self.standings[first:last])
        ]
        return final_of([*before, self._definition(last - 1)], start, end)

    def _must_be_there(self) -> None:
        if self.retired_at is not None:
            raise ScheduleRetired

    def _changed(self, since: datetime) -> None:
        """Let what is set now hold from an instant on."""
        raise NotImplementedError

    def _definition(self, place: int) -> Definition:
        """Give what stood, by its place; made once."""
        if place not in self._definitions:
            standing = self.standings[place]
            self._definitions[place] = standing.definition(self._overrides_of(standing), self.substitutions)
        return self._definitions[place]

    def _overrides_of(self, standing: Standing) -> Iterable[KnownOverride]:
        """Give those that may have stood: none once it was retired."""
        is_retired = self.retired_at is not None and self.retired_at <= standing.since
        return () if is_retired else self.overrides.values()


def _since(standing: Standing) -> datetime:
    return standing.since
