"""Laying shifts over shifts: how layers and overrides become one line (on-call rule 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from escalation.oncall.schedule import Shift


def laid_over(under: Sequence[Shift], over: Iterable[Shift]) -> Iterator[Shift]:
    """Yield what is on top: `over` wherever it has anything, `under` elsewhere.

    Both are in order and without overlap; so is the result. `over` must lie within what `under` covers.
    """
    rest = iter(under)
    current = next(rest, None)
    for top in over:
        while current is not None and current.start < top.end:
            if current.start < top.start:
                yield replace(current, end=min(current.end, top.start))
            if current.end > top.end:
                current = replace(current, start=top.end)
                break
            current = next(rest, None)
        yield top
    if current is not None:
        yield current
    yield from rest


def joined(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Yield shifts, those that follow each other and differ in nothing but their time as one; empty ones left out."""
    last: Shift | None = None
    for each in shifts:
        if each.start >= each.end:
            continue
        if last is not None and last.end == each.start and _alike(last, each):
            last = replace(last, end=each.end)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last


def _alike(one: Shift, other: Shift) -> bool:
    return (one.people, one.layer, one.override) == (other.people, other.layer, other.override)
