"""The agreement runs: what becomes of clocks is judged, per incident and per period."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

# A follower's rows: it writes them anew from the beginning. No period was judged by them so far.
ATTAINMENT = """
TRUNCATE attainment;
UPDATE followers SET position = 0 WHERE name = 'attainment';
ALTER TABLE attainment
    ALTER COLUMN target DROP NOT NULL,
    ADD COLUMN judged_severity text NOT NULL,
    ADD COLUMN duty_of text[] NOT NULL,
    ADD COLUMN imported boolean NOT NULL,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN deviated_at timestamptz;
CREATE INDEX attainment_partnership_ended_at_idx ON attainment (partnership, ended_at);
CREATE INDEX attainment_deviations_idx ON attainment (partnership, deviated_at) WHERE deviated_at IS NOT NULL;
CREATE TABLE periods (
    partnership text NOT NULL,
    objective text NOT NULL,
    starts timestamptz NOT NULL,
    ends timestamptz NOT NULL,
    agreement_version integer NOT NULL,
    met integer NOT NULL,
    "of" integer NOT NULL,
    judgement text NOT NULL,
    judged_at timestamptz NOT NULL,
    corrected_at timestamptz,
    CONSTRAINT periods_pkey PRIMARY KEY (partnership, objective, starts)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON periods TO tocsin_runtime;
"""

# Versions so far were in force by their publication. Row-level security would hold the tables' owner, too.
LIFE = """
ALTER TABLE agreements
    ADD COLUMN stage text NOT NULL DEFAULT 'in_force',
    ADD COLUMN in_force_from timestamptz,
    ADD COLUMN ends_at timestamptz,
    ADD COLUMN proposed_for text,
    ADD COLUMN lapses_at timestamptz,
    ADD COLUMN signers text[] NOT NULL DEFAULT '{}',
    ADD COLUMN signed jsonb NOT NULL DEFAULT '{}';
ALTER TABLE agreements NO FORCE ROW LEVEL SECURITY;
ALTER TABLE deadlines NO FORCE ROW LEVEL SECURITY;
UPDATE agreements SET in_force_from = effective_from, ends_at = effective_to;
INSERT INTO deadlines (stream, partnership, due_at)
    SELECT DISTINCT partnership || '/agreement', partnership, now() FROM agreements WHERE ends_at IS NOT NULL;
ALTER TABLE agreements FORCE ROW LEVEL SECURITY;
ALTER TABLE deadlines FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements
    ALTER COLUMN stage DROP DEFAULT,
    ALTER COLUMN signers DROP DEFAULT,
    ALTER COLUMN signed DROP DEFAULT;
GRANT UPDATE ON agreements TO tocsin_runtime;
"""

MATTERS = """
CREATE TABLE matters (
    stream text NOT NULL,
    id text NOT NULL,
    partnership text NOT NULL,
    kind text NOT NULL,
    stage text NOT NULL,
    opened_at timestamptz NOT NULL,
    CONSTRAINT matters_pkey PRIMARY KEY (stream),
    CONSTRAINT matters_id_key UNIQUE (id)
);
CREATE INDEX matters_partnership_kind_opened_at_idx ON matters (partnership, kind, opened_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON matters TO tocsin_runtime;
"""

HELD = ("periods", "matters")
"""New tables with a partnership: nobody but these roles sees a row of it, the tables' owner included (as in 0003)."""

WITHIN_REACH = "partnership = ANY ((SELECT string_to_array(current_setting('tocsin.reach', true), ','))::text[])"
EVERYWHERE = "tocsin_worker, tocsin_sequencer, tocsin_eraser"


def upgrade() -> None:
    """Add what judging needs, and hold every role to its rows."""
    op.execute(ATTAINMENT)
    op.execute(LIFE)
    op.execute(MATTERS)
    for table in HELD:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        held = f"USING ({WITHIN_REACH}) WITH CHECK ({WITHIN_REACH})"
        op.execute(f"CREATE POLICY within_reach ON {table} TO tocsin_runtime {held}")
        op.execute(f"CREATE POLICY everywhere ON {table} TO {EVERYWHERE} USING (true) WITH CHECK (true)")
