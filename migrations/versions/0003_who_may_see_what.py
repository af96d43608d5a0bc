"""Who may see what: isolation in the database, visibility, people, members, sessions, limits and the access log."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

ROLES = """
DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['tocsin_worker', 'tocsin_gate'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        IF NOT pg_has_role(current_user, role_name, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;
END $$;
GRANT tocsin_runtime TO tocsin_worker;
"""

VISIBILITY = """
CREATE TABLE restrictions (
    stream text NOT NULL,
    version integer NOT NULL,
    field text NOT NULL,
    partnership text NOT NULL,
    visible_to text[] NOT NULL,
    why text NOT NULL,
    CONSTRAINT restrictions_pkey PRIMARY KEY (stream, version, field)
);
ALTER TABLE incident_states
    ADD COLUMN visible_to text[],
    ADD COLUMN parties text[] NOT NULL DEFAULT '{}',
    ADD COLUMN breached text[] NOT NULL DEFAULT '{}',
    ADD COLUMN owed text[] NOT NULL DEFAULT '{}',
    ADD COLUMN next_due_at timestamptz,
    ADD COLUMN severity_rank smallint NOT NULL DEFAULT 0;
CREATE INDEX incident_states_partnership_reported_at_idx ON incident_states (partnership, reported_at, number);
CREATE INDEX incident_states_reported_at_idx ON incident_states (reported_at, number);
CREATE TABLE search_texts (
    stream text NOT NULL,
    version integer NOT NULL,
    field text NOT NULL,
    partnership text NOT NULL,
    recorded_at timestamptz NOT NULL,
    words tsvector NOT NULL,
    CONSTRAINT search_texts_pkey PRIMARY KEY (stream, version, field)
);
CREATE INDEX search_texts_partnership_recorded_at_idx ON search_texts (partnership, recorded_at);
CREATE INDEX search_texts_words_idx ON search_texts USING gin (words);
"""

ACCESS = """
ALTER TABLE api_keys
    ADD COLUMN party text,
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN next_hash text,
    ADD COLUMN old_until timestamptz;
UPDATE api_keys SET scopes = ARRAY[
    'admin', 'agreements:read', 'audit:read', 'events:read', 'incidents:coordinate', 'incidents:read', 'incidents:write'
] WHERE partnership IS NOT NULL;
CREATE TABLE key_uses (
    id text NOT NULL,
    partnership text,
    used_at timestamptz NOT NULL,
    CONSTRAINT key_uses_pkey PRIMARY KEY (id)
);
CREATE TABLE people (
    stream text NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    name text,
    email text,
    registered_at timestamptz NOT NULL,
    deactivated_at timestamptz,
    CONSTRAINT people_pkey PRIMARY KEY (stream),
    CONSTRAINT people_id_key UNIQUE (id),
    CONSTRAINT people_email_key UNIQUE (email)
);
CREATE TABLE identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    person text NOT NULL,
    linked_at timestamptz NOT NULL,
    CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject)
);
CREATE TABLE members (
    partnership text NOT NULL,
    person text NOT NULL,
    party text NOT NULL,
    roles text[] NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT members_pkey PRIMARY KEY (partnership, person)
);
CREATE INDEX members_person_idx ON members (person);
CREATE TABLE sessions (
    hash text NOT NULL,
    person text NOT NULL,
    begun_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (hash)
);
CREATE INDEX sessions_person_idx ON sessions (person);
CREATE UNLOGGED TABLE rate_limits (
    principal text NOT NULL,
    millionths bigint NOT NULL,
    at timestamptz NOT NULL,
    taken boolean NOT NULL,
    CONSTRAINT rate_limits_pkey PRIMARY KEY (principal)
);
CREATE TABLE access_log (
    id bigint GENERATED ALWAYS AS IDENTITY,
    partnership text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    party text,
    operation text NOT NULL,
    target text,
    recorded boolean NOT NULL DEFAULT false,
    CONSTRAINT access_log_pkey PRIMARY KEY (id)
);
CREATE INDEX access_log_partnership_id_idx ON access_log (partnership, id);
CREATE INDEX access_log_unrecorded_idx ON access_log (id) WHERE NOT recorded;
CREATE TABLE secrets (
    name text NOT NULL,
    value bytea NOT NULL,
    CONSTRAINT secrets_pkey PRIMARY KEY (name)
);
INSERT INTO secrets VALUES ('cursors', sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea));
INSERT INTO secrets VALUES ('sessions', sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea));
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON restrictions, search_texts, members TO tocsin_runtime;
GRANT SELECT ON key_uses TO tocsin_runtime;
GRANT SELECT, INSERT ON access_log TO tocsin_runtime;

