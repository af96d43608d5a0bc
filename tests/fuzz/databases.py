"""A server of its own, with a database for each world."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import embedded_postgres
from api.postgres.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


@contextmanager
def databases() -> Iterator[Callable[[], AbstractContextManager[str]]]:
    """Start a server that trades durability for speed; give what makes a migrated database on it, for a while."""
    numbers = count(1)
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-fuzz-") as directory,
        embedded_postgres(Path(directory), fast=True) as server,
    ):
        engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)

        @contextmanager
        def fresh() -> Iterator[str]:
            name = f"fuzz_{next(numbers)}"
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            url = make_url(server).set(database=name).render_as_string(hide_password=False)
            upgrade(url)
            yield url
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

        yield fresh
