from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from api.access.key_rows import BEFORE_SCOPES
from api.postgres.migrate import MIGRATIONS, upgrade
from api.startup_errors import DatabaseUnreachable

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

OLD_KEYS = """
INSERT INTO api_keys (stream, id, hash, partnership, name, issued_at)
VALUES ('key/a', 'a', 'x', 'acme-globex', 'one', now()), ('key/b', 'b', 'y', NULL, 'other', now())
"""
OLD_ATTAINMENT = """
INSERT INTO attainment (stream, clock, cycle, partnership, severity, outcome, target, counted)
VALUES ('acme-globex/incident/a', 'resolve', 1, 'acme-globex', 'S1', 'met', 100, 50);
INSERT INTO followers VALUES ('attainment', 7), ('search', 7)
"""
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


def test_keys_of_before_there_were_scopes_get_what_they_could_do(empty_database_url: str) -> None:
    """As their facts read: a partnership's key has all that one could have then, the operator's needs none."""
    engine = create_engine(empty_database_url, poolclass=NullPool)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text(OLD_KEYS))
        connection.commit()
    upgrade(empty_database_url)
    with engine.connect() as connection:
        connection.execute(text("SET ROLE tocsin_worker"))
        found = connection.execute(text("SELECT id, scopes, party FROM api_keys ORDER BY id")).all()
    assert [tuple(row) for row in found] == [("a", list(BEFORE_SCOPES), None), ("b", [], None)]


def test_attainment_is_counted_anew(empty_database_url: str) -> None:
    """Its old rows do not tell when a clock was decided; whoever keeps them begins again, and nobody else."""
    engine = create_engine(empty_database_url, poolclass=NullPool)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(text("SET ROLE tocsin_worker"))
        connection.execute(text(OLD_ATTAINMENT))
        connection.commit()
    upgrade(empty_database_url)
    with engine.connect() as connection:
        connection.execute(text("SET ROLE tocsin_worker"))
        assert connection.scalar(text("SELECT count(*) FROM attainment")) == 0
        positions = connection.execute(text("SELECT name, position FROM followers ORDER BY name")).all()
    assert [tuple(row) for row in positions] == [("attainment", 0), ("search", 7), ("webhooks", 0)]


def test_an_unreachable_database_is_said_with_the_reason() -> None:
    """The server, the setting and the driver's words are in it; the password is not."""
    with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1:1.*TOCSIN_DATABASE_URL.*refused") as caught:
        upgrade("postgresql+psycopg://ann:secret@127.0.0.1:1/tocsin")
    assert "secret" not in str(caught.value)
