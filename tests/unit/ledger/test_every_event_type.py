"""Walks every event type that the product writes (design decision 5 and 6)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.catalogue import catalogue
from incidents.ledger.command import Command, in_command
from incidents.ledger.mapper import LeafEvent, LeafMapper
from tests.support.facts import RECORDED, instance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.ledger.catalogue import EventType

CATALOGUE = catalogue()
EVERY_TYPE = pytest.mark.parametrize("event_type", CATALOGUE.types(), ids=lambda each: each.name)

ID = r"[0-9a-f]{32}"
ALLOWED = {
    "v": r"1",
    "id": ID,
    "stream": rf"acme-globex/incident/{ID}",
    "version": r"\d+",
    "type": "|".join(re.escape(each.name) for each in CATALOGUE.types()),
    "at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    "recorded_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    "actor": r"[a-z]+:[0-9a-f]+",
    "command": ID,
    "data/_sd": r"[A-Za-z0-9_-]{43}",
}
"""Where a value may stand in a leaf, and what it must look like there: id, number, type, instant or digest."""


def stored(event_type: EventType, text: str = "words") -> tuple[LeafEvent, bytes | None]:
    """Map a fact of a type; give it with its stream's key, if one was made."""
    fact = instance(event_type, text)
    with in_command(Command(recorded_at=RECORDED)) as command:
        return LeafMapper(CATALOGUE).to_stored_event(fact), command.keys.get(fact.originator_id)


def values(found: Any, place: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    """Give every value in JSON, with its place."""
    if isinstance(found, dict):
        for name, item in found.items():
            yield from values(item, f"{place}/{name}".removeprefix("/"))
    elif isinstance(found, list):
        for item in found:
            yield from values(item, place)
    else:
        yield place, found


def opened(event: LeafEvent, key: bytes | None) -> Iterator[tuple[str, str, Any]]:
    """Give name, salt and value of each disclosure, decrypting boxes by hand."""
    for name, item in event.disclosures.items():
        if "box" in item:
            assert key is not None
            raw = base64.b64decode(str(item["box"]))
            salt, value = json.loads(AESGCM(key).decrypt(raw[:12], raw[12:], str(event.originator_id).encode()))
        else:
            salt, value = item["salt"], item["value"]
        yield name, str(salt), value


@EVERY_TYPE
def test_a_leaf_holds_ids_types_numbers_instants_and_digests_alone(event_type: EventType) -> None:
    """No value stands anywhere but where it may, and none looks like anything else."""
    leaf = json.loads(stored(event_type)[0].state)
    for place, value in values(leaf):
        assert place in ALLOWED, f"{place} = {value!r}"
        assert re.fullmatch(ALLOWED[place], str(value)), f"{place} = {value!r}"
    assert set(leaf) == {place.partition("/")[0] for place in ALLOWED}
    assert len(leaf["data"]["_sd"]) == len(event_type.fields)


@EVERY_TYPE
def test_a_name_in_any_text_field_is_in_no_leaf(event_type: EventType) -> None:
    """Neither as it is, nor escaped, nor encoded."""
    name = "Zoë Quispe"
    leaf = stored(event_type, name)[0].state
    for form in (name.encode(), json.dumps(name).strip('"').encode(), base64.b64encode(name.encode())[:12], b"Quispe"):
        assert form not in leaf


@EVERY_TYPE
def test_free_text_lies_sealed_beside_the_leaf(event_type: EventType) -> None:
    """Its clear text is nowhere in what is stored, and every other value is there to be disclosed."""
    event, _ = stored(event_type, "Zoë Quispe")
    for name, item in event.disclosures.items():
        assert set(item) == ({"box"} if name in event_type.sealed else {"salt", "value"})
        if name in event_type.sealed:
            assert "Quispe" not in json.dumps(item, ensure_ascii=False)


@EVERY_TYPE
def test_every_digest_is_one_that_rfc_9901_computes(event_type: EventType) -> None:
    """base64url(SHA-256(base64url(JSON of [salt, name, value]))), sorted, with a fresh salt of 128 bits each."""
    event, key = stored(event_type)
    expected, salts = [], []
    for name, salt, value in opened(event, key):
        array = json.dumps([salt, name, value], separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        disclosure = base64.urlsafe_b64encode(array.encode()).rstrip(b"=")
        expected.append(base64.urlsafe_b64encode(hashlib.sha256(disclosure).digest()).rstrip(b"=").decode())
        salts.append(salt)
    assert json.loads(event.state)["data"]["_sd"] == sorted(expected)
    assert len(set(salts)) == len(salts)
    assert all(len(base64.urlsafe_b64decode(salt + "==")) == 16 for salt in salts)


@EVERY_TYPE
def test_a_leaf_is_canonical(event_type: EventType) -> None:
    """Sorted names, no blanks: the same bytes that RFC 8785 gives for these values."""
    state = stored(event_type)[0].state
    assert json.dumps(json.loads(state), separators=(",", ":"), sort_keys=True).encode() == state


@EVERY_TYPE
def test_a_fact_comes_back_from_its_leaf_as_it_was(event_type: EventType) -> None:
    """All fields, both instants, the actor; and the stored bytes stay the very same."""
    fact = instance(event_type)
    mapper = LeafMapper(CATALOGUE)
    with in_command(Command(recorded_at=RECORDED)) as command:
        event = mapper.to_stored_event(fact)
    key = command.keys.get(fact.originator_id)
    read = LeafEvent(fact.originator_id, 1, event.topic, event.state, event.disclosures, key)
    back = mapper.to_domain_event(read)
    assert type(back) is type(fact)
    assert {name: value for name, value in vars(back).items() if name != "command"} == vars(fact)
    assert vars(back)["command"] == command.id
    assert read.state is event.state


def test_the_import_path_of_a_class_is_in_no_leaf() -> None:
    """Code can move: only stable names are stored."""
    for event_type in CATALOGUE.types():
        event, _ = stored(event_type)
        assert event.topic == event_type.name
        assert event_type.event_class.__module__.encode() not in event.state
        assert "originator_topic" not in event.disclosures
