"""`python -m tests.agreement_mutants`: end with exit code 1 if a key of the example could be changed unnoticed."""

from __future__ import annotations

import sys
from itertools import groupby

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.agreement_mutants.mutations import Mutant, mutants
from tests.agreement_mutants.running import Job, Outcome, run
from tests.support.agreement_keys import Row, row_of, rows
from tests.support.example_agreement import PATH


@click.command()
@click.option("--only", default="", metavar="KEY", help="Change only keys that begin so, such as targets.")
def main(only: str) -> None:
    """Change each value of examples/agreements/acme-globex.yaml, and run the tests that docs/agreement.md names."""
    found = [mutant for mutant in mutants(PATH.read_text(encoding="utf-8")) if mutant.key.startswith(only)]
    guide = rows()
    jobs, unnamed = _jobs(found, guide)
    columns = (TextColumn("changed values"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=len(jobs))
        outcome = run(jobs, lambda _: progress.advance(bar)) if jobs else Outcome()
    sys.exit(_report(outcome, unnamed, len(jobs)))


def _jobs(found: list[Mutant], guide: dict[str, Row]) -> tuple[list[Job], list[str]]:
    """Pair each mutant with the tests named for its key; keys for which none is named."""
    jobs: list[Job] = []
    unnamed: dict[str, None] = {}
    for mutant in found:
        row = row_of(mutant.key, guide)
        if row is not None and row.tests:
            jobs.append((mutant, row.tests))
        else:
            unnamed[mutant.key] = None
    return jobs, list(unnamed)


def _report(outcome: Outcome, unnamed: list[str], count: int) -> int:
    for name in outcome.broken:
        click.secho(f"BROKEN: {name} fails upon the example as it is, or does not exist", fg="red")
    for key in unnamed:
        click.secho(f"NO TEST: docs/agreement.md names none for {key}", fg="red")
    for key, survivors in groupby(outcome.survivors, key=lambda mutant: mutant.key):
        for each in survivors:
            click.secho(f"SURVIVED: {key}: {each.place}: {each.was} could become {each.now}", fg="red")
    wrong = len(outcome.broken) + len(unnamed) + len(outcome.survivors)
    click.echo(f"{count} values changed, {len(outcome.survivors)} of them unnoticed.")
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
