"""`python -m tests.faults`: kill processes under load, check, and end with exit code 1 if anything was wrong."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.faults.run import run

FULL, SHORT = 30, 6


@click.command()
@click.option("--seed", type=int, help="Draw the kills from this seed (default: a new one, which is printed).")
@click.option("--kills", type=click.IntRange(min=1), default=FULL, show_default=True, help="How often to kill.")
@click.option("--short", is_flag=True, help=f"Each named point once: {SHORT} kills.")
def main(seed: int | None, kills: int, *, short: bool) -> None:
    """Kill web processes, workers and sequencers under load, and check that nothing was lost or done twice."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    kills = SHORT if short else kills
    click.echo(f"{kills} kills with seed {seed} (again: python -m tests.faults --seed {seed} --kills {kills})")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tocsin-faults-") as directory:
        report = run(Path(directory), seed, kills, click.echo)
    click.echo(f"{report.summary()}; {time.monotonic() - began:.0f} s.")
    for title, wrong in report.wrong.items():
        click.secho(f"WRONG: {title}: {len(wrong)} times", fg="red")
        for line in wrong[:10]:
            click.echo(f"  {line}")
    if not report.wrong:
        click.echo("Nothing was lost, and nothing was done twice.")
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
