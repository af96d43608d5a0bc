"""When a formal warning is due: after so many breaches within a time. Pure. Source: spec.tolerance.warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from escalation.agreement.model import FormalWarning


def breaches_in_time(rule: FormalWarning, breaches: Iterable[datetime], now: datetime, tz: str) -> int:
    """Count the breaches whose time, up to the end of its last local date, is not over."""
    return sum(at <= now < rule.within.end(at, tz) for at in breaches)


def is_due(
    rule: FormalWarning, breaches: Iterable[datetime], issued: Iterable[datetime], now: datetime, tz: str
) -> bool:
    """Say whether a level's warning is due: enough breaches, and none of that level issued within the same time."""
    if any(now < rule.within.end(at, tz) for at in issued):
        return False
    return breaches_in_time(rule, breaches, now, tz) >= rule.breaches
