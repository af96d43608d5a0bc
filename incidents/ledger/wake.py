"""Waking those who wait for new rows: a NOTIFY after commits, coalesced; and listeners who poll as well.

A NOTIFY inside each command's transaction cost 2.5 times as much, and a LISTEN can be missed or die (decision 2).
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from incidents.ledger.pipeline import driver_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

CHANNEL = "tocsin"
COALESCE_SECONDS = 0.02
POLL_SECONDS = 0.25

_NOTIFY = text(f"NOTIFY {CHANNEL}")


class Waker:
    """Tells all listeners that something was committed: at most one NOTIFY each 20 ms and process."""

    def __init__(self, engine: Engine) -> None:
        """A thread of its own begins with the first NOTIFY that is wanted: no command waits for one."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._wanted = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._starting = threading.Lock()

    def notify(self) -> None:
        """Ask for a NOTIFY soon."""
        self._wanted.set()
        with self._starting:
            if self._thread.ident is None:
                self._thread.start()

    def close(self) -> None:
        """Send what is still wanted, and end: no connection of ours stays open."""
        self._closing = True
        self._wanted.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing or self._wanted.is_set():
            self._wanted.wait()
            self._wanted.clear()
            # Losing one costs its listeners a poll's delay, no more; the next one connects anew.
            with contextlib.suppress(Exception), self._engine.connect() as connection:
                connection.execute(_NOTIFY)
            time.sleep(COALESCE_SECONDS)


class Listener:
    """Waits until something was committed, or a quarter of a second has passed."""

    def __init__(self, engine: Engine) -> None:
        """Connect on the first wait; once a connection is lost, on the next."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def wait(self, seconds: float = POLL_SECONDS) -> None:
        """Wait for a NOTIFY, at most `seconds`."""
        try:
            for _ in driver_connection(self._listening()).notifies(timeout=seconds, stop_after=1):
                pass
        except (psycopg.Error, SQLAlchemyError, OSError):
            self._lose()
            time.sleep(seconds)

    def close(self) -> None:
        """Listen no more."""
        self._lose()

    def _lose(self) -> None:
        """Give up the connection, which may be broken or still listening: no other may have it."""
        lost, self._connection = self._connection, None
        if lost is not None:
            lost.invalidate()

    def _listening(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.execute(text(f"LISTEN {CHANNEL}"))
        return self._connection


class Bell:
    """Wakes the threads of one process that wait for commits. One of them listens for all; none has a thread for it."""

    def __init__(self, listener: Listener) -> None:
        """Take what listens. It is connected while somebody waits, no longer: else notices would pile up unread."""
        self._listener = listener
        self._changed = threading.Condition()
        self._waiting = 0
        self._listening = False

    @contextlib.contextmanager
    def heard(self) -> Iterator[Callable[[float], None]]:
        """Give what waits until something was committed, at most so many seconds, and a quarter of one at most."""
        with self._changed:
            self._waiting += 1
        try:
            yield self._wait
        finally:
            with self._changed:
                self._waiting -= 1
                if not self._waiting:
                    self._listener.close()

    def _wait(self, seconds: float) -> None:
        with self._changed:
            if self._listening:
                self._changed.wait(min(seconds, POLL_SECONDS))
                return
            self._listening = True
        try:
            self._listener.wait(min(seconds, POLL_SECONDS))
            time.sleep(COALESCE_SECONDS)  # the sequencer is woken by the same notice, and comes first
        finally:
            with self._changed:
                self._listening = False
                self._changed.notify_all()
