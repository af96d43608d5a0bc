"""The tables of what must happen next: agreements in force, one deadline row a record, attainment."""

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
"""The next instant at which something about a record could become true. It decides nothing (decision 8)."""

attainment = Table(
    "attainment",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("clock", Text, primary_key=True),
    Column("cycle", Integer, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("target", Integer, nullable=False),
    Column("counted", Integer, nullable=False),
    Index("attainment_counts_idx", "partnership", "clock", "severity", "outcome"),
)
"""What became of each run of a clock; target and counted in seconds. A follower keeps it (attainment.py)."""
