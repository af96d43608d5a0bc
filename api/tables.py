"""The table of API keys: found by the id in what the caller shows, which must match the hash."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Table, Text

from incidents.ledger.tables import metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("partnership", Text),
    Column("name", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)
"""`partnership` is None for the operator's keys, which reach all partnerships."""
