"""pgbench over the rows that one of our commands left: the least that inserting them can cost."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from api.cluster import CLEAN_ENVIRONMENT, program
from benchmarks.rows import rows_of
from incidents.ledger.connections import RUNTIME

if TYPE_CHECKING:
    from sqlalchemy import Table

    from benchmarks.rows import Row

DRAWN = "lpad(to_hex(:drawn::bigint), 32, '0')"
"""32 hexadecimal digits, as an incident's id has, of a number that pgbench draws for each transaction."""

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def script_of(url: str, stream: str) -> str:
    """Give a script that inserts one command's rows as its stream shows them, each time under new keys."""
    statements = [_insert(table, row, stream) for table, row in rows_of(url, stream)]
    return "\n".join(["\\set drawn random(1, 9000000000000000000)", "BEGIN;", *statements, "COMMIT;"])


def rate(url: str, script: str, *, clients: int, seconds: int) -> float:
    """Run a script for some seconds; give transactions per second, the time to connect left out."""
    where = make_url(url).set(drivername="postgresql")
    env = CLEAN_ENVIRONMENT | {"PGOPTIONS": f"-c role={RUNTIME}", "PGPASSWORD": str(where.password or "")}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2", f"--time={seconds}"]
        conninfo = where.set(password=None).render_as_string()
        done = subprocess.run(
            [str(program("pgbench")), *options, f"--file={file.name}", conninfo],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
    found = _TPS.search(done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()}")
    return float(found[1])


def _insert(table: Table, row: Row, stream: str) -> str:
    values = ", ".join(_value(table, name, value, stream) for name, value in row.items())
    return f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({values});"  # noqa: S608 - our own rows


def _value(table: Table, name: str, value: object, stream: str) -> str:
    """Write a value; what must be new for each command is made of the drawn number, in the same length."""
    head, _, identity = stream.rpartition("/")
    match table.name, name:
        case ("receipts", "key") | ("incident_states", "id"):
            return DRAWN
        case ("deliveries", "id"):
            return f"{_literal(str(value)[:4])} || substr({DRAWN}, 5)"
        case ("incident_states", "number"):
            return ":drawn"
        case (_, "stream"):
            return f"{_literal(head + '/')} || {DRAWN}"
        case ("pending", "spans"):
            before, _, after = json.dumps(value).partition(identity)
            return f"({_literal(before)} || {DRAWN} || {_literal(after)})::jsonb"
    return _literal(value)


def _literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case int():
            return str(value)
        case bytes() | memoryview():
            return f"'\\x{bytes(value).hex()}'"
        case datetime():
            return _literal(value.isoformat())
        case dict():
            return _literal(json.dumps(value))
    # A colon before a letter would be one of pgbench's variables, quotes or not.
    text = str(value).replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{text}'"
