"""The ledger's tables, declared in SQLAlchemy Core. Migrations create them; nothing here does.

A partnership's tables carry its id from the first migration on, so that row-level security needs no rewrite.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

events = Table(
    "events",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
)
"""Append-only for everyone: a trigger refuses UPDATE, DELETE and TRUNCATE."""

disclosures = Table(
    "disclosures",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
)

stream_keys = Table(
    "stream_keys",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
"""One key, one effect (design decision 10). The answer is derived again from the stream at that version."""

pending = Table(
    "pending",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("spans", JSONB, nullable=False),
)
"""One row a commit, waiting to be sequenced: `[[stream, first version, last version], …]`."""

sequence = Table(
    "sequence",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("partnership", Text, nullable=False),
    Column("index", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("sequenced_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("partnership", "index"),
    UniqueConstraint("stream", "version"),
    Index("sequence_moments_idx", "partnership", "sequenced_at", "index"),
)
"""The one order. `position` is global and stays inside; `index` is dense within a partnership's log.

`sequenced_at` is the stamp of the batch: one for all its facts, and later than that of every batch before it.
"""

logs = Table(
    "logs",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
)

sequencer = Table(
    "sequencer",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""One row: whoever holds its lock leads, and it tells the last position and the last stamp given out."""

followers = Table(
    "followers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

parked = Table(
    "parked",
    metadata,
    Column("follower", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
"""Events that a follower could not take, and, behind each, the later ones of the same stream."""
