from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from api.postgres.migrate import upgrade
from api.startup_errors import DatabaseUnreachable

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

UPGRADE = "import sys; from api.postgres.migrate import upgrade; upgrade(sys.argv[1])"


def tables(url: str) -> AbstractSet[str]:
    """Return the names of the tables at `url`."""
    return set(inspect(create_engine(url, poolclass=NullPool)).get_table_names())


def test_several_processes_may_migrate_at_once(empty_database_url: str) -> None:
    """Four that start together all succeed, and the tables are there once."""
    processes = [subprocess.Popen([sys.executable, "-c", UPGRADE, empty_database_url]) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    assert {"alembic_version", "events"} <= tables(empty_database_url)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    """A database that is up to date stays as it is."""
    before = tables(database_url)
    upgrade(database_url)
    assert tables(database_url) == before


def test_an_unreachable_database_is_said_with_the_reason() -> None:
    """The server, the setting and the driver's words are in it; the password is not."""
    with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1:1.*TOCSIN_DATABASE_URL.*refused") as caught:
        upgrade("postgresql+psycopg://ann:secret@127.0.0.1:1/tocsin")
    assert "secret" not in str(caught.value)
