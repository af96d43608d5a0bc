"""The allow-list of event types: stable names on one side, classes on the other.

A name (`incident.acknowledged.v1`) is what the ledger stores; where the class lives is nobody's business,
so code can move and the record stays readable (design decision 5).
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType

from eventsourcing.utils import get_topic

from incidents.ledger.facts import Fact, FirstFact, Record, Sealed
from incidents.ledger.leaf import Json

Data = dict[str, Json]
Upcast = Callable[[Data], Data]

_READERS: Mapping[type, Callable[[str], object]] = {datetime: datetime.fromisoformat, int: int}

ENVELOPE_FIELDS = frozenset({"originator_id", "originator_version", "originator_topic", "timestamp", "by", "at"})


@dataclass(frozen=True)
class EventType:
    """What the ledger knows of a type: its class, its fields, which of them are sealed, which are text in JSON only."""

    name: str
    event_class: type[Fact]
    originator_topic: str | None
    fields: frozenset[str]
    sealed: frozenset[str]
    optional: frozenset[str]
    """May be None, and are so in facts that were written before their type had them."""
    readers: Mapping[str, Callable[[str], object]]
    """For instants, and for integers, which from 2^53 on are written as text: how to read them."""


class UnknownEventType(LookupError):
    """An event's type is not on the allow-list."""


class Catalogue:
    """All event types that this ledger writes and reads."""

    def __init__(self) -> None:
        """Begin empty."""
        self._by_name: dict[str, EventType] = {}
        self._by_class: dict[type, EventType] = {}
        self._retired: dict[str, tuple[str, Upcast]] = {}

    def add(self, record: type[Record], prefix: str) -> None:
        """Register every fact that a record class has: `Incident.Acknowledged` → `incident.acknowledged.v1`."""
        for attribute, value in facts_of(record).items():
            self._register(f"{prefix}.{snake(attribute)}.v{getattr(value, 'V', 1)}", value, record)

    def retire(self, name: str, becomes: str, upcast: Upcast) -> None:
        """Keep reading an old type for ever: `upcast` turns its data into that of the type it became."""
        self._retired[name] = (becomes, upcast)

    def named(self, name: str) -> EventType:
        """Find a type by its stored name. UnknownEventType where it is not on the list."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownEventType(name) from None

    def of(self, event_class: type) -> EventType:
        """Find the type of an event class. UnknownEventType where it is not on the list."""
        try:
            return self._by_class[event_class]
        except KeyError:
            raise UnknownEventType(event_class.__qualname__) from None

    def current(self, name: str, data: Data) -> tuple[EventType, Data]:
        """Find the type that a stored name means today, with the data brought up to it."""
        while name in self._retired:
            name, upcast = self._retired[name]
            data = upcast(data)
        return self.named(name), data

    def types(self) -> list[EventType]:
        """List all types by name."""
        return [self._by_name[name] for name in sorted(self._by_name)]

    def names(self) -> dict[str, str]:
        """Give every name that may be stored, each with that of the type that it means today."""
        found = {name: name for name in self._by_name}
        for name in self._retired:
            today = name
            while today in self._retired:
                today, _ = self._retired[today]
            found[name] = today
        return found

    def _register(self, name: str, event_class: type[Fact], record: type[Record]) -> None:
        hints = typing.get_type_hints(event_class, include_extras=True)
        own = {field: hint for field, hint in hints.items() if _is_field(field, hint)}
        event_type = EventType(
            name=name,
            event_class=event_class,
            originator_topic=get_topic(record) if issubclass(event_class, FirstFact) else None,
            fields=frozenset(own),
            sealed=frozenset(field for field, hint in own.items() if _mentions(hint, Sealed)),
            optional=frozenset(field for field, hint in own.items() if _mentions(hint, NoneType)),
            readers={
                field: read for field, hint in own.items() for kind, read in _READERS.items() if _mentions(hint, kind)
            },
        )
        if name in self._by_name:
            message = f"two events are called {name}"
            raise ValueError(message)
        self._by_name[name] = event_type
        self._by_class[event_class] = event_type


def facts_of(record: type[Record]) -> dict[str, type[Fact]]:
    """Give the kinds of fact of a record class by name: its own first, then those of what it is mixed from."""
    found: dict[str, object] = {}
    for each in record.__mro__:
        found = found | {name: value for name, value in vars(each).items() if name not in found}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type) and issubclass(value, Fact) and name != "Event"
    }


def _is_field(name: str, hint: object) -> bool:
    return name not in ENVELOPE_FIELDS and typing.get_origin(hint) is not typing.ClassVar


def _mentions(hint: object, wanted: type) -> bool:
    """Say whether a type hint is, or contains, or is annotated with, `wanted`."""
    if hint is wanted:
        return True
    inner = (*typing.get_args(hint), *getattr(hint, "__metadata__", ()))
    return any(_mentions(part, wanted) for part in inner)


def snake(name: str) -> str:
    """Write a class's name as type names do: `UpdatePosted` → `update_posted`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
