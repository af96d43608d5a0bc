"""`tocsin key create`."""

from __future__ import annotations

import re

import click

from api.logs import configure_logging
from api.settings import Settings


@click.group(
    epilog="""\b
Example: a key for one partnership
  tocsin key create "globex monitoring" --partnership acme-globex""",
)
def command() -> None:
    """Manage API keys."""


@command.command(
    epilog="""\b
Example: a key for one partnership
  tocsin key create "globex monitoring" --partnership acme-globex

\b
Example: an operator's key, which reaches every partnership
  tocsin key create "operations" """,
)
@click.argument("name")
@click.option("--partnership", metavar="ID", help="The one partnership that it reaches (default: all).")
def create(name: str, partnership: str | None) -> None:
    """Make an API key called NAME and print it: it is shown this once, and only its hash is kept."""
    from api.bootstrap import build  # noqa: PLC0415 - --help need not wait for every floor
    from api.database import database  # noqa: PLC0415
    from api.migrate import upgrade  # noqa: PLC0415

    _check_partnership(partnership)
    settings = Settings.read()
    configure_logging(settings.log_level, settings.log_format)
    with database(settings) as url:
        upgrade(settings.migrations_url or url)
        tocsin = build(url)
        token = tocsin.keys.issue(name, partnership, by="operator")
        tocsin.close()
    click.echo(token)


def _check_partnership(partnership: str | None) -> None:
    """Refuse what no partnership can be called: such a key would open nothing."""
    from api.access import PARTNERSHIP  # noqa: PLC0415 - --help need not wait for it

    if partnership is not None and not re.fullmatch(PARTNERSHIP, partnership):
        message = "Use small letters, digits and '-', at most 63, such as acme-globex."
        raise click.BadParameter(message, param_hint="--partnership")
