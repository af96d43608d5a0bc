"""The tables of webhook subscriptions: what was asked for, its secrets, its messages and every attempt at one.

All name a partnership and are held to reach. A subscription's row is derived from its facts; the others are not.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from incidents.ledger.tables import metadata

webhook_subscriptions = Table(
    "webhook_subscriptions",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("types", ARRAY(Text), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_why", Text),
    Column("state_at", DateTime(timezone=True), nullable=False),
    Index("webhook_subscriptions_party_idx", "partnership", "party", "made_at"),
)
"""`types` are words as the feed takes them (`incident.*`), none: all but records of reads.

`begins_at` is the first index in the partnership's log that is told. `state` is active, paused (by its owner), disabled
(by the system, `state_why`) or removed. What happens while it is paused or disabled waits; a removed one gets nothing.
"""

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("made_at", DateTime(timezone=True), primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
)
"""With what messages are signed, `whsec_` and base64: by each that has not expired, the newest first.

Web processes write secrets and cannot read them; only the worker, which signs, can.
"""

webhook_lanes = Table(
    "webhook_lanes",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("opens_at", DateTime(timezone=True)),
    Column("why", Text),
    Column("slow", Boolean, nullable=False, server_default=text("false")),
    Column("failing_since", DateTime(timezone=True)),
)
"""What the sender knows of a subscription's receiver, as `delivery_lanes` says it of others.

No row: nothing is known against it. `failing_since`: the first attempt since when nothing got through.
"""

webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subscription", Text, nullable=False),
    Column("partnership", Text, nullable=False),
    Column("place", BigInteger),
    Column("event_id", Text),
    Column("stream", Text),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("waits_for", Text),
    Column("leased_until", DateTime(timezone=True)),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Index("webhook_messages_order_idx", "subscription", "stream", "place", postgresql_where=text("status = 'waiting'")),
    Index("webhook_messages_due_idx", "subscription", "due_at", "place", postgresql_where=text("status = 'waiting'")),
    Index(
        "webhook_messages_busy_idx",
        "subscription",
        "leased_until",
        postgresql_where=text("status = 'waiting' AND leased_until IS NOT NULL"),
    ),
    Index("webhook_messages_log_idx", "subscription", "created_at", "id"),
    Index("webhook_messages_created_at_idx", "created_at"),
)
"""What is to be told to a subscription. `id` is the constant `webhook-id`; `status` is waiting, delivered, failed or
withheld (never sent, never shown). A ping is no event: it has no `place`, `event_id` or `stream`.

`place` is the event's index in the partnership's log: of one subscription and stream, the least that waits goes first.
`tries` counts since it was last asked for: whoever asks for it again begins at 0. A lease holds until `leased_until`.
"""

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("message", Text, primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("took_ms", Integer),
    Column("outcome", Text, nullable=False),
    Column("status_code", Integer),
    Column("request", JSONB),
    Column("response", JSONB),
    Column("error", Text),
)
"""One attempt at a message, from 1, counted on when it is sent again: what was sent and what came back.

`outcome` is delivered or failed. `request` and `response` are as log.py gives them:
`{"headers": [[name, value], …], "body": "…", "cut": false}`, the request with `url` too.
"""
