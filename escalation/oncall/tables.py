"""The tables of schedules and their calendar feeds. Both name a partnership and are held to reach."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Table, Text, text

from incidents.ledger.tables import metadata

schedules = Table(
    "schedules",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("retired_at", DateTime(timezone=True)),
    Index(
        "schedules_name_idx", "partnership", "party", "name", unique=True, postgresql_where=text("retired_at IS NULL")
    ),
)
"""The name of a retired schedule is free again. What a schedule says is in its facts alone."""

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("schedule", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("person", Text),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Index("calendar_feeds_schedule_idx", "schedule"),
)
"""`schedule` is a stream, `person` whose turns alone are in it, `secret_hash` the SHA-256 of its secret."""
