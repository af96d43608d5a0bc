"""Where a command takes an agreement from: a file, or what is published."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.opened import opened

if TYPE_CHECKING:
    from escalation.agreement import Agreement, Mistake

_PUBLISHED = re.compile(r"([a-z0-9][a-z0-9-]{0,62})@([1-9][0-9]{0,5})", re.ASCII)


def agreement_from(source: str) -> Agreement:
    """Read a file, or the version that `PARTNERSHIP@VERSION` names; a file of that name comes first.

    Raises:
        click.BadParameter: It is neither.
        NotFound: That version is not published.
    """
    file, published = Path(source), _PUBLISHED.fullmatch(source)
    if file.is_file():
        return read_agreement(file)
    if published is None:
        message = f"{source} is no file. Name one, or a published version such as acme-globex@3."
        raise click.BadParameter(message)
    with opened() as tocsin:
        return tocsin.book.get(published[1], int(published[2]))


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
