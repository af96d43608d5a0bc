"""Where benchmarks run: databases that keep what they are told, each made for one benchmark and dropped after it."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from api.postgres.database import check_reachable
from api.postgres.embedded import embedded_postgres
from api.postgres.migrate import upgrade
from incidents.ledger.reach import WORKER

if TYPE_CHECKING:
    from collections.abc import Iterator

MUST_BE_ON = ("fsync", "synchronous_commit")


class NotDurable(Exception):
    """PostgreSQL may lose what it has confirmed, so a measurement would say nothing."""


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a server: that of TOCSIN_DATABASE_URL, or else an embedded one with fresh data.

    Raises:
        NotDurable: it may lose what it has confirmed.
        CannotStart: it does not answer, or cannot be had.
    """
    given = os.environ.get("TOCSIN_DATABASE_URL")
    if given:
        url = make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        check_reachable(url)
        check_durable(url)
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as directory, embedded_postgres(Path(directory)) as url:
        check_durable(url)
        yield url


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Yield the URL of a new, migrated database on a server. NotDurable."""
    name = f"tocsin_bench_{uuid4().hex[:12]}"
    _execute(server_url, f"CREATE DATABASE {name}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    try:
        upgrade(url)
        check_durable(url, role=WORKER)
        yield url
    finally:
        _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def check_durable(url: str, role: str | None = None) -> None:
    """Refuse what gives up durability, be it for one login or database only. NotDurable, saying what to do."""
    options = {"options": f"-c role={role}"} if role else {}
    engine = create_engine(url, poolclass=NullPool, connect_args=options)
    with engine.connect() as connection:
        off = [name for name in MUST_BE_ON if connection.execute(text(f"SHOW {name}")).scalar_one() == "off"]
    if off:
        raise NotDurable(
            f"PostgreSQL runs with {' and '.join(off)} off: what is measured so is not what production does. "
            "Turn both on, or unset TOCSIN_DATABASE_URL to measure on the embedded server."
        )


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
