"""`tocsin oncall`: who is on call, for a person, for cases in JSON, and drawn for the coming weeks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.opened import opened
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from api.bootstrap import Tocsin
    from escalation.oncall.record import OnCallSchedule

MOST_WEEKS = 26

_partnership = click.option("--partnership", metavar="ID", help="Only of this partnership.")
_schedule = click.option("--schedule", metavar="NAME", help="Only this schedule, such as acme.first.")


@click.group(
    epilog="""\b
Example: who is on call now, for every schedule
  tocsin oncall now

\b
Example: the coming four weeks of a schedule
  tocsin oncall show acme.first

\b
Example: who is on call, for a file of cases
  tocsin oncall at --cases tests/data/oncall_cases.json""",
)
def command() -> None:
    """Say who is on call."""


@command.command(
    "now",
    epilog="""\b
Example: for one schedule
  tocsin oncall now --schedule acme.first""",
)
@_partnership
@_schedule
def now(partnership: str | None, schedule: str | None) -> None:
    """Say who is on call now, until when, and who follows."""
    with opened() as tocsin:
        instant = tocsin.clock.now()
        _answer_person(tocsin, partnership, schedule, lambda _record: instant)


@command.command(
    "at",
    epilog="""\b
Example: at an instant, of the past too
  tocsin oncall at 2026-03-29T02:30+02:00

\b
Example: a file of cases, one JSON object a line
  tocsin oncall at --cases tests/data/oncall_cases.json""",
)
@click.argument("instant", required=False)
@_partnership
@_schedule
@click.option("--cases", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A JSON list of cases.")
def at(instant: str | None, partnership: str | None, schedule: str | None, cases: Path | None) -> None:
    """Say who is on call at INSTANT: ISO 8601, such as 2026-03-27T18:00Z; or answer every case in a file.

    Without an offset it is a time of each schedule's own zone.
    """
    if cases is not None and instant is None:
        _answer_cases(cases)
    elif instant is not None and cases is None:
        read = _instant(instant)
        with opened() as tocsin:
            _answer_person(tocsin, partnership, schedule, lambda record: _in_zone(read, record))
    else:
        raise click.UsageError("Give an INSTANT, or --cases FILE.")


@command.command(
    "show",
    epilog="""\b
Example: the coming eight weeks
  tocsin oncall show acme.first --weeks 8""",
)
@click.argument("schedule")
@click.option("--weeks", type=click.IntRange(1, MOST_WEEKS), default=4, show_default=True, help="How many.")
@_partnership
def show(schedule: str, weeks: int, partnership: str | None) -> None:
    """Draw the coming weeks of SCHEDULE, such as acme.first: who is on call, gaps, and when clocks are changed."""
    from api.cli.oncall_grid import drawn  # noqa: PLC0415 - --help need not wait for it
    from api.cli.replay_views import wide  # noqa: PLC0415 - see above

    with opened() as tocsin:
        record, *others = _named(tocsin, partnership, schedule)
        if others:
            several = ", ".join(each.partnership for each in (record, *others))
            raise InvalidField("--partnership", f"{schedule} is in several. Say which: {several}.")
        console = wide()
        for part in drawn(record, _names(tocsin, record), tocsin.clock.now(), weeks):
            console.print(part, soft_wrap=True, highlight=False)


def _answer_cases(path: Path) -> None:
    from escalation.oncall.cases import read, results  # noqa: PLC0415 - --help need not wait for it

    for result in results(read(path)):
        click.echo(json.dumps(result, ensure_ascii=False))


def _answer_person(
    tocsin: Tocsin, partnership: str | None, schedule: str | None, instant: Callable[[OnCallSchedule], datetime]
) -> None:
    from api.cli.oncall_grid import on_call_line  # noqa: PLC0415 - see above

    found = _named(tocsin, partnership, schedule) if schedule else tocsin.schedules.listed(partnership)
    if not found:
        click.echo("There is no schedule yet. Make one: POST /v1/partnerships/{partnership}/schedules.")
    for record in found:
        click.echo(on_call_line(record, _names(tocsin, record), instant(record)))


def _named(tocsin: Tocsin, partnership: str | None, name: str) -> Sequence[OnCallSchedule]:
    """Give the schedules of that name. InvalidField, with the nearest name."""
    there = tocsin.schedules.listed(partnership)
    found = [record for record in there if record.label == name]
    if not found:
        near = get_close_matches(name, sorted({record.label for record in there}), n=1)
        right = f"Did you mean {near[0]}?" if near else "`tocsin oncall now` lists them."
        raise InvalidField("schedule", f"There is no schedule {name}. {right}")
    return found


def _names(tocsin: Tocsin, record: OnCallSchedule) -> dict[str, str | None]:
    return {member.person: member.name for member in tocsin.crew.roll.members(record.partnership)}


def _instant(text: str) -> datetime:
    """Read an instant, or a wall-clock time; within the years that schedules are computed for."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidField("instant", f"{text} is no instant. Write it like 2026-03-27T18:00:00+01:00.") from None
    if not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        raise InvalidField("instant", f"Give an instant of the years {_FIRST_YEAR} to {_LAST_YEAR}.")
    return read


def _in_zone(read: datetime, record: OnCallSchedule) -> datetime:
    from escalation.calendars.zones import zone  # noqa: PLC0415 - see above

    return (read if read.tzinfo else read.replace(tzinfo=zone(record.settings.tz))).astimezone(UTC)


_FIRST_YEAR, _LAST_YEAR = 1970, 2190
