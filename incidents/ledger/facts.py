"""What every recorded fact has in common, and the base of the things that record facts.

The `eventsourcing` library gives the machinery (`@event`, versions, mutation). Here its clock is
taken out: `recorded_at` comes from the command in hand, never from the wall (design decision 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import Annotated, ClassVar

from eventsourcing.domain import BaseAggregate, CanInitAggregate, CanMutateAggregate, MetaDomainEvent

from incidents.ledger.command import current_command
from incidents.ledger.sealing import Hidden


class Sealed:
    """Marks a field whose value is encrypted at rest under its stream's key, so that it can be forgotten."""


FreeText = Annotated[str | Hidden, Sealed]
"""Words that a person wrote: they may name people, so they are sealed and can be erased."""


@dataclass(frozen=True)
class Fact(CanMutateAggregate[str], metaclass=MetaDomainEvent):
    """Something that happened: who says so, and when it was so.

    `by` is an opaque actor id (`key:…`, `engine`, `import:…`). `at` is when it occurred, which may lie
    before `timestamp`, when it was recorded (clock rule 13). All instants are aware and in UTC.
    """

    SYSTEM: ClassVar[bool] = False
    """Whether the system itself says so, and nobody decided anything."""

    originator_id: str
    originator_version: int
    timestamp: datetime
    by: str
    at: datetime

    @staticmethod
    def create_timestamp() -> datetime:
        """Give the moment of recording: that of the command in hand."""
        return current_command().recorded_at

    def apply(self, aggregate: Record) -> None:
        """Keep the fact in its record's history, beside what it changes: clocks are computed from facts."""
        super().apply(aggregate)
        aggregate.history.append(self)
        if not self.SYSTEM:
            aggregate.revision = self.originator_version


@dataclass(frozen=True)
class FirstFact(CanInitAggregate[str], Fact):
    """The fact that begins a stream. The library's `originator_topic` never reaches the ledger."""

    originator_topic: str


class Record(BaseAggregate[str]):
    """The base of every event-sourced thing: an incident, an agreement, a key."""

    history: list[Fact]
    revision: int
    """The version that people last decided on: a reader's copy is stale only once this has changed."""

    class Event(Fact):
        """The base of this record's facts."""

    def __base_init__(self, originator_id: str, originator_version: int, timestamp: datetime) -> None:
        """Begin with an empty history, on which nobody has decided."""
        super().__base_init__(originator_id, originator_version, timestamp)
        self.history = []
        self.revision = 0

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote in it was erased. NotImplementedError for kinds that cannot be erased."""
        raise NotImplementedError


def partnership_of(stream: str) -> str:
    """Give the partnership whose log a stream belongs to: `acme-globex/incident/…` → `acme-globex`.

    What belongs to no partnership (`key/…`) goes into the operator's own log.
    """
    head, _, rest = stream.partition("/")
    return head if "/" in rest or rest in {"agreement", "holders", "members", "performance"} else OPERATOR


OPERATOR = "_operator"
"""The name of the operator's own log. No partnership can have it: their ids begin with a letter or digit."""
