"""A year of incidents in bulk: as rows, what the product would have written one command at a time.

Facts come from the domain (stories.py), leaves, salts and seals from the mapper, rows from the projections. COPY writes
them, and one statement gives them the order in which the sequencer would have found them. What pages and clocks are
owed is left out: no reader asks for it.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from rich.progress import track
from sqlalchemy import Insert, func, select
from sqlalchemy.engine import make_url

from api.bootstrap import build
from benchmarks import stories
from escalation.agreement import read
from escalation.agreement.text.mistakes import AgreementError
from incidents.incident import Incident
from incidents.ledger.command import Command, in_command
from incidents.ledger.tables import disclosures, events, logs, sequence, stream_keys
from incidents.search import SearchTexts
from incidents.tables import incident_states, restrictions, search_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console
    from sqlalchemy import Table

    from api.bootstrap import Tocsin
    from incidents.ledger.facts import Fact, Record
    from incidents.ledger.projections import Projection

PARTNERSHIPS = [f"partner-{number:02}" for number in range(40)]
WEIGHTS = [1 / (nth + 1) for nth in range(len(PARTNERSHIPS))]
"""The largest has nearly a quarter of everything, the smallest a hundredth of that."""

LARGEST = PARTNERSHIPS[0]
YEAR = timedelta(days=365)
LAST = timedelta(days=2)
"""The youngest incident is so old: every fact of it lies in the past."""

PROCESSES = 2
AT_ONCE = 2
"""Thousands of events that are written in one transaction."""

FIRST_NUMBER = 1001
TABLES = (events, disclosures, stream_keys, incident_states, restrictions, search_texts)

# Whatever is recorded at one instant makes one batch, which has one stamp.
_SEQUENCE = """
SET LOCAL work_mem = '256MB';
CREATE TEMPORARY TABLE placed ON COMMIT DROP AS
    SELECT partnership, stream, version, sha256('\\x00'::bytea || leaf) AS hash,
           (convert_from(leaf, 'UTF8')::json ->> 'recorded_at')::timestamptz AS at
    FROM events;
INSERT INTO sequence (position, partnership, index, stream, version, leaf_hash, sequenced_at)
    SELECT row_number() OVER (ORDER BY at, stream, version), partnership,
           row_number() OVER (PARTITION BY partnership ORDER BY at, stream, version) - 1,
           stream, version, hash, at + interval '20 milliseconds'
    FROM placed ORDER BY at, stream, version;
