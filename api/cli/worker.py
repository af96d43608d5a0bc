"""`tocsin worker`."""

from __future__ import annotations

import click

from api.logs import configure_logging
from api.postgres.database import with_database
from api.settings import Settings

PARTS = ("sequencer", "engine", "sender", "webhooks", "followers", "journal", "heartbeats", "watchdog")
"""Those of api/processes/worker.py, which is imported when it runs; a test compares them."""


@click.command(
    epilog="""\b
Example: on a second machine, so that either may fail
  TOCSIN_DATABASE_URL=postgresql://tocsin:secret@db/tocsin tocsin worker

\b
Example: the sequencer in a process of its own
  tocsin worker --only sequencer""",
)
@click.option("--only", type=click.Choice(PARTS), help="Run this part alone.")
def command(only: str | None) -> None:
    """Do what must happen by itself: sequence the record, act on deadlines, deliver messages.

    As many as you like may run: each piece of work is taken by one of them.
    """
    settings = with_database(Settings.read())
    configure_logging(settings.log_level, settings.log_format)
    from api.processes.worker import run  # noqa: PLC0415 - it imports every floor, which --help need not wait for

    run(settings, only=only)
