"""What a message says, line by line: the same on a terminal and in a mail. Pure.

Nothing in a line can steer whatever shows it (words.printable).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.message.reminder import Reminder
from notifications.message.words import duration, on_the_wall, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notifications.message.message import IncidentMessage, Message

WORTH_MENTIONING = 60
"""Seconds of delay from which on a message says that it comes late."""
UTC = "UTC"


def title(message: Message) -> str:
    """Give what it is about."""
    return printable(message.title)


def facts(message: Message) -> list[str]:
    """Give why it is told, how things stand, when they are due where its reader is, and whether it comes late."""
    return [printable(text) for text in _facts(message)]


def _facts(message: Message) -> Iterator[str]:
    yield message.why
    yield from _local_due(message) if isinstance(message, Reminder) else _state(message)
    if message.late_by >= WORTH_MENTIONING:
        yield f"comes late: it was due {duration(message.late_by)} ago"


def _local_due(message: Reminder) -> Iterator[str]:
    """Say by the reader's own clock when it is due; `why` says it in UTC."""
    if message.due_at is not None and message.tz != UTC:
        yield f"due {on_the_wall(message.due_at, message.tz)}"


def _state(message: IncidentMessage) -> Iterator[str]:
    yield f"{message.service}, {message.status}"
    clocks = [f"{clock.clock} {clock.state}{_due(message, index)}" for index, clock in enumerate(message.clocks)]
    if clocks:
        yield "clocks: " + ", ".join(clocks)


def _due(message: IncidentMessage, index: int) -> str:
    """Say how far away a clock's due instant is, and when that is where the reader is."""
    due_at = message.clocks[index].due_at
    if due_at is None:
        return ""
    left = int((due_at - message.sent_at).total_seconds())
    away = f"in {duration(left)}" if left >= 0 else f"{duration(-left)} ago"
    return f" (due {away}, {on_the_wall(due_at, message.tz)})"
