"""`tocsin agreement propose-holidays`."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from api.cli.agreement_source import read_agreement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from escalation.agreement.holiday_proposal import Compared, Proposal

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_YEARS = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?", re.ASCII)


class _Years(click.ParamType[tuple[int, int]]):
    """One year, or from one to another."""

    name = "years"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Read them."""
        match = _YEARS.fullmatch(str(value))
        if match is None or int(match[2] or match[1]) < int(match[1]):
            self.fail(f"{value} are no years. Write 2026, or 2026-2028.", param, ctx)
        return int(match[1]), int(match[2] or match[1])


class _There(NamedTuple):
    """What a calendar of a file has."""

    dates: tuple[date, ...] = ()
    added_by_hand: tuple[date, ...] = ()
    known_until: date | None = None


@click.command(
    name="propose-holidays",
    epilog="""\b
Example: the holidays of Bavaria
  tocsin agreement propose-holidays --country DE --subdivision BY --years 2026-2028

\b
Example: what they would change in a calendar of an agreement
  tocsin agreement propose-holidays --country DE --subdivision BY --years 2026 \\
    --calendar berlin-office examples/agreements/acme-globex.yaml""",
)
@click.option("--country", required=True, metavar="CODE", help="ISO 3166-1, such as DE.")
@click.option("--subdivision", metavar="CODE", help="A state or province, such as BY. Without it: the whole country.")
@click.option("--category", default="public", show_default=True, help="Of the library, such as public or catholic.")
@click.option("--years", required=True, type=_Years(), metavar="YEAR[-YEAR]", help="2026, or 2026-2028.")
@click.option("--calendar", metavar="NAME", help="The calendar in FILE to compare with.")
@click.argument("file", type=_FILE, required=False)
def propose_holidays(
    country: str,
    subdivision: str | None,
    category: str,
    years: tuple[int, int],
    *,
    calendar: str | None,
    file: Path | None,
) -> None:
    """Propose the `holidays` of a calendar, as YAML to paste: each date is then frozen in the agreement.

    The dates come from the holidays library; the parties decide. With FILE and --calendar it also says which dates are
    new and which the library does not know; those stay, as added by hand.
    """
    from escalation.agreement.holiday_proposal import compare, propose  # noqa: PLC0415 - --help need not wait for it

    if (calendar is None) != (file is None):
        raise click.UsageError("Give FILE and --calendar together: the dates are compared with those of that calendar.")
    there = _calendar(file, calendar) if file is not None and calendar is not None else _There()
    proposal = propose(country, subdivision, category, *years)
    compared = compare(proposal, there.dates, there.added_by_hand)
    if file is not None:
        _tell(compared, proposal)
    for line in _block(proposal, compared, there):
        click.echo(line)


def _calendar(file: Path, name: str) -> _There:
    """Read the dates of a calendar."""
    document: dict[str, Any] = read_agreement(file).document
    calendars = {key: each for key, each in document["spec"]["calendars"].items() if isinstance(each, dict)}
    if name not in calendars:
        message = f"{name} is no calendar of {file}. It has: {', '.join(calendars)}."
        raise click.BadParameter(message, param_hint="--calendar")
    said = calendars[name].get("holidays", {})
    dates, by_hand = (tuple(map(date.fromisoformat, said.get(key, ()))) for key in ("dates", "added_by_hand"))
    until = said.get("known_until")
    return _There(dates, by_hand, date.fromisoformat(until) if until else None)


def _tell(compared: Compared, proposal: Proposal) -> None:
    """Say beside the block, not in it, what is new."""
    told = (
        ("new", compared.new),
        ("not known to the library, said to be added by hand", compared.by_hand),
        ("not known to the library: added by hand?", compared.unknown),
    )
    for what, days in told:
        names = [f"{day} {proposal.names[day]}" if day in proposal.names else str(day) for day in days]
        click.echo(f"{what}: {', '.join(names) or 'none'}", err=True)


def _block(proposal: Proposal, compared: Compared, there: _There) -> Iterator[str]:
    """The YAML; dates that only the file has stay, or pasting would lose them."""
    by_hand = sorted({*compared.by_hand, *compared.unknown, *there.added_by_hand})
    yield "holidays:"
    yield "  dates:"
    for day in sorted({*proposal.names, *by_hand, *compared.elsewhere}):
        name = proposal.names.get(day) or ("added by hand" if day in by_hand else "of a year not asked for")
        yield f'    - "{day}" # {name}'
    yield f"  proposed_by: {_provenance(proposal)}"
    if by_hand:
        yield f"  added_by_hand: [{_quoted(by_hand)}]"
    until = max(filter(None, (date(proposal.last, 12, 31), there.known_until)))
    yield f'  known_until: "{until}"'


def _provenance(proposal: Proposal) -> str:
    from escalation.agreement.holiday_proposal import LIBRARY_VERSION  # noqa: PLC0415 - as above

    said: Sequence[tuple[str, str | None]] = (
        ("tool", "holidays"),
        ("version", f'"{LIBRARY_VERSION}"'),
        ("country", proposal.country),
        ("subdivision", proposal.subdivision and f'"{proposal.subdivision}"'),  # some are numbers
        ("category", proposal.category),
    )
    return f"{{{', '.join(f'{key}: {value}' for key, value in said if value)}}}"


def _quoted(days: Iterable[date]) -> str:
    return ", ".join(f'"{day}"' for day in days)
