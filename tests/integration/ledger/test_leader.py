"""What happens to the sequence when its leader dies or hangs, with real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from incidents.ledger.connections import LEADER_TIMEOUTS, connect
from incidents.ledger.reach import SEQUENCER
from tests.support.doors import hang

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.ledger.ledger import Ledger
    from incidents.ledger.sequencer import Sequencer

LEAD_AND_STAY = """
import sys, time
from incidents.ledger import sequencer as module
from incidents.ledger.connections import LEADER_TIMEOUTS, connect
from incidents.ledger.reach import SEQUENCER

def stay(connection):
    print("leading", flush=True)
    time.sleep(60)

module.driver_connection = stay  # its only use there is the commit
module.Sequencer(connect(sys.argv[1], SEQUENCER, settings=LEADER_TIMEOUTS)).run_once()
"""
"""A sequencer that takes the lock, sequences a batch, and comes to a halt right before the commit."""


@contextmanager
def leading(url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a leader in a process of its own, up to the point where it holds the lock and has not committed."""
    process = subprocess.Popen([sys.executable, "-c", LEAD_AND_STAY, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "leading\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def seconds_until_sequenced(sequencer: Sequencer, most: float) -> float:
    """Poll as a worker does, until a batch is sequenced."""
    began = time.monotonic()
    while not sequencer.run_once():
        assert time.monotonic() - began < most, f"nobody leads after {most} s"
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.mark.parametrize(("how", "within"), [(signal.SIGKILL, 2.0), (signal.SIGSTOP, 10.0)])
def test_another_takes_over(
    how: signal.Signals, within: float, database_url: str, ledger: Ledger, sequencer: Sequencer
) -> None:
    """Within 2 s of the leader's death, within 10 s of its being stopped; what it had begun is done once."""
    hang(ledger, "acme-globex", "red")
    with leading(database_url) as leader:
        assert sequencer.run_once() == 0
        leader.send_signal(how)
        assert seconds_until_sequenced(sequencer, within) < within
    hang(ledger, "acme-globex")
    assert sequencer.run_once() == 1
    with ledger.engine.connect() as connection:
        indexes = list(connection.scalars(text('SELECT "index" FROM sequence ORDER BY position')))
    assert indexes == [0, 1, 2]


def test_the_servers_limits_reach_the_session(database_url: str) -> None:
    """A hung leader loses its transaction only if the session was given the limit."""
    engine = connect(database_url, SEQUENCER, settings=LEADER_TIMEOUTS)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "5s"
        assert connection.scalar(text("SELECT current_user")) == SEQUENCER
    engine.dispose()
