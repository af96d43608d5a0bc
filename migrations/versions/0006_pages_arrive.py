"""A page that is owed arrives: lanes, webhook subscriptions, heartbeats, and how the worker is."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

QUEUE = """
ALTER TABLE deliveries ADD COLUMN owed_at timestamptz;
UPDATE deliveries SET owed_at = due_at;
ALTER TABLE deliveries ALTER COLUMN owed_at SET NOT NULL;
ALTER TABLE deliveries ADD COLUMN waits_for text;
ALTER TABLE deliveries ADD COLUMN overtaken boolean NOT NULL DEFAULT false;
CREATE INDEX deliveries_due_idx ON deliveries (channel, urgency, due_at, id) INCLUDE (destination)
    WHERE status = 'waiting';
CREATE INDEX deliveries_in_hand_idx ON deliveries (channel, destination)
    WHERE status = 'waiting' AND leased_until IS NOT NULL;
CREATE INDEX deliveries_overtaken_idx ON deliveries (stream) WHERE status = 'waiting' AND overtaken;
CREATE INDEX deliveries_age_idx ON deliveries (kind, owed_at) WHERE status = 'waiting';
CREATE INDEX deliveries_informed_idx ON deliveries (channel, destination, recipient, finished_at)
    WHERE status = 'sent' AND kind IN ('notice', 'reminder');
