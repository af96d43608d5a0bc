from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from incidents.ledger.followers import MAX_TRIES, Followed, FollowerRunner
from incidents.ledger.tables import followers, parked
from tests.support.doors import Door, hang, paint

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from incidents.ledger.ledger import Ledger
    from incidents.ledger.sequencer import Sequencer


class Journal:
    """Writes down each fact it takes, on the runner's connection; it cannot take a colour that it fears."""

    name = "journal"

    def __init__(self) -> None:
        self.feared: set[str] = set()

    def take(self, followed: Followed, connection: Connection) -> None:
        """Write first and fail after, so that a failure has something to take back."""
        fact = followed.fact
        colour = fact.colour if isinstance(fact, Door.Painted) else "-"
        row = {"position": followed.position, "stream": fact.originator_id, "colour": colour}
        connection.execute(text("INSERT INTO journal VALUES (:position, :stream, :colour)"), row)
        if colour in self.feared:
            raise ValueError(colour)


@pytest.fixture
def journal(owner: Engine) -> Journal:
    """Give the follower, with its table: without any key, so that doubles would be seen."""
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE journal (position bigint, stream text, colour text)"))
        connection.execute(text("GRANT SELECT, INSERT ON journal TO tocsin_runtime"))
    return Journal()


@pytest.fixture
def runner(runtime: Engine, ledger: Ledger, journal: Journal) -> FollowerRunner:
    """Give what moves the journal along."""
    return FollowerRunner(runtime, ledger.mapper, journal)


