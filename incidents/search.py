"""Search in what people wrote: a follower keeps the words, and nobody finds by words that are withheld from them.

The words are kept apart from the record, one row a text. Erasing an incident's words deletes its rows in the erasure's
own transaction (`FORGET`); this follower deletes them again when it gets there, for it may have been reading meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Text,
    bindparam,
    case,
    column,
    delete,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.happenings import IncidentEvent, SubjectErased, words_of
from incidents.incident import Incident
from incidents.ledger.facts import partnership_of
from incidents.ledger.pipeline import Write, send
from incidents.restrictions import disclosed
from incidents.tables import SIMPLE, incident_states
from incidents.tables import search_texts as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from incidents.disclosure import Viewer
    from incidents.ledger.facts import Fact, Record
    from incidents.ledger.followers import Followed

FEW = 1_000
"""Texts that can be judged one by one within a list's time."""

FORGET = delete(table).where(table.c.stream == bindparam("of"))
"""Deletes the words of a stream."""

# What is taken again, after a parked event, is there already.
_INSERT = upsert(table).on_conflict_do_nothing()


class SearchTexts:
    """Keeps the words of each text of each fact."""

    name = "search"
    table = table
    compared = tuple(column.name for column in table.c)

    def take(self, followed: Followed, connection: Connection) -> None:
        """Take the words of one fact."""
        send(connection, list(_writes(followed.fact)), commit=False)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the rows of new facts."""
        if isinstance(record, Incident):
            for fact in new:
                yield from _writes(fact)


def matches(text: str) -> ColumnElement[bool]:
    """Give the condition that a text of `search_texts` has what is asked for, as people write it in search engines."""
    return table.c.words.bool_op("@@")(func.websearch_to_tsquery(SIMPLE, text))


def disclosed_text(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition that a text of `search_texts` is disclosed to a viewer."""
    return disclosed(viewer, table.c.stream, table.c.version, table.c.field)


def says(text: str, viewer: Viewer, partnerships: Sequence[str] | None) -> ColumnElement[bool]:
    """Give the condition that some text of an incident of `incident_states`, disclosed to a viewer, matches.

    `partnerships` are those it can be of; None: any. Where few texts match, incidents are looked up among theirs; where
    many do, each incident's own texts are looked at: the first page of a list is then full after a few.
    """
    few = _matching(text, partnerships, FEW + 1)
    among = select(few.c.stream).where(disclosed(viewer, few.c.stream, few.c.version, few.c.field))
    own = table.c.stream == incident_states.c.stream
    # The offset keeps the planner from reading all texts that match in order to look at a few.
    one = select(literal(1)).where(own, matches(text), disclosed_text(viewer)).correlate(incident_states).offset(0)
    count = select(func.count()).select_from(few).scalar_subquery()
    return case((count <= FEW, incident_states.c.stream.in_(among)), else_=exists(one))


def _matching(text: str, partnerships: Sequence[str] | None, most: int) -> CTE:
    """Read at most so many texts that match, of some partnerships or any, by the index of words.

    Row-level security keeps an index from answering `@@` for those whom it holds; the function holds them to the same.
    """
    within = bindparam(None, None if partnerships is None else list(partnerships), type_=ARRAY(Text))
    found = func.texts_with(func.websearch_to_tsquery(SIMPLE, text), within, most)
    return select(found.table_valued("stream", column("version", Integer), "field")).cte()


def _writes(fact: Fact) -> Iterable[Write]:
    if isinstance(fact, SubjectErased):
        yield Write(FORGET, [{"of": fact.originator_id}])
    elif isinstance(fact, IncidentEvent):
        values = vars(fact)
        of_fact: dict[str, Any] = {
            "stream": fact.originator_id,
            "version": fact.originator_version,
            "partnership": partnership_of(fact.originator_id),
            "recorded_at": fact.timestamp,
        }
        texts = {name: values[name] for name in words_of(type(fact)) if isinstance(values[name], str)}
        # One by one: among several rows, Core has only the first one's words found by the database.
        yield from (Write(_INSERT, [of_fact | {"field": name, "words": text}]) for name, text in texts.items())
