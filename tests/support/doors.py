"""A small record for tests of the ledger, which knows nothing of what it stores: a door."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time
from typing import TYPE_CHECKING
from uuid import uuid4

from eventsourcing.domain import event

from incidents.ledger.catalogue import Catalogue
from incidents.ledger.facts import Fact, FirstFact, FreeText, Record

if TYPE_CHECKING:
    from incidents.ledger.ledger import Ledger

BY = "key:ab12"


class Door(Record):
    """A door of a house."""

    class Hung(FirstFact):
        """It was put in."""

        name: FreeText
        size: int

    class Painted(Fact):
        """It has another colour."""

        colour: str

    class Forgotten(Fact):
        """What people wrote on it was erased."""

    def paint(self, colour: str, at: datetime) -> None:
        """Give it a colour."""
        self.trigger_event(Door.Painted, colour=colour, by=BY, at=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Record that what people wrote was erased."""
        self.trigger_event(Door.Forgotten, by=by, at=at)

    @event(Hung)
    def __init__(self, name: str, size: int) -> None:
        """Begin unpainted."""
        self.name, self.size, self.colour = name, size, "bare"

    @event(Painted)
    def _painted(self, colour: str) -> None:
        self.colour = colour


def catalogue() -> Catalogue:
    """Give the types of doors."""
    types = Catalogue()
    types.add(Door, "door")
    return types


def hung(
    at: datetime, house: str = "acme-globex", name: str = "front", size: int = 2, identity: str | None = None
) -> Door:
    """Give a new door, not yet saved."""
    stream = identity or f"{house}/door/{uuid4().hex}"
    return Door._create(Door.Hung, id=stream, name=name, size=size, by=BY, at=at)  # noqa: SLF001 - the library's own way to create with a given id


def hang(ledger: Ledger, house: str = "acme-globex", *colours: str, name: str = "front") -> str:
    """Save a door, painted so many times, in one commit; give its stream."""
    with ledger.command() as command:
        door = hung(command.recorded_at, house, name)
        for colour in colours:
            door.paint(colour, command.recorded_at)
        ledger.save(door)
    return door.id


def paint(ledger: Ledger, stream: str, colour: str) -> None:
    """Paint a saved door, in a commit of its own."""
    with ledger.command() as command:
        door = ledger.get(Door, stream)
        door.paint(colour, command.recorded_at)
        ledger.save(door)
