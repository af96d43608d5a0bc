"""Engines for the roles: each process connects as what it is, and can do no more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine

from incidents.ledger.reach import RUNTIME, WORKER, hold_to_reach

if TYPE_CHECKING:
    from sqlalchemy import Engine

LEADER_TIMEOUTS = {
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5s",
}
"""A leader that hangs in its transaction loses it, and the lock with it, within 5 s (design decision 3)."""

WORKING_TIMEOUTS = LEADER_TIMEOUTS | {"idle_in_transaction_session_timeout": "30s"}
"""Whoever hangs with an incident's rows in hand, or is cut off, must not keep its pages and commands for ever."""


def connect(url: str, role: str, *, pool_size: int = 5, settings: dict[str, str] | None = None) -> Engine:
    """Give an engine whose sessions take `role` before their first statement.

    The runtime's and the worker's act within reach (see reach.py); the others are always the same.
    """
    options = " ".join(f"-c {name}={value}" for name, value in {"role": role, **(settings or {})}.items())
    arguments: dict[str, Any] = {"options": options, "application_name": role, "connect_timeout": 5}
    engine = create_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=False,
        pool_use_lifo=True,  # a connection that was just used reaches, more often than not, what is asked for next
        hide_parameters=True,  # they hold what people wrote, and errors are logged and parked
        connect_args=arguments,
    )
    if role in {RUNTIME, WORKER}:
        hold_to_reach(engine, role)
    return engine


def psycopg_url(url: str) -> str:
    """Name the driver in a URL that does not: `postgresql://…` → `postgresql+psycopg://…`."""
    scheme, separator, rest = url.partition("://")
    return f"{'postgresql+psycopg' if scheme in {'postgres', 'postgresql'} else scheme}{separator}{rest}"
