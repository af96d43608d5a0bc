"""A letter: a delivery with every attempt at it, and why it waits, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from notifications.queue.delivery import WAITING, Delivery
from notifications.queue.waiting import BUNDLED, RATE, host_of

if TYPE_CHECKING:
    from datetime import datetime

BEING_SENT = "being sent"
IN_THE_QUEUE = "next in its lane"
_IN_WORDS = {
    BUNDLED: "it goes out together with what else informs its recipient",
    RATE: "our own pace, one after the other",
}


@dataclass(frozen=True)
class Attempt:
    """One try: when it was over, and whether it was `sent`, is to be tried again (`retry`) or `failed` for good.

    A number that is missing among a letter's `nth` was in a sender's hand when that sender died. `took_ms` is None
    where nobody took the time.
    """

    nth: int
    at: datetime
    outcome: str
    detail: str | None
    took_ms: int | None


@dataclass(frozen=True)
class Letter:
    """A row of the queue (notifications/queue/tables.py), with its attempts in their order."""

    id: str
    partnership: str
    stream: str
    version: int
    kind: str
    recipient: str
    channel: str
    destination: str = field(repr=False)
    party: str | None
    urgency: int
    status: str
    owed_at: datetime
    due_at: datetime
    waits_for: str | None
    leased_until: datetime | None
    tries: int
    tried_before: int
    refused: int
    detail: str | None
    finished_at: datetime | None
    attempts: tuple[Attempt, ...] = ()

    @property
    def lane(self) -> str:
        """What people call its lane."""
        return lane_of(self.recipient, self.destination)

    def claimed(self, now: datetime) -> Delivery:
        """Give it as a sender would have it now, to ask whether it is still needed."""
        names = Delivery.__dataclass_fields__.keys() - {"leased_until"}
        return Delivery(leased_until=now, **{name: getattr(self, name) for name in names})


def lane_of(recipient: str, destination: str) -> str:
    """Give what people call a lane: a host, without the path that may hold a secret; else who is at its end."""
    return host_of(destination) or recipient


def why_it_waits(letter: Letter, now: datetime, *, in_full: bool = True) -> str | None:
    """Say why a letter waits: `queued until 12:03 UTC: 429 from hooks.acme.example`; None: it does not.

    Args:
        letter: Which one.
        now: The present.
        in_full: Whether its reader may know what holds it back, beside until when.
    """
    if letter.status != WAITING:
        return None
    if letter.leased_until is not None and letter.leased_until > now:
        return BEING_SENT
    if letter.due_at <= now:
        return IN_THE_QUEUE
    until = f"queued until {_clock_time(letter.due_at, now)}"
    why = letter.waits_for and _IN_WORDS.get(letter.waits_for, letter.waits_for)
    return f"{until}: {why}" if in_full and why else until


def _clock_time(at: datetime, now: datetime) -> str:
    """Say the date too, of what is not within a day; rounded up, for it does not leave before."""
    at += timedelta(minutes=1) - timedelta.resolution
    return f"{at:%H:%M} UTC" if at - now < timedelta(days=1) else f"{at:%Y-%m-%d %H:%M} UTC"