REVOKE ALL ON parked, followers FROM tocsin_runtime;
GRANT SELECT, INSERT, UPDATE, DELETE ON parked, followers, people, identities TO tocsin_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON people, identities TO tocsin_eraser;
GRANT UPDATE ON access_log TO tocsin_worker;
GRANT DELETE ON sessions TO tocsin_worker;

GRANT SELECT ON api_keys, people, identities, members, secrets TO tocsin_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, key_uses, rate_limits TO tocsin_gate;
"""

# Whom row-level security holds, no index of words serves: `@@` might tell of rows before they are held back.
# So the worker's role looks texts up, for whoever asks, and holds them to their reach itself.
SEARCH = """
CREATE FUNCTION texts_with(asked tsquery, within text[], most integer)
    RETURNS TABLE (stream text, version integer, field text)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 10
BEGIN ATOMIC
    SELECT stream, version, field FROM search_texts
    WHERE words @@ asked AND (within IS NULL OR partnership = ANY (within)) AND (
        current_setting('role') = 'tocsin_worker'
        OR partnership = ANY (string_to_array(current_setting('tocsin.reach', true), ','))
    )
    LIMIT most;
END;
REVOKE ALL ON FUNCTION texts_with FROM PUBLIC;
GRANT EXECUTE ON FUNCTION texts_with TO tocsin_runtime;
DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO tocsin_worker', current_schema());
    ALTER FUNCTION texts_with OWNER TO tocsin_worker;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM tocsin_worker', current_schema());
END $$;
"""

HELD = (
    "events",
    "disclosures",
    "stream_keys",
    "receipts",
    "pending",
    "sequence",
    "logs",
    "parked",
    "incident_states",
    "agreements",
    "deadlines",
    "attainment",
    "deliveries",
    "delivery_attempts",
    "api_keys",
    "key_uses",
    "members",
    "restrictions",
    "search_texts",
    "access_log",
)
"""Every table with a partnership: nobody but these roles sees a row of it, the tables' owner included."""

# In a subquery of its own, the setting is read once a statement, not once a row.
WITHIN_REACH = "partnership = ANY ((SELECT string_to_array(current_setting('tocsin.reach', true), ','))::text[])"
EVERYWHERE = "tocsin_worker, tocsin_sequencer, tocsin_eraser"
OF_ACCESS = ("api_keys", "key_uses", "members")


def upgrade() -> None:
    """Add the tables, and hold every role to its rows."""
    for statements in (ROLES, VISIBILITY, ACCESS, GRANTS, SEARCH):
        op.execute(statements)
    for table in HELD:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        held = f"USING ({WITHIN_REACH}) WITH CHECK ({WITHIN_REACH})"
        op.execute(f"CREATE POLICY within_reach ON {table} TO tocsin_runtime {held}")
        op.execute(f"CREATE POLICY everywhere ON {table} TO {EVERYWHERE} USING (true) WITH CHECK (true)")
    for table in OF_ACCESS:
        op.execute(f"CREATE POLICY at_the_gate ON {table} TO tocsin_gate USING (true) WITH CHECK (true)")
