"""The rows that a command left, so that others can insert the same ones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, Text, cast, create_engine, select
from sqlalchemy.pool import NullPool

from escalation.tables import deadlines
from incidents.ledger.tables import disclosures, events, pending, receipts, stream_keys
from incidents.tables import incident_states
from notifications.queue.tables import deliveries

TABLES = (receipts, deadlines, incident_states, deliveries, events, stream_keys, disclosures, pending)
"""In the order in which a command writes them."""

Row = dict[str, Any]


def rows_of(url: str, stream: str) -> list[tuple[Table, Row]]:
    """Read every row that the commands of a stream left, in the order of writing."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return [(table, dict(row)) for table in TABLES for row in connection.execute(_query(table, stream)).mappings()]


def _query(table: Table, stream: str) -> Any:  # noqa: ANN401 - SQLAlchemy types a select by its columns
    if table is pending:  # its id is given by the database
        query = select(pending.c.partnership, pending.c.spans)
        return query.where(cast(pending.c.spans, Text).contains(stream))
    return select(table).where(table.c.stream == stream)


def stream_of_last_receipt(url: str) -> str:
    """Give the stream that was written for a request most recently."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        query = select(receipts.c.stream).order_by(receipts.c.recorded_at.desc()).limit(1)
        return str(connection.execute(query).scalar_one())
