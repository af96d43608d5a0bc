"""Lawful forgetting (design decision 6), on incidents: what people wrote is gone, and every proof still holds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.bootstrap import build
from incidents.errors import NotFound
from incidents.incident import Incident
from incidents.incidents import Asked
from incidents.ledger import erasure, merkle
from incidents.ledger.mapper import LeafEvent
from incidents.ledger.rebuild import check
from incidents.ledger.sealing import ERASED
from incidents.ledger.tables import disclosures, events, sequence, stream_keys
from incidents.tables import incident_states
from incidents.timeline import Entry, timeline
from tests.support.clock import MovedClock
from tests.support.ledgers import declare, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from api.bootstrap import Tocsin
    from incidents.ledger.sequencer import Sequencer

NAME = "Zoë Quispe"
BY = "key:officer"


@pytest.fixture
def tocsin(database_url: str) -> Iterator[Tocsin]:
    """Yield everything wired, with an agreement published."""
    tocsin = build(database_url, clock=MovedClock(), committed=lambda: None)
    publish(tocsin)
    yield tocsin
    tocsin.close()


@pytest.fixture
def stream(tocsin: Tocsin, sequencer: Sequencer) -> str:
    """Give an incident in which a person is named wherever people write."""
    stream = declare(tocsin, title=f"{NAME} cannot pay", description=f"{NAME} called at nine.")
    tocsin.incidents.note(stream, f"Called {NAME} back.", Asked(BY))
    tocsin.incidents.acknowledge(stream, Asked(BY))
    tocsin.incidents.resolve(stream, f"{NAME} can pay again.", Asked(BY))
    sequencer.run_until_idle()
    return stream


def leaves(engine: Engine) -> dict[tuple[str, int], bytes]:
    """Read every leaf."""
    with engine.connect() as connection:
        query = select(events.c.stream, events.c.version, events.c.leaf)
        return {(row.stream, row.version): bytes(row.leaf) for row in connection.execute(query)}


def root(engine: Engine, size: int) -> bytes:
    """Give the tree head of the partnership's log at a size."""
    order = sequence.c["index"]
    with engine.connect() as connection:
        return merkle.root(
            [bytes(each) for each in connection.scalars(select(sequence.c.leaf_hash).order_by(order))][:size]
        )


def dump(engine: Engine) -> str:
    """Read all that may hold words of people, as text."""
    with engine.connect() as connection:
        tables = disclosures, incident_states, stream_keys
        return repr([tuple(row) for table in tables for row in connection.execute(select(table))])


def test_what_people_wrote_is_gone(tocsin: Tocsin, stream: str, eraser: Engine) -> None:
    """From memory, from the state row and from the tables; what is no free text stays."""
    before = dump(tocsin.database)
    assert before.count("'box'") == 4
    assert NAME in before
    erasure.erase(eraser, tocsin.ledger, stream, by=BY)
    incident = tocsin.incidents.get(stream)
    assert incident.title is ERASED
    assert incident.description is ERASED
    assert incident.severity == "S1"
    assert incident.acknowledged_by == BY
    assert isinstance(incident.history[-1], Incident.SubjectErased)
    remains = dump(tocsin.database)
    assert "'box'" not in remains
    assert NAME not in remains
    assert stream not in _streams_with_a_key(tocsin.database)


def test_every_proof_still_holds(tocsin: Tocsin, stream: str, eraser: Engine, sequencer: Sequencer) -> None:
    """Leaves, hashes and the root of the log as it was stay the same; the erasure is one more leaf."""
    before = leaves(tocsin.database)
    size = len(before)
    head = root(tocsin.database, size)
    erasure.erase(eraser, tocsin.ledger, stream, by=BY)
    sequencer.run_until_idle()
    after = leaves(tocsin.database)
    assert {place: after[place] for place in before} == before
    assert len(after) == size + 1
    assert root(tocsin.database, size) == head


