"""`tocsin serve`: everything in one. The database if it is ours, its tables, the web processes and the worker."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.metrics import shared
from api.postgres.embedded import running_postgres
from api.postgres.migrate import upgrade
from api.processes import supervisor
from api.processes.listener import address, listen
from api.processes.supervisor import Service, StopRequested
from api.startup_errors import ServiceStopped

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping

    from api.settings import Settings


def serve(settings: Settings, *, first_key: Callable[[str], str | None], say: Callable[[str], None]) -> None:
    """Run everything until somebody asks for the end; then leave no process behind.

    `first_key` gets the URL of the migrated database and returns a new API key if there is none yet. `say` shows a
    person one line.

    Raises:
        CannotStart: the port, the database or the data directory cannot be had; nothing runs then.
        ServiceStopped: something that must run does not.
    """
    try:
        with (
            supervisor.stop_on_signals(),
            listen(settings.host, settings.port) as listener,
            _database(settings) as (url, check),
            _counting_together(settings) as counted,
        ):
            upgrade(settings.migrations_url or url)
            if key := first_key(url):
                say(f"Your first API key, shown this once: {key}")
            say(f"Tocsin answers at {address(listener)} (Ctrl-C ends it)")
            env = _environment(settings, url, address(listener)) | counted
            supervisor.run(_services(listener, env), check)
    except StopRequested:
        say("Tocsin has ended.")


def web_command(listener: socket.socket) -> list[str]:
    """Return the command that answers HTTP on `listener`, which it must inherit."""
    bind = f"fd://{listener.fileno()}"
    return [sys.executable, "-m", "gunicorn", "--config", "python:api.processes.gunicorn_conf", "--bind", bind]


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the URL, and what raises as soon as the database is gone for good: only ours can be."""
    if settings.database_url is not None:
        yield settings.database_url, lambda: None
        return
    with running_postgres(settings.data_dir) as postgres:

        def check() -> None:
            if postgres.server.poll() is not None:
                raise ServiceStopped(f"The embedded PostgreSQL has stopped: {postgres.log} says why.")

        yield postgres.url, check


@contextmanager
def _counting_together(settings: Settings) -> Iterator[dict[str, str]]:
    """Yield what lets the services count together, in a directory that is empty now and gone in the end."""
    directory = shared.fresh_directory(settings.data_dir)
    try:
        yield {shared.VARIABLE: str(directory)}
    finally:
        shared.remove(directory)


def _environment(settings: Settings, url: str, here: str) -> dict[str, str]:
    """Return what the services see: the one database, not the login that owns its tables, and where people find us.

    The worker's metrics are scraped with all others, not at an address of its own.
    """
    withheld = {"TOCSIN_MIGRATIONS_URL", "TOCSIN_METRICS_PORT"}
    own = {name: value for name, value in os.environ.items() if name not in withheld}
    return own | {"TOCSIN_DATABASE_URL": url, "TOCSIN_PUBLIC_URL": settings.public_url or here}


def _services(listener: socket.socket, env: Mapping[str, str]) -> list[Service]:
    return [
        Service("web", web_command(listener), env, pass_fds=[listener.fileno()]),
        Service("worker", [sys.executable, "-m", "api.cli", "worker"], env),
    ]
