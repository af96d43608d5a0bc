"""What the HTTP benchmark compares with: a Flask route that does the inserts of a declaration by hand, and no more.

No key is checked, no agreement read, no clock computed, nothing hashed or sealed. What takes computing (the leaf, the
sealed disclosures, the deadline) is copied from the declaration named by `TOCSIN_BENCH_STREAM`. Served by gunicorn as
`benchmarks.bare:app`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from flask import Flask, jsonify, request
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from benchmarks.rows import rows_of
from incidents.ledger.reach import WORKER

if TYPE_CHECKING:
    from flask import Response

RECEIPT = """INSERT INTO receipts (scope, key, partnership, fingerprint, stream, version, recorded_at)
    VALUES (%(scope)s, %(key)s, %(partnership)s, %(fingerprint)s, %(stream)s, 1, %(now)s)"""
DEADLINE = "INSERT INTO deadlines (stream, partnership, due_at) VALUES (%(stream)s, %(partnership)s, %(now)s)"
STATE = """INSERT INTO incident_states (stream, partnership, id, number, version, revision, agreement_version, status,
        severity, service, title, reported_at, changed_at)
    VALUES (%(stream)s, %(partnership)s, %(id)s, nextval('incident_numbers'), 1, 1, 1, 'open',
        'S1', %(service)s, %(title)s, %(now)s, %(now)s)
    RETURNING number"""
EVENT = """INSERT INTO events (stream, version, partnership, type, leaf)
    VALUES (%(stream)s, 1, %(partnership)s, 'incident.declared.v1', %(leaf)s)"""
STREAM_KEY = "INSERT INTO stream_keys (stream, partnership, key) VALUES (%(stream)s, %(partnership)s, %(stream_key)s)"
DISCLOSURES = """INSERT INTO disclosures (stream, version, partnership, fields)
    VALUES (%(stream)s, 1, %(partnership)s, %(fields)s)"""
PENDING = "INSERT INTO pending (partnership, spans) VALUES (%(partnership)s, %(spans)s)"

URL = os.environ["TOCSIN_DATABASE_URL"]
SAMPLE: dict[str, dict[str, Any]] = {table.name: row for table, row in rows_of(URL, os.environ["TOCSIN_BENCH_STREAM"])}

app = Flask(__name__)
_idle: SimpleQueue[psycopg.Connection] = SimpleQueue()


@app.post("/v1/incidents")
def declare() -> tuple[Response, int]:
    """Insert what one declaration inserts, in one transaction."""
    body = request.get_json()
    identity, now = uuid4().hex, datetime.now(UTC)
    stream = f"{body['partnership']}/incident/{identity}"
    row = {
        **body,
        "id": identity,
        "stream": stream,
        "now": now,
        "scope": SAMPLE["receipts"]["scope"],
        "key": request.headers["Idempotency-Key"],
        "fingerprint": SAMPLE["receipts"]["fingerprint"],
        "leaf": SAMPLE["events"]["leaf"],
        "stream_key": SAMPLE["stream_keys"]["key"],
        "fields": Jsonb(SAMPLE["disclosures"]["fields"]),
        "spans": Jsonb({"spans": [[stream, 1, 1]]}),
    }
    connection = _borrow()
    with connection.transaction():
        connection.execute(RECEIPT, row)
        connection.execute(DEADLINE, row)
        number = connection.execute(STATE, row).fetchone()
        for statement in (EVENT, STREAM_KEY, DISCLOSURES, PENDING):
            connection.execute(statement, row)
    _idle.put(connection)
    return jsonify(id=identity, number=f"INC-{number[0] if number else 0}", **body), 201


def _borrow() -> psycopg.Connection:
    """Take a connection that is not in use: the least that a pool can be."""
    try:
        return _idle.get_nowait()
    except Empty:
        url = make_url(URL).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, options=f"-c role={WORKER}", autocommit=True)
