"""`tocsin attainment`: how the clocks of a partnership fared, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api.cli.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from rich.table import Table
    from rich.text import Text

    from escalation.performance.period_list import PeriodOfObjective

COLOURS = {
    "met": "green",
    "deviation": "yellow",
    "breached": "bold red",
    "breach": "bold red",
    "excused": "cyan",
    "running": "",
    "cancelled": "dim",
    "too_few": "dim",
}
"""By outcome of a clock, or judgement of a period."""

OUTCOMES = ("met", "deviation", "breached", "excused", "running", "cancelled")


@click.command(
    epilog="""\b
Example: how often each target was met, and how the agreement's objectives stand
  tocsin attainment acme-globex""",
)
@click.argument("partnership")
def command(partnership: str) -> None:
    """Show how the clocks of a PARTNERSHIP fared, and what its objectives came to in each period."""
    from api.cli.replay_views import wide  # noqa: PLC0415 - --help need not wait for it
    from incidents.disclosure import EVERYTHING  # noqa: PLC0415 - see above

    with opened() as tocsin:
        counts = tocsin.attainment.counts({partnership: EVERYTHING})
        periods = tocsin.periods.of([partnership])
    if not counts and not periods:
        click.echo(f"Nothing of {partnership} is counted yet.")
        return
    console = wide()
    console.print(clocks([(row.clock, row.severity, row.outcome, row.runs) for row in counts]))
    if periods:
        console.print(objectives(periods))


def clocks(counts: Sequence[tuple[str, str, str, int]]) -> Table:
    """Lay out how many runs of each clock, of each severity, came to what."""
    from rich.table import Table  # noqa: PLC0415 - see above

    table = Table("clock", "severity", *OUTCOMES, title="Clocks", title_justify="left")
    for column in table.columns[2:]:
        column.justify = "right"
    for key in sorted({count[:2] for count in counts}):
        runs = {outcome: sum(each[3] for each in counts if each[:3] == (*key, outcome)) for outcome in OUTCOMES}
        table.add_row(*key, *(_coloured(f"{runs[each]:,}" if runs[each] else "-", each) for each in OUTCOMES))
    return table


def objectives(periods: Iterable[PeriodOfObjective]) -> Table:
    """Lay out what objectives came to, and how those stand that run."""
    from rich.table import Table  # noqa: PLC0415 - see above

    columns = ("objective", "from", "until", "met", "of", "attained", "needed", "judgement")
    table = Table(*columns, title="Objectives (UTC)", title_justify="left")
    for column in table.columns[3:7]:
        column.justify = "right"
    for each in periods:
        table.add_row(
            each.objective.id,
            f"{each.period.starts:%Y-%m-%d %H:%M}",
            f"{each.period.ends:%Y-%m-%d %H:%M}",
            str(each.tally.met),
            str(each.tally.of),
            "-" if each.attainment is None else per_cent(each.attainment),
            per_cent(each.objective.objective),
            _judgement(each),
        )
    return table


def per_cent(share: Fraction) -> str:
    """Give a share with two digits, cut off: rounded up, one that misses its objective might seem to meet it."""
    hundredths = int(share * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def _judgement(period: PeriodOfObjective) -> Text:
    said = "not judged yet" if period.judgement is None else period.judgement.replace("_", " ")
    return _coloured(said + (", corrected" if period.corrected_at else ""), period.judgement or "running")


def _coloured(said: str, outcome: str) -> Text:
    from rich.text import Text  # noqa: PLC0415 - see above

    return Text(said, "" if said == "-" else COLOURS[outcome])
