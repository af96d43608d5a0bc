"""`python -m tests.faults`: kill processes under load, check, and end with exit code 1 if anything was wrong."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from api.postgres.embedded import embedded_postgres
from api.postgres.migrate import upgrade
from tests.faults import run as load
from tests.faults.senders import run as senders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FULL, SHORT = 30, 6
PARTS = ("load", "senders")


class Report(Protocol):
    """What a part found."""

    @property
    def wrong(self) -> Mapping[str, Sequence[str]]:
        """What does not hold."""

    def summary(self) -> str:
        """Say how much there was to lose."""


@click.command()
@click.option("--seed", type=int, help="Draw the kills from this seed (default: a new one, which is printed).")
@click.option("--kills", type=click.IntRange(min=1), default=FULL, show_default=True, help="How often to kill.")
@click.option(
    "--short", is_flag=True, help=f"Each named point once: {SHORT} kills; and {senders.SHORT.kills} of senders."
)
@click.option("--only", type=click.Choice(PARTS), help="Everything under load, or senders with much to send.")
def main(seed: int | None, kills: int, only: str | None, *, short: bool) -> None:
    """Kill processes under load, then senders while much is due, and check that nothing was lost or done twice."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    kills = SHORT if short else kills
    plan = senders.SHORT if short else senders.FULL
    found = []
    if only != "senders":
        click.echo(f"{kills} kills with seed {seed} (again: python -m tests.faults --seed {seed} --kills {kills})")
        found.append(_told(lambda directory: load.run(directory, seed, kills, click.echo)))
    if only != "load":
        click.echo(f"{plan.kills} kills of senders with seed {seed}, {plan.size}")
        found.append(_told(lambda directory: _senders(directory, seed, plan)))
    if not any(found):
        click.echo("Nothing was lost, and nothing was done twice.")
    sys.exit(1 if any(found) else 0)


def _senders(directory: Path, seed: int, plan: senders.Plan) -> Report:
    with embedded_postgres(directory / "data") as url:
        upgrade(url)
        return senders.run(url, directory / "log", seed, plan, click.echo)


def _told(carry_out: Callable[[Path], Report]) -> bool:
    """Carry out a part on a directory of its own, and say what came of it; True if anything was wrong."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tocsin-faults-") as directory:
        report = carry_out(Path(directory))
    click.echo(f"{report.summary()}; {time.monotonic() - began:.0f} s.")
    for title, wrong in report.wrong.items():
        click.secho(f"WRONG: {title}: {len(wrong)} times", fg="red")
        for line in wrong[:10]:
            click.echo(f"  {line}")
    return bool(report.wrong)


if __name__ == "__main__":
    main()
