"""Overrides, laid out on one line: at any instant the latest of those that hold then (on-call rule 3)."""

from __future__ import annotations

from datetime import UTC
from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from escalation.oncall.schedule import Override

Stretch = tuple["datetime", "datetime", "Override"]
"""[from, to) in UTC, and the override that holds then."""


def laid_out(overrides: Sequence[Override]) -> list[Stretch]:
    """Stretches in their order, none of which overlap. An override that does not end after its start has none."""
    begun: list[int] = []
    stretches: list[Stretch] = []
    waiting = sorted(((each.start.astimezone(UTC), -nth) for nth, each in enumerate(overrides)), reverse=True)
    edges = sorted({edge.astimezone(UTC) for each in overrides for edge in (each.start, each.end)})
    for at, until in pairwise(edges):
        while waiting and waiting[-1][0] <= at:
            heappush(begun, waiting.pop()[1])
        while begun and overrides[-begun[0]].end <= at:
            heappop(begun)
        if begun:
            stretches.append((at, until, overrides[-begun[0]]))
    return stretches
