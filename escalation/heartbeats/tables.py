"""The table of heartbeats. It names a partnership and is held to reach."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text, text

from incidents.ledger.tables import metadata

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("impact", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("title", Text),
    Column("interval_seconds", Integer, nullable=False),
    Column("grace_seconds", Integer, nullable=False),
    Column("resolves", Boolean, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("counts_from", DateTime(timezone=True), nullable=False),
    Column("paused_at", DateTime(timezone=True)),
    Column("removed_at", DateTime(timezone=True)),
    Column("silent_since", DateTime(timezone=True)),
    Column("incident", Text),
    Column("refusal", Text),
    Column("heard_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Index(
        "heartbeats_name_idx", "partnership", "party", "name", unique=True, postgresql_where=text("removed_at IS NULL")
    ),
    Index("heartbeats_due_at_idx", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)
"""What facts say of each, and two columns that no fact gives: `heard_at`, when it called last, and `due_at`, when it is
to be looked at next (None: not before it calls). A call is no fact: there may be thousands a minute.

Time counts from `counts_from`, or from the last call, if that is later. A silence that was told began at
`silent_since`; it opened `incident` (an id), or was met by a `refusal`. An erased title is None.
"""
