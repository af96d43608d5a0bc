from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from eventsourcing.persistence import ProgrammingError, StoredEvent
from sqlalchemy import func, select

from incidents.errors import Conflict, KeyReused
from incidents.ledger.receipts import RequestKey, fingerprint
from incidents.ledger.recorder import ReceiptExists
from incidents.ledger.tables import disclosures, events, pending, receipts, stream_keys
from tests.support.doors import Door, hang, hung, paint

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

    from incidents.ledger.ledger import Ledger
    from tests.support.clock import MovedClock

REQUEST = RequestKey("key:ab12", "open-sesame", fingerprint("POST", "/doors"))
THREADS = 16


def count(engine: Engine, table: Table) -> int:
    """Count a table's rows."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_one_key_has_one_effect_however_many_ask_at_once(ledger: Ledger, runtime: Engine) -> None:
    """Sixteen threads with one key: one door is hung, and everybody learns which."""

    def ask(_: int) -> str:
        if receipt := ledger.answered(REQUEST):
            return receipt.stream
        with ledger.command() as command:
            door = hung(command.recorded_at)
            try:
                ledger.save(door, request=REQUEST)
            except ReceiptExists:
                receipt = ledger.answered(REQUEST)
                assert receipt is not None
                return receipt.stream
        return door.id

    with ThreadPoolExecutor(THREADS) as threads:
        answers = set(threads.map(ask, range(4 * THREADS)))
    assert len(answers) == 1
    assert [count(runtime, table) for table in (events, receipts, pending, disclosures, stream_keys)] == [1] * 5


def test_a_key_is_not_for_another_request(ledger: Ledger) -> None:
    """The same key of the same sender with another content is refused; of another sender it is another key."""
    with ledger.command() as command:
        ledger.save(hung(command.recorded_at), request=REQUEST)
    with pytest.raises(KeyReused):
        ledger.answered(RequestKey(REQUEST.scope, REQUEST.key, fingerprint("POST", "/windows")))
    assert ledger.answered(RequestKey("key:other", REQUEST.key, REQUEST.fingerprint)) is None


def test_a_receipt_tells_where_the_stream_stood(ledger: Ledger, clock: MovedClock) -> None:
    """So that the same answer can be derived again, whatever has happened since."""
    stream = hang(ledger, "acme-globex")
    with ledger.command() as command:
        door = ledger.get(Door, stream)
        door.paint("red", command.recorded_at)
        ledger.save(door, request=REQUEST)
    then = clock.now()
    clock.move(hours=1)
    paint(ledger, stream, "green")
    receipt = ledger.answered(REQUEST)
    assert receipt is not None
    assert (receipt.stream, receipt.version, receipt.recorded_at) == (stream, 2, then)
    assert ledger.get(Door, stream, version=receipt.version).colour == "red"


def test_of_many_writers_of_one_stream_each_version_has_one(ledger: Ledger, runtime: Engine) -> None:
    """Losers hear of it and try again: no update is lost, and nothing of a lost try is left."""
    stream = hang(ledger, "acme-globex")

    def write(number: int) -> int:
        lost = 0
        while True:
            try:
                paint(ledger, stream, f"colour {number}")
            except Conflict:
                lost += 1
            else:
                return lost

    with ThreadPoolExecutor(THREADS) as threads:
        lost = sum(threads.map(write, range(40)))
    facts = ledger.get(Door, stream).history
    assert [fact.originator_version for fact in facts] == list(range(1, 42))
    assert {fact.colour for fact in facts if isinstance(fact, Door.Painted)} == {f"colour {n}" for n in range(40)}
    assert lost > 0
    assert count(runtime, pending) == 41


def test_a_lost_race_leaves_nothing_behind(ledger: Ledger, runtime: Engine) -> None:
    """Neither its receipt nor the other streams of the same commit."""
    stream = hang(ledger, "acme-globex")
    with ledger.command() as command:
        stale = ledger.get(Door, stream)
        paint(ledger, stream, "red")
        stale.paint("green", command.recorded_at)
        with pytest.raises(Conflict):
            ledger.save(stale, hung(command.recorded_at), request=REQUEST)
    assert ledger.answered(REQUEST) is None
    assert [count(runtime, table) for table in (events, stream_keys, pending)] == [2, 1, 2]


def test_text_is_never_sealed_with_a_key_that_was_lost_in_a_race(ledger: Ledger) -> None:
    """A second try in the same command makes a key of its own, and what it seals can be read."""
    with ledger.command() as command:
        ledger.save(hung(command.recorded_at), request=REQUEST)
    with ledger.command() as command:
        door = hung(command.recorded_at)
        with pytest.raises(ReceiptExists):
            ledger.save(door, request=REQUEST)
        ledger.save(hung(command.recorded_at, name="back", identity=door.id))
    assert ledger.get(Door, door.id).name == "back"


def test_one_commit_belongs_to_one_partnership(ledger: Ledger) -> None:
    """Nothing crosses partnerships in one transaction (design decision 4)."""
    with ledger.command() as command, pytest.raises(ProgrammingError, match="one commit, one partnership"):
        ledger.save(hung(command.recorded_at, "acme-globex"), hung(command.recorded_at, "initech-umbrella"))


@pytest.mark.parametrize("versions", [(1, 3), (2, 1)])
def test_a_commit_has_no_gaps(ledger: Ledger, versions: tuple[int, ...]) -> None:
    """A gap could be filled by another commit, and the two be sequenced as one."""
    stored = [StoredEvent("acme-globex/door/1", version, "door.forgotten.v1", b"{}") for version in versions]
    with pytest.raises(ProgrammingError, match="in one commit"):
        ledger.recorder.insert_events(stored)


def test_a_record_is_read_as_of_a_version_or_an_instant(ledger: Ledger, clock: MovedClock) -> None:
    """What was recorded at that very instant counts."""
    stream = hang(ledger, "acme-globex")
    red_at = clock.move(minutes=5)
    paint(ledger, stream, "red")
    clock.move(minutes=5)
    paint(ledger, stream, "green")
    assert ledger.get(Door, stream).colour == "green"
    assert ledger.get(Door, stream, version=1).colour == "bare"
    assert ledger.get(Door, stream, as_of=red_at).colour == "red"


def test_recording_times_never_run_backwards_within_a_stream(ledger: Ledger, clock: MovedClock) -> None:
    """A process whose clock lags a little behind another's does not record the later fact earlier."""
    stream = hang(ledger, "acme-globex")
    hung_at = clock.now()
    clock.move(seconds=-1)
    paint(ledger, stream, "red")
    assert [fact.timestamp for fact in ledger.get(Door, stream).history] == [hung_at, hung_at]


def test_a_commit_wakes_those_who_wait_and_a_lost_race_does_not(ledger: Ledger) -> None:
    """Once each commit."""
    woken: list[str] = []
    watched = type(ledger)(ledger.engine, ledger.catalogue, ledger.clock, committed=lambda: woken.append("woken"))
    stream = hang(watched, "acme-globex")
    with watched.command() as command:
        stale = watched.get(Door, stream)
        paint(watched, stream, "red")
        stale.paint("green", command.recorded_at)
        with pytest.raises(Conflict):
            watched.save(stale)
    assert woken == ["woken", "woken"]
