"""Between facts in memory and leaves with disclosures in the store."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import uuid4

import orjson
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from incidents.ledger.command import command_in_hand, current_command
from incidents.ledger.leaf import Disclosure, Envelope, Json, base64url, canonical, leaf_bytes, plain
from incidents.ledger.sealing import ERASED, Hidden, new_key, seal, unseal

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol

    from incidents.ledger.catalogue import Catalogue, Data, EventType
    from incidents.ledger.facts import Fact

SALT_BYTES = 16

StoredField = Mapping[str, Json]
"""`{"salt", "value"}` in clear, or `{"box"}` sealed: how a disclosure lies beside its leaf."""


@dataclass(frozen=True, eq=False)
class LeafEvent(StoredEvent):
    """A stored event whose `state` is the leaf, with what lies beside it. `topic` is the type's stable name."""

    disclosures: Mapping[str, StoredField] = field(default_factory=dict)
    key: bytes | None = None
    """The stream's key when read back; None where it has been erased, or the stream has none."""

    def __eq__(self, other: object) -> bool:
        """Compare the events alone: what lies beside one may be erased, and it stays the same event."""
        return isinstance(other, StoredEvent) and _identity(self) == _identity(other)

    def __hash__(self) -> int:
        return hash(_identity(self))


class Opened(NamedTuple):
    """A stored event as JSON: its type as of today, what its leaf says, its values, of which some may be ERASED."""

    event_type: EventType
    leaf: dict[str, Any]
    data: Data


class LeafMapper(Mapper[str]):
    """Maps facts to leaves and back. The actor and instants come off the fact, the command from the ContextVar."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the allow-list; the library's transcoder is not used."""
        super().__init__(transcoder=JSONTranscoder())
        self.catalogue = catalogue

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> LeafEvent:
        """Give the leaf of a new fact. ValueTooLarge; UnknownEventType; TypeError for a value no leaf can hold."""
        fact = cast("Fact", domain_event)
        event_type = self.catalogue.of(type(fact))
        values = vars(fact)
        drawn = secrets.token_bytes(SALT_BYTES * len(event_type.fields))  # all at once: each call asks the system
        disclosures = [
            Disclosure(base64url(drawn[nth * SALT_BYTES :][:SALT_BYTES]), name, plain(values[name]))
            for nth, name in enumerate(sorted(event_type.fields))
        ]
        return LeafEvent(
            originator_id=fact.originator_id,
            originator_version=fact.originator_version,
            topic=event_type.name,
            state=leaf_bytes(_envelope(fact, event_type), disclosures),
            disclosures={item.name: _stored(item, event_type, fact.originator_id) for item in disclosures},
        )

    def opened(
        self, stream: str, topic: str, state: bytes, disclosures: Mapping[str, StoredField], key: bytes | None
    ) -> Opened:
        """Give a stored event as JSON, without making a fact of it: for whoever shows many.

        A field that its type was given only after the fact was written is None, so a type may grow by what may be None.
        """
        data = {
            name: _unboxed(item["box"], stream, key) if "box" in item else item["value"]
            for name, item in disclosures.items()
        }
        event_type, data = self.catalogue.current(topic, data)
        if data.keys() != event_type.fields:
            later = event_type.optional - event_type.sealed
            data = {name: data.get(name, None if name in later else cast("Json", ERASED)) for name in event_type.fields}
        return Opened(event_type, orjson.loads(state), data)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Give the fact back, its envelope with it; what was erased is the sentinel ERASED."""
        stored = cast("LeafEvent", stored_event)
        stream = cast("str", stored.originator_id)
        _remember_key(stream, stored.key)
        event_type, leaf, data = self.opened(stream, stored.topic, stored.state, stored.disclosures, stored.key)
        state = cast("dict[str, object]", data)
        for name, read in event_type.readers.items():
            value = state[name]
            if isinstance(value, str):
                state[name] = read(value)
        state |= {
            "originator_id": stream,
            "originator_version": stored.originator_version,
            "timestamp": datetime.fromisoformat(leaf["recorded_at"]),
            "by": leaf["actor"],
            "at": datetime.fromisoformat(leaf["at"]),
            "command": leaf["command"],
        }
        if event_type.originator_topic is not None:
            state["originator_topic"] = event_type.originator_topic
        fact = object.__new__(event_type.event_class)
        object.__setattr__(fact, "__dict__", state)
        return fact


def _identity(event: StoredEvent) -> tuple[object, ...]:
    return event.originator_id, event.originator_version, event.topic, event.state


def _envelope(fact: Fact, event_type: EventType) -> Envelope:
    return Envelope(
        id=uuid4().hex,
        stream=fact.originator_id,
        version=fact.originator_version,
        type=event_type.name,
        at=fact.at,
        recorded_at=fact.timestamp,
        actor=fact.by,
        command=current_command().id,
    )


def _stored(item: Disclosure, event_type: EventType, stream: str) -> StoredField:
    if item.name not in event_type.sealed or item.value is None:
        return {"salt": item.salt, "value": item.value}
    keys = current_command().keys
    key = keys.get(stream) or keys.setdefault(stream, new_key())
    return {"box": seal(key, stream, canonical([item.salt, item.value]))}


def _unboxed(box: Json, stream: str, key: bytes | None) -> Json:
    content = unseal(key, stream, cast("str", box)) if key else None
    return cast("Json", ERASED) if content is None else cast("Json", orjson.loads(content)[1])


def _remember_key(stream: str, key: bytes | None) -> None:
    """Keep the key for facts that the same command will add to the stream: sealing then reads nothing."""
    command = command_in_hand()
    if command is not None and key is not None:
        command.keys[stream] = key


def data_of(fact: Fact, event_type: EventType) -> Data:
    """Give a fact's own values as JSON, for views; None for what is hidden."""
    values = ((name, vars(fact)[name]) for name in sorted(event_type.fields))
    return {name: None if isinstance(value, Hidden) else plain(value) for name, value in values}
