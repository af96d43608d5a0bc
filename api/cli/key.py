"""`tocsin key create|list|rotate|revoke`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from api.access.permissions import OF_A_PARTNERSHIP, OF_THE_OPERATOR, Scope
from api.cli.durations import DURATION
from api.cli.opened import opened
from incidents.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

# Does not repeat what was given: that may be a whole token.
_NO_SUCH_KEY = "There is no such key. Give what stands between the first two underscores of its token."
_GIVEN = [scope.value for scope in Scope if scope in OF_A_PARTNERSHIP]
WORKING = tuple(scope for scope in _GIVEN if scope not in {Scope.AGREEMENTS_DECIDE, Scope.AUDIT_READ, Scope.ADMIN})
"""What a key of a partnership is given unless somebody asks for more, or for less."""


@click.group(
    epilog="""\b
Example: a key for a party of a partnership, for three months
  tocsin key create "acme monitoring" --partnership acme-globex --party acme --expires-in 90d

\b
Example: take back the key of tocsin_4f0c2ab19d3e5f67_...
  tocsin key revoke 4f0c2ab19d3e5f67""",
)
def command() -> None:
    """Manage API keys."""


@command.command(
    epilog="""\b
Example: a key that reads incidents and works on them, for acme
  tocsin key create "acme monitoring" --partnership acme-globex --party acme

\b
Example: a key that only follows events, for three months
  tocsin key create "globex warehouse" --partnership acme-globex --party globex --scope events:read --expires-in 90d

\b
Example: an operator's key, which reaches every partnership
  tocsin key create "operations"

\b
Example: an operator's key that reads /metrics and nothing else
  tocsin key create prometheus --scope metrics:read""",
)
@click.argument("name")
@click.option("--partnership", metavar="ID", help="The one partnership that it reaches (default: all).")
@click.option("--party", metavar="ID", help="For which party of it (default: neither side).")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help=f"What it may do; give it several times (default, of a partnership: {', '.join(WORKING)}; else everything). "
    f"Without --partnership: {', '.join(sorted(OF_THE_OPERATOR))}.",
)
@click.option("--expires-in", type=DURATION, metavar="TIME", help="When it ends: 90d, 24h, 30m (default: never).")
def create(
    name: str, partnership: str | None, party: str | None, scopes: tuple[str, ...], expires_in: timedelta | None
) -> None:
    """Make an API key called NAME and print it: it is shown this once, and only its hash is kept."""
    from api.cli.access_words import check_partnership  # noqa: PLC0415 - --help need not wait for it

    check_partnership(partnership)
    given = scopes or (WORKING if partnership else None)
    with opened() as tocsin:
        expires_at = None if expires_in is None else tocsin.clock.now() + expires_in
        key = tocsin.keys.issue(name, partnership, party, given, expires_at, by="operator")
    click.echo(key.token)


@command.command(
    name="list",
    epilog="""\b
Example: the keys of one partnership
  tocsin key list --partnership acme-globex""",
)
@click.option("--partnership", metavar="ID", help="Of this partnership alone (default: all, the operator's too).")
def list_(partnership: str | None) -> None:
    """List keys, the oldest first, with when they were last used."""
    from api.cli.access_words import check_partnership, print_keys  # noqa: PLC0415 - --help need not wait for it

    check_partnership(partnership)
    with opened() as tocsin:
        print_keys(tocsin.keys.listed(partnership), tocsin.clock.now())


@command.command(
    epilog="""\b
Example: a new secret; the old one is good for another day
  tocsin key rotate 4f0c2ab19d3e5f67

\b
Example: the old secret was lost, and ends now
  tocsin key rotate 4f0c2ab19d3e5f67 --old-for 0m""",
)
@click.argument("identity", metavar="ID")
@click.option("--old-for", type=DURATION, metavar="TIME", help="How long the old secret goes on (default: 24h).")
def rotate(identity: str, old_for: timedelta | None) -> None:
    """Give the API key ID a new secret and print it: it is shown this once.

    Two secrets are good at once, never three: rotating again ends the oldest.
    """
    with opened() as tocsin, _no_such_key():
        old_until = None if old_for is None else tocsin.clock.now() + old_for
        click.echo(tocsin.keys.rotate(identity.removeprefix("key:"), old_until, by="operator"))


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

    with opened() as tocsin, _no_such_key():
        tocsin.keys.revoke(identity.removeprefix("key:"), by="operator")
    click.echo(f"Revoked. Every process stops taking it within {CACHE_SECONDS:.0f} seconds.")


@contextmanager
def _no_such_key() -> Iterator[None]:
    """Say what to give where a key is not found."""
    try:
        yield
    except NotFound:
        raise NotFound(_NO_SUCH_KEY) from None
