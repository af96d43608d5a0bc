"""The ground floor: the ledger, incident states, agreements, deadlines, deliveries, keys; and who may do what."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE events (
    stream text NOT NULL,
    version integer NOT NULL,
    partnership text NOT NULL,
    type text NOT NULL,
    leaf bytea NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (stream, version)
);
CREATE TABLE disclosures (
    stream text NOT NULL,
    version integer NOT NULL,
    partnership text NOT NULL,
    fields jsonb NOT NULL,
    CONSTRAINT disclosures_pkey PRIMARY KEY (stream, version)
);
CREATE TABLE stream_keys (
    stream text NOT NULL,
    partnership text NOT NULL,
    key bytea NOT NULL,
    CONSTRAINT stream_keys_pkey PRIMARY KEY (stream)
);
CREATE TABLE receipts (
    scope text NOT NULL,
    key text NOT NULL,
    partnership text NOT NULL,
    fingerprint text NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT receipts_pkey PRIMARY KEY (scope, key)
);
CREATE TABLE pending (
    id bigint GENERATED ALWAYS AS IDENTITY,
    partnership text NOT NULL,
    spans jsonb NOT NULL,
    CONSTRAINT pending_pkey PRIMARY KEY (id)
);
CREATE TABLE sequence (
    position bigint NOT NULL,
    partnership text NOT NULL,
    index bigint NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    leaf_hash bytea NOT NULL,
    sequenced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT sequence_pkey PRIMARY KEY (position),
    CONSTRAINT sequence_partnership_index_key UNIQUE (partnership, index),
    CONSTRAINT sequence_stream_version_key UNIQUE (stream, version)
);
CREATE TABLE logs (
    partnership text NOT NULL,
    size bigint NOT NULL,
    CONSTRAINT logs_pkey PRIMARY KEY (partnership)
);
CREATE TABLE sequencer (
    name text NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT sequencer_pkey PRIMARY KEY (name)
);
INSERT INTO sequencer VALUES ('sequencer', 0);
CREATE TABLE followers (
    name text NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT followers_pkey PRIMARY KEY (name)
);
CREATE TABLE parked (
    follower text NOT NULL,
    position bigint NOT NULL,
    partnership text NOT NULL,
    stream text NOT NULL,
    tries integer NOT NULL,
    error text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT parked_pkey PRIMARY KEY (follower, position)
);
CREATE TABLE incident_states (
    stream text NOT NULL,
    partnership text NOT NULL,
    id text NOT NULL,
    number bigint NOT NULL,
    version integer NOT NULL,
    revision integer NOT NULL,
    agreement_version integer NOT NULL,
    status text NOT NULL,
    severity text NOT NULL,
    service text NOT NULL,
    title text,
    source text,
    source_id text,
    reported_at timestamptz NOT NULL,
    acknowledged_at timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    changed_at timestamptz NOT NULL,
    CONSTRAINT incident_states_pkey PRIMARY KEY (stream),
    CONSTRAINT incident_states_id_key UNIQUE (id),
    CONSTRAINT incident_states_number_key UNIQUE (number)
);
CREATE INDEX incident_states_partnership_number_idx ON incident_states (partnership, number);
CREATE UNIQUE INDEX incident_states_source_idx ON incident_states (partnership, source, source_id);
CREATE SEQUENCE incident_numbers START 1001;
CREATE TABLE agreements (
    partnership text NOT NULL,
    version integer NOT NULL,
    title text NOT NULL,
    digest text NOT NULL,
    effective_from timestamptz NOT NULL,
    effective_to timestamptz,
    published_at timestamptz NOT NULL,
    document jsonb NOT NULL,
    CONSTRAINT agreements_pkey PRIMARY KEY (partnership, version)
);
CREATE TABLE deadlines (
    stream text NOT NULL,
    partnership text NOT NULL,
    due_at timestamptz NOT NULL,
    CONSTRAINT deadlines_pkey PRIMARY KEY (stream)
);
CREATE INDEX deadlines_due_at_idx ON deadlines (due_at);
CREATE INDEX deadlines_partnership_due_at_idx ON deadlines (partnership, due_at);
CREATE TABLE attainment (
    stream text NOT NULL,
    clock text NOT NULL,
    cycle integer NOT NULL,
    partnership text NOT NULL,
    severity text NOT NULL,
    outcome text NOT NULL,
    target integer NOT NULL,
    counted integer NOT NULL,
    CONSTRAINT attainment_pkey PRIMARY KEY (stream, clock, cycle)
);
CREATE INDEX attainment_counts_idx ON attainment (partnership, clock, severity, outcome);
CREATE TABLE deliveries (
    id text NOT NULL,
    partnership text NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    channel text NOT NULL,
    destination text NOT NULL,
    urgency smallint NOT NULL,
    status text NOT NULL,
    due_at timestamptz NOT NULL,
    leased_until timestamptz,
    tries integer NOT NULL,
    detail text,
    finished_at timestamptz,
    CONSTRAINT deliveries_pkey PRIMARY KEY (id)
);
CREATE INDEX deliveries_waiting_idx ON deliveries (channel, destination, urgency, due_at) WHERE status = 'waiting';
CREATE INDEX deliveries_stream_idx ON deliveries (stream);
CREATE TABLE delivery_attempts (
    delivery text NOT NULL,
    nth integer NOT NULL,
    partnership text NOT NULL,
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    detail text,
    CONSTRAINT delivery_attempts_pkey PRIMARY KEY (delivery, nth)
);
CREATE TABLE api_keys (
    stream text NOT NULL,
    id text NOT NULL,
    hash text NOT NULL,
    partnership text,
    name text NOT NULL,
    issued_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (stream),
    CONSTRAINT api_keys_id_key UNIQUE (id),
    CONSTRAINT api_keys_hash_key UNIQUE (hash)
);
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sequence_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sequence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_append_only;
ALTER TABLE sequence ENABLE ALWAYS TRIGGER sequence_is_append_only;
"""

