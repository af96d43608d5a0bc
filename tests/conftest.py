"""Fixtures for tests that need PostgreSQL: one server for the session, and for each test a database of its own."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import embedded_postgres
from api.postgres.migrate import upgrade
from tests.support.databases import TEMPLATE, Databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Yield the URL of an embedded PostgreSQL that trades durability for speed."""
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-tests-") as directory,
        embedded_postgres(Path(directory), fast=True) as url,
    ):
        yield url


@pytest.fixture(scope="session")
def _server(postgres_url: str) -> Iterator[Engine]:
    """Yield an engine on the maintenance database, with the migrated template made."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
    upgrade(_renamed(postgres_url, TEMPLATE))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _databases(postgres_url: str, _server: Engine) -> Databases:
    """Give what has databases."""
    return Databases(_server, postgres_url)


@pytest.fixture
def database_url(_databases: Databases) -> Iterator[str]:
    """Yield the URL of a migrated database in which nothing has happened, as the owner of its tables."""
    name = _databases.take()
    yield _databases.address(name)
    _databases.give_back(name)


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """Yield the URL of a database without any table."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = f"empty_{next(_numbers)}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield _renamed(postgres_url, name)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _renamed(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
