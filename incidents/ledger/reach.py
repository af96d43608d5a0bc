"""How far a connection reaches: which role it acts as, and whose rows that role may see.

Row-level security holds every query to it, whatever the query forgets (migration 0003). A web process reaches nothing
until it says for whom it works; a pool hook then tells the database, when a connection is taken.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import psycopg
    from sqlalchemy import Engine

RUNTIME = "tocsin_runtime"
"""Sees the partnerships within reach, and writes to them; owns nothing."""
WORKER = "tocsin_worker"
"""The runtime in every partnership: what engine, sender, followers and the operator's commands work as."""
GATE = "tocsin_gate"
"""Finds out who asks, before any partnership is known: reads keys, people and sessions, and no incident."""
SEQUENCER = "tocsin_sequencer"
ERASER = "tocsin_eraser"


@dataclass(frozen=True)
class Reach:
    """A role, and the partnerships whose rows it is held to (the other roles' policies do not ask)."""

    role: str
    partnerships: tuple[str, ...] = ()


_current: ContextVar[Reach | None] = ContextVar("tocsin_reach", default=None)
_TELL = b"SELECT set_config('role', $1, false), set_config('tocsin.reach', $2, false)"
_TOLD = "reach"
_TUPLES_OK = 2


@contextmanager
def reaching(*partnerships: str) -> Iterator[None]:
    """Reach the rows of these partnerships and no others, for a block."""
    with _within(Reach(RUNTIME, tuple(sorted(partnerships)))):
        yield


@contextmanager
def reaching_all() -> Iterator[None]:
    """Reach every partnership, for a block: for what serves all of them, and for the operator."""
    with _within(Reach(WORKER)):
        yield


@contextmanager
def at_the_gate() -> Iterator[None]:
    """Reach only what tells who somebody is, for a block."""
    with _within(Reach(GATE)):
        yield


def begin(partnerships: Iterable[str] | None) -> Token[Reach | None]:
    """Begin to reach partnerships, or all of them (None), until `end`: for a request, which no block holds."""
    return _current.set(Reach(WORKER) if partnerships is None else Reach(RUNTIME, tuple(sorted(partnerships))))


def end(token: Token[Reach | None]) -> None:
    """Reach again what was reached before."""
    _current.reset(token)


def hold_to_reach(engine: Engine, role: str) -> None:
    """Let connections of an engine act within reach; where nothing is said they act as `role`."""
    otherwise = Reach(role)

    @event.listens_for(engine, "checkout")
    def tell(connection: psycopg.Connection, record: Any, _proxy: object) -> None:  # noqa: ANN401 - the pool's own record
        wanted = _current.get() or otherwise
        if record.info.get(_TOLD) == wanted:
            return
        record.info.pop(_TOLD, None)
        # Under psycopg's own statements: those would begin a transaction, and cost two round trips more.
        values = [wanted.role.encode(), ",".join(wanted.partnerships).encode()]
        if connection.pgconn.exec_params(_TELL, values).status != _TUPLES_OK:
            raise DisconnectionError(connection.pgconn.get_error_message())
        record.info[_TOLD] = wanted


@contextmanager
def _within(reach: Reach) -> Iterator[None]:
    token = _current.set(reach)
    try:
        yield
    finally:
        _current.reset(token)
