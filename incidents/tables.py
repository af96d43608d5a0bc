"""The tables of what happened: one state row an incident, written in each command's transaction."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    DateTime,
    Index,
    Integer,
    Sequence,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    cast,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from incidents.ledger.tables import metadata

SIMPLE: ColumnElement[str] = literal_column("'simple'::regconfig")
"""How text is cut into words: as they stand, in small letters. No language is known of what people write."""


class Searchable(TypeDecorator[str]):
    """Text whose words can be searched: what is written into the column is text, what is kept are its words."""

    impl = TSVECTOR
    cache_ok = True

    def bind_expression(self, bindvalue: BindParameter[str]) -> ColumnElement[str]:
        """Let the database find the words."""
        return func.to_tsvector(SIMPLE, cast(bindvalue, Text))


incident_states = Table(
    "incident_states",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("id", Text, nullable=False, unique=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("agreement_version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("title", Text),
    Column("source", Text),
    Column("source_id", Text),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("resolved_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("visible_to", ARRAY(Text)),
    Column("parties", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("breached", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("owed", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("next_due_at", DateTime(timezone=True)),
    Column("severity_rank", SmallInteger, nullable=False, server_default=text("0")),
    Index("incident_states_partnership_number_idx", "partnership", "number"),
    Index("incident_states_partnership_reported_at_idx", "partnership", "reported_at", "number"),
    Index("incident_states_reported_at_idx", "reported_at", "number"),
    Index("incident_states_open_idx", "severity", postgresql_where=text("closed_at IS NULL")),
    Index("incident_states_source_idx", "partnership", "source", "source_id", unique=True),
)
"""Lists are read from here. `title` is None once it has been erased; an imported incident names its source.

`visible_to` names the parties for whom the incident exists (None: all); `parties` those who have a part in it.
`breached` and `owed` name clocks: those that ran over, and those that still run or are paused. `next_due_at` is when
the first of these is due. `severity_rank` is the severity's place on its agreement's scale, 0 the worst.

No index holds what most commands change: their updates of a row then touch no index at all (PostgreSQL: heap-only
tuples). The open ones are found by one that only another severity, closing and reopening touch.
"""

restrictions = Table(
    "restrictions",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("visible_to", ARRAY(Text), nullable=False),
    Column("why", Text, nullable=False),
)
"""What is withheld from whom (see disclosure.py): `field` of the fact at `version`, `*` for all of it."""

search_texts = Table(
    "search_texts",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("words", Searchable, nullable=False),
    Index("search_texts_partnership_recorded_at_idx", "partnership", "recorded_at"),
    Index("search_texts_words_idx", "words", postgresql_using="gin"),
)
"""The words that people wrote, to be searched. Erasing deletes them in its own transaction."""

incident_numbers = Sequence("incident_numbers", start=1001, metadata=metadata)
"""Human numbers (INC-1042). They may have gaps: a counter row cost 4.5 times as much (design decision 13)."""
