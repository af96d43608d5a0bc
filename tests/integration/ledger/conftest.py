"""A ledger of doors on a database of its own, and the engines of each role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incidents.ledger.connections import LEADER_TIMEOUTS, connect
from incidents.ledger.ledger import Ledger
from incidents.ledger.reach import ERASER, SEQUENCER, WORKER
from incidents.ledger.sequencer import Sequencer
from tests.support.clock import MovedClock
from tests.support.doors import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture
def clock() -> MovedClock:
    """Give a clock that stands at noon."""
    return MovedClock()


@pytest.fixture
def runtime(database_url: str) -> Iterator[Engine]:
    """Yield an engine of the role that web and worker have."""
    engine = connect(database_url, WORKER, pool_size=16)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(runtime: Engine, clock: MovedClock) -> Ledger:
    """Give a ledger without projections."""
    return Ledger(runtime, catalogue(), clock)


@pytest.fixture
def leader(database_url: str) -> Iterator[Engine]:
    """Yield an engine of the sequencer's role."""
    engine = connect(database_url, SEQUENCER, settings=LEADER_TIMEOUTS)
    yield engine
    engine.dispose()


@pytest.fixture
def sequencer(leader: Engine) -> Sequencer:
    """Give a sequencer."""
    return Sequencer(leader)


@pytest.fixture
def eraser(database_url: str) -> Iterator[Engine]:
    """Yield an engine of the eraser's role."""
    engine = connect(database_url, ERASER)
    yield engine
    engine.dispose()


@pytest.fixture
def owner(database_url: str) -> Iterator[Engine]:
    """Yield an engine of the login that owns the tables: here a superuser."""
    engine = connect(database_url, "none")
    yield engine
    engine.dispose()
