"""The tables of telling people: what is to be delivered, and every attempt at it."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Integer, SmallInteger, Table, Text, text

from incidents.ledger.tables import metadata

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("party", Text),
    Column("urgency", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("leased_until", DateTime(timezone=True)),
    Column("tries", Integer, nullable=False),
    Column("detail", Text),
    Column("finished_at", DateTime(timezone=True)),
    Index(
        "deliveries_waiting_idx",
        "channel",
        "destination",
        "urgency",
        "due_at",
        postgresql_where=text("status = 'waiting'"),
    ),
    Index("deliveries_stream_idx", "stream"),
)
"""What is owed to somebody. `id` is constant over all tries; `version` is the fact that caused it.

`party` is that of a person; of a contact and a webhook the agreement knows it.
"""

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("delivery", Text, primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text),
)
