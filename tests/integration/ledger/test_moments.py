from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from api.http.problems import UNAVAILABLE
from incidents.errors import InvalidField
from incidents.ledger import moments
from incidents.ledger.clock import DatabaseClock
from incidents.ledger.sequencer import IN_FLIGHT, Sequencer
from incidents.ledger.tables import logs, pending, sequence
from incidents.ledger.tables import sequencer as head
from tests.support.clock import NOON, MovedClock
from tests.support.doors import hang, paint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from datetime import datetime

    from sqlalchemy import Engine

    from incidents.ledger.clock import Clock
    from incidents.ledger.ledger import Ledger

HOUSE = "acme-globex"
MOMENT = timedelta(seconds=1)
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = :kind"
)


@pytest.fixture
def sequencer(leader: Engine, clock: MovedClock) -> Sequencer:
    """Give a sequencer whose time is moved."""
    return Sequencer(leader, clock)


@pytest.fixture
def reading(ledger: Ledger) -> Engine:
    """Give the engine that reads are made on."""
    return ledger.recorder.reading


def stamps(owner: Engine) -> list[datetime]:
    """Read the stamp of each fact, in order."""
    with owner.connect() as connection:
        return list(connection.scalars(select(sequence.c.sequenced_at).order_by(sequence.c.position)))


def wait_for(owner: Engine, kind: str, many: int = 1) -> None:
    """Return once so many wait for a lock of a kind."""
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        deadline = time.monotonic() + 5
        while connection.scalar(WAITING, {"kind": kind}) != many:
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.005)


@contextmanager
def in_flight(owner: Engine, sequencer: Sequencer) -> Iterator[Future[int]]:
    """Hold a batch up for a block, stamped and not committed: it waits for the log's row."""
    with ThreadPoolExecutor(1) as thread, owner.connect() as holding:
        holding.execute(select(logs).where(logs.c.partnership == HOUSE).with_for_update())
        batch = thread.submit(sequencer.run_once)
        wait_for(owner, "transactionid")
        yield batch
        holding.rollback()


def test_a_batch_has_one_stamp_that_is_later_than_all_before(
    ledger: Ledger, sequencer: Sequencer, clock: MovedClock, owner: Engine
) -> None:
    """Also while the clock stands still, and after it was set back; and later than the clock itself."""
    for minutes in (0, 0, 1, -60, 0):
        clock.move(minutes=minutes)
        hang(ledger, HOUSE, "red")
        hang(ledger, "initech-umbrella", "red")
        assert sequencer.run_once() == 4
    found = stamps(owner)
    each = found[::4]
    assert found == [stamp for stamp in each for _ in range(4)]
    assert all(earlier < later for earlier, later in pairwise(each))
    assert each[0] > NOON
    assert each[2] > NOON + timedelta(minutes=1)
    with owner.connect() as connection:
        assert connection.scalar(select(head.c.at)) == each[-1]


def test_production_stamps_come_from_the_databases_clock(ledger: Ledger, leader: Engine, owner: Engine) -> None:
    """Whatever clock the commands had."""
    before = DatabaseClock(owner).now()
    hang(ledger)
    Sequencer(leader).run_once()
    [stamp] = stamps(owner)
    assert before - MOMENT < stamp < DatabaseClock(owner).now() + MOMENT


def test_who_does_not_lead_holds_nothing(ledger: Ledger, sequencer: Sequencer, owner: Engine) -> None:
    """Nor does it wait for the lock of a batch in flight, which somebody else has here."""
    hang(ledger)
    with ThreadPoolExecutor(1) as thread, owner.connect() as other:
        other.execute(select(head).with_for_update())
        other.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": IN_FLIGHT})
        assert thread.submit(sequencer.run_once).result(timeout=5) == 0
    assert sequencer.run_once() == 1


def test_an_instant_has_the_versions_that_were_on_record(
    ledger: Ledger, sequencer: Sequencer, clock: MovedClock, reading: Engine
) -> None:
    """A fact counts from its sequencing on, not from its recording; each partnership has its own log."""
    stream = hang(ledger, HOUSE, "red")
    assert moments.sequenced_version(reading, stream) == 0
    recorded = clock.now()
    clock.move(minutes=1)
    sequencer.run_once()
    paint(ledger, stream, "green")
    hang(ledger, "initech-umbrella")
    first = clock.move(minutes=1)
    sequencer.run_once()
    clock.move(minutes=1)
    for at, version, size in ((recorded, None, 0), (first, 2, 2), (clock.now(), 3, 3)):
        assert moments.version_at(reading, stream, at) == version
        assert moments.index_at(reading, HOUSE, at) == size
    assert moments.index_at(reading, "initech-umbrella", first) == 0
    assert moments.index_at(reading, "initech-umbrella", clock.now()) == 1
    assert moments.sequenced_version(reading, stream) == 3
    assert moments.version_at(reading, f"{HOUSE}/door/none", clock.now()) is None
    assert moments.sequenced_version(reading, f"{HOUSE}/door/none") == 0


def test_a_stamp_is_the_first_instant_of_its_facts(
    ledger: Ledger, sequencer: Sequencer, owner: Engine, reading: Engine
) -> None:
    """They are on record at the stamp itself, and not a microsecond earlier."""
    stream = hang(ledger, HOUSE, "red")
    sequencer.run_once()
    stamp = stamps(owner)[0]
    assert moments.version_at(reading, stream, stamp) == 2
    assert moments.version_at(reading, stream, stamp - timedelta(microseconds=1)) is None


