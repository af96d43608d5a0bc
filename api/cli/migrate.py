"""`tocsin migrate`."""

from __future__ import annotations

import click

from api.postgres.database import database
from api.postgres.migrate import upgrade
from api.settings import Settings


@click.command(
    epilog="""\b
Example: with the login that owns the tables
  TOCSIN_MIGRATIONS_URL=postgresql://owner:secret@db/tocsin tocsin migrate""",
)
def command() -> None:
    """Bring the database's tables up to date. Several may do so at once, and doing it again changes nothing.

    Uses TOCSIN_MIGRATIONS_URL, or else TOCSIN_DATABASE_URL, or else the embedded database.
    """
    settings = Settings.read()
    if settings.migrations_url:
        upgrade(settings.migrations_url)
    else:
        with database(settings) as url:
            upgrade(url)
    click.echo("The tables are up to date.")
