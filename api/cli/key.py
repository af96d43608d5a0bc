"""`tocsin key create`."""

from __future__ import annotations

import re

import click

from api.cli.opened import opened


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
    _check_partnership(partnership)
    with opened() as tocsin:
        token = tocsin.keys.issue(name, partnership, by="operator")
    click.echo(token)


def _check_partnership(partnership: str | None) -> None:
    """Refuse what no partnership can be called: such a key would open nothing."""
    from api.http.access import PARTNERSHIP  # noqa: PLC0415 - --help need not wait for it

    if partnership is not None and not re.fullmatch(PARTNERSHIP, partnership):
        message = "Use small letters, digits and '-', at most 63, such as acme-globex."
        raise click.BadParameter(message, param_hint="--partnership")
