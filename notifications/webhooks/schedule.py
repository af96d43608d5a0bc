"""When a message is tried again, how long its receiver is left alone, and when it is given up. Pure.

A message has ten tries within about three days. Its receiver rests as long again as it has been failing, from seconds
to minutes: what hangs is asked seldom, and one that is well again soon has all that waits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_M, _H = 60.0, 3600.0
WAITS = (5.0, 5 * _M, 30 * _M, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 20 * _H, 24 * _H)
"""Seconds after each failed try, as Standard Webhooks proposes; after the one behind the last a message has failed."""
SPREAD = 0.2
"""The share by which chance makes a wait shorter or longer, so that what failed together does not return together."""
LONGEST_ASKED = 24 * _H
"""Seconds that a receiver may ask for at most (Retry-After)."""
SHORTEST_REST, LONGEST_REST = 5.0, 300.0
"""Seconds that a receiver which fails is left alone."""
GIVEN_UP_AFTER = timedelta(days=5)
"""After so long without any success a subscription is disabled."""
SLOW = 3.0
"""Seconds from which on a receiver counts as slow."""
WELL_AGAIN = timedelta(minutes=1)
"""Who had failed for longer is sent all that waits at once when it takes something; a single refusal is no outage."""


def again_at(tries: int, asked: float | None, now: datetime, chance: float) -> datetime | None:
    """Say when a message is tried again after its try number `tries` (from 1); None: that was the last.

    `asked` is the rest in seconds that its receiver asked for, `chance` a random number from 0 to 1.
    """
    if tries > len(WAITS):
        return None
    wait = WAITS[tries - 1] * (1 - SPREAD + 2 * SPREAD * chance)
    return now + timedelta(seconds=max(wait, min(asked or 0.0, LONGEST_ASKED)))


def opens_at(failing_since: datetime, asked: float | None, now: datetime, chance: float) -> datetime:
    """Say until when a receiver is left alone that has failed since an instant, and now again."""
    steady = min(max((now - failing_since).total_seconds(), SHORTEST_REST), LONGEST_REST)
    rest = steady * (1 - SPREAD + 2 * SPREAD * chance)
    return now + timedelta(seconds=max(rest, min(asked or 0.0, LONGEST_ASKED)))
