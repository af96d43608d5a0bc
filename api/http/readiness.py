"""Whether this process can serve: the database answers, its tables are of this version; and how the worker does."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy.exc
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from api.postgres.migrate import MIGRATIONS
from api.processes.beats import ages
from incidents.ledger.reach import reaching_all
from incidents.ledger.tables import events, pending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from api.bootstrap import Tocsin

COUNTED = 10_000
QUIET_SECONDS = 30
"""Without a sign of life, after which a part of the worker is named."""


def readiness(tocsin: Tocsin) -> dict[str, Any]:
    """Look once; never raises for a database that is away."""
    try:
        with reaching_all(), tocsin.database.connect() as connection:
            now = tocsin.clock.now()
            lag = sequencer_lag(connection, now)
            applied = _applied(connection)
            parts = ages(connection, now) if applied == head() else {}
    except (sqlalchemy.exc.SQLAlchemyError, psycopg.Error):
        return {"status": "not_ready", "checks": {"database": "does not answer"}, "sequencer": None, "worker": None}
    current = applied == head()
    migrations = "ok" if current else f"at {applied}, needed {head()}: run `tocsin migrate`"
    return {
        "status": "ready" if current else "not_ready",
        "checks": {"database": "ok", "migrations": migrations, "worker": worker_said(parts)},
        "sequencer": lag,
        "worker": parts,
    }


def worker_said(parts: Mapping[str, float]) -> str:
    """Say how the worker is, by the seconds since each part's last sign of life: `no sign of life for 40 s: engine`."""
    if not parts:
        return "no sign of life yet"
    quiet = {part: age for part, age in parts.items() if age > QUIET_SECONDS}
    return f"no sign of life for {int(max(quiet.values()))} s: {', '.join(sorted(quiet))}" if quiet else "ok"


@cache
def head() -> str | None:
    """Give the newest migration that this version brings."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def _applied(connection: Connection) -> str | None:
    """Give the migration that the database is at; None if it cannot be told."""
    try:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except sqlalchemy.exc.ProgrammingError:
        return None


def sequencer_lag(connection: Connection, now: datetime) -> dict[str, Any]:
    """Give how many commits wait for their place in the order, counted up to COUNTED, and for how long the oldest."""
    some = select(pending.c.id).limit(COUNTED).subquery()
    waiting = connection.execute(select(func.count()).select_from(some)).scalar_one()
    oldest = connection.execute(select(pending.c.spans).order_by(pending.c.id).limit(1)).scalar()
    age = None if oldest is None else _age(connection, oldest["spans"][0], now)
    return {"pending_commits": waiting, "oldest_pending_seconds": age}


def _age(connection: Connection, span: list[Any], now: datetime) -> float | None:
    """Give the seconds since a pending commit's first fact was recorded, which its leaf tells."""
    stream, first, _ = span
    leaf = connection.execute(
        select(events.c.leaf).where(events.c.stream == stream, events.c.version == first)
    ).scalar()
    if leaf is None:
        return None
    return max(0.0, (now - datetime.fromisoformat(json.loads(bytes(leaf))["recorded_at"])).total_seconds())
