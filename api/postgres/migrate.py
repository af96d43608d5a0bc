"""Bringing the tables up to date. Several processes may do so at once: one works, the others wait for it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import NullPool

from api.postgres.database import check_reachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_LOCK = 0x544F4353494E  # "TOCSIN": any number that nobody else in this database locks
_POLL = 0.1  # seconds


def upgrade(url: str) -> None:
    """Apply every migration that the database at `url` lacks.

    Raises:
        DatabaseUnreachable: it does not answer.
    """
    check_reachable(url)
    engine = create_engine(url, poolclass=NullPool)
    with _one_at_a_time(engine), engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    """Hold an advisory lock; it goes with its session, so that nothing is left locked by a crash.

    Asked for again and again rather than waited for: a waiting statement holds a snapshot, and a migration that builds
    an index concurrently would wait for that snapshot in turn.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        while not _try_lock(session):
            time.sleep(_POLL)
        yield


def _try_lock(session: Connection) -> bool:
    return bool(session.scalar(select(func.pg_try_advisory_lock(_LOCK))))
