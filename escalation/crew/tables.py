"""The tables of the crew: teams, who holds contacts, how people are reached, and whose turn a rung has come to.

All but `profiles`, which are nobody's but the person's own, name a partnership and are held to reach.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from incidents.ledger.tables import metadata

teams = Table(
    "teams",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text),
    Column("members", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("retired_at", DateTime(timezone=True)),
    Index("teams_name_idx", "partnership", "party", "name", unique=True, postgresql_where=text("retired_at IS NULL")),
)
"""Members are people, by id and in their order. The name of a retired team is free again; an erased title is None."""

contact_holders = Table(
    "contact_holders",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)
"""Who holds a contact of the agreement: `person:…`, `team:PARTY.NAME` or `schedule:PARTY.NAME`."""

profiles = Table(
    "profiles",
    metadata,
    Column("person", Text, primary_key=True),
    Column("tz", Text),
    Column("languages", ARRAY(Text), nullable=False),
    Column("rules", JSONB, nullable=False),
    Column("absences", JSONB, nullable=False),
    Column("addresses", JSONB, nullable=False, server_default=text("'{}'")),
)
"""`rules` has `high` and `low`: lists of `{via, after}`. `absences` has, by number and in seconds since the epoch,
`{starts_at, ends_at, since, until}`: away during the first two, as was known during the last two; no `until`: still.
`addresses` has `{kind, value}` by name: nobody reads them but the worker, and the gate for the person themselves."""

rung_turns = Table(
    "rung_turns",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("ladder", Text, primary_key=True),
    Column("rung", Integer, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Whom a rung that pages one at a time began with last, over all incidents of a partnership."""
