"""`tocsin agreement check|publish`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.opened import opened

if TYPE_CHECKING:
    from escalation.agreement import Agreement, Mistake

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    epilog="""\b
Example: check a file, then publish it
  tocsin agreement check examples/agreements/acme-globex.yaml
  tocsin agreement publish examples/agreements/acme-globex.yaml""",
)
def command() -> None:
    """Check and publish agreements between partners."""


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
    click.echo(
        f"{agreement.partnership} version {agreement.version} is published, "
        f"in force from {agreement.effective_from.isoformat()}."
    )


def read_agreement(file: Path) -> Agreement:
    """Read a checked agreement, or show all its mistakes and end with exit code 1."""
    from escalation.agreement import read  # noqa: PLC0415 - --help need not wait for it

    agreement, mistakes = read(file.read_bytes())
    if agreement is None:
        _show(file, mistakes)
        raise SystemExit(1)
    return agreement


def _show(file: Path, mistakes: list[Mistake]) -> None:
    for mistake in mistakes:
        place = f"{file}:{mistake.line}" if mistake.line is not None else str(file)
        click.secho(f"{place}  {mistake.field or 'the whole file'}", fg="red", bold=True, err=True)
        click.echo(f"    wrong: {mistake.wrong}", err=True)
        click.echo(f"    right: {mistake.right}", err=True)
    click.echo(f"{len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''}. Nothing was published.", err=True)
