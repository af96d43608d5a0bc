"""How `tocsin oncall show` draws weeks, and `now` says who is on call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console

from api.cli.oncall_grid import drawn, on_call_line
from escalation.oncall.record import OnCallSchedule
from escalation.oncall.swaps import Span
from escalation.oncall.writing import checked_layers
from incidents.ledger.command import Command, in_command

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime(2026, 3, 24, 8, tzinfo=UTC)
"""09:00 on a Tuesday in Berlin, where the clocks are changed on Sunday."""
NAMES = {"ann": "Ann Olsen", "bob": "Bob \x1b[31mBrown", "cem": None}
DAYS: dict[str, Any] = {
    "name": "days",
    "rotation": "daily",
    "start": "2026-03-01T09:00",
    "participants": ["ann", "bob"],
    "restrictions": [{"days": ["tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}],
}


def schedule() -> OnCallSchedule:
    """Give one with a gap of an hour, two at once, and a swap; nobody is needed on Mondays."""
    with in_command(Command(NOW)):
        record: OnCallSchedule = OnCallSchedule._create(  # noqa: SLF001 - the library's way
            OnCallSchedule.Created,
            id="schedule/1",
            partnership="acme-globex",
            party="acme",
            name="first",
            title=None,
            tz="Europe/Berlin",
            warn=[],
            must_cover=DAYS["restrictions"],
            layers=checked_layers([DAYS], NOW),
            by="key:1",
            at=NOW,
        )
        for hours, length, people in ((28, 1, []), (51, 6, ["ann", "cem"])):
            span = Span(NOW + timedelta(hours=hours), NOW + timedelta(hours=hours + length))
            record.add_override(span, people, None, by="key:1", at=NOW)
        [giver] = record.on_call(NOW + timedelta(hours=73))
        taker = "bob" if giver == "ann" else "ann"
        give = Span(NOW + timedelta(hours=72), NOW + timedelta(hours=96))
        number = record.propose_swap(giver, taker, give, None, by="key:1", at=NOW)
        record.accept_swap(number, taker, by="key:1", at=NOW)
    return record


def printed(parts: Iterable[Any], **options: Any) -> list[str]:  # noqa: ANN401 - rich's own
    """Print in 80 columns."""
    out = StringIO()
    console = Console(file=out, width=80, **options)
    for part in parts:
        console.print(part, soft_wrap=True, highlight=False)
    return out.getvalue().splitlines()


def test_a_week_is_drawn_without_colours() -> None:
    """A sign for three hours: letters, a gap however short, several, nobody where nobody is needed; marks below."""
    lines = printed(drawn(schedule(), NAMES, NOW, 2))
    assert lines[2:6] == [
        "23 March 2026",
        "    Mon 23    Tue 24 <  Wed 25    Thu 26    Fri 27    Sat 28    Sun 29 *",
        "    ........  !!!aaaaa  aaab!bbb  bbba++aa  aaaaaaaa  aaaaaaaa  aaabbbbb",
        "                            o         oo       sssss  sss",
    ]
    assert max(map(len, lines)) <= 80


def test_what_people_are_called_is_no_command_to_the_terminal() -> None:
    """Nor is a name that was erased a hole: the id stands in its place."""
    said = "\n".join(printed(drawn(schedule(), NAMES, NOW, 1)))
    assert "\x1b" not in said
    assert "Ann Olsen and cem  (override 2)" in said


def test_times_are_told_to_the_minute_with_the_zone() -> None:
    """Before the change and after it."""
    lines = printed(drawn(schedule(), NAMES, NOW, 2))
    assert any(line.startswith("  Sat 28 Mar 2026 09:00 CET ") for line in lines)
    assert any(line.startswith("  Sun 29 Mar 2026 09:00 CEST ") for line in lines)


def test_gaps_are_red_where_there_are_colours() -> None:
    """And nothing is said by colour alone."""
    lines = printed(drawn(schedule(), NAMES, NOW, 1), force_terminal=True, color_system="standard")
    assert any("\x1b[1;31m!" in line for line in lines)


def test_a_line_says_who_until_when_and_who_follows() -> None:
    """Nobody is told as well."""
    record = schedule()
    assert on_call_line(record, NAMES, NOW + timedelta(hours=28)) == (
        "acme-globex  acme.first  nobody  until Wed 25 Mar 2026 14:00 CET, then Ann Olsen"
    )
