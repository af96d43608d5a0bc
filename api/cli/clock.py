"""`tocsin clock`: what a clock would say, for cases in JSON or for a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.agreement_source import read_agreement
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from escalation.agreement import Agreement, Target


@click.command(
    epilog="""\b
Example: when must an S1 that was reported on Friday evening be resolved?
  tocsin clock --agreement examples/agreements/acme-globex.yaml --target resolve --severity S1 \\
      --from 2026-03-27T18:00:00+01:00

\b
Example: a file of cases, one JSON object a line
  tocsin clock --cases tests/data/clock_cases.json""",
)
@click.option("--cases", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A JSON list of cases.")
@click.option("--agreement", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An agreement file.")
@click.option("--target", metavar="NAME", help="One of its clocks, such as resolve.")
@click.option("--severity", metavar="S", help="One of its severities, such as S1.")
@click.option("--from", "start", metavar="INSTANT", help="When the clock starts: ISO 8601, such as 2026-03-27T18:00Z.")
def command(
    cases: Path | None, agreement: Path | None, target: str | None, severity: str | None, start: str | None
) -> None:
    """Compute clocks: of every case in a file, or of one target of an agreement, in words."""
    if cases is not None:
        _answer_cases(cases)
    elif agreement is not None and target and severity and start:
        _answer_person(read_agreement(agreement), target, severity, start)
    else:
        raise click.UsageError("Give --cases FILE, or --agreement FILE with --target, --severity and --from.")


def _answer_cases(path: Path) -> None:
    from escalation.clocks.cases import read, results  # noqa: PLC0415 - --help need not wait for it

    for result in results(read(path)):
        click.echo(json.dumps(result, ensure_ascii=False))


def _answer_person(agreement: Agreement, name: str, severity: str, start: str) -> None:
    from escalation.calendars.zones import zone  # noqa: PLC0415
    from escalation.clocks import clock  # noqa: PLC0415 - --help need not wait for it

    target = _target(agreement, name, severity)
    began = _instant(start, agreement.tz)
    calendar = target.calendar[severity]
    segments = [clock.Segment(int(began.timestamp()), target.within[severity], agreement.calendars[calendar])]
    local = zone(agreement.tz)

    def say(at: int | None) -> str:
        return datetime.fromtimestamp(at or 0, local).strftime("%a %d %b %Y %H:%M:%S %Z")

    due, safe = clock.due(segments, ()), clock.last_safe(segments, ())
    click.echo(f"{name} of an {severity}: {_duration(target.within[severity])} of {calendar} time.")
    click.echo(f"starts    {say(segments[0].start)}")
    for percent in target.warn_at:
        click.echo(f"warns     {say(clock.reached(segments, (), percent))}  ({percent} %)")
    click.echo(f"due       {say(due)}")
    if safe != due:
        click.echo(f"still met {say(safe)}  (used up exactly at a close: the breach begins at the next opening)")
    known = agreement.known_until.get(calendar)
    if known is not None and datetime.fromtimestamp(due or 0, local).date() > known:
        click.echo(f"provisional: the holidays of {calendar} are known until {known} only.")
    if target.pausable:
        click.echo(f"can be paused for: {', '.join(sorted(target.pausable))}")


def _target(agreement: Agreement, name: str, severity: str) -> Target:
    if name not in agreement.targets:
        raise InvalidField("--target", f"The agreement has no target {name}. It has: {', '.join(agreement.targets)}.")
    target = agreement.targets[name]
    if not target.applies_to(severity):
        raise InvalidField("--severity", f"{name} has no {severity}. It has: {', '.join(target.within)}.")
    return target


def _instant(text: str, tz: str) -> datetime:
    """Read an instant; without an offset it is local time of the agreement."""
    from escalation.calendars.zones import zone  # noqa: PLC0415 - --help need not wait for it

    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=zone(tz))).astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"{text} is no instant. Write it like 2026-03-27T18:00:00+01:00."
        raise InvalidField("--from", message) from None


def _duration(seconds: int) -> str:
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
