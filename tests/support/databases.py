"""Databases for tests: made from the migrated template, and emptied to be used again, which takes less time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

TEMPLATE = "migrated"
_numbers = count(1)

_SHAPE = """
    SELECT md5(string_agg(thing, ',' ORDER BY thing)) FROM (
        SELECT concat('c', oid, relname, relkind, relacl, relowner, relrowsecurity, relforcerowsecurity)
            FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat('a', attrelid, attname, atttypid, attnotnull, attisdropped, attacl)
            FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        UNION ALL SELECT concat('d', oid, adrelid) FROM pg_attrdef
        UNION ALL SELECT concat('f', oid, proname, proacl) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat('t', oid, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT concat('p', oid, polname, polroles) FROM pg_policy
        UNION ALL SELECT concat('k', oid, conname) FROM pg_constraint
        UNION ALL SELECT concat('n', oid, nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
    ) AS everything (thing)
"""
"""All that a test may have changed beside rows: a database that differs from the template is thrown away."""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
_TRIGGERS = "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
_RESTART = "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences"
_ROWS = "SELECT json_agg(t)::text FROM {0} t"
_FILLED = "SELECT '{0}' WHERE EXISTS (SELECT 1 FROM {0})"
_DELETE = "DELETE FROM {0}"
_AGAIN = "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::{0}, :rows)"
_END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"


@dataclass
class Databases:
    """Gives databases out, each to one test at a time."""

    server: Engine
    url: str
    _idle: list[str] = field(default_factory=list)

    def take(self) -> str:
        """Give the name of a database with what the migrations made, and no more."""
        if self._idle:
            return self._idle.pop()
        name = f"test_{next(_numbers)}"
        with self.server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY=FILE_COPY"))
        return name

    def give_back(self, name: str) -> None:
        """Empty it to be used again; throw it away if more than its rows were changed."""
        with self.server.connect() as connection:
            connection.execute(text(_END_ALL), {"name": name})
        engine = self._engine(name)
        with engine.connect() as connection:
            unchanged = connection.execute(text(_SHAPE)).scalar() == self._made.shape
            if unchanged:
                self._empty(connection)
        engine.dispose()
        if unchanged:
            self._idle.append(name)
            return
        with self.server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def address(self, name: str) -> str:
        """Give the URL of a database, as the owner of its tables."""
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    @cached_property
    def _made(self) -> _Made:
        engine = self._engine(TEMPLATE)
        with engine.connect() as connection:
            tables = connection.execute(text(_TABLES)).scalars().all()
            rows = {name: connection.execute(text(_ROWS.format(name))).scalar() for name in tables}
            triggers = [(str(table), str(name)) for table, name in connection.execute(text(_TRIGGERS))]
            made = _Made(connection.execute(text(_SHAPE)).scalar(), rows, triggers)
        engine.dispose()
        return made

    def _engine(self, name: str) -> Engine:
        return create_engine(self.address(name), isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def _empty(self, connection: Connection) -> None:
        made = self._made
        looked = " UNION ALL ".join(_FILLED.format(name) for name in made.rows)
        filled = connection.execute(text(looked)).scalars().all()
        off = [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in made.triggers if table in filled]
        on = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in made.triggers if table in filled]
        gone = [_DELETE.format(name) for name in filled]
        for statement in ("SET session_replication_role = replica", *off, *gone, *on, _RESTART):
            connection.execute(text(statement))
        for name, rows in made.rows.items():
            if rows is not None:
                connection.execute(text(_AGAIN.format(name)), {"rows": rows})


@dataclass(frozen=True)
class _Made:
    """What the migrations made: the shape, the rows of each table as JSON (None: none), and who refuses changes."""

    shape: Any
    rows: dict[str, str | None]
    triggers: list[tuple[str, str]]
