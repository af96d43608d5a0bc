"""`tocsin page`: whether pages reach people."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from api.cli.opened import opened
from escalation.changes import Sender
from escalation.crew.reaching import NOTICE, PAGE
from incidents.disclosure import EVERYTHING
from incidents.errors import NotFound
from notifications.queue.delivery import FAILED, SENT, WAITING, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.bootstrap import Tocsin
    from escalation.crew.trial import Trial
    from notifications.letters.view import LetterView

BY = "operator"
_LOOK_EVERY = 0.5
_COLOURS = {SENT: "green", FAILED: "red", WAITING: "yellow", WITHDRAWN: "dim"}


@click.group(
    epilog="""\b
Example: see every way of reaching Ann work
  tocsin page test ann@acme.example --partnership acme-globex"""
)
def command() -> None:
    """Try out whether pages reach people."""


@command.command(
    "test",
    epilog="""\b
Example: as a page, by their contact rules for pages
  tocsin page test ann@acme.example --partnership acme-globex

\b
Example: as a notice, without waiting for what comes of it
  tocsin page test ann@acme.example --partnership acme-globex --low --no-wait""",
)
@click.argument("person")
@click.option("--partnership", metavar="ID", required=True, help="Where they are a member: there are its webhooks.")
@click.option("--low", is_flag=True, help="By their contact rules for notices, not for pages.")
@click.option("--wait/--no-wait", default=True, help="Watch each step arrive (the default), or only ask for it.")
def test(person: str, partnership: str, *, low: bool, wait: bool) -> None:
    """Send PERSON, a mail address or an id, a test page in every way of theirs, and watch each step arrive.

    A worker must be running: it sends them. Exit code 1 if a step fails.
    """
    with opened() as tocsin:
        try:
            who = (tocsin.people.by_email(person) if "@" in person else person) or person
            trial = tocsin.crew.trials.ask(partnership, who, NOTICE if low else PAGE, Sender(BY)).record
        except NotFound:
            message = f"{person} is no member of {partnership}: `tocsin member list` shows who is."
            raise click.ClickException(message) from None
        steps = _watched(tocsin, trial) if wait else tocsin.letters.of_record(trial, EVERYTHING)
    if not wait:
        Console().print(_table(steps))
    if any(step.letter.status == FAILED for step in steps):
        raise SystemExit(1)


def _watched(tocsin: Tocsin, trial: Trial) -> Sequence[LetterView]:
    """Show the steps until none waits any more, or somebody has seen enough (Ctrl-C)."""
    with Live(refresh_per_second=4) as shown:
        while True:
            steps = tocsin.letters.of_record(trial, EVERYTHING)
            shown.update(_table(steps))
            if all(step.letter.status != WAITING for step in steps):
                return steps
            time.sleep(_LOOK_EVERY)


def _table(steps: Sequence[LetterView]) -> Table:
    table = Table(title="Test page", title_justify="left")
    for heading in ("way", "due", "state", "tries", "what happened"):
        table.add_column(heading)
    for step in steps:
        letter = step.letter
        colour = _COLOURS[letter.status]
        due = f"{letter.due_at:%H:%M:%S} UTC"
        last = step.attempts[-1].detail if step.attempts else None
        said = step.waits or step.detail or last or ""
        table.add_row(step.way, due, f"[{colour}]{letter.status}[/{colour}]", str(letter.tries), said)
    return table
