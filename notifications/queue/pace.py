"""How fast deliveries go out: how many at once, and how far apart. Pure.

A destination that has had enough says so, and gets its rest (lanes.py). These are the paces that need no telling; a
channel that knows better, because its server's operator said so, declares its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notifications.channels.channel import Channel


@dataclass(frozen=True)
class Pace:
    """How fast a channel sends.

    Attributes:
        at_once: Lanes that may be busy at the same time, in each worker.
        per_second: Sends of the whole channel, over all workers; None: as many as come.
        per_lane_seconds: Seconds between the starts of two sends to one destination; 0: each as the one before ends.
    """

    at_once: int = 16
    per_second: float | None = None
    per_lane_seconds: float = 0.0

    @property
    def between(self) -> timedelta:
        """The time between two sends of the whole channel."""
        return timedelta(seconds=1 / self.per_second) if self.per_second else timedelta()

    @property
    def in_lane(self) -> timedelta:
        """The time between two sends to one destination."""
        return timedelta(seconds=self.per_lane_seconds)

    @property
    def burst(self) -> int:
        """How many sends may start at the same moment: a second's worth."""
        return max(1, int(self.per_second)) if self.per_second else self.at_once


PACES: Mapping[str, Pace] = {
    "terminal": Pace(at_once=4),  # they take turns at one stream, and each takes no time
    "webhook": Pace(at_once=32),  # they wait for others' servers; one in flight a lane is pace enough for a machine
    "email": Pace(at_once=8, per_lane_seconds=1.0),  # mail servers turn away who writes to one mailbox without pause
    "sms": Pace(at_once=8, per_lane_seconds=1.0),  # carriers take about one text a second from a number
    "voice": Pace(at_once=8, per_lane_seconds=30.0),  # who is on the phone finds the second call engaged
}
"""By the name of a channel."""


def pace_of(channel: Channel) -> Pace:
    """Give a channel's pace: what it declares of `at_once`, `per_second` and `per_lane_seconds`, else the usual."""
    usual = PACES.get(channel.name, Pace())
    return Pace(
        at_once=getattr(channel, "at_once", usual.at_once),
        per_second=getattr(channel, "per_second", usual.per_second),
        per_lane_seconds=getattr(channel, "per_lane_seconds", usual.per_lane_seconds),
    )