# Roles belong to the whole cluster: several databases, and several processes at once, may create them.
ROLES = """
DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['tocsin_runtime', 'tocsin_sequencer', 'tocsin_eraser'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        IF NOT pg_has_role(current_user, role_name, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;
END $$;
"""

GRANTS = """
GRANT SELECT, INSERT ON events, disclosures, stream_keys, receipts, pending TO tocsin_runtime;
GRANT SELECT ON sequence, logs, sequencer TO tocsin_runtime;
GRANT SELECT, INSERT, UPDATE, DELETE ON followers, parked, incident_states, deadlines, attainment, deliveries
    TO tocsin_runtime;
GRANT SELECT, INSERT ON agreements, delivery_attempts TO tocsin_runtime;
GRANT SELECT, INSERT, UPDATE ON api_keys TO tocsin_runtime;
GRANT USAGE ON SEQUENCE incident_numbers TO tocsin_runtime;
GRANT SELECT ON alembic_version TO tocsin_runtime;

GRANT SELECT ON events TO tocsin_sequencer;
GRANT SELECT, DELETE ON pending TO tocsin_sequencer;
GRANT SELECT, INSERT ON sequence TO tocsin_sequencer;
GRANT SELECT, INSERT, UPDATE ON logs TO tocsin_sequencer;
GRANT SELECT, UPDATE ON sequencer TO tocsin_sequencer;

GRANT tocsin_runtime TO tocsin_eraser;
GRANT UPDATE ON disclosures TO tocsin_eraser;
GRANT DELETE ON stream_keys TO tocsin_eraser;
"""


def upgrade() -> None:
    """Create everything."""
    for statements in (TABLES, APPEND_ONLY, ROLES, GRANTS):
        op.execute(statements)
