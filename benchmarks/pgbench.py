"""pgbench over the rows that one of our commands left: the least that inserting them can cost.

It prepares one statement a row, as our recorder does, and sends each value as a parameter, so that the server reads the
same values: constants in the statements would be read once, when they are planned.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from api.postgres.cluster import CLEAN_ENVIRONMENT, program
from benchmarks.rows import rows_of
from incidents.ledger.reach import WORKER

if TYPE_CHECKING:
    from sqlalchemy import Table

    from benchmarks.rows import Row

DRAWN = "lpad(to_hex(:drawn::bigint), 32, '0')"
"""32 hexadecimal digits, as an incident's id has, of a number that pgbench draws for each transaction."""

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@dataclass
class Script:
    """A transaction for pgbench, and the values of its variables."""

    lines: list[str] = field(default_factory=lambda: ["\\set drawn random(1, 9000000000000000000)", "BEGIN;"])
    values: dict[str, str] = field(default_factory=dict)

    def insert(self, table: Table, row: Row, stream: str) -> None:
        """Insert a row of a stream's command, under new keys."""
        values = ", ".join(self._value(table.name, name, value, stream) for name, value in row.items())
        self.lines.append(f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({values});")  # noqa: S608 - names of our own

    def _value(self, table: str, name: str, value: object, stream: str) -> str:
        """Write a value; what must be new for each command is made of the drawn number, in the same length."""
        head, _, identity = stream.rpartition("/")
        match table, name:
            case ("receipts", "key") | ("incident_states", "id"):
                return DRAWN
            case ("deliveries", "id"):
                return f"{self._variable(str(value)[:4])} || substr({DRAWN}, 5)"
            case ("incident_states", "number"):
                return ":drawn"
            case (_, "stream"):
                return f"{self._variable(head + '/')} || {DRAWN}"
            case ("pending", "spans"):
                before, _, after = json.dumps(value).partition(identity)
                return f"({self._variable(before)} || {DRAWN} || {self._variable(after)})::jsonb"
        return "NULL" if value is None else self._variable(_text(value))

    def _variable(self, text: str) -> str:
        name = f"value_{len(self.values)}"
        self.values[name] = text
        return f":{name}"


def script_of(url: str, stream: str) -> Script:
    """Give a script that inserts one command's rows as its stream shows them."""
    script = Script()
    for table, row in rows_of(url, stream):
        script.insert(table, row, stream)
    script.lines.append("COMMIT;")
    return script


def rate(url: str, script: Script, *, clients: int, seconds: int) -> float:
    """Run a script for some seconds; give transactions per second, the time to connect left out."""
    where = make_url(url).set(drivername="postgresql")
    env = CLEAN_ENVIRONMENT | {"PGOPTIONS": f"-c role={WORKER}", "PGPASSWORD": str(where.password or "")}
    options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2", f"--time={seconds}"]
    options += [f"--define={name}={value}" for name, value in script.values.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write("\n".join(script.lines))
        file.flush()
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


def _text(value: object) -> str:
    """Write a value as PostgreSQL reads it."""
    match value:
        case bytes() | memoryview():
            return f"\\x{bytes(value).hex()}"
        case datetime():
            return value.isoformat()
        case dict():
            return json.dumps(value)
        case list():
            return f"{{{','.join(json.dumps(item) for item in value)}}}"
    return str(value)
