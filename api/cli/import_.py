"""`tocsin import`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from api.importing.mapping import LogMapping
    from api.importing.rows import Log
    from api.importing.summary import Summary
    from escalation.agreement import Agreement

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOST_LISTED = 20


@click.command(
    epilog="""\b
Example: look first, then record
  tocsin import incidents.csv --mapping examples/servicenow/mapping.yaml --check
  tocsin import incidents.csv --mapping examples/servicenow/mapping.yaml""",
)
@click.argument("file", type=_FILE)
@click.option("--mapping", "mapping_file", type=_FILE, required=True, help="How to read FILE (docs/import.md).")
@click.option("--check", is_flag=True, help="Read and count everything, record nothing.")
def command(file: Path, mapping_file: Path, *, check: bool) -> None:
    """Bring in the incident log FILE of another system, a CSV file with any columns.

    Its history keeps its own times, and nobody is paged. Rows that cannot be used go to FILE with the ending
    .rejected.csv, each with the reason. The same log again adds nothing; one that has grown adds what is new.
    """
    from api.importing.mapping_file import read_mapping  # noqa: PLC0415 - --help need not wait for every floor
    from api.importing.rows import read_log, write_rejected  # noqa: PLC0415

    mapping, agreement = read_mapping(mapping_file)
    log = read_log(file, mapping, datetime.now(UTC))
    summary = _checked(mapping, log) if check else _recorded(mapping, agreement, log)
    rejected = write_rejected(file, mapping, summary.rejected)
    _show(summary, mapping, rejected, check=check)


def _checked(mapping: LogMapping, log: Log) -> Summary:
    from api.importing.run import plans_of  # noqa: PLC0415 - see above
    from api.importing.summary import Summary  # noqa: PLC0415

    plans = plans_of(log, mapping)
    summary = Summary.of(log, plans)
    for plan in plans:
        if plan.opening:
            summary.verdicts["planned"] += 1
            summary.events += len(plan.facts)
            summary.reopened += sum(name == "Reopened" for name, _ in plan.facts)
    return summary


def _recorded(mapping: LogMapping, agreement: Agreement, log: Log) -> Summary:
    from api.importing.run import import_log  # noqa: PLC0415 - see above

    with opened(committed=lambda: None) as tocsin:  # history wakes nobody: who follows it polls
        return _with_progress(log.rows, lambda done: import_log(tocsin, mapping, agreement, log, done))


def _with_progress(rows: int, run: Callable[[Callable[[int], None]], Summary]) -> Summary:
    """Show a bar on standard error, if that is a terminal."""
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (TextColumn("Recording"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=rows)
        summary = run(lambda done: progress.advance(task, done))
        progress.update(task, completed=rows)
    return summary


def _show(summary: Summary, mapping: LogMapping, rejected: Path | None, *, check: bool) -> None:
    from rich.console import Console  # noqa: PLC0415 - see above

    from api.importing.summary import clocks, figures  # noqa: PLC0415

    console = Console()
    console.print(figures(summary, mapping.source))
    if summary.clocks:
        console.print(clocks(summary))
    _remark(summary, console, rejected)
    if check:
        console.print("Nothing was recorded. Leave --check out to record it.")


def _remark(summary: Summary, console: Console, rejected: Path | None) -> None:
    """Say what a person should look at."""
    if summary.early:
        console.print(
            f"{summary.early} incidents have rows from before their report: the first row counts as the report."
        )
    if summary.left_alone:
        console.print(
            f"{len(summary.left_alone)} incidents were recorded before and differ now. They were left as they are:"
        )
        for foreign_id, why in summary.left_alone[:_MOST_LISTED]:
            console.print(f"  {foreign_id}: {why}", markup=False, highlight=False)
        if len(summary.left_alone) > _MOST_LISTED:
            console.print(f"  and {len(summary.left_alone) - _MOST_LISTED} more.")
    if rejected:
        console.print(
            f"{len(summary.rejected)} rows were rejected: {rejected} holds them with the reasons.", soft_wrap=True
        )
