"""Who is next: schedules, teams, holders of contacts, how people are reached, and whose turn a ladder has come to."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

DELIVERIES = """
ALTER TABLE deliveries ADD COLUMN party text;
"""

STATEMENTS: tuple[str, ...] = (DELIVERIES,)

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
