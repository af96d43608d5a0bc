"""Reminders that come some days ahead of a date, by local dates: 30, 7 and 1 days before an end. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from escalation.agreement.spans import Dates
from escalation.engine.reminders import Occasion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from escalation.engine.reminders import Reminding

_DAYS_AHEAD = re.compile(r"_in_\d+_days$")


class Due(NamedTuple):
    """A reminder, and the instant from which on it is due."""

    at: datetime
    occasion: Occasion


def ahead(kind: str, due_at: datetime, tz: str, days: Iterable[int], about: str | None = None) -> list[Due]:
    """Give the reminders of a kind that come so many days ahead of an instant, by dates of a zone."""
    return [
        Due(Dates(days=each).before(due_at, tz), Occasion(f"{kind}_in_{each}_days", about, due_at)) for each in days
    ]


def kind_of(reminder: str) -> str:
    """Give the kind of a reminder without its days: by the time it is told, fewer may be left."""
    return _DAYS_AHEAD.sub("", reminder)


def untold(record: Reminding, dues: Iterable[Due]) -> Sequence[Due]:
    """Give the reminders that are still to come, in their order; whatever was told covers those before it."""
    ordered = sorted(dues, key=lambda due: due.at)
    told = [place for place, due in enumerate(ordered) if record.has_reminded(due.occasion)]
    return ordered[told[-1] + 1 :] if told else ordered


def last_due(dues: Iterable[Due], now: datetime) -> Due | None:
    """Give the one to tell at an instant: of several that are past at once the last one covers the others."""
    return max((due for due in dues if due.at <= now), key=lambda due: due.at, default=None)
