"""Signs of life and vitals against PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.bootstrap import build
from api.processes.beats import EVERY_SECONDS, Beats, ages
from api.processes.vitals import vitals
from api.processes.watchdog import Vitals
from incidents.ledger.connections import LEADER_TIMEOUTS, connect
from incidents.ledger.reach import SEQUENCER
from incidents.ledger.sequencer import Sequencer
from tests.support.clock import MovedClock
from tests.support.ledgers import declare, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.bootstrap import Tocsin

PARTS = ("engine", "sender")


@pytest.fixture
def clock() -> MovedClock:
    """Give a clock that stands at noon."""
    return MovedClock()


@pytest.fixture
def tocsin(database_url: str, clock: MovedClock) -> Iterator[Tocsin]:
    """Yield everything wired, with an agreement, all of it in its order."""
    tocsin = build(database_url, clock=clock, committed=lambda: None)
    publish(tocsin)
    sequence(tocsin)
    yield tocsin
    tocsin.close()


def sequence(tocsin: Tocsin) -> None:
    """Sequence all that is committed."""
    engine = connect(tocsin.url, SEQUENCER, pool_size=1, settings=LEADER_TIMEOUTS)
    Sequencer(engine, tocsin.clock).run_until_idle()
    engine.dispose()


def known(tocsin: Tocsin) -> dict[str, float]:
    """Read how old the signs of life are."""
    with tocsin.database.connect() as connection:
        return ages(connection, tocsin.clock.now())


def read(tocsin: Tocsin) -> Vitals:
    """Read the vitals."""
    return vitals(tocsin.database, tocsin.clock.now(), PARTS)


def change(tocsin: Tocsin, statement: str, **values: object) -> None:
    """Change rows behind the program's back."""
    engine = create_engine(tocsin.url, poolclass=NullPool)
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


def test_beats_of_several_workers(tocsin: Tocsin, clock: MovedClock) -> None:
    """The youngest counts; a part beats no more often than is of use; what is a day old goes with the next start."""
    passed = [0.0]
    one, other = (Beats(tocsin.database, clock, name, lambda: passed[0]) for name in ("one", "other"))
    one.beat("engine")
    clock.move(seconds=30)
    other.beat("engine")
    clock.move(seconds=10)
    other.beat("engine")
    assert known(tocsin) == {"engine": 10.0}
    passed[0] = EVERY_SECONDS
    other.beat("engine")
    assert known(tocsin) == {"engine": 0.0}
    clock.move(hours=25)
    assert known(tocsin) == {"engine": timedelta(hours=25).total_seconds()}
    Beats(tocsin.database, clock, "third").beat("sender")
    assert known(tocsin) == {"sender": 0.0}


def test_nothing_is_late(tocsin: Tocsin) -> None:
    """Where nothing has happened; but a part that never showed itself is told."""
    assert read(tocsin) == Vitals(0, 0, 0, {"engine": None, "sender": None})
    Beats(tocsin.database, tocsin.clock).beat("engine")
    assert read(tocsin).parts == {"engine": 0.0, "sender": None}


def test_an_engine_that_stands_still(tocsin: Tocsin, clock: MovedClock) -> None:
    """The oldest deadline tells by how much."""
    declare(tocsin)
    with tocsin.database.connect() as connection:
        due = connection.execute(text("SELECT min(due_at) FROM deadlines")).scalar_one()
    clock.move(seconds=(due - clock.now()).total_seconds() + 75)
    assert read(tocsin).engine == 75
    while tocsin.engine.run_once():
        pass
    assert read(tocsin).engine == 0


def test_a_sequencer_that_stands_still(tocsin: Tocsin, clock: MovedClock) -> None:
    """The oldest commit tells for how long."""
    declare(tocsin)
    clock.move(seconds=70)
    declare(tocsin)
    assert read(tocsin).sequencer == 70
    sequence(tocsin)
    assert read(tocsin).sequencer == 0


@pytest.fixture
def waiting(tocsin: Tocsin, clock: MovedClock) -> str:
    """Give the condition of one page that has been due for 100 s, and nothing else waits."""
    declare(tocsin)
    while tocsin.engine.run_once():
        pass
    change(tocsin, "UPDATE deliveries SET status = 'sent', urgency = 0")
    row = "id = (SELECT min(id) FROM deliveries)"
    change(tocsin, f"UPDATE deliveries SET status = 'waiting', due_at = :now WHERE {row}", now=clock.now())  # noqa: S608 - ours
    clock.move(seconds=100)
    return row


def test_a_queue_that_stands_still(tocsin: Tocsin, waiting: str) -> None:
    """An urgent delivery that nobody has in hand tells for how long."""
    assert waiting
    assert read(tocsin).queue == 100


@pytest.mark.parametrize(
    "change_to",
    [
        "leased_until = now + interval '1 second'",
        "urgency = 1",
        "due_at = now + interval '1 second'",
        "status = 'sent'",
    ],
)
def test_what_is_in_hand_or_not_urgent_is_not_late(
    tocsin: Tocsin, clock: MovedClock, waiting: str, change_to: str
) -> None:
    """So is what is to be tried later, or was sent."""
    present = "(SELECT CAST(:now AS timestamptz) AS now) AS present"
    change(tocsin, f"UPDATE deliveries SET {change_to} FROM {present} WHERE {waiting}", now=clock.now())  # noqa: S608 - ours
    assert read(tocsin).queue == 0


@pytest.mark.parametrize(
    ("lane", "late"),
    [
        ("destination, now + interval '9 seconds', false, null", 0),
        ("'*', now + interval '9 seconds', false, null", 0),
        ("destination, now - interval '40 seconds', false, null", 40),
        ("destination, null, true, null", 0),
        ("destination, null, false, now - interval '9 seconds'", 0),
        ("'*', null, false, now - interval '9 seconds'", 0),
        ("'elsewhere', now + interval '9 seconds', true, now", 100),
    ],
)
def test_a_lane_that_rests_or_is_unwell_is_no_fault_of_ours(
    tocsin: Tocsin, clock: MovedClock, waiting: str, lane: str, late: float
) -> None:
    """The channel as a whole, too; once it has rested, time counts from then."""
    change(
        tocsin,
        "INSERT INTO delivery_lanes (channel, destination, opens_at, slow, failing_since)"  # noqa: S608 - ours
        f" SELECT channel, {lane} FROM deliveries,"
        f" (SELECT CAST(:now AS timestamptz) AS now) AS present WHERE {waiting}",
        now=clock.now(),
    )
    assert read(tocsin).queue == late
