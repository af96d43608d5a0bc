"""The tables of what happened: one state row an incident, written in each command's transaction."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, Sequence, Table, Text

from incidents.ledger.tables import metadata

incident_states = Table(
    "incident_states",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("id", Text, nullable=False, unique=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("agreement_version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("title", Text),
    Column("source", Text),
    Column("source_id", Text),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("resolved_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("incident_states_partnership_number_idx", "partnership", "number"),
    Index("incident_states_source_idx", "partnership", "source", "source_id", unique=True),
)
"""Lists are read from here. `title` is None once it has been erased; an imported incident names its source."""

incident_numbers = Sequence("incident_numbers", start=1001, metadata=metadata)
"""Human numbers (INC-1042). They may have gaps: a counter row cost 4.5 times as much (design decision 13)."""
