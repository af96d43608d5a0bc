"""The tables of what must happen next: agreements in force, and one deadline row an incident."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from incidents.ledger.tables import metadata

agreements = Table(
    "agreements",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("effective_from", DateTime(timezone=True), nullable=False),
    Column("effective_to", DateTime(timezone=True)),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("document", JSONB, nullable=False),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Index("deadlines_due_at_idx", "due_at"),
    Index("deadlines_partnership_due_at_idx", "partnership", "due_at"),
)
"""The next instant at which something about an incident could become true. It decides nothing (decision 8)."""