def test_a_batch_in_flight_is_waited_for(
    ledger: Ledger, sequencer: Sequencer, clock: MovedClock, owner: Engine, reading: Engine
) -> None:
    """Its stamp, taken at minute 3, is what decides whether its facts count, not whether its commit was visible."""
    stream = hang(ledger)
    sequencer.run_once()
    paint(ledger, stream, "red")
    clock.move(minutes=3)
    instants = [NOON + timedelta(minutes=minute) for minute in (2, 5)]
    with ThreadPoolExecutor(2) as threads:
        with in_flight(owner, sequencer) as batch:
            asking = [threads.submit(moments.version_at, reading, stream, at) for at in instants]
            wait_for(owner, "advisory", many=2)
        assert batch.result() == 1
        assert [asked.result() for asked in asking] == [1, 2]


def test_an_instant_up_to_the_last_batch_waits_for_nobody(
    ledger: Ledger, sequencer: Sequencer, owner: Engine, reading: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in flight is later in any case; with no patience at all the answer still comes."""
    monkeypatch.setattr(moments, "PATIENCE", "1ms")
    stream = hang(ledger)
    sequencer.run_once()
    [stamp] = stamps(owner)
    paint(ledger, stream, "red")
    with in_flight(owner, sequencer):
        assert moments.version_at(reading, stream, stamp) == 1
        assert moments.index_at(reading, HOUSE, stamp) == 1
        with pytest.raises(UNAVAILABLE):
            moments.settled(reading, stamp + MOMENT)


def test_a_reader_keeps_neither_the_lock_nor_its_patience(
    ledger: Ledger, sequencer: Sequencer, clock: MovedClock, reading: Engine
) -> None:
    """Its connection goes back to the pool as it was, and the next batch is free to go."""
    moments.settled(reading, clock.now())
    with reading.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "0"
        assert connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")) == 0
        hang(ledger)
        assert sequencer.run_once() == 1


def test_a_clock_that_is_a_little_ahead_is_waited_for(reading: Engine) -> None:
    """Processes learn the database's time over the network: the instant is settled once the database is past it."""
    clock = DatabaseClock(reading)
    ahead = clock.now() + timedelta(milliseconds=150)
    moments.settled(reading, ahead)
    assert clock.now() > ahead - timedelta(milliseconds=20)


def test_the_future_is_refused() -> None:
    """The field is named; the present itself is past already."""
    moments.check_past(NOON, NOON)
    with pytest.raises(InvalidField, match="future") as caught:
        moments.check_past(NOON + timedelta(microseconds=1), NOON)
    assert caught.value.field == "as_of"


class Answers:
    """What was answered about instants, to be asked again later."""

    def __init__(self, reading: Engine, streams: list[str]) -> None:
        """Ask about these doors."""
        self._reading = reading
        self._streams = streams
        self.known: list[tuple[datetime, Any]] = []

    def ask(self, at: datetime) -> None:
        """Ask about an instant."""
        self.known.append((at, self._answer(at)))

    def check(self) -> None:
        """Ask everything again: the answers are the same."""
        assert [(at, self._answer(at)) for at, _ in self.known] == self.known

    def _answer(self, at: datetime) -> Any:  # noqa: ANN401 - compared with itself only
        versions = [moments.version_at(self._reading, stream, at) for stream in self._streams]
        return moments.index_at(self._reading, HOUSE, at), versions


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_once_given_stays(
    seed: int, ledger: Ledger, sequencer: Sequencer, clock: MovedClock, reading: Engine
) -> None:
    """Commits, batches, a clock that moves or stands still, and questions up to the present, in any order."""
    dice = Random(seed)  # noqa: S311 - chooses what a test does
    streams = [hang(ledger) for _ in range(3)]
    answers = Answers(reading, streams)
    for _ in range(80):
        act = dice.choice(("commit", "batch", "move", "ask now", "ask"))
        if act == "commit":
            paint(ledger, dice.choice(streams), "red")
        elif act == "batch":
            sequencer.run_once()
        elif act == "move":
            clock.move(seconds=dice.randrange(4) / 1_000_000)
        else:
            back = dice.randrange(6) if act == "ask" else 0
            answers.ask(clock.now() - timedelta(microseconds=back))
    sequencer.run_until_idle()
    clock.move(minutes=1)
    answers.check()
    answers.ask(clock.now())
    assert answers.known[-1][1][1] == [moments.sequenced_version(reading, stream) for stream in streams]


def test_answers_about_the_present_stay_while_others_write(ledger: Ledger, leader: Engine, reading: Engine) -> None:
    """On the database's own clock, with two sequencers: whatever was in flight when somebody asked."""
    clock = DatabaseClock(reading)
    streams = [hang(ledger) for _ in range(3)]
    with ThreadPoolExecutor(7) as threads:
        writers = [threads.submit(_paint_often, ledger, stream) for stream in streams]
        leaders = [threads.submit(_lead_while, writers, Sequencer(leader), reading) for _ in range(2)]
        askers = [threads.submit(_ask_while, writers, Answers(reading, streams), clock) for _ in range(2)]
        given = [asker.result() for asker in askers]
        assert sum(each.result() for each in leaders) == 3 * 61
    for answers in given:
        assert len({str(answer) for _, answer in answers.known}) > 3, "too few to prove anything"
        answers.check()


def _paint_often(ledger: Ledger, stream: str) -> None:
    for _ in range(60):
        paint(ledger, stream, "red")


def _lead_while(writers: list[Future[None]], sequencer: Sequencer, reading: Engine) -> int:
    """Sequence until all is written and sequenced; a batch that the other leads counts as none."""
    total = 0
    with reading.connect() as connection:
        while not all(writer.done() for writer in writers) or connection.scalar(select(pending.c.id).limit(1)):
            total += sequencer.run_once()
    return total


def _ask_while(writers: list[Future[None]], answers: Answers, clock: Clock) -> Answers:
    while not all(writer.done() for writer in writers):
        answers.ask(clock.now())
    return answers
