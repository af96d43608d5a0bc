"""`tocsin agreement`: check and publish here, the others in modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.agreement_compare import diff, show
from api.cli.agreement_holidays import propose_holidays
from api.cli.agreement_life import handover, propose, sign, status
from api.cli.agreement_source import read_agreement
from api.cli.opened import opened

if TYPE_CHECKING:
    from escalation.agreement import Agreement

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    epilog="""\b
Example: check a file, then publish it
  tocsin agreement check examples/agreements/acme-globex.yaml
  tocsin agreement publish examples/agreements/acme-globex.yaml""",
)
def command() -> None:
    """Check, compare and publish agreements between partners."""


@command.command(
    epilog="""\b
Example:
  tocsin agreement check examples/agreements/acme-globex.yaml""",
)
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Report every mistake in FILE at once: its line, its field, what is wrong, what would be right.

    Exit code 1 if there is one.
    """
    agreement = read_agreement(file)
    click.echo(
        f"{file} is a sound agreement: {agreement.partnership} version {agreement.version}, "
        f"{len(agreement.targets)} targets, {len(agreement.ladders)} ladders. Digest {agreement.digest[:16]}."
    )
    _tell_later(agreement)


@command.command(
    epilog="""\b
Example:
  tocsin agreement publish examples/agreements/acme-globex.yaml""",
)
@click.argument("file", type=_FILE)
def publish(file: Path) -> None:
    """Make FILE an immutable version, on the operator's word.

    Incidents pin the version that is in force when they open. The same file again changes nothing.
    """
    agreement = read_agreement(file)
    with opened() as tocsin:
        tocsin.book.publish(agreement, by="operator")
        awaited = tocsin.book.record(agreement.partnership).numbered(agreement.version).awaited
    standing = f"in force from {agreement.effective_from.isoformat()}"
    if awaited:
        standing = f"and in force once {', '.join(awaited)} have signed: tocsin agreement sign --help"
    click.echo(f"{agreement.partnership} version {agreement.version} is published, {standing}.")
    _tell_later(agreement)


def _tell_later(agreement: Agreement) -> None:
    """Say which parts are not acted upon, one a line."""
    for told in agreement.later:
        click.echo(told)


command.add_command(diff)
command.add_command(show)
command.add_command(propose_holidays)
for each in (propose, sign, status, handover):
    command.add_command(each)
