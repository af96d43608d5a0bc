"""The tables of what must happen next: agreements in force, one deadline row a record, attainment."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from incidents.ledger.tables import metadata

agreements = Table(
    "agreements",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("effective_from", DateTime(timezone=True), nullable=False),
    Column("effective_to", DateTime(timezone=True)),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("document", JSONB, nullable=False),
    Column("stage", Text, nullable=False),
    Column("in_force_from", DateTime(timezone=True)),
    Column("ends_at", DateTime(timezone=True)),
    Column("proposed_for", Text),
    Column("lapses_at", DateTime(timezone=True)),
    Column("signers", ARRAY(Text), nullable=False),
    Column("signed", JSONB, nullable=False),
)
"""Every version that was ever published or proposed. `published_at` is when it came on record.

It holds from `in_force_from` (None: not, or not yet) until `ends_at` (None: open-ended). `signed` says when each of the
`signers` signed. See book/versions.py.
"""

deadlines = Table(
    "deadlines",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Index("deadlines_due_at_idx", "due_at"),
    Index("deadlines_partnership_due_at_idx", "partnership", "due_at"),
)
"""The next instant at which something about a record could become true. It decides nothing (decision 8)."""

attainment = Table(
    "attainment",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("clock", Text, primary_key=True),
    Column("cycle", Integer, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("target", Integer),
    Column("counted", Integer, nullable=False),
    Column("judged_severity", Text, nullable=False),
    Column("duty_of", ARRAY(Text), nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("deviated_at", DateTime(timezone=True)),
    Index("attainment_counts_idx", "partnership", "clock", "severity", "outcome"),
    Index("attainment_partnership_ended_at_idx", "partnership", "ended_at"),
    Index("attainment_deviations_idx", "partnership", "deviated_at", postgresql_where=text("deviated_at IS NOT NULL")),
)
"""What became of each run of a clock; target and counted in seconds. A follower keeps it (performance/attainment.py).

A clock that is due by business days has no `target`.

`ended_at` is when it was decided: met, or missed. `deviated_at` is set where a tolerated miss is on record and final.
"""

periods = Table(
    "periods",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("objective", Text, primary_key=True),
    Column("starts", DateTime(timezone=True), primary_key=True),
    Column("ends", DateTime(timezone=True), nullable=False),
    Column("agreement_version", Integer, nullable=False),
    Column("met", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("judgement", Text, nullable=False),
    Column("judged_at", DateTime(timezone=True), nullable=False),
    Column("corrected_at", DateTime(timezone=True)),
)
"""The periods of objectives that were judged (performance/record.py)."""

matters = Table(
    "matters",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("partnership", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Index("matters_partnership_kind_opened_at_idx", "partnership", "kind", "opened_at"),
)
"""Short records beside the agreement: disputes, notices, certificates (matters/)."""
