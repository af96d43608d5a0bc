"""`tocsin replay`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from api.cli.opened import opened

if TYPE_CHECKING:
    from api.bootstrap import Tocsin


def _instant(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read an instant; without an offset it is UTC."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"{value} is no instant. Write it like 2026-03-27T18:00:00+01:00."
        raise click.BadParameter(message) from None


@click.command(
    epilog="""\b
Example: an incident as it stood after its fifth fact
  tocsin replay INC-1042 --at-version 5

\b
Example: everything as it stood at an instant, and whether the tables say what the facts say
  tocsin replay --as-of 2026-03-27T18:00:00+01:00
  tocsin replay --check

\b
Example: after a follower was mended, what it had parked
  tocsin replay --parked""",
)
@click.argument("incident", required=False)
@click.option("--at-version", type=click.IntRange(min=1), metavar="N", help="As of this version of INCIDENT.")
@click.option("--as-of", callback=_instant, metavar="INSTANT", help="As of what was recorded up to this instant.")
@click.option(
    "--check", is_flag=True, help="Rebuild every table from the facts and compare; exit code 1 if they differ."
)
@click.option("--parked", is_flag=True, help="Hand parked events to their followers again; exit code 1 if some stay.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one object, or one a line for all incidents.")
def command(
    incident: str | None, at_version: int | None, as_of: datetime | None, *, check: bool, parked: bool, as_json: bool
) -> None:
    """Read INCIDENT (a number such as INC-1042, or an id), or all of them, out of the recorded facts alone."""
    if check and (incident or at_version or as_of):
        raise click.UsageError("--check compares everything as it stands: give it without INCIDENT, version and time.")
    if at_version is not None and (incident is None or as_of is not None):
        raise click.UsageError("--at-version needs an INCIDENT and excludes --as-of.")
    if parked and (check or incident or at_version or as_of):
        raise click.UsageError("--parked goes alone.")
    with opened() as tocsin:
        if check:
            click.get_current_context().exit(0 if _check(tocsin, as_json=as_json) else 1)
        elif parked:
            click.get_current_context().exit(0 if _replay_parked(tocsin) else 1)
        elif incident is not None:
            _show_one(tocsin, incident, at_version, as_of, as_json=as_json)
        else:
            _show_all(tocsin, as_of, as_json=as_json)


def _check(tocsin: Tocsin, *, as_json: bool) -> bool:
    """Compare, and say what was found; True if nothing differs."""
    from api.cli import replay_views as views  # noqa: PLC0415 - see above
    from incidents.ledger.rebuild import check  # noqa: PLC0415

    with views.progress("Rebuilding", shown=not as_json) as tell:
        checked = check(tocsin.ledger, tocsin.followed, tell)
    if as_json:
        click.echo(json.dumps(views.check_json(checked), ensure_ascii=False))
    else:
        views.print_check(checked)
    return not checked.differences


def _replay_parked(tocsin: Tocsin) -> bool:
    """Hand parked events over again; True if none stays parked."""
    stay = 0
    for follower in tocsin.followers():
        taken, parked = follower.replay_parked()
        click.echo(f"{follower.name}: {taken} events taken, {parked} stay parked.")
        stay += parked
    return stay == 0


def _show_one(tocsin: Tocsin, reference: str, version: int | None, as_of: datetime | None, *, as_json: bool) -> None:
    from api.cli import replay_views as views  # noqa: PLC0415 - see above
    from incidents.errors import NotFound  # noqa: PLC0415
    from incidents.incident import Incident  # noqa: PLC0415
    from incidents.timeline import Entry, timeline  # noqa: PLC0415

    try:
        stream = tocsin.incidents.stream_of(reference)
        incident = tocsin.ledger.get(Incident, stream, version=version, as_of=as_of)
    except NotFound:
        raise NotFound(f"There is no incident {reference} (or there was none then). Try: tocsin replay") from None
    entries = [entry for entry in timeline(incident, tocsin.ledger.catalogue) if isinstance(entry, Entry)]
    if as_json:
        click.echo(json.dumps(views.incident_json(incident, entries), ensure_ascii=False))
    else:
        views.print_incident(incident, entries)


def _show_all(tocsin: Tocsin, as_of: datetime | None, *, as_json: bool) -> None:
    from api.cli import replay_views as views  # noqa: PLC0415 - see above
    from incidents.incident import Incident  # noqa: PLC0415
    from incidents.ledger.rebuild import history  # noqa: PLC0415

    with tocsin.database.connect() as connection:
        records = (record for record, _ in history(connection, tocsin.ledger, as_of=as_of))
        found = sorted((each for each in records if isinstance(each, Incident)), key=lambda each: each.number)
    if as_json:
        for incident in found:
            click.echo(json.dumps(views.state_json(incident), ensure_ascii=False))
    else:
        views.print_incidents(found)