def test_a_kept_box_cannot_be_opened_any_more(tocsin: Tocsin, stream: str, eraser: Engine) -> None:
    """Somebody who copied the boxes has nothing without the key, also when the stream has a new one."""
    [declared, *_] = tocsin.ledger.recorder.select_events(stream)
    assert isinstance(declared, LeafEvent)
    erasure.erase(eraser, tocsin.ledger, stream, by=BY)
    tocsin.incidents.note(stream, "Something new.", Asked(BY))
    *_, noted = tocsin.ledger.recorder.select_events(stream)
    assert isinstance(noted, LeafEvent)
    assert noted.key is not None
    kept = LeafEvent(stream, 1, declared.topic, declared.state, declared.disclosures, noted.key)
    assert vars(tocsin.ledger.mapper.to_domain_event(kept))["title"] is ERASED
    fact = tocsin.incidents.get(stream).history[-1]
    assert isinstance(fact, Incident.Noted)
    assert fact.text == "Something new."


def test_the_timeline_names_what_was_erased(tocsin: Tocsin, stream: str, eraser: Engine) -> None:
    """Field by field, and the erasure itself with who did it."""
    erasure.erase(eraser, tocsin.ledger, stream, by=BY)
    told = timeline(tocsin.incidents.get(stream), tocsin.ledger.catalogue)
    entries = [entry for entry in told if isinstance(entry, Entry)]
    assert [(entry.type, tuple(entry.withheld)) for entry in entries] == [
        ("incident.declared.v1", ("description", "title")),
        ("incident.noted.v1", ("text",)),
        ("incident.acknowledged.v1", ()),
        ("incident.resolved.v1", ("text",)),
        ("incident.subject_erased.v1", ()),
    ]
    assert entries[0].data["title"] is None
    assert entries[-1].actor == BY


def test_the_tables_still_say_what_the_facts_say(tocsin: Tocsin, stream: str, eraser: Engine) -> None:
    """A replay of the erased record gives the state row without its title."""
    erasure.erase(eraser, tocsin.ledger, stream, by=BY)
    assert check(tocsin.ledger).differences == ()
    with tocsin.database.connect() as connection:
        row = connection.execute(select(incident_states).where(incident_states.c.stream == stream)).one()
    assert (row.title, row.version) == (None, 5)


def test_only_that_stream_is_erased(tocsin: Tocsin, stream: str, eraser: Engine) -> None:
    """Another incident of the same partnership keeps every word."""
    other = declare(tocsin, title="Something else")
    erasure.erase(eraser, tocsin.ledger, stream, by=BY)
    assert tocsin.incidents.get(other).title == "Something else"


def test_erasing_waits_for_nobody_and_loses_nothing(tocsin: Tocsin, stream: str, eraser: Engine) -> None:
    """Notes that are written at the same moment are erased or kept, but their record is whole and its tables right."""
    gate = threading.Barrier(5)

    def write(number: int) -> None:
        gate.wait()
        for _ in range(5):
            tocsin.incidents.witness(stream, lambda it, at: it.note(f"Writer {number}", by=BY, at=at))

    with ThreadPoolExecutor(5) as threads:
        writers = [threads.submit(write, number) for number in range(4)]
        gate.wait()
        erasure.erase(eraser, tocsin.ledger, stream, by=BY)
        for writer in writers:
            writer.result()
    history = tocsin.incidents.get(stream).history
    at = next(place for place, fact in enumerate(history) if isinstance(fact, Incident.SubjectErased))
    assert len(history) == 4 + 20 + 1
    assert all(_text(fact) is ERASED for fact in history[:at] if isinstance(fact, Incident.Noted))
    assert all(_text(fact) is not ERASED for fact in history[at:] if isinstance(fact, Incident.Noted))
    assert check(tocsin.ledger).differences == ()


def test_nothing_of_what_is_not_there_can_be_erased(tocsin: Tocsin, eraser: Engine) -> None:
    """There is no such stream."""
    with pytest.raises(NotFound):
        erasure.erase(eraser, tocsin.ledger, "acme-globex-demo/incident/none", by=BY)


def _text(fact: Any) -> object:  # noqa: ANN401 - any fact with a text
    return fact.text


def _streams_with_a_key(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(select(stream_keys.c.stream)))
