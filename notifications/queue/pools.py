"""A pool of threads for each channel, so that a slow channel starves no other."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from notifications.channels.channel import Bundling
from notifications.queue.claiming import Ask
from notifications.queue.lanes import SLOW_MS
from notifications.queue.pace import Pace, pace_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from notifications.channels.channel import Channel
    from notifications.queue.bundling import Parcel


class ChannelPool:
    """Sends over one channel, several lanes at once.

    Slow lanes hold at most half of the places: those that were slow last time, and those that are taking long now.
    """

    def __init__(self, channel: Channel, at_once: int | None = None) -> None:
        """Take a channel, and how many lanes may be busy at once, if that is not for its pace to say."""
        self.channel = channel
        pace = pace_of(channel)
        self._pace = Pace(at_once or pace.at_once, pace.per_second, pace.per_lane_seconds)
        self._threads = ThreadPoolExecutor(self._pace.at_once, thread_name_prefix=f"sender-{channel.name}")
        self._busy: dict[Future[None], _Busy] = {}

    def ask(self) -> Ask:
        """Say how much may be claimed for it."""
        self._busy = {future: busy for future, busy in self._busy.items() if not future.done()}
        free = self._pace.at_once - len(self._busy)
        slow = sum(busy.slow for busy in self._busy.values())
        half = max(1, self._pace.at_once // 2)
        return Ask(
            self.channel.name,
            most=min(free, self._pace.burst),
            most_slow=max(0, min(free, half - slow)),
            pace=self._pace,
            bundles=isinstance(self.channel, Bundling),
        )

    def start(self, parcel: Parcel, send: Callable[[Parcel, Channel], None]) -> None:
        """Send a parcel; it does not wait for that."""
        self._busy[self._threads.submit(send, parcel, self.channel)] = _Busy(known=parcel.slow)

    def drain(self, timeout: float | None) -> bool:
        """Wait for what is being sent; True once nothing is."""
        return not wait(self._busy, timeout).not_done

    def close(self) -> None:
        """Finish what is being sent, and stop."""
        self._threads.shutdown()


class _Busy:
    """A place that is taken."""

    def __init__(self, *, known: bool) -> None:
        self._known = known
        self._since = time.monotonic()

    @property
    def slow(self) -> bool:
        return self._known or (time.monotonic() - self._since) * 1000 > SLOW_MS
