"""Laying shifts over shifts: how layers and overrides become one line (on-call rule 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation.oncall.schedule import Shift

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime


def laid_over(under: Sequence[Shift], over: Iterable[Shift]) -> Iterator[Shift]:
    """Yield what is on top: `over` wherever it has anything, `under` elsewhere.

    Both are in order and without overlap; so is the result. `over` must lie within what `under` covers.
    """
    rest = iter(under)
    current = next(rest, None)
    for top in over:
        while current is not None and current.start < top.end:
            if current.start < top.start:
                yield current if current.end <= top.start else _cut(current, current.start, top.start)
            if current.end > top.end:
                current = _cut(current, top.end, current.end)
                break
            current = next(rest, None)
        yield top
    if current is not None:
        yield current
    yield from rest


def joined(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Yield shifts in order, those that follow each other and differ in nothing but their time as one."""
    last: Shift | None = None
    for each in shifts:
        if last is None:
            last = each
        elif last.end == each.start and _alike(last, each):
            last = _cut(last, last.start, each.end)
        else:
            yield last
            last = each
    if last is not None:
        yield last


def _cut(shift: Shift, start: datetime, end: datetime) -> Shift:
    """Give it another time: `dataclasses.replace` would take four times as long, thousands of times a year."""
    return Shift(start, end, shift.people, shift.layer, shift.override, shift.swap)


def _alike(one: Shift, other: Shift) -> bool:
    return one.people == other.people and (one.layer, one.override, one.swap) == (
        other.layer,
        other.override,
        other.swap,
    )
