"""Who is next: schedules, teams, holders of contacts, how people are reached, and whose turn a ladder has come to."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

DELIVERIES = """
ALTER TABLE deliveries ADD COLUMN party text;
"""

CREW = """
CREATE TABLE teams (
    stream text NOT NULL,
    partnership text NOT NULL,
    party text NOT NULL,
    name text NOT NULL,
    title text,
    members text[] NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    CONSTRAINT teams_pkey PRIMARY KEY (stream)
);
CREATE UNIQUE INDEX teams_name_idx ON teams (partnership, party, name) WHERE retired_at IS NULL;
CREATE TABLE contact_holders (
    partnership text NOT NULL,
    contact text NOT NULL,
    party text NOT NULL,
    holder text NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT contact_holders_pkey PRIMARY KEY (partnership, contact)
);
CREATE TABLE profiles (
    person text NOT NULL,
    tz text,
    languages text[] NOT NULL,
    rules jsonb NOT NULL,
    absences jsonb NOT NULL,
    CONSTRAINT profiles_pkey PRIMARY KEY (person)
);
CREATE TABLE rung_turns (
    partnership text NOT NULL,
    ladder text NOT NULL,
    rung integer NOT NULL,
    recipient text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT rung_turns_pkey PRIMARY KEY (partnership, ladder, rung)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON teams, contact_holders, rung_turns TO tocsin_runtime;
GRANT SELECT, INSERT, UPDATE, DELETE ON profiles TO tocsin_worker, tocsin_eraser;
GRANT SELECT ON profiles TO tocsin_gate;
"""

SCHEDULES = """
CREATE TABLE schedules (
    stream text NOT NULL,
    partnership text NOT NULL,
    party text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    CONSTRAINT schedules_pkey PRIMARY KEY (stream)
);
CREATE UNIQUE INDEX schedules_name_idx ON schedules (partnership, party, name) WHERE retired_at IS NULL;
CREATE TABLE calendar_feeds (
    stream text NOT NULL,
    partnership text NOT NULL,
    party text NOT NULL,
    schedule text NOT NULL,
    secret_hash text NOT NULL,
    person text,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT calendar_feeds_pkey PRIMARY KEY (stream)
);
CREATE INDEX calendar_feeds_schedule_idx ON calendar_feeds (schedule);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedules, calendar_feeds TO tocsin_runtime;
"""

STATEMENTS: tuple[str, ...] = (DELIVERIES, SCHEDULES, CREW)

HELD: tuple[str, ...] = ("schedules", "calendar_feeds", "teams", "contact_holders", "rung_turns")
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
