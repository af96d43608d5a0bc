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

STATEMENTS: tuple[str, ...] = (QUEUE,)

HELD: tuple[str, ...] = ()
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
