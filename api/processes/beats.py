"""The worker's signs of life: each part says so itself, from its own loop, so that one that hangs says nothing.

They are rows, for whoever asks how the worker is asks another process (`/readyz`, the watchdog).
"""

from __future__ import annotations

import os
import socket
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from api.processes.tables import worker_beats
from incidents.ledger.pipeline import Write, send

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from incidents.ledger.clock import Clock

EVERY_SECONDS = 4.0
"""Between two beats of a part: a loop turns at least four times a second, so that none is later than 5 s."""
KEPT = timedelta(days=1)
"""How long the last beat of a worker that is no more is told."""

_row = upsert(worker_beats)
_BEAT = _row.on_conflict_do_update(index_elements=list(worker_beats.primary_key), set_={"at": _row.excluded.at})
_CLEAR = delete(worker_beats).where(worker_beats.c.at < bindparam("before"))
_YOUNGEST = select(worker_beats.c.part, func.max(worker_beats.c.at)).group_by(worker_beats.c.part)


class Beats:
    """Keeps the signs of life of this process. Several threads may beat, each for a part of its own."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        worker: str | None = None,
        passing: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take an engine of the worker's role. `worker` tells processes apart; `passing` gives seconds that pass."""
        self._engine = engine
        self._clock = clock
        self._worker = worker or f"{socket.gethostname()}:{os.getpid()}"
        self._passing = passing
        self._last: dict[str, float] = {}

    def beat(self, part: str) -> None:
        """Note that a part has finished a turn; not more often than is of use."""
        last, passed = self._last.get(part), self._passing()
        if last is not None and passed - last < EVERY_SECONDS:
            return
        now = self._clock.now()
        cleared = [Write(_CLEAR, [{"before": now - KEPT}])] if last is None else []
        beat = Write(_BEAT, [{"worker": self._worker, "part": part, "at": now}])
        with self._engine.connect() as connection:
            send(connection, [*cleared, beat], commit=True)
        self._last[part] = passed


def ages(connection: Connection, now: datetime) -> dict[str, float]:
    """Give the seconds since each part's last sign of life, of whichever worker is the youngest; parts by name."""
    found = connection.execute(_YOUNGEST.order_by(worker_beats.c.part))
    return {part: max(0.0, (now - at).total_seconds()) for part, at in found}
