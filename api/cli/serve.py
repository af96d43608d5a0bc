"""`tocsin serve`."""

from __future__ import annotations

import click

from api.logs import configure_logging
from api.serve import serve
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
    serve(settings, first_key=lambda _url: None, say=click.echo)
