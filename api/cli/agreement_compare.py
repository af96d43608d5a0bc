"""`tocsin agreement diff|show`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from api.cli.agreement_source import agreement_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escalation.agreement.comparing.differences import Difference
    from escalation.agreement.layers.effective import Holding

_OWN = "agreement"


@click.command(
    epilog="""\b
Example: what a draft would change
  tocsin agreement diff acme-globex@3 acme-globex-v4.yaml

\b
Example: two published versions, for a program
  tocsin agreement diff acme-globex@2 acme-globex@3 --json""",
)
@click.argument("before")
@click.argument("after")
@click.option("--json", "as_json", is_flag=True, help="Print a list of path, section, before, after and words.")
def diff(before: str, after: str, *, as_json: bool) -> None:
    """Say in words what differs between BEFORE and AFTER.

    Each is a file, or PARTNERSHIP@VERSION of what is published. Exit code 0 whether they differ or not.
    """
    from escalation.agreement.comparing.differences import differences  # noqa: PLC0415 - --help need not wait for it

    found = differences(agreement_from(before).document, agreement_from(after).document)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
    elif found:
        _print_differences(found)
    else:
        click.echo("No difference.")


@click.command(
    epilog="""\b
Example: which layer each value of a service came from
  tocsin agreement show examples/agreements/multi-level.yaml --service payments-api""",
)
@click.argument("source", metavar="FILE")
@click.option("--service", required=True, help="The service to show it for.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of path, value, origin and removed.")
def show(source: str, service: str, *, as_json: bool) -> None:
    """Show what FILE says for one service: each value, and the layer that it came from.

    FILE may also be PARTNERSHIP@VERSION of what is published.
    """
    from escalation.agreement.layers.effective import holding  # noqa: PLC0415 - --help need not wait for it

    agreement = agreement_from(source)
    if service not in agreement.services:
        message = f"{service} is no service of that agreement. It has: {', '.join(agreement.services)}."
        raise click.BadParameter(message, param_hint="--service")
    found = holding(agreement.document, service)
    if as_json:
        rows = [each._asdict() | {"path": ".".join(map(str, each.path))} for each in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print_holding(found)


def _print_differences(found: list[Difference]) -> None:
    """Print a table, each section named once."""
    _print_table(("section", "difference"), [(_section(each.section), each.words) for each in found])
    click.echo(f"{len(found)} difference{'s' if len(found) != 1 else ''}.")


def _print_holding(found: list[Holding]) -> None:
    from escalation.agreement.comparing.words import say, subject  # noqa: PLC0415 - as above

    rows = [
        (
            _section(str(each.path[1])),
            subject(each.path),
            "removed" if each.removed else say(each.value),
            each.origin or _OWN,
        )
        for each in found
    ]
    _print_table(("section", "what", "value", "from"), rows)


def _section(name: str) -> str:
    return name.replace("_", " ")


def _print_table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows; a section's name stands at its first one alone."""
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415

    from api.cli.replay_views import wide  # noqa: PLC0415
    from notifications.message.words import printable  # noqa: PLC0415

    table = Table(*columns)
    last = ""
    for section, *rest in rows:
        if last and section != last:
            table.add_section()
        table.add_row(*(Text(printable(text)) for text in ("" if section == last else section, *rest)))
        last = section
    wide().print(table)