INSERT INTO logs (partnership, size) SELECT partnership, count(*) FROM sequence GROUP BY partnership;
UPDATE sequencer SET (position, at) = (SELECT max(position), max(sequenced_at) FROM sequence);
INSERT INTO followers (name, position) SELECT 'search', position FROM sequencer;
DELETE FROM pending;
SELECT setval('incident_numbers', max(number) + 1) FROM incident_states;
"""


@dataclass(frozen=True)
class Then:
    """A clock that stands at an instant."""

    at: datetime

    def now(self) -> datetime:
        """Give it."""
        return self.at


def fill(url: str, count: int, progress: Console) -> str:
    """Write about so many events into a new database; give the token of a key of the largest partnership's client."""
    start = datetime.now(UTC) - YEAR - LAST
    with owner(url) as connection:
        for table in (*TABLES, sequence, logs):
            # Lets the owner alone past the policies, to write in bulk; the product's roles are held to them.
            connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(table.name)))
    token = _begin(url, start - timedelta(days=1))
    _write_all(url, start, max(1, count // 1000), progress)
    with owner(url) as connection:
        connection.execute(_SEQUENCE)
    with owner(url) as connection:
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    return token


def owner(url: str) -> psycopg.Connection:
    """Connect as who owns the tables: whom no policy holds, once `fill` has run."""
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def differences(tocsin: Tocsin, streams: Sequence[str]) -> list[str]:
    """Compare the rows of some incidents with what their facts, read back, say; give the rows that are not there."""
    found = []
    with tocsin.ledger.engine.connect() as connection:
        for stream in streams:
            record = tocsin.ledger.get(Incident, stream)
            expected = _projected(record, record.history, _projections(tocsin))
            for table in (incident_states, restrictions, search_texts):
                rows = expected[table.name]
                alike = [[table.c[name].is_not_distinct_from(value) for name, value in row.items()] for row in rows]
                counted = select(func.count()).select_from(table)
                there = [connection.scalar(counted.where(*row)) for row in alike]
                if not all(there) or connection.scalar(counted.where(table.c.stream == stream)) != len(rows):
                    found.append(f"{table.name} of {stream}")
    return found


def _begin(url: str, at: datetime) -> str:
    """Publish the agreements and issue a key, before anything else was on record."""
    tocsin = build(url, clock=Then(at), committed=lambda: None)
    for partnership in PARTNERSHIPS:
        agreement, mistakes = read(stories.agreement(partnership))
        if agreement is None:
            raise AgreementError(mistakes)
        tocsin.book.publish(agreement, by="benchmark")
    scopes = ("incidents:read", "events:read")
    token = tocsin.keys.issue("benchmark", LARGEST, stories.CLIENT, scopes, by="benchmark").token
    tocsin.close()
    return token


def _write_all(url: str, start: datetime, thousands: int, progress: Console) -> None:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        parts = [range(first, min(first + AT_ONCE, thousands)) for first in range(0, thousands, AT_ONCE)]
        started = [pool.submit(_write, url, start, part, thousands) for part in parts]
        for each in track(as_completed(started), "events", len(started), console=progress):
            each.result()


@cache
def _opened(url: str) -> Tocsin:
    """Keep one for all parts that a process writes, with the agreements that it has compiled."""
    return build(url, committed=lambda: None)


def _write(url: str, start: datetime, part: range, thousands: int) -> None:
    """Write some thousands of events, of all."""
    tocsin = _opened(url)
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for nth in part:
        for incident in _incidents(tocsin, start, nth, thousands):
            for name, more in _rows(tocsin, incident).items():
                rows[name] += more
    with owner(url) as connection:
        for table in TABLES:
            _copy(connection, table, rows[table.name])


def _incidents(tocsin: Tocsin, start: datetime, nth: int, thousands: int) -> Iterator[Incident]:
    """Tell the incidents of one thousand of events: the later, the higher their numbers."""
    rng = Random(nth)  # noqa: S311 - the same stories in each run
    sizes = rng.sample(stories.SIZES, len(stories.SIZES))
    for place, size in enumerate(sizes):
        reported = start + YEAR * ((nth + place / len(sizes)) / thousands)
        [partnership] = rng.choices(PARTNERSHIPS, WEIGHTS)
        number = FIRST_NUMBER + nth * len(sizes) + place
        told = stories.begun(partnership, number, tocsin.book.pinned(partnership, 1), reported, rng)
        stories.live(told, size, stories.fate(start + YEAR - reported, rng))
        yield told.incident


def _rows(tocsin: Tocsin, incident: Incident) -> dict[str, list[dict[str, Any]]]:
    """Give all rows of an incident that is not recorded yet, by table."""
    found = _projected(incident, incident.history, _projections(tocsin))
    keys: dict[str, bytes] = {}
    for fact in incident.history:
        with in_command(Command(fact.timestamp, keys=keys)):
            stored = tocsin.ledger.mapper.to_stored_event(fact)
        place = {"stream": incident.id, "version": fact.originator_version, "partnership": incident.partnership}
        found["events"].append(place | {"type": stored.topic, "leaf": stored.state})
        found["disclosures"].append(place | {"fields": Jsonb(stored.disclosures)})
    found["stream_keys"] = [
        {"stream": stream, "partnership": incident.partnership, "key": key} for stream, key in keys.items()
    ]
    return found


def _projections(tocsin: Tocsin) -> list[Projection]:
    return [each for each in tocsin.ledger.projections if each.table in {incident_states, restrictions}] + [
        SearchTexts()
    ]


def _projected(
    record: Record, facts: Sequence[Fact], projections: Sequence[Projection]
) -> dict[str, list[dict[str, Any]]]:
    """Give the rows that projections insert; what they would remove first is not there yet."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for projection in projections:
        for write in projection.writes(record, facts):
            if isinstance(write.statement, Insert):
                found[projection.table.name] += [dict(row) for row in write.rows]
    return found


def _copy(connection: psycopg.Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Write rows in one go. Words are found by the database, in a table of their own: COPY calls no function."""
    columns = list(rows[0])
    target = sql.Identifier(table.name)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    if table is search_texts:
        target = sql.Identifier("texts")
        connection.execute("CREATE TEMPORARY TABLE texts (LIKE search_texts) ON COMMIT DROP")
        connection.execute("ALTER TABLE texts ALTER COLUMN words TYPE text")
    with connection.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(target, names)) as copy:
        for row in rows:
            copy.write_row([row[name] for name in columns])
    if table is search_texts:
        connection.execute(
            "INSERT INTO search_texts (stream, version, field, partnership, recorded_at, words) "
            "SELECT stream, version, field, partnership, recorded_at, to_tsvector('simple', words) FROM texts"
        )
