"""The `eventsourcing` library's own conformance cases, on our recorder and a real PostgreSQL."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import pytest
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)
from sqlalchemy import select

from incidents.ledger.connections import LEADER_TIMEOUTS, connect
from incidents.ledger.reach import SEQUENCER, WORKER
from incidents.ledger.recorder import Recorder
from incidents.ledger.sequencer import Sequencer
from incidents.ledger.tables import sequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventsourcing.persistence import StoredEvent
    from sqlalchemy import Engine
    from sqlalchemy.pool import QueuePool


class SequencingRecorder(Recorder):
    """The production recorder, but it waits for the sequencer and returns the positions, as the library's do."""

    def __init__(self, engine: Engine, sequencer: Sequencer) -> None:
        super().__init__(engine)
        self._sequencer = sequencer

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # noqa: ANN401 - the library's signature
    ) -> Sequence[int] | None:
        """Append as production does, then give the positions."""
        super().insert_events(stored_events, **kwargs)
        if not stored_events:
            return None
        positions: list[int] = []
        while len(positions) < len(stored_events):
            self._sequencer.run_once()
            positions = self._positions(stored_events)
        return positions

    def _positions(self, stored_events: Sequence[StoredEvent]) -> list[int]:
        streams = {str(event.originator_id) for event in stored_events}
        versions = {event.originator_version for event in stored_events}
        query = select(sequence.c.position).where(sequence.c.stream.in_(streams), sequence.c.version.in_(versions))
        with self.reading.connect() as connection:
            return list(connection.scalars(query.order_by(sequence.c.position)))


class OnPostgres:
    """Gives the cases our recorder on a database of its own, and stream ids as we have them."""

    recorder: Recorder
    sequencing_recorder: SequencingRecorder

    @pytest.fixture(autouse=True)
    def _database(self, database_url: str) -> Iterator[None]:
        runtime = connect(database_url, WORKER, pool_size=16)
        leader = connect(database_url, SEQUENCER, pool_size=16, settings=LEADER_TIMEOUTS)
        self.recorder = Recorder(runtime)
        self.sequencing_recorder = SequencingRecorder(runtime, Sequencer(leader))
        yield
        while cast("QueuePool", runtime.pool).checkedout():  # the library's cases leave readers that still finish
            time.sleep(0.01)
        runtime.dispose()
        leader.dispose()

    def new_originator_id(self) -> str:
        """Give a new stream's id: text, as all of ours."""
        return f"acme-globex/incident/{uuid4().hex}"


class TestAggregateRecorder(OnPostgres, AggregateRecorderTestCase):
    """The production recorder itself: it appends and reads streams, and gives out no positions."""

    def create_recorder(self) -> Recorder:
        """Give the production recorder."""
        return self.recorder


class TestApplicationRecorder(OnPostgres, ApplicationRecorderTestCase[Recorder]):
    """One order over all streams; sequencing is done by whichever writer gets the lock."""

    def create_recorder(self) -> Recorder:
        """Give the recorder that returns positions."""
        return self.sequencing_recorder

    def test_insert_subscribe(self) -> None:
        """The library's optional case: a subscription gives what was there and what comes, and can be stopped."""
        self.optional_test_insert_subscribe()


class TestNonInterleavingIds(OnPostgres, NonInterleavingNotificationIDsBaseCase):
    """The facts of one commit stand together in the one order."""

    def create_recorder(self) -> Recorder:
        """Give the recorder that returns positions."""
        return self.sequencing_recorder
