"""What `tocsin replay` prints: tables for people, JSON for programs."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from api.cli.words import details, happening
from incidents.states import state_row
from notifications.message.words import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from incidents.incident import Incident
    from incidents.ledger.rebuild import Checked
    from incidents.timeline import Entry

MOST_LISTED = 50
TOLD_LATE = timedelta(seconds=1)


@contextmanager
def progress(what: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar on a terminal while the block runs; what is yielded moves it on: done, of how many."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("events"))
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def wide() -> Console:
    """Give a console; where nobody set its width (a pipe, a file), one that is wide enough for tables."""
    console = Console()
    if not console.is_terminal:
        console.width = 140
    return console


def print_incident(incident: Incident, entries: Sequence[Entry]) -> None:
    """Print an incident and the facts that made it."""
    console = wide()
    last = entries[-1]
    console.print(Text(f"{incident.label} as of version {last.version}, recorded {_time(last.recorded_at)}", "bold"))
    state = Table.grid(padding=(0, 2))
    for name, value in state_row(incident).items():
        if value is not None:
            state.add_row(Text(name.replace("_", " "), "dim"), _text(value))
    console.print(state)
    table = Table("nr", "occurred", "actor", "what", "details")
    for entry in entries:
        what, actor = _text(happening(entry.type)), _text(entry.actor)
        table.add_row(str(entry.version), _text(entry.at), actor, what, _details(entry))
    console.print(table)


def print_incidents(incidents: Sequence[Incident]) -> None:
    """Print one line an incident."""
    table = Table("number", "status", "severity", "service", "title", "reported", "version")
    for incident in incidents:
        row = (incident.label, incident.status, incident.severity, incident.service, incident.title)
        table.add_row(*map(_text, (*row, incident.reported_at, incident.version)))
    console = wide()
    console.print(table)
    console.print(f"{len(incidents)} incidents")


def print_check(checked: Checked) -> None:
    """Print what was compared, and each difference."""
    console = Console(soft_wrap=True)
    console.print(f"{checked.events} events of {checked.records} records, rebuilt into: {', '.join(checked.tables)}")
    if not checked.differences:
        console.print("[green]Every table says what the facts say.[/]")
        return
    for difference in checked.differences[:MOST_LISTED]:
        console.print(Text(printable(str(difference)), "red"))
    if len(checked.differences) > MOST_LISTED:
        console.print(f"and {len(checked.differences) - MOST_LISTED} more; --json lists all.")
    console.print(f"[red]{len(checked.differences)} differences.[/]")


def check_json(checked: Checked) -> dict[str, Any]:
    """Give the outcome of a check."""
    differences = [
        {
            "table": each.table,
            "key": {name: _json(value) for name, value in each.key},
            "column": each.column or None,
            "live": _json(each.live),
            "rebuilt": _json(each.rebuilt),
        }
        for each in checked.differences
    ]
    return {"events": checked.events, "records": checked.records, "tables": checked.tables, "differences": differences}


def incident_json(incident: Incident, entries: Sequence[Entry]) -> dict[str, Any]:
    """Give an incident with the facts that made it."""
    facts = [
        {
            "version": entry.version,
            "type": entry.type,
            "occurred_at": _json(entry.at),
            "recorded_at": _json(entry.recorded_at),
            "actor": entry.actor,
            "data": entry.data,
            "withheld": entry.withheld,
        }
        for entry in entries
    ]
    return {"incident": state_json(incident), "timeline": facts}


def state_json(incident: Incident) -> dict[str, Any]:
    """Give an incident as it stands."""
    return {name: _json(value) for name, value in state_row(incident).items()}


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _text(value: object) -> Text:
    """Show a value as it is: what people wrote is neither markup nor a terminal's commands."""
    return Text(_time(value) if isinstance(value, datetime) else printable(str(value)))


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _details(entry: Entry) -> Text:
    """What a fact says; when it was recorded, if that was not at once (clock rule 13)."""
    late = entry.recorded_at - entry.at >= TOLD_LATE
    recorded = [f"recorded {_time(entry.recorded_at)}"] if late else []
    return _text(", ".join([*filter(None, [details(entry.data, entry.withheld)]), *recorded]))
