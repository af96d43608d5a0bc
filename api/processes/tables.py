"""The table of the worker's own signs of life."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Table, Text

from incidents.ledger.tables import metadata

worker_beats = Table(
    "worker_beats",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""When a part of a worker last finished a turn of its loop (see processes/beats.py). Beside the tables of records, for
it belongs to the installation."""
