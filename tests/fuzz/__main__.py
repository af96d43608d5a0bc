"""`python -m tests.fuzz`: send generated requests, and end with exit code 1 if an answer was wrong."""

from __future__ import annotations

import logging
import random
import sys
import time
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.fuzz.databases import databases
from tests.fuzz.findings import LEAK
from tests.fuzz.leak import ENOUGH, FIELD, WHERE, leaking
from tests.fuzz.run import Fuzz

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.fuzz.run import Report

CASES = 20_000


@click.command()
@click.option(
    "--cases", type=click.IntRange(min=1), default=CASES, show_default=True, help="How many requests to send."
)
@click.option("--seed", type=int, help="Draw the requests from this seed (default: a new one, which is printed).")
@click.option("--self-test", is_flag=True, help="Break the disclosure of one field, and see that it is found out.")
def main(cases: int, seed: int | None, *, self_test: bool) -> None:
    """Send requests that the OpenAPI document allows, and such that it forbids, by two partners and by others.

    No answer may be a server's error, break the document, or tell its reader what it may not see.
    """
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of each request that a receipt's unique key stops
    with databases() as fresh:
        sys.exit(_self_test(fresh, seed) if self_test else _fuzz(fresh, cases, seed))


def _fuzz(fresh: Callable[[], AbstractContextManager[str]], cases: int, seed: int) -> int:
    click.echo(f"{cases:,} requests with seed {seed} (again: python -m tests.fuzz --seed {seed} --cases {cases})")
    began = time.monotonic()
    columns = (TextColumn("requests"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=cases)
        report = Fuzz(cases, seed, sent=lambda count: progress.update(bar, completed=count)).run(fresh)
    click.echo(f"{_summary(report)}; {time.monotonic() - began:.0f} s.")
    for found in report.found.values():
        click.secho(f"WRONG: {found.check}: {found.operation}, sent by {found.caller}", fg="red")
        click.echo(f"{found.message.rstrip()}\n{found.curl}\n")
    if not report.found:
        click.echo("No server's error, nothing that the document does not say, and nobody was told a secret.")
    return 1 if report.found else 0


def _self_test(fresh: Callable[[], AbstractContextManager[str]], seed: int) -> int:
    with leaking():
        report = Fuzz(ENOUGH, seed, only=WHERE, first=True).run(fresh)
    found = any(check == LEAK for check, _ in report.found)
    click.echo(f"`{FIELD}` was shown to everybody, which {'was found out' if found else 'NOBODY NOTICED'}.")
    return 0 if found else 1


def _summary(report: Report) -> str:
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(report.statuses.items()))
    callers = ", ".join(f"{name}: {count:,}" for name, count in report.callers.most_common())
    return f"{report.cases:,} requests to {len(report.operations)} operations ({callers}) were answered ({statuses})"


if __name__ == "__main__":
    main()