ALTER TABLE delivery_attempts ADD COLUMN took_ms integer;
CREATE TABLE delivery_lanes (
    channel text NOT NULL,
    destination text NOT NULL,
    opens_at timestamptz,
    why text,
    slow boolean NOT NULL DEFAULT false,
    failing_since timestamptz,
    CONSTRAINT delivery_lanes_pkey PRIMARY KEY (channel, destination)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_lanes TO tocsin_worker;
"""

WEBHOOKS = """
CREATE TABLE webhook_subscriptions (
    stream text NOT NULL,
    partnership text NOT NULL,
    party text NOT NULL,
    url text NOT NULL,
    name text NOT NULL,
    types text[] NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    begins_at bigint NOT NULL,
    state text NOT NULL,
    state_why text,
    state_at timestamptz NOT NULL,
    CONSTRAINT webhook_subscriptions_pkey PRIMARY KEY (stream)
);
CREATE INDEX webhook_subscriptions_party_idx ON webhook_subscriptions (partnership, party, made_at);
CREATE TABLE webhook_secrets (
    subscription text NOT NULL,
    made_at timestamptz NOT NULL,
    partnership text NOT NULL,
    secret text NOT NULL,
    expires_at timestamptz,
    CONSTRAINT webhook_secrets_pkey PRIMARY KEY (subscription, made_at)
);
CREATE TABLE webhook_lanes (
    subscription text NOT NULL,
    partnership text NOT NULL,
    opens_at timestamptz,
    why text,
    slow boolean NOT NULL DEFAULT false,
    failing_since timestamptz,
    CONSTRAINT webhook_lanes_pkey PRIMARY KEY (subscription)
);
CREATE TABLE webhook_messages (
    id text NOT NULL,
    subscription text NOT NULL,
    partnership text NOT NULL,
    place bigint,
    event_id text,
    stream text,
    type text NOT NULL,
    status text NOT NULL,
    due_at timestamptz NOT NULL,
    waits_for text,
    leased_until timestamptz,
    tries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT webhook_messages_pkey PRIMARY KEY (id)
);
CREATE INDEX webhook_messages_order_idx ON webhook_messages (subscription, stream, place) WHERE status = 'waiting';
CREATE INDEX webhook_messages_due_idx ON webhook_messages (subscription, due_at, place) WHERE status = 'waiting';
CREATE INDEX webhook_messages_busy_idx ON webhook_messages (subscription, leased_until)
    WHERE status = 'waiting' AND leased_until IS NOT NULL;
CREATE INDEX webhook_messages_log_idx ON webhook_messages (subscription, created_at, id);
CREATE INDEX webhook_messages_created_at_idx ON webhook_messages (created_at);
CREATE TABLE webhook_attempts (
    message text NOT NULL,
    nth integer NOT NULL,
    partnership text NOT NULL,
    at timestamptz NOT NULL,
    took_ms integer,
    outcome text NOT NULL,
    status_code integer,
    request jsonb,
    response jsonb,
    error text,
    CONSTRAINT webhook_attempts_pkey PRIMARY KEY (message, nth)
);
GRANT SELECT, INSERT, UPDATE ON webhook_subscriptions, webhook_messages TO tocsin_runtime;
GRANT SELECT ON webhook_attempts, webhook_lanes TO tocsin_runtime;
GRANT SELECT (subscription, made_at, partnership, expires_at), INSERT, UPDATE (expires_at), DELETE ON webhook_secrets
    TO tocsin_runtime;
GRANT SELECT ON webhook_secrets TO tocsin_worker;
GRANT DELETE ON webhook_messages TO tocsin_worker;
GRANT INSERT, UPDATE, DELETE ON webhook_attempts, webhook_lanes TO tocsin_worker;
GRANT DELETE ON webhook_messages, webhook_attempts, webhook_lanes TO tocsin_eraser;
INSERT INTO followers (name, position) SELECT 'webhooks', position FROM sequencer WHERE name = 'sequencer';
"""

PAGE_SECRETS = """
CREATE TABLE page_webhook_secrets (
    partnership text NOT NULL,
    party text NOT NULL,
    webhook text NOT NULL,
    made_at timestamptz NOT NULL,
    secret text NOT NULL,
    expires_at timestamptz,
    CONSTRAINT page_webhook_secrets_pkey PRIMARY KEY (partnership, party, webhook, made_at)
);
GRANT SELECT (partnership, party, webhook, made_at, expires_at), INSERT, UPDATE (expires_at), DELETE
    ON page_webhook_secrets TO tocsin_runtime;
GRANT SELECT ON page_webhook_secrets TO tocsin_worker;
"""

ADDRESSES = """
ALTER TABLE profiles ADD COLUMN addresses jsonb NOT NULL DEFAULT '{}';
"""

HEARTBEATS = """
CREATE TABLE heartbeats (
    stream text NOT NULL,
    partnership text NOT NULL,
    party text NOT NULL,
    name text NOT NULL,
    secret_hash text NOT NULL,
    service text NOT NULL,
    impact text NOT NULL,
    urgency text NOT NULL,
    title text,
    interval_seconds integer NOT NULL,
    grace_seconds integer NOT NULL,
    resolves boolean NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    counts_from timestamptz NOT NULL,
    paused_at timestamptz,
    removed_at timestamptz,
    silent_since timestamptz,
    incident text,
    refusal text,
    heard_at timestamptz,
    due_at timestamptz,
    CONSTRAINT heartbeats_pkey PRIMARY KEY (stream)
);
CREATE UNIQUE INDEX heartbeats_name_idx ON heartbeats (partnership, party, name) WHERE removed_at IS NULL;
CREATE INDEX heartbeats_due_at_idx ON heartbeats (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE worker_beats (
    worker text NOT NULL,
    part text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT worker_beats_pkey PRIMARY KEY (worker, part)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON heartbeats TO tocsin_runtime;
GRANT SELECT, INSERT, UPDATE, DELETE ON worker_beats TO tocsin_worker;
"""

LETTERS = """
ALTER TABLE deliveries ADD COLUMN tried_before integer NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN refused integer NOT NULL DEFAULT 0;
CREATE INDEX deliveries_letters_idx ON deliveries (partnership, owed_at, id) WHERE status IN ('waiting', 'failed');
"""

LINKS = """
INSERT INTO secrets VALUES ('links', sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea));
"""

METRICS = """
CREATE INDEX incident_states_open_idx ON incident_states (severity) WHERE closed_at IS NULL;
"""

STATEMENTS: tuple[str, ...] = (QUEUE, LETTERS, ADDRESSES, WEBHOOKS, PAGE_SECRETS, HEARTBEATS, LINKS, METRICS)

HELD: tuple[str, ...] = (
    "webhook_subscriptions",
    "webhook_secrets",
    "webhook_lanes",
    "webhook_messages",
    "webhook_attempts",
    "page_webhook_secrets",
    "heartbeats",
)
"""New tables with a partnership: nobody but these roles sees a row of it, the tables' owner included (as in 0003)."""

WITHIN_REACH = "partnership = ANY ((SELECT string_to_array(current_setting('tocsin.reach', true), ','))::text[])"
EVERYWHERE = "tocsin_worker, tocsin_sequencer, tocsin_eraser"


def upgrade() -> None:
    """Add the tables, and hold every role to its rows."""
    for statement in STATEMENTS:
        op.execute(statement)
    for table in HELD:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        held = f"USING ({WITHIN_REACH}) WITH CHECK ({WITHIN_REACH})"
        op.execute(f"CREATE POLICY within_reach ON {table} TO tocsin_runtime {held}")
        op.execute(f"CREATE POLICY everywhere ON {table} TO {EVERYWHERE} USING (true) WITH CHECK (true)")
