"""The tables of telling people: what is to be delivered, and every attempt at it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, SmallInteger, Table, Text, text

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
    Column("owed_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("waits_for", Text),
    Column("overtaken", Boolean, nullable=False, server_default=text("false")),
    Column("leased_until", DateTime(timezone=True)),
    Column("tries", Integer, nullable=False),
    Column("tried_before", Integer, nullable=False, server_default=text("0")),
    Column("refused", Integer, nullable=False, server_default=text("0")),
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
    Index(
        "deliveries_due_idx",
        "channel",
        "urgency",
        "due_at",
        "id",
        postgresql_include=["destination"],
        postgresql_where=text("status = 'waiting'"),
    ),
    Index(
        "deliveries_in_hand_idx",
        "channel",
        "destination",
        postgresql_where=text("status = 'waiting' AND leased_until IS NOT NULL"),
    ),
    Index("deliveries_overtaken_idx", "stream", postgresql_where=text("status = 'waiting' AND overtaken")),
    Index("deliveries_age_idx", "kind", "owed_at", postgresql_where=text("status = 'waiting'")),
    Index(
        "deliveries_informed_idx",
        "channel",
        "destination",
        "recipient",
        "finished_at",
        postgresql_where=text("status = 'sent' AND kind IN ('notice', 'reminder')"),
    ),
    Index("deliveries_stream_idx", "stream"),
    Index(
        "deliveries_letters_idx",
        "partnership",
        "owed_at",
        "id",
        postgresql_where=text("status IN ('waiting', 'failed')"),
    ),
)
"""What is owed to somebody. `id` is constant over all tries; `version` is the fact that caused it.

`party` is that of a person; of a contact and a webhook the agreement knows it. `owed_at` is when it was first to be
sent, `due_at` when it is to be tried next, and `waits_for` why not before, in our own words; None: that is its time.
Of one that failed for good and is to be sent again `owed_at` is since when, and `tried_before` how many of its `tries`
came before; `refused` of all its tries surely reached nobody. `overtaken`: something was decided about its record
since, so whether it is still needed is to be asked at once, whenever it is due.
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
    Column("took_ms", Integer),
)

delivery_lanes = Table(
    "delivery_lanes",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("opens_at", DateTime(timezone=True)),
    Column("why", Text),
    Column("slow", Boolean, nullable=False, server_default=text("false")),
    Column("failing_since", DateTime(timezone=True)),
)
"""What is known of a lane: when the next may go there, and why not before; whether it took long, or nothing, last time;
since when nothing got through. A destination of `*` is the channel as a whole. No row: nothing is known against it.
"""
