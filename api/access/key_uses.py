"""When keys were last used, to the minute: so that people find those that nobody needs any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import structlog
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from api.access.tables import key_uses
from incidents.ledger.pipeline import Write, send
from incidents.ledger.reach import at_the_gate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Engine

EVERY_SECONDS = 60.0
MOST_REMEMBERED = 10_000

_insert = upsert(key_uses)
_NOTE = _insert.on_conflict_do_update(
    index_elements=[key_uses.c.id],
    set_={"used_at": _insert.excluded.used_at},
    where=_insert.excluded.used_at > key_uses.c.used_at,
)
_log = structlog.get_logger(__name__)


class KeyUses:
    """Notes uses: of each key at most once a minute from each process."""

    def __init__(self, reading: Engine, monotonic: Callable[[], float]) -> None:
        """Take connections in autocommit mode, and a stopwatch in seconds."""
        self._reading = reading
        self._monotonic = monotonic
        self._again_at: dict[str, float] = {}

    def note(self, identity: str, partnership: str | None, now: datetime) -> None:
        """Note a use. It raises nothing: a request does not fail because this could not be written."""
        elapsed = self._monotonic()
        if elapsed < self._again_at.get(identity, elapsed):
            return
        if len(self._again_at) >= MOST_REMEMBERED:
            self._again_at.clear()
        self._again_at[identity] = elapsed + EVERY_SECONDS
        row = {"id": identity, "partnership": partnership, "used_at": now}
        try:
            with at_the_gate(), self._reading.connect() as connection:
                send(connection, [Write(_NOTE, [row])], commit=True)
        except (SQLAlchemyError, psycopg.Error) as error:
            _log.warning("key_use_not_noted", key=identity, error=type(error).__name__)
