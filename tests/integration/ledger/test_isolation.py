"""The second wall: what the database shows to whom, whatever a query forgets to ask for."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

import api.access.tables
import escalation.tables
import incidents.tables
import notifications.queue.tables
from api.bootstrap import build
from incidents.incident import Incident
from incidents.incidents import Asked
from incidents.ledger.connections import connect
from incidents.ledger.reach import ERASER, GATE, RUNTIME, SEQUENCER, WORKER, at_the_gate, reaching, reaching_all
from incidents.ledger.tables import metadata
from tests.support.clock import MovedClock
from tests.support.ledgers import PARTNERSHIP, declare, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from api.bootstrap import Tocsin
    from incidents.ledger.sequencer import Sequencer

MODULES = (api.access.tables, escalation.tables, incidents.tables, notifications.queue.tables)
HELD = sorted(name for name, table in metadata.tables.items() if "partnership" in table.columns)
ROLES = (RUNTIME, WORKER, GATE, SEQUENCER, ERASER)
FILLED = ("events", "disclosures", "stream_keys", "pending", "incident_states", "restrictions", "agreements")
OF_ACCESS = {"api_keys", "key_uses", "members"}


@pytest.fixture
def tocsin(database_url: str) -> Iterator[Tocsin]:
    """Yield what a web process has."""
    built = build(database_url, role=RUNTIME, clock=MovedClock(), committed=lambda: None)
    with reaching_all():
        publish(built)
        stream = declare(built)
        built.incidents.note(stream, "Between us.", Asked("key:1", party="acme", visible_to=("acme",)))
    yield built
    built.close()


@pytest.mark.parametrize("role", ROLES)
def test_no_role_can_step_over_the_wall(role: str, owner: Engine) -> None:
    """None is a superuser, bypasses row-level security, or owns a table; and no session of theirs can make it so."""
    with owner.connect() as connection:
        flags = text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = :role")
        assert connection.execute(flags, {"role": role}).one() == (False, False)
        owned = text("SELECT count(*) FROM pg_tables WHERE tableowner = :role")
        assert connection.execute(owned, {"role": role}).scalar() == 0


@pytest.mark.parametrize("table", HELD)
def test_every_table_with_a_partnership_stands_behind_the_wall(table: str, owner: Engine) -> None:
    """Forced, so that it holds the tables' owner too; with these policies and no others."""
    with owner.connect() as connection:
        forced = text("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = :table")
        assert connection.execute(forced, {"table": table}).scalar() is True
        policies = text("SELECT policyname FROM pg_policies WHERE tablename = :table ORDER BY policyname")
        found = connection.execute(policies, {"table": table}).scalars().all()
    assert found == (["at_the_gate"] if table in OF_ACCESS else []) + ["everywhere", "within_reach"]


def test_no_table_is_forgotten() -> None:
    """The list above is read off all tables that the program declares."""
    assert all(module.metadata is metadata for module in MODULES)
    assert {"events", "disclosures", "incident_states", "restrictions", "access_log", "deliveries"} <= set(HELD)


@pytest.mark.parametrize("table", HELD)
def test_a_query_without_any_filter_finds_nothing_of_others(table: str, tocsin: Tocsin) -> None:
    """Every row of every table, asked for within the reach of another partnership, or of none."""
    everything = select(func.count()).select_from(metadata.tables[table])
    with reaching("initech-umbrella"), tocsin.database.connect() as connection:
        if _may_read(connection.execute(text("SELECT current_user")).scalar_one(), table, tocsin):
            assert connection.execute(everything).scalar() == 0
    with tocsin.database.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == RUNTIME
        if _may_read(RUNTIME, table, tocsin):
            assert connection.execute(everything).scalar() == 0


def test_the_tables_of_the_test_above_have_rows(tocsin: Tocsin) -> None:
    """Else it would show nothing: within reach they are all found."""
    with reaching(PARTNERSHIP), tocsin.database.connect() as connection:
        for table in (
            "events",
            "disclosures",
            "stream_keys",
            "pending",
            "incident_states",
            "restrictions",
            "agreements",
        ):
            assert connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar()


def test_without_the_filter_of_the_application_there_is_still_nothing(tocsin: Tocsin) -> None:
    """Reading a stream by its very id, as the use cases do, within the reach of another partnership."""
    with reaching_all():
        [stream] = _streams(tocsin)
        assert tocsin.ledger.get(Incident, stream).title == "Card payments fail"
    with reaching("initech-umbrella"):
        assert _streams(tocsin) == []
        assert list(tocsin.ledger.recorder.select_events(stream)) == []


