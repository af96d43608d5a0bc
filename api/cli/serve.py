"""`tocsin serve`."""

from __future__ import annotations

import click

from api.logs import configure_logging
from api.processes.serve import serve
from api.settings import Settings


@click.command(
    epilog="""\b
Example: on a database of its own, under var/
  tocsin serve

\b
Example: on yours, on another port
  TOCSIN_DATABASE_URL=postgresql://tocsin:secret@db/tocsin TOCSIN_PORT=8000 tocsin serve""",
)
def command() -> None:
    """Run everything in one: the database, its migrations, the web processes and the worker.

    Without TOCSIN_DATABASE_URL an embedded PostgreSQL is started, with its data under TOCSIN_DATA_DIR (default var/).
    Ctrl-C or SIGTERM ends all of it.
    """
    settings = Settings.read()
    configure_logging(settings.log_level, settings.log_format)
    serve(settings, first_key=_first_key, say=click.echo)


def _first_key(url: str) -> str | None:
    """Issue an operator's key where there is none that lets anybody in."""
    from api.bootstrap import build  # noqa: PLC0415 - --help need not wait for every floor

    tocsin = build(url)
    try:
        return None if tocsin.keys.any_left() else tocsin.keys.issue("first", by="operator").token
    finally:
        tocsin.close()
