"""`tocsin oncall`: who is on call, for cases in JSON or for a person."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group(
    epilog="""\b
Example: who is on call, for a file of cases
  tocsin oncall at --cases tests/data/oncall_cases.json""",
)
def command() -> None:
    """Say who is on call."""


@command.command(
    "at",
    epilog="""\b
Example: a file of cases, one JSON object a line
  tocsin oncall at --cases tests/data/oncall_cases.json""",
)
@click.argument("instant", required=False)
@click.option("--cases", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A JSON list of cases.")
def at(instant: str | None, cases: Path | None) -> None:
    """Say who is on call at INSTANT: ISO 8601, such as 2026-03-27T18:00Z; or answer every case in a file."""
    if cases is not None and instant is None:
        _answer_cases(cases)
    else:
        raise click.UsageError("Give --cases FILE.")


def _answer_cases(path: Path) -> None:
    from escalation.oncall.cases import read, results  # noqa: PLC0415 - --help need not wait for it

    for result in results(read(path)):
        click.echo(json.dumps(result, ensure_ascii=False))
