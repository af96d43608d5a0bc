"""`tocsin web`."""

from __future__ import annotations

import os
import sys

import click

from api.metrics.shared import VARIABLE
from api.postgres.database import with_database
from api.processes.listener import address, listen
from api.processes.serve import web_command
from api.settings import Settings


@click.command(
    epilog="""\b
Example: two processes with 16 threads each, for a load balancer to reach
  TOCSIN_HOST=0.0.0.0 TOCSIN_WEB_WORKERS=2 TOCSIN_WEB_THREADS=16 tocsin web""",
)
def command() -> None:
    """Answer HTTP, and nothing else: this process becomes gunicorn.

    Run `tocsin migrate` first and `tocsin worker` beside it, or all in one with `tocsin serve`.
    """
    settings = with_database(Settings.read())
    listener = listen(settings.host, settings.port)
    click.echo(f"Tocsin answers at {address(listener)}")
    sys.stdout.flush()
    env = {name: value for name, value in os.environ.items() if name != VARIABLE}  # it counts for itself
    os.execve(sys.executable, web_command(listener), env | {"TOCSIN_DATABASE_URL": str(settings.database_url)})  # noqa: S606 - no shell is wanted
