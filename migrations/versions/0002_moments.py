"""Moments: each batch of the sequencer has one stamp, later than all before it."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

# The default goes, so that a sequencer of an older version fails where it would give a stamp of its own.
STAMPS = """
ALTER TABLE sequence ALTER COLUMN sequenced_at DROP DEFAULT;
CREATE INDEX sequence_moments_idx ON sequence (partnership, sequenced_at, index);
ALTER TABLE sequencer ADD COLUMN at timestamptz;
UPDATE sequencer SET at = coalesce((SELECT max(sequenced_at) FROM sequence), '1970-01-01T00:00:00Z');
ALTER TABLE sequencer ALTER COLUMN at SET NOT NULL;
"""


def upgrade() -> None:
    """Begin with the latest stamp there is. While the index is built, sequencing waits, and nothing else."""
    op.execute(STAMPS)
