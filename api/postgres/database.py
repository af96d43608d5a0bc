"""Which database a command works on, and whether it answers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from api.postgres.embedded import embedded_postgres, running_elsewhere
from api.startup_errors import DatabaseUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.settings import Settings

_CONNECT_TIMEOUT = 5  # seconds


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Yield the URL of the configured database, or else of the embedded one, which is started if it does not run yet.

    Raises:
        DatabaseUnreachable: the configured database does not answer.
        DataDirectoryUnusable: the embedded one cannot run.
    """
    url = settings.database_url or running_elsewhere(settings.data_dir)
    if url is None:
        with embedded_postgres(settings.data_dir) as url:
            yield url
    else:
        check_reachable(url)
        yield url


def with_database(settings: Settings) -> Settings:
    """Return the settings with the URL of a database that answers: the configured one, or that of a running `serve`.

    Raises:
        DatabaseUnreachable: there is none, or it does not answer.
    """
    url = settings.database_url or running_elsewhere(settings.data_dir)
    if url is None:
        raise DatabaseUnreachable(
            "No database: set TOCSIN_DATABASE_URL, or start `tocsin serve`, which brings its own."
        )
    check_reachable(url)
    return replace(settings, database_url=url)


def check_reachable(url: str) -> None:
    """Connect once.

    Raises:
        DatabaseUnreachable: with the driver's reason, and without the password.
    """
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": _CONNECT_TIMEOUT})
    try:
        engine.connect().close()
    except OperationalError as error:
        raise DatabaseUnreachable(_explained(url, error)) from error


def _explained(url: str, error: OperationalError) -> str:
    where = make_url(url)
    server = f"{where.host or 'the local socket'}:{where.port or 5432}"
    reason = " ".join(str(error.orig).split())
    return (
        f"Cannot reach the database {where.database or ''} at {server}: start it, or correct TOCSIN_DATABASE_URL"
        f" (without it Tocsin starts a database of its own). The driver says: {reason}"
    )
