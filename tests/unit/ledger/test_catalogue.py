from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from incidents.ledger.catalogue import Catalogue, Data, UnknownEventType
from incidents.ledger.command import Command, in_command
from incidents.ledger.facts import Fact
from incidents.ledger.leaf import Disclosure, Envelope, leaf_bytes
from incidents.ledger.mapper import LeafEvent, LeafMapper
from incidents.ledger.sealing import ERASED
from tests.support.doors import Door, catalogue, hung

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def old_event(name: str, **data: str) -> LeafEvent:
    """An event as an older version of the program stored it."""
    disclosures = [Disclosure("salt", field, value) for field, value in data.items()]
    leaf = leaf_bytes(Envelope("1f", "acme-globex/door/1", 2, name, AT, AT, "key:ab12", "4d"), disclosures)
    beside = {each.name: {"salt": each.salt, "value": each.value} for each in disclosures}
    return LeafEvent("acme-globex/door/1", 2, name, leaf, beside)


def test_a_type_is_named_for_its_record_and_what_happened() -> None:
    """`Door.Hung` is `door.hung.v1`, and the name leads back to the class."""
    types = catalogue()
    assert [each.name for each in types.types()] == ["door.forgotten.v1", "door.hung.v1", "door.painted.v1"]
    assert types.named("door.painted.v1").event_class is Door.Painted
    assert types.of(Door.Painted).name == "door.painted.v1"


def test_only_what_is_on_the_list_is_read_or_written() -> None:
    """A name or class that nobody registered is refused."""
    with pytest.raises(UnknownEventType, match=r"os\.system"):
        LeafMapper(catalogue()).to_domain_event(old_event("os.system"))
    with in_command(Command(recorded_at=AT)), pytest.raises(UnknownEventType, match=r"Door\.Hung"):
        LeafMapper(Catalogue()).to_stored_event(hung(AT).collect_events()[0])


def test_one_name_means_one_type() -> None:
    """Registering it twice is refused."""
    types = catalogue()
    with pytest.raises(ValueError, match=r"two events are called door\.hung\.v1"):
        types.add(Door, "door")


def test_facts_of_what_a_record_is_mixed_from_are_its_own() -> None:
    """Each once and under its own prefix; one that it tells in its own way is its own."""

    class Bolted:
        class Locked(Fact):
            """Nobody gets in."""

    class Lockable(Bolted):
        """What can be locked."""

    class Gate(Door, Lockable):
        class Painted(Door.Painted):
            """A gate says more of it."""

            coats: int

    types = Catalogue()
    types.add(Gate, "gate")
    names = ["gate.forgotten.v1", "gate.hung.v1", "gate.locked.v1", "gate.painted.v1"]
    assert [each.name for each in types.types()] == names
    assert types.named("gate.locked.v1").event_class is Gate.Locked
    assert types.named("gate.painted.v1").fields == {"colour", "coats"}


def test_old_versions_are_brought_up_to_date_on_reading() -> None:
    """Step by step, from version to version, while the stored bytes keep what was written then."""

    def colour_from_code(data: Data) -> Data:
        return {"paint": {"R": "red"}[str(data["code"])]}

    def colour_from_paint(data: Data) -> Data:
        return {"colour": data["paint"]}

    types = catalogue()
    types.retire("door.coloured.v1", becomes="door.coloured.v2", upcast=colour_from_code)
    types.retire("door.coloured.v2", becomes="door.painted.v1", upcast=colour_from_paint)
    stored = old_event("door.coloured.v1", code="R")
    fact = LeafMapper(types).to_domain_event(stored)
    assert isinstance(fact, Door.Painted)
    assert fact.colour == "red"
    assert json.loads(stored.state)["type"] == "door.coloured.v1"


def test_a_value_that_is_no_longer_there_is_read_as_erased() -> None:
    """Nothing is made up for it."""
    fact = LeafMapper(catalogue()).to_domain_event(old_event("door.painted.v1"))
    assert vars(fact)["colour"] is ERASED
    assert str(ERASED) == "[erased]"


def test_a_number_that_was_written_as_text_is_a_number_again() -> None:
    """From 2^53 on leaves hold text, and facts do not."""
    mapper = LeafMapper(catalogue())
    with in_command(Command(recorded_at=AT)) as command:
        [fact] = hung(AT, size=2**60).collect_events()
        stored = mapper.to_stored_event(fact)
    key = command.keys[str(stored.originator_id)]
    read = LeafEvent(stored.originator_id, 1, stored.topic, stored.state, stored.disclosures, key)
    assert vars(mapper.to_domain_event(read))["size"] == 2**60
