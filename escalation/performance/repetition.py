"""Deviations that come so often that one of them is a breach. Pure. Source: spec.tolerance.turns_into_breach.

A deviation is final once its clock has stopped, and lies at the last instant at which the clock was still met
(`deviated_at`). With `deviations: 3`, two are tolerated within the time, and each that comes on record beside two
others is a breach. It then is no deviation any more, and does not count for the next ones. "Within" is read as
everywhere: from the local date of the first to the end of the local date on which the span ends (clock rule 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from escalation.agreement.model import Repetition


@dataclass(frozen=True, slots=True)
class Deviation:
    """A clock that was missed by no more than is tolerated, and has stopped."""

    stream: str
    clock: str
    cycle: int
    at: datetime


def repeated(rule: Repetition, this: Deviation, others: Iterable[Deviation], tz: str) -> list[Deviation] | None:
    """Give the deviations that, with this one, make a breach: the earliest that do; None while they are too few."""
    alike = [each for each in others if each != this and (each.clock == this.clock or not rule.same_target)]
    found = sorted([*alike, this], key=lambda each: (each.at, each.stream, each.clock, each.cycle))
    for first in range(len(found) - rule.deviations + 1):
        together = found[first : first + rule.deviations]
        if this in together and together[-1].at < rule.within.end(together[0].at, tz):
            return [each for each in together if each != this]
    return None
