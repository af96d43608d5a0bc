"""`tocsin key create` and `tocsin key revoke`."""

from __future__ import annotations

import re

import click

from api.cli.opened import opened
from incidents.errors import NotFound

# Does not repeat what was given: that may be a whole token.
_NO_SUCH_KEY = "There is no such key. Give what stands between the first two underscores of its token."


@click.group(
    epilog="""\b
Example: a key for one partnership
  tocsin key create "globex monitoring" --partnership acme-globex

\b
Example: take back the key of tocsin_4f0c2ab19d3e5f67_...
  tocsin key revoke 4f0c2ab19d3e5f67""",
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


@command.command(
    epilog="""\b
Example: the key of tocsin_4f0c2ab19d3e5f67_...
  tocsin key revoke 4f0c2ab19d3e5f67

\b
Example: the key that a timeline names as an actor
  tocsin key revoke key:4f0c2ab19d3e5f67""",
)
@click.argument("identity", metavar="ID")
def revoke(identity: str) -> None:
    """Take back the API key ID for ever.

    ID stands between the first two underscores of the token, and after "key:" where a timeline names an actor.
    """
    from api.access.keys import CACHE_SECONDS  # noqa: PLC0415 - --help need not wait for it

    with opened() as tocsin:
        try:
            tocsin.keys.revoke(identity.removeprefix("key:"), by="operator")
        except NotFound:
            raise NotFound(_NO_SUCH_KEY) from None
    click.echo(f"Revoked. Every process stops taking it within {CACHE_SECONDS:.0f} seconds.")


def _check_partnership(partnership: str | None) -> None:
    """Refuse what no partnership can be called: such a key would open nothing."""
    from api.http.access import PARTNERSHIP  # noqa: PLC0415 - --help need not wait for it

    if partnership is not None and not re.fullmatch(PARTNERSHIP, partnership):
        message = "Use small letters, digits and '-', at most 63, such as acme-globex."
        raise click.BadParameter(message, param_hint="--partnership")
