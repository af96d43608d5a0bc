"""Reading the windows of an exclusion: when planned maintenance comes again and again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.agreement.model import Window
from escalation.agreement.sections import recurrence
from escalation.agreement.sections.opening_hours import time_of_day
from escalation.agreement.text import values
from escalation.agreement.text.fields import show

if TYPE_CHECKING:
    from datetime import date

    from escalation.agreement.text.fields import Field

_MOST = 12
_DAY = 86_400


def read_windows(field: Field, tz: str) -> tuple[Window, ...]:
    """Windows of which no two lie over each other; `tz` is the zone of those that give none."""
    mistakes_before = len(field.findings)
    items = field.items()
    if field.value == []:
        field.mistake("an empty list", "add a window, or remove the key")
    if len(items) > _MOST:
        field.mistake(f"{len(items)} windows", f"at most {_MOST} are read")
        return ()
    windows = tuple(_window(item, tz) for item in items)
    clash = _overlap(windows) if len(field.findings) == mistakes_before else None
    if clash:
        first, second, day = min(clash[:2]), max(clash[:2]), clash[2]
        other = "itself" if first == second else f"window {first + 1} of the list"
        items[second].mistake(f"overlaps {other}, on {day} for one", "make it shorter, or move it")
    return windows


def _window(field: Field, tz: str) -> Window:
    entry = field.section(("rrule", "start", "duration", "tz"))
    return Window(
        rrule=_rule(entry.need("rrule")),
        start=_start(entry.need("start")),
        duration=values.duration(entry.need("duration")),
        tz=values.zone(entry.get("tz"), tz),
    )


def _rule(field: Field) -> str:
    rule = values.text(field)
    wrong = recurrence.trouble(rule) if rule else None
    if wrong:
        field.mistake(f"{show(rule)} {wrong[0]}", wrong[1])
    return rule


def _start(field: Field) -> int:
    start = time_of_day(field)
    if start == _DAY:
        field.mistake("'24:00' is the end of a day", 'write "00:00", and the day after in the rule')
    return start or 0


@lru_cache(maxsize=64)
def _overlap(windows: tuple[Window, ...]) -> tuple[int, int, date] | None:
    """As recurrence.overlap; remembered, for an agreement with layers is read many times over."""
    return recurrence.overlap(windows)
