from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from incidents.ledger.connections import connect
from incidents.ledger.pipeline import fetch
from incidents.ledger.reach import RUNTIME

ONE = text("SELECT 1")
END_THE_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def test_after_a_restart_of_the_database_one_read_fails_and_not_one_a_pooled_connection(database_url: str) -> None:
    """The first to meet a dead connection clears away the others that died with it."""
    engine, operator = connect(database_url, RUNTIME), connect(database_url, RUNTIME)
    pooled = [engine.connect() for _ in range(3)]
    for connection in pooled:
        fetch(connection, ONE, {})
        connection.close()
    with operator.connect() as connection:
        connection.execute(text("SET ROLE NONE"))
        assert len(connection.execute(END_THE_OTHERS).all()) == 3
    with engine.connect() as connection, pytest.raises(psycopg.OperationalError):
        fetch(connection, ONE, {})
    for _ in range(3):
        with engine.connect() as connection:
            assert fetch(connection, ONE, {}) == [(1,)]
    engine.dispose()
    operator.dispose()