def test_looking_texts_up_by_an_index_steps_over_no_wall(tocsin: Tocsin, sequencer: Sequencer) -> None:
    """The function that the worker's role answers for whoever asks holds them to their reach, whatever they ask for."""
    sequencer.run_until_idle()
    with reaching_all():
        for follower in tocsin.followers():
            follower.run_once()
    asked = text("SELECT count(*) FROM texts_with(websearch_to_tsquery('simple', 'fail'), :within, 10)")
    found = []
    for within in (reaching(PARTNERSHIP), reaching_all(), reaching("initech-umbrella"), reaching()):
        with within, tocsin.database.connect() as connection:
            found += [connection.execute(asked, {"within": each}).scalar() for each in (None, [PARTNERSHIP])]
    assert found == [1, 1, 1, 1, 0, 0, 0, 0]
    with (
        at_the_gate(),
        tocsin.database.connect() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(asked, {"within": None})


def test_nothing_can_be_written_into_another_partnership(tocsin: Tocsin) -> None:
    """A row that names a partnership out of reach is refused."""
    row = {"partnership": PARTNERSHIP, "spans": {"spans": []}}
    with (
        reaching("initech-umbrella"),
        tocsin.database.connect() as connection,
        pytest.raises(DBAPIError, match="row-level security policy"),
    ):
        connection.execute(insert(metadata.tables["pending"]).values(**row))


def test_the_gate_reads_no_incident(tocsin: Tocsin) -> None:
    """Whoever only finds out who asks has no right to anything else."""
    with at_the_gate(), tocsin.database.connect() as connection:
        connection.execute(text("SELECT count(*) FROM api_keys"))
        for table in ("events", "incident_states", "agreements", "stream_keys"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a name of our own tables
            connection.rollback()


def test_a_request_reads_nothing_by_which_others_come_in(tocsin: Tocsin) -> None:
    """People, sessions and the secrets behind cookies and cursors are the gate's alone."""
    with reaching(PARTNERSHIP), tocsin.database.connect() as connection:
        for table in ("people", "profiles", "identities", "sessions", "rate_limits", "secrets"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a name of our own tables
            connection.rollback()


def test_a_connection_forgets_whom_it_served(database_url: str) -> None:
    """With a pool of one, each taker has its own reach, and one that says nothing has none, in every order."""
    engine = connect(database_url, RUNTIME, pool_size=1)
    seen = []
    for within in (reaching("a"), reaching_all(), reaching("b", "a"), at_the_gate(), None, reaching("a"), None):
        if within is None:
            seen.append(_who(engine))
        else:
            with within:
                seen.append(_who(engine))
    engine.dispose()
    assert seen == [
        (RUNTIME, "a"), (WORKER, ""), (RUNTIME, "a,b"), (GATE, ""), (RUNTIME, ""), (RUNTIME, "a"), (RUNTIME, ""),
    ]  # fmt: skip


def test_a_transaction_that_is_rolled_back_changes_no_reach(database_url: str) -> None:
    """The next taker of the same connection is held to its own."""
    engine = connect(database_url, RUNTIME, pool_size=1)
    with reaching("a"), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.rollback()
    with reaching("b"), engine.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(text("SELECT * FROM nothing"))
    assert _who(engine) == (RUNTIME, "")
    engine.dispose()


def test_a_thread_reaches_nothing_by_itself(database_url: str) -> None:
    """What its starter reaches is not handed on."""
    engine = connect(database_url, RUNTIME, pool_size=2)
    seen: list[tuple[str, str]] = []
    with reaching("a"):
        thread = threading.Thread(target=lambda: seen.append(_who(engine)))
        thread.start()
        thread.join()
    engine.dispose()
    assert seen == [(RUNTIME, "")]


def test_a_dead_connection_is_replaced_when_it_is_taken(database_url: str, owner: Engine) -> None:
    """Telling it its reach shows that it is dead; a fresh one has that reach."""
    engine = connect(database_url, RUNTIME, pool_size=1)
    with reaching("a"), _connected(engine) as backend, owner.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
    with reaching("b"):
        assert _who(engine) == (RUNTIME, "b")
    engine.dispose()


@contextmanager
def _connected(engine: Engine) -> Iterator[int]:
    with engine.connect() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    yield backend


def _who(engine: Engine) -> tuple[str, str]:
    with engine.connect() as connection:
        query = text("SELECT current_user, coalesce(current_setting('tocsin.reach', true), '')")
        role, partnerships = connection.execute(query).one()
    return role, partnerships


def _streams(tocsin: Tocsin) -> list[str]:
    query = select(incidents.tables.incident_states.c.stream)
    with tocsin.database.connect() as connection:
        return list(connection.execute(query).scalars())


def _may_read(role: str, table: str, tocsin: Tocsin) -> bool:
    query = text("SELECT has_table_privilege(:role, :table, 'SELECT')")
    with tocsin.database.connect() as connection:
        return bool(connection.execute(query, {"role": role, "table": table}).scalar())
