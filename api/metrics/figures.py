"""What the database tells at a scrape, kept for some seconds: several Prometheus servers may scrape."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import sqlalchemy.exc
import structlog
from sqlalchemy import text

from api.metrics import standing, standing_queue
from api.metrics.families import gauge
from incidents.ledger.reach import reaching_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prometheus_client import Metric
    from sqlalchemy import Connection, Engine

    from incidents.ledger.clock import Clock

KEPT_SECONDS = 5.0
TIMEOUT = text("SET LOCAL statement_timeout = '2s'")
PARTS = (
    standing.incidents,
    standing.deadlines,
    standing.sequence,
    standing.followers,
    standing.worker,
    standing_queue.deliveries,
    standing_queue.urgent,
    standing_queue.lanes,
    standing_queue.webhooks,
)
AWAY = (psycopg.Error, sqlalchemy.exc.SQLAlchemyError)

_log = structlog.get_logger(__name__)


class Figures:
    """A collector: reads all parts in one transaction. What one of them cannot read leaves the others."""

    def __init__(self, database: Engine, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take the database and its present; `monotonic` gives seconds and ages what is kept."""
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: Sequence[Metric] = ()
        self._until = float("-inf")

    def collect(self) -> Sequence[Metric]:
        """Give what the database tells, or that it is away. Whoever comes meanwhile waits for the same answer."""
        with self._lock:
            if self._monotonic() >= self._until:
                self._kept = self._read()
                self._until = self._monotonic() + KEPT_SECONDS
            return self._kept

    def _read(self) -> Sequence[Metric]:
        try:
            with reaching_all(), self._database.connect() as connection:
                connection.execute(TIMEOUT)
                return [*self._parts(connection), *database_is(up=True)]
        except AWAY:
            return [*database_is(up=False)]

    def _parts(self, connection: Connection) -> Iterator[Metric]:
        now, failed = self._clock.now(), 0
        for part in PARTS:
            try:
                with connection.begin_nested():
                    yield from [*part(connection, now)]
            except AWAY:
                if connection.invalidated:
                    raise
                failed += 1
                _log.exception("metrics_part_failed", part=part.__name__)
        yield gauge("tocsin_scrape_failed_parts", "Parts of the figures that could not be read at this scrape.", failed)


class Away:
    """A collector for while nobody can be asked."""

    def collect(self) -> Sequence[Metric]:
        """Say so."""
        return [*database_is(up=False)]


def database_is(*, up: bool) -> Iterator[Metric]:
    """Say whether the database answers."""
    yield gauge("tocsin_database_up", "Whether the database answered this scrape: 1 or 0.", up)
