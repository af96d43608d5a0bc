from __future__ import annotations

from typing import TYPE_CHECKING

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import api.access.tables
import api.processes.tables
import escalation.crew.tables
import escalation.heartbeats.tables
import escalation.oncall.tables
import escalation.tables
import incidents.tables
import notifications.page_secrets.tables
import notifications.queue.tables
import notifications.webhooks.tables
from incidents.ledger.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Engine

ALL_TABLES = (
    api.access.tables,
    api.processes.tables,
    escalation.crew.tables,
    escalation.heartbeats.tables,
    escalation.oncall.tables,
    escalation.tables,
    incidents.tables,
    notifications.page_secrets.tables,
    notifications.queue.tables,
    notifications.webhooks.tables,
)


def test_the_migrations_make_the_tables_that_the_program_declares(owner: Engine) -> None:
    """No table, column, type, default, key or index more or less."""
    with owner.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    assert differences == []
    assert all(module.metadata is metadata for module in ALL_TABLES)
    assert len(metadata.tables) > len(ALL_TABLES)


def test_every_table_of_a_partnership_carries_its_id(owner: Engine) -> None:
    """So that row-level security needs no rewrite; the few that belong to nobody are named here."""
    without = {name for name, table in metadata.tables.items() if "partnership" not in table.columns}
    assert without == {
        "sequencer",
        "followers",
        "delivery_lanes",
        "worker_beats",
        "people",
        "profiles",
        "identities",
        "sessions",
        "rate_limits",
        "secrets",
    }
    with owner.connect() as connection:
        assert connection.dialect.has_table(connection, "events")
