"""Who may do what to the record (design decision 3, and the roles of the migrations)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from incidents.ledger.connections import connect
from incidents.ledger.reach import ERASER, GATE, RUNTIME, SEQUENCER, WORKER
from tests.support.doors import hang

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from incidents.ledger.ledger import Ledger
    from incidents.ledger.sequencer import Sequencer

LEDGER = (
    "events",
    "disclosures",
    "stream_keys",
    "receipts",
    "pending",
    "sequence",
    "logs",
    "sequencer",
    "followers",
    "parked",
)
ALL = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"}
APPEND, READ = {"SELECT", "INSERT"}, {"SELECT"}
OWN = {"SELECT", "INSERT", "UPDATE", "DELETE"}
RIGHTS: dict[str, dict[str, set[str]]] = {
    RUNTIME: dict.fromkeys(LEDGER[:5], APPEND) | dict.fromkeys(LEDGER[5:8], READ),
    SEQUENCER: {
        "events": READ,
        "pending": {"SELECT", "DELETE"},
        "sequence": APPEND,
        "logs": {"SELECT", "INSERT", "UPDATE"},
        "sequencer": {"SELECT", "UPDATE"},
    },
}
RIGHTS[WORKER] = RIGHTS[RUNTIME] | dict.fromkeys(LEDGER[8:], OWN)
RIGHTS[GATE] = {}
RIGHTS[ERASER] = RIGHTS[RUNTIME] | {
    "disclosures": {"SELECT", "INSERT", "UPDATE"},
    "stream_keys": {"SELECT", "INSERT", "DELETE"},
}

CHANGES = (
    "UPDATE events SET leaf = '{}'",
    "DELETE FROM events",
    "TRUNCATE events",
    "TRUNCATE events CASCADE",
    "UPDATE sequence SET leaf_hash = ''",
    "DELETE FROM sequence",
    "TRUNCATE sequence",
)


@pytest.fixture(params=[RUNTIME, WORKER, GATE, SEQUENCER, ERASER])
def role(request: pytest.FixtureRequest, database_url: str) -> Iterator[Engine]:
    """Yield an engine of each role in turn."""
    engine = connect(database_url, request.param)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("name", RIGHTS)
def test_a_role_has_the_rights_it_needs_and_no_more(name: str, owner: Engine) -> None:
    """On each of the ledger's tables, those that are listed above."""
    rights = text("SELECT has_table_privilege(:role, :table, :right)")
    with owner.connect() as connection:
        for table in LEDGER:
            row = {"role": name, "table": table}
            held = {right for right in ALL if connection.scalar(rights, row | {"right": right})}
            assert held == RIGHTS[name].get(table, set()), table


def test_no_role_may_change_what_was_recorded(role: Engine) -> None:
    """Neither events nor their order."""
    for change in CHANGES:
        with role.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(change))


@pytest.mark.parametrize("disguise", ["origin", "replica"])
def test_the_owner_may_not_change_it_either(disguise: str, ledger: Ledger, sequencer: Sequencer, owner: Engine) -> None:
    """A trigger refuses a superuser's statement too, also one that says it is replicated; what was there stays."""
    hang(ledger, "acme-globex", "red")
    sequencer.run_once()
    for change in CHANGES:
        with owner.connect() as connection:
            connection.execute(text(f"SET session_replication_role = {disguise}"))
            with pytest.raises(DBAPIError, match="is append-only"):
                connection.execute(text(change))
    with owner.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM events NATURAL JOIN sequence WHERE leaf <> '{}'")) == 2


def test_the_owner_of_this_test_is_a_superuser(owner: Engine) -> None:
    """Else the test above would prove less than it says."""
    with owner.connect() as connection:
        assert connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))


def test_a_role_cannot_become_another(role: Engine) -> None:
    """They cannot create anything, nor log in by themselves."""
    with role.connect() as connection:
        with pytest.raises(ProgrammingError, match="permission denied for schema public"):
            connection.execute(text("CREATE TABLE mine ()"))
        connection.rollback()
        query = text(
            "SELECT rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_role"
        )
        assert connection.scalar(query) is False
