"""What all parts of a schedule share: what stood when (on-call rule 5), and the guard that it is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.oncall import happenings
from escalation.oncall.definition import Definition, definition_at, final_of
from incidents.errors import Refused
from incidents.ledger.facts import Record

if TYPE_CHECKING:
    from datetime import datetime

    from escalation.oncall.schedule import Shift
    from escalation.oncall.settings import KnownOverride


class ScheduleRetired(Refused):
    """That schedule is retired: nothing more can be done with it."""

    code = "retired"


class ScheduleBase(Record):
    """Part of a schedule. Each part is a mixin in three bands; `OnCallSchedule` puts them together."""

    Event = happenings.ScheduleEvent

    definitions: list[Definition]
    """What held, each from an instant on, in their order."""
    retired_at: datetime | None
    overrides: dict[int, KnownOverride]
    """All that ever were, by number: 1, 2, and so on."""

    @property
    def definition(self) -> Definition:
        """What holds for all that is to come."""
        return self.definitions[-1]

    def definition_at(self, at: datetime) -> Definition | None:
        """Give what stood at an instant; None before it was made."""
        return definition_at(self.definitions, at)

    def on_call(self, at: datetime) -> tuple[str, ...]:
        """Give who is, was or will be on call at an instant; InvalidField outside the years 1900 to 2199."""
        definition = self.definition_at(at)
        return definition.on_call(at) if definition else ()

    def final(self, start: datetime, end: datetime) -> list[Shift]:
        """Give who is on call during [start, end), each definition for its own time."""
        return final_of(self.definitions, start, end)

    def _must_be_there(self) -> None:
        if self.retired_at is not None:
            raise ScheduleRetired

    def _define(self, since: datetime) -> None:
        """Let what is set now hold from an instant on."""
        raise NotImplementedError
