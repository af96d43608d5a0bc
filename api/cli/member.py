"""`tocsin member add|add-service|list|remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api.access.permissions import ROLES
from api.cli.opened import opened
from incidents.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.bootstrap import Tocsin

_NOT_A_MEMBER = "Nobody of that e-mail address or id is a member there. Try: tocsin member list"
_PARTNERSHIP = click.option("--partnership", metavar="ID", required=True, help="The partnership.")
_PARTY = click.option("--party", metavar="ID", required=True, help="For which party of it.")
_ROLES = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(list(ROLES)),
    help="What they are; give it several times.",
)


@click.group(
    epilog="""\b
Example: Ann works on acme's incidents with globex
  tocsin member add ann@acme.example --name "Ann Olsen" --partnership acme-globex --party acme --role responder

\b
Example: who is there
  tocsin member list --partnership acme-globex""",
)
def command() -> None:
    """Manage the people of a partnership, and what they may do."""


@command.command(
    epilog="""\b
Example: the first administrator of acme, who manages its other members and its keys
  tocsin member add ann@acme.example --name "Ann Olsen" --partnership acme-globex --party acme --role administrator""",
)
@click.argument("email")
@click.option("--name", required=True, help="What they are called.")
@_PARTNERSHIP
@_PARTY
@_ROLES
def add(email: str, name: str, partnership: str, party: str, roles: tuple[str, ...]) -> None:
    """Give the person of an EMAIL address these roles, and no others. Whoever is not known is registered.

    They are let in once they sign in with that address.
    """
    _grant(partnership, party, roles, lambda tocsin: tocsin.people.registered(name, email, by="operator"))


@command.command(
    epilog="""\b
Example: a program that the identity provider knows as a client
  tocsin member add-service "Acme monitoring" --issuer https://login.acme.example --subject client-7 \\
    --partnership acme-globex --party acme --role responder""",
)
@click.argument("name")
@click.option("--issuer", required=True, help="Its identity provider's issuer.")
@click.option("--subject", required=True, help="What that provider calls it (`sub`).")
@_PARTNERSHIP
@_PARTY
@_ROLES
def add_service(name: str, *, issuer: str, subject: str, partnership: str, party: str, roles: tuple[str, ...]) -> None:
    """Give a service called NAME, which comes in with access tokens, these roles, and no others."""

    def service(tocsin: Tocsin) -> str:
        known = tocsin.people.by_identity(issuer, subject)
        return known or tocsin.people.service(name, issuer, subject, by="operator")

    _grant(partnership, party, roles, service)


@command.command(
    name="list",
    epilog="""\b
Example:
  tocsin member list --partnership acme-globex""",
)
@click.option("--partnership", metavar="ID", help="Of this partnership alone (default: all).")
def list_(partnership: str | None) -> None:
    """List members with their roles."""
    from api.cli.access_words import check_partnership, print_members  # noqa: PLC0415 - --help need not wait for it

    check_partnership(partnership)
    with opened() as tocsin:
        rows = tocsin.members.listed(partnership)
        print_members(rows, tocsin.people.described(row.person for row in rows))


@command.command(
    epilog="""\b
Example: Ann leaves the partnership
  tocsin member remove ann@acme.example --partnership acme-globex

\b
Example: Ann is let in nowhere any more
  tocsin member remove ann@acme.example --partnership acme-globex --deactivate""",
)
@click.argument("who", metavar="EMAIL|ID")
@_PARTNERSHIP
@click.option("--deactivate", is_flag=True, help="Let them in nowhere any more, whatever else they belong to.")
def remove(who: str, partnership: str, *, deactivate: bool) -> None:
    """Take a member out of a partnership, by e-mail address or id. What they did stays in the record."""
    from api.access.people import CACHE_SECONDS  # noqa: PLC0415 - --help need not wait for it
    from api.cli.access_words import check_partnership  # noqa: PLC0415

    check_partnership(partnership)
    with opened() as tocsin:
        person = tocsin.people.by_email(who) if "@" in who else who.removeprefix("person:")
        try:
            tocsin.members.withdraw(partnership, person or "", by="operator")
        except NotFound:
            raise NotFound(_NOT_A_MEMBER) from None
        if deactivate:
            tocsin.people.deactivate(person or "", by="operator")
    click.echo(f"Removed. Every process knows within {CACHE_SECONDS:.0f} seconds.")


def _grant(partnership: str, party: str, roles: tuple[str, ...], find: Callable[[Tocsin], str]) -> None:
    from api.access.members import Grant  # noqa: PLC0415 - --help need not wait for it
    from api.cli.access_words import check_partnership  # noqa: PLC0415

    check_partnership(partnership)
    with opened() as tocsin:
        tocsin.members.check(partnership, party, roles)  # before anybody is registered
        person = find(tocsin)
        tocsin.members.grant(partnership, Grant(person, party, roles), by="operator")
    click.echo(f"person:{person} is now {', '.join(sorted(roles))} for {party} in {partnership}.")