def taken(engine: Engine) -> list[tuple[Any, ...]]:
    """Read the journal as it was written."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT position, stream, colour FROM journal"))]


def colours(engine: Engine, stream: str) -> list[str]:
    """Read what the journal says of one door."""
    return [colour for _, of, colour in taken(engine) if of == stream]


def position(engine: Engine) -> int:
    """Read how far the journal has come."""
    with engine.connect() as connection:
        return connection.scalar(select(followers.c.position).where(followers.c.name == Journal.name)) or 0


def tries(engine: Engine) -> dict[int, int]:
    """Read how often each event that is tried or parked has failed."""
    with engine.connect() as connection:
        return {row.position: row.tries for row in connection.execute(select(parked).order_by(parked.c.position))}


def until_parked(runner: FollowerRunner) -> None:
    """Run as often as it takes to give an event up."""
    for _ in range(MAX_TRIES):
        runner.run_once()


def test_a_follower_takes_all_in_order_and_knows_where_it_is(
    ledger: Ledger, sequencer: Sequencer, runtime: Engine, runner: FollowerRunner
) -> None:
    """From the beginning, and later on from its own place."""
    first, second = hang(ledger, "acme-globex", "red"), hang(ledger, "initech-umbrella")
    sequencer.run_once()
    assert runner.run_once() == 3
    paint(ledger, first, "green")
    assert runner.run_once() == 0
    sequencer.run_once()
    assert runner.run_once() == 1
    assert taken(runtime) == [(1, first, "-"), (2, first, "red"), (3, second, "-"), (4, first, "green")]
    assert position(runtime) == 4


def test_two_runners_take_each_event_once(
    ledger: Ledger, sequencer: Sequencer, runtime: Engine, runner: FollowerRunner
) -> None:
    """Whoever has the lock works; the other does not wait, and nothing is taken twice."""
    for _ in range(150):
        hang(ledger, "acme-globex", "red", "green", "blue")
    total = sequencer.run_until_idle()
    gate = threading.Barrier(4)

    def follow(_: int) -> int:
        gate.wait()
        moved = 0
        while position(runtime) < total:
            moved += runner.run_once()
        return moved

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(follow, range(4))) == total
    assert [row[0] for row in taken(runtime)] == list(range(1, total + 1))


def test_what_a_follower_wrote_before_it_failed_is_taken_back(
    ledger: Ledger, sequencer: Sequencer, runtime: Engine, runner: FollowerRunner, journal: Journal
) -> None:
    """What came before it in the same batch stays, and the position stands right before the event that failed."""
    stream = hang(ledger, "acme-globex", "red", "black", "blue")
    sequencer.run_once()
    journal.feared = {"black"}
    assert runner.run_once() == 2
    assert (colours(runtime, stream), position(runtime), tries(runtime)) == (["-", "red"], 2, {3: 1})
    journal.feared = set()
    assert runner.run_once() == 2
    assert (colours(runtime, stream), position(runtime), tries(runtime)) == (["-", "red", "black", "blue"], 4, {})


def test_a_poison_event_is_parked_after_five_tries_and_the_others_go_on(
    ledger: Ledger, sequencer: Sequencer, runtime: Engine, runner: FollowerRunner, journal: Journal
) -> None:
    """Its stream waits behind it, in order; every other stream is taken."""
    ill, well = hang(ledger, "acme-globex"), hang(ledger, "acme-globex")
    for colour in ("black", "red"):
        paint(ledger, ill, colour)
        paint(ledger, well, colour.upper())
    sequencer.run_until_idle()
    journal.feared = {"black"}
    for attempt in range(1, MAX_TRIES):
        runner.run_once()
        assert tries(runtime) == {3: attempt}
        assert position(runtime) == 2
    assert runner.run_once() == 4
    assert colours(runtime, ill) == ["-"]
    assert colours(runtime, well) == ["-", "BLACK", "RED"]
    assert tries(runtime) == {3: MAX_TRIES, 5: 0}
    paint(ledger, ill, "green")
    sequencer.run_once()
    assert runner.run_once() == 1
    assert tries(runtime) == {3: MAX_TRIES, 5: 0, 7: 0}
    with runtime.connect() as connection:
        errors = list(connection.scalars(select(parked.c.error).order_by(parked.c.position)))
    assert "ValueError: black" in errors[0]
    assert errors[1:] == ["behind a parked event of the same stream"] * 2


def test_what_was_parked_can_be_replayed_in_order(
    ledger: Ledger, sequencer: Sequencer, runtime: Engine, runner: FollowerRunner, journal: Journal
) -> None:
    """Once the follower can take it: all of the stream, once, and what comes later follows as usual."""
    stream = hang(ledger, "acme-globex", "black", "red")
    sequencer.run_once()
    journal.feared = {"black"}
    until_parked(runner)
    assert runner.replay_parked() == (0, 2)
    assert tries(runtime) == {2: MAX_TRIES + 1, 3: 0}
    journal.feared = set()
    assert runner.replay_parked() == (2, 0)
    assert runner.replay_parked() == (0, 0)
    paint(ledger, stream, "green")
    sequencer.run_once()
    assert runner.run_once() == 1
    assert colours(runtime, stream) == ["-", "black", "red", "green"]


def test_a_stream_stays_parked_behind_what_a_replay_could_not_take(
    ledger: Ledger, sequencer: Sequencer, runtime: Engine, runner: FollowerRunner, journal: Journal
) -> None:
    """Nothing of a stream is taken out of order, also when another event of it turns out to be poison."""
    stream = hang(ledger, "acme-globex", "black", "grey")
    sequencer.run_once()
    journal.feared = {"black"}
    until_parked(runner)
    journal.feared = {"grey"}
    assert runner.replay_parked() == (1, 1)
    paint(ledger, stream, "green")
    sequencer.run_once()
    assert runner.run_once() == 1
    assert colours(runtime, stream) == ["-", "black"]
    journal.feared = set()
    assert runner.replay_parked() == (2, 0)
    assert colours(runtime, stream) == ["-", "black", "grey", "green"]


def test_an_event_that_is_still_being_tried_is_not_replayed(
    ledger: Ledger, sequencer: Sequencer, runtime: Engine, runner: FollowerRunner, journal: Journal
) -> None:
    """It would be taken twice: once by the replay and once in its turn."""
    stream = hang(ledger, "acme-globex", "black")
    sequencer.run_once()
    journal.feared = {"black"}
    runner.run_once()
    journal.feared = set()
    assert runner.replay_parked() == (0, 0)
    assert runner.run_once() == 1
    assert colours(runtime, stream) == ["-", "black"]


def test_an_event_of_an_unknown_type_is_poison_too(
    ledger: Ledger, sequencer: Sequencer, runtime: Engine, runner: FollowerRunner, owner: Engine
) -> None:
    """An older program does not stop at what a newer one has written."""
    stream = hang(ledger, "acme-globex")
    with owner.begin() as connection:
        connection.execute(text("INSERT INTO events SELECT stream, 2, partnership, 'new.v9', leaf FROM events"))
        spans = '{"spans": [["' + stream + '", 2, 2]]}'
        connection.execute(text("INSERT INTO pending (partnership, spans) VALUES ('acme-globex', :s)"), {"s": spans})
    sequencer.run_until_idle()
    until_parked(runner)
    other = hang(ledger, "acme-globex")
    sequencer.run_once()
    runner.run_once()
    assert colours(runtime, other) == ["-"]
    assert tries(runtime) == {2: MAX_TRIES}


def test_whoever_watches_is_told_of_each_event_once(
    runtime: Engine, ledger: Ledger, sequencer: Sequencer, journal: Journal
) -> None:
    """After its commit; also of those that were taken one by one, beside one that cannot be taken."""
    told: list[tuple[int, int]] = []
    watched = FollowerRunner(
        runtime, ledger.mapper, journal, lambda facts: told.extend((fact.position, position(runtime)) for fact in facts)
    )
    journal.feared = {"black"}
    hang(ledger, "acme-globex", "red", "black")
    hang(ledger, "acme-globex", "blue")
    sequencer.run_until_idle()
    for _ in range(MAX_TRIES + 2):
        watched.run_once()
    assert [event for event, _ in told] == [1, 2, 4, 5]
    assert all(event <= reached for event, reached in told)
