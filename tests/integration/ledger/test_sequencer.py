from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from incidents.ledger import merkle, tables
from incidents.ledger.tables import events, logs, pending, sequence
from tests.support.doors import hang, hung, paint

if TYPE_CHECKING:
    from sqlalchemy import Engine, Row

    from incidents.ledger.ledger import Ledger
    from incidents.ledger.sequencer import Sequencer

COLOURS = ("red", "green", "blue")


def rows(engine: Engine) -> list[Row[Any]]:
    """Read the whole sequence in order, each fact with its leaf."""
    same = (events.c.stream == sequence.c.stream) & (events.c.version == sequence.c.version)
    nth = sequence.c["index"].label("nth")  # a row has a method called index
    query = select(sequence, nth, events.c.leaf).join(events, same).order_by(sequence.c.position)
    with engine.connect() as connection:
        return list(connection.execute(query))


def scalar(engine: Engine, query: Any) -> Any:  # noqa: ANN401 - whatever is asked for
    """Read one value."""
    with engine.connect() as connection:
        return connection.scalar(query)


def test_each_partnership_has_a_dense_log_of_its_own(ledger: Ledger, sequencer: Sequencer, runtime: Engine) -> None:
    """Positions run over all facts, indexes over a partnership's, and the log's size says how many there are."""
    for house in ("acme-globex", "initech-umbrella", "acme-globex"):
        hang(ledger, house, *COLOURS)
        assert sequencer.run_once() == 4
    found = rows(runtime)
    assert [row.position for row in found] == list(range(1, 13))
    for house, size in (("acme-globex", 8), ("initech-umbrella", 4)):
        assert [row.nth for row in found if row.partnership == house] == list(range(size))
        assert scalar(runtime, select(logs.c.size).where(logs.c.partnership == house)) == size


def test_what_is_committed_together_stands_together(ledger: Ledger, sequencer: Sequencer, runtime: Engine) -> None:
    """Also when several streams of one commit and of the next are sequenced in one batch."""
    commits = []
    for _ in range(3):
        with ledger.command() as command:
            doors = [hung(command.recorded_at) for _ in range(2)]
            for door in doors:
                door.paint("red", command.recorded_at)
            ledger.save(*doors)
        commits.append([(door.id, version) for door in doors for version in (1, 2)])
    assert sequencer.run_once() == 12
    assert [(row.stream, row.version) for row in rows(runtime)] == [fact for commit in commits for fact in commit]


def test_the_hash_of_each_leaf_is_stored(ledger: Ledger, sequencer: Sequencer, runtime: Engine) -> None:
    """It is the one that merkle.py gives for the very bytes of the leaf."""
    hang(ledger, "acme-globex", *COLOURS)
    sequencer.run_once()
    found = rows(runtime)
    assert len(found) == 4
    assert [bytes(row.leaf_hash) for row in found] == [merkle.leaf_hash(bytes(row.leaf)) for row in found]


def test_leaves_are_hashed_as_they_lie(ledger: Ledger, sequencer: Sequencer, owner: Engine) -> None:
    """Bytes that no canonical JSON has are hashed as they are, and read all the same: nothing is written anew."""
    stream = hang(ledger, "acme-globex")
    odd = (
        b'{ "recorded_at":"2026-03-02T12:00:00Z", "at":"2026-03-02T12:00:00Z",\n "actor":"a","command":"c","more":1e0 }'
    )
    with owner.begin() as connection:
        columns = {
            "stream": stream,
            "version": 2,
            "partnership": "acme-globex",
            "type": "door.forgotten.v1",
            "leaf": odd,
        }
        connection.execute(events.insert().values(columns))
        spans = {"spans": [[stream, 2, 2]]}
        connection.execute(pending.insert().values(partnership="acme-globex", spans=spans))
    sequencer.run_once()
    assert bytes(rows(owner)[-1].leaf_hash) == merkle.leaf_hash(odd)
    assert len(ledger.recorder.select_events(stream)) == 2
    assert ledger.recorder.select_events(stream)[1].state == odd


def test_a_batch_goes_on_where_the_last_one_ended(ledger: Ledger, sequencer: Sequencer, runtime: Engine) -> None:
    """Facts are taken once, and an idle sequencer changes nothing."""
    stream = hang(ledger, "acme-globex")
    assert sequencer.run_until_idle() == 1
    paint(ledger, stream, "red")
    paint(ledger, stream, "green")
    assert sequencer.run_until_idle() == 2
    assert sequencer.run_once() == 0
    assert [(row.position, row.nth, row.version) for row in rows(runtime)] == [(1, 0, 1), (2, 1, 2), (3, 2, 3)]
    assert scalar(runtime, select(func.count()).select_from(pending)) == 0


def test_two_sequencers_at_once_give_one_order(ledger: Ledger, sequencer: Sequencer, runtime: Engine) -> None:
    """While eight writers commit, nothing is lost, doubled or out of a log's order."""

    def write(_: int) -> None:
        for number in range(10):
            hang(ledger, f"house-{number % 3}", *COLOURS)

    with ThreadPoolExecutor(10) as threads:
        writers = [threads.submit(write, number) for number in range(8)]
        leaders = [threads.submit(_lead_while, writers, sequencer) for _ in range(2)]
        sequenced = sum(each.result() for each in leaders)
    assert sequenced == 8 * 10 * 4
    found = rows(runtime)
    assert [row.position for row in found] == list(range(1, 321))
    for house in range(3):
        indexes = [row.nth for row in found if row.partnership == f"house-{house}"]
        assert indexes == list(range(len(indexes)))
    commits = [found[start : start + 4] for start in range(0, 320, 4)]
    assert all(len({row.stream for row in commit}) == 1 for commit in commits)
    assert all([row.version for row in commit] == [1, 2, 3, 4] for commit in commits)


def test_a_leader_keeps_others_out(ledger: Ledger, sequencer: Sequencer, leader: Engine) -> None:
    """While its lock is held another sequencer finds nothing to do, and does not wait."""
    hang(ledger, "acme-globex")
    with leader.connect() as connection:
        connection.execute(select(tables.sequencer).with_for_update())
        assert sequencer.run_once() == 0
    assert sequencer.run_once() == 1


def test_facts_that_are_not_committed_are_not_sequenced(ledger: Ledger, sequencer: Sequencer, runtime: Engine) -> None:
    """A commit that comes late comes after those that were earlier, whatever ids the two were given."""
    with runtime.connect() as slow, ledger.command() as command:
        late = hung(command.recorded_at)
        ledger.save(late, connection=slow)
        early = hang(ledger, "acme-globex")
        assert sequencer.run_once() == 1
        slow.execute(text("COMMIT"))
    assert sequencer.run_once() == 1
    assert [row.stream for row in rows(runtime)] == [early, late.id]


def _lead_while(writers: list[Any], sequencer: Sequencer) -> int:
    """Sequence until all writers are done and nothing is left; a batch that another leads counts as none."""
    total = 0
    while not all(writer.done() for writer in writers):
        total += sequencer.run_once()
    return total + sequencer.run_until_idle()
