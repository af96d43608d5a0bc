"""Deliveries as tables in the terminal, and in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Column, Table
from rich.text import Text

from api.cli.replay_views import wide
from notifications.letters.letter import why_it_waits
from notifications.message.words import duration, printable
from notifications.queue.delivery import FAILED, WAITING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from notifications.letters.book import Lane
    from notifications.letters.letter import Letter

_COLOURS = {WAITING: "yellow", FAILED: "red"}


def print_letters(letters: Sequence[Letter], now: datetime, *, more: bool) -> None:
    """Print one line a delivery."""
    console = wide()
    table = Table(
        "owed", Column("id", no_wrap=True), "partnership", "kind", "recipient", "lane", "status", "tries", "why"
    )
    for letter in letters:
        cells = (
            _minute(letter.owed_at),
            letter.id,
            letter.partnership,
            letter.kind,
            letter.recipient,
            f"{letter.channel} {letter.lane}" if letter.lane != letter.recipient else letter.channel,
        )
        status = Text(letter.status, _COLOURS.get(letter.status, ""))
        why = _text(why_it_waits(letter, now) or letter.detail or "")
        table.add_row(*map(_text, cells), status, str(letter.tries), why)
    console.print(table)
    if more:
        console.print("There are more. Ask for --most 500, or of one --partnership or --channel.")


def print_lanes(lanes: Sequence[Lane], now: datetime) -> None:
    """Print what waits for each lane, the one with the oldest first; nothing where nothing waits."""
    if not lanes:
        return
    table = Table("waiting for", "channel", "how many", "the oldest for")
    for lane in lanes:
        age = duration(max(0, int((now - lane.oldest_owed_at).total_seconds())))
        table.add_row(_text(lane.to), _text(lane.channel), str(lane.waiting), age)
    wide().print(table)


def print_none(statuses: Sequence[str]) -> None:
    """Say that there is nothing, and where to look instead."""
    words = {WAITING: "Nothing waits.", FAILED: "Nothing has failed for good."}
    said = " ".join(words[status] for status in statuses)
    wide().print(
        f"{said} What became of an incident's pages: GET /v1/incidents/INC-1001/deliveries.\n"
        "Whether pages reach anybody at all: tocsin page --help",
        highlight=False,
        soft_wrap=True,
    )


def what_it_is(letter: Letter) -> str:
    """Say what a delivery is, in a few words."""
    return printable(f"{letter.kind} for {letter.recipient} on {letter.channel}, {letter.stream}")


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


def _text(value: str) -> Text:
    return Text(printable(value))
