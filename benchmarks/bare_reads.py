"""The same rows in bare SQL: prepared statements, as the tables' owner, whom no policy holds; nothing is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from benchmarks.million import LARGEST
from benchmarks.stories import CLIENT

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from benchmarks.lists import Asked

READER = {"partnership": LARGEST, "party": CLIENT}
Row = tuple[Any, ...]


class Incident(NamedTuple):
    """An incident, and the instants of its first fact and its last."""

    stream: str
    id: str
    first: datetime
    last: datetime


_STREAM = """
    SELECT event.stream, event.version, type, leaf, fields, key FROM events AS event
    LEFT JOIN disclosures USING (stream, version) LEFT JOIN stream_keys ON stream_keys.stream = event.stream
    WHERE event.stream = %s AND event.version <= %s ORDER BY event.version
"""
_VERSION = "SELECT version FROM sequence WHERE stream = %s AND sequenced_at <= %s ORDER BY version DESC LIMIT 1"
_LOG = """
    SELECT place.index, sequenced_at, event.stream, event.version, type, leaf, fields, key FROM sequence AS place
    JOIN events AS event USING (stream, version)
    LEFT JOIN disclosures USING (stream, version) LEFT JOIN stream_keys USING (stream)
    WHERE place.partnership = %s AND place.index > %s ORDER BY place.index LIMIT %s
"""
_HERE = """
    FROM incident_states WHERE partnership = %(partnership)s AND (visible_to IS NULL OR %(party)s = ANY (visible_to))
"""
_ALL = f"SELECT stream, id, reported_at, changed_at {_HERE} ORDER BY number"
_LIST = f"""
    SELECT id, number, partnership, version, revision, agreement_version, title, service, severity, severity_rank,
           status, reported_at, acknowledged_at, resolved_at, closed_at, changed_at, parties, breached, owed,
           next_due_at
    {_HERE}
"""
_INSTANT_OF_SHARE = """
    SELECT sequenced_at FROM sequence JOIN logs USING (partnership)
    WHERE partnership = %s AND index = floor(size * %s::float)
"""
SAYS = """stream IN (
    SELECT stream FROM search_texts AS found
    WHERE partnership = %(partnership)s AND words @@ websearch_to_tsquery('simple', %(text)s) AND NOT EXISTS (
        SELECT FROM restrictions AS rule
        WHERE rule.stream = found.stream AND NOT %(party)s = ANY (rule.visible_to) AND (
            rule.version = found.version AND rule.field IN ('*', found.field) OR rule.version = 1 AND rule.field = '*'
        )
    )
)"""
"""Whether some text of an incident that the reader may see has what is asked for."""


def count(bare: psycopg.Connection) -> int:
    """Count all events."""
    [[found]] = bare.execute("SELECT count(*) FROM events")
    return int(found)


def incidents(bare: psycopg.Connection) -> list[Incident]:
    """Give the incidents of the largest partnership that its client sees."""
    return [Incident(*row) for row in bare.execute(_ALL.encode(), READER)]


def stream(bare: psycopg.Connection, of: str, up_to: int = 2**31 - 1) -> list[Row]:
    """Read an incident's events, each with what lies beside it."""
    return bare.execute(_STREAM, (of, up_to), prepare=True).fetchall()


def stream_at(bare: psycopg.Connection, of: str, at: datetime) -> list[Row]:
    """Read the events that an incident had at an instant."""
    found = bare.execute(_VERSION, (of, at), prepare=True).fetchone()
    return stream(bare, of, found[0]) if found else []


def page(bare: psycopg.Connection, asked: Asked, most: int, skipped: int) -> list[Row]:
    """Read a page of a list of the largest partnership's incidents, and one row more, if there is one."""
    query = f"{_LIST} AND {asked.where} ORDER BY {asked.order} LIMIT {most + 1} OFFSET {skipped}"
    return bare.execute(query.encode(), READER | asked.values, prepare=True).fetchall()


def whole_log(bare: psycopg.Connection, partnership: str, at_once: int) -> int:
    """Read a partnership's log from its beginning, part by part; give its size."""
    read, after = 0, -1
    while rows := bare.execute(_LOG, (partnership, after, at_once), prepare=True).fetchall():
        read, after = read + len(rows), rows[-1][0]
    return read


def instant_of_share(bare: psycopg.Connection, partnership: str, share: float) -> datetime:
    """Give the instant up to which such a share of a partnership's log had come on record."""
    [[at]] = bare.execute(_INSTANT_OF_SHARE, (partnership, share))
    return cast("datetime", at)
