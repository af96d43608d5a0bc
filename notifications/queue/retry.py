"""What follows a failed try: decisions as values (convention 6). Pure.

Eight tries within about an hour: the first ones soon, because a page is urgent, then ever further apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notifications.channels.channel import SendFailed

MAX_TRIES = 8
FIRST_WAIT = 5.0
"""Seconds."""
GROWTH = 2.75
"""The seven waits add up to 3,392 seconds."""
SPREAD = 0.25
"""The share by which chance makes a wait shorter or longer, so that what failed together does not return together."""
LONGEST_REST = 900.0
"""Seconds that the other side may ask for at most: a page cannot be put off until tomorrow."""


@dataclass(frozen=True)
class Rest:
    """The other side asked for a rest: nothing goes there before `until`, or nothing at all over its channel."""

    until: datetime
    whole_channel: bool = False


@dataclass(frozen=True)
class TryAgain:
    """Try again at `due_at`. Others that wait for the same lane are none the later for it, unless it is to `rest`."""

    due_at: datetime
    rest: Rest | None = None


@dataclass(frozen=True)
class GiveUp:
    """It cannot be delivered."""


def after_failure(failure: SendFailed, tries: int, now: datetime, chance: float) -> TryAgain | GiveUp:
    """Decide what follows the try number `tries` (from 1); `chance` is a random number from 0 to 1."""
    if failure.permanent or tries >= MAX_TRIES:
        return GiveUp()
    asked = timedelta(seconds=min(failure.retry_after or 0.0, LONGEST_REST))
    again_at = now + max(timedelta(seconds=wait(tries, chance)), asked)
    return TryAgain(again_at, Rest(now + asked, failure.whole_channel) if asked else None)


def wait(tries: int, chance: float) -> float:
    """Give the seconds to wait after the try number `tries` (from 1)."""
    steady: float = FIRST_WAIT * GROWTH ** (tries - 1)
    return steady * (1 - SPREAD + 2 * SPREAD * chance)


def asked_rest(retry_after: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date (RFC 9110, section 10.2.3), as seconds from now.

    None where there is none, or it cannot be read: a header of somebody else's is no reason to fail.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter of a year, or a zone, that no clock has
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
