"""Runs the migrations on the connection that api/postgres/migrate.py hands over."""

from __future__ import annotations

from alembic import context

import api.access.tables
import api.processes.tables
import escalation.heartbeats.tables
import escalation.tables
import incidents.tables
import notifications.page_secrets.tables
import notifications.queue.tables
import notifications.webhooks.tables
from incidents.ledger.tables import metadata

ALL_TABLES = (
    api.access.tables,
    api.processes.tables,
    escalation.heartbeats.tables,
    escalation.tables,
    incidents.tables,
    notifications.page_secrets.tables,
    notifications.queue.tables,
    notifications.webhooks.tables,
)
"""Importing them fills `metadata`, which the drift test compares with what the migrations made."""

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
