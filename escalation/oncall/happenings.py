"""What can happen to a schedule: its facts, each a past participle.

Names are stored for ever. Only what people write is FreeText: sealed, and open to erasure.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import Any, ClassVar

from escalation.engine.reminders import Reminding
from incidents.ledger.facts import FirstFact, FreeText


class ScheduleEvent(Reminding.Event):
    """Something that happened to a schedule."""


class Created(FirstFact):
    """A party made it; see `Settings`, and writing.py for `layers`."""

    partnership: str
    party: str
    name: str
    title: FreeText | None
    tz: str
    warn: list[str]
    must_cover: list[dict[str, Any]] | None
    layers: list[dict[str, Any]]


class Edited(ScheduleEvent):
    """Its settings are these from now on."""

    title: FreeText | None
    tz: str
    warn: list[str]
    must_cover: list[dict[str, Any]] | None


class LayersChanged(ScheduleEvent):
    """Turns are taken by these layers from now on."""

    layers: list[dict[str, Any]]


class OverrideAdded(ScheduleEvent):
    """These people, or nobody, are on call during [starts_at, ends_at), whatever else it says."""

    override: int
    starts_at: datetime
    ends_at: datetime
    people: list[str]
    reason: FreeText | None


class OverrideRemoved(ScheduleEvent):
    """An override holds no more."""

    override: int


class SwapProposed(ScheduleEvent):
    """Somebody offers hours of theirs to somebody else, who may give some in turn."""

    swap: int
    giver: str
    taker: str
    give_starts_at: datetime
    give_ends_at: datetime
    take_starts_at: datetime | None
    take_ends_at: datetime | None


class SwapAccepted(ScheduleEvent):
    """It holds, from now on."""

    swap: int


class SwapDeclined(ScheduleEvent):
    """It does not come about."""

    swap: int


class SwapWithdrawn(ScheduleEvent):
    """Whoever proposed it does not want it any more."""

    swap: int


class LookedAhead(ScheduleEvent):
    """No gap was found until an instant but those that were told; from now on it is looked further."""

    SYSTEM: ClassVar[bool] = True

    until: datetime


class Retired(ScheduleEvent):
    """Nobody is on call by it any more, and its name is free."""


class SubjectErased(ScheduleEvent):
    """What people wrote in it was erased."""
