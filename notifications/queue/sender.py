"""The sender: sends what is due, at least once, under one id (design decision 9).

It claims under a lease, reads the record again right before the send, sends outside any transaction, and says what
came of it in a fact. If it dies in between, the lease runs out and whoever comes next sends again, with the same id.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import structlog

from notifications.queue.overtaken import Overtaken
from notifications.queue.pools import ChannelPool
from notifications.queue.queue import Queue
from notifications.queue.sending import Sending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from incidents.incidents import Incidents
    from notifications.channels.channel import Channel
    from notifications.message.message import Composer
    from notifications.queue.bundling import Parcel
    from notifications.queue.delivery import Delivery

_log = structlog.get_logger(__name__)


class Sender:
    """Sends deliveries, several lanes at once. Any number of senders may run, in one process or many."""

    def __init__(
        self,
        incidents: Incidents,
        composer: Composer,
        channels: Mapping[str, Channel],
        *,
        at_once: int | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Take the channels by name (others' deliveries are left alone).

        `at_once` is how many lanes of each may be busy at once, if not as many as its pace says (pace.py); `chance`
        gives a number from 0 to 1.
        """
        self._clock = incidents.ledger.clock
        self._queue = Queue(incidents.ledger.engine)
        self._sending = Sending(incidents, composer, self._queue, chance)
        self._pools = {name: ChannelPool(channel, at_once) for name, channel in channels.items()}
        self._overtaken = Overtaken(incidents.ledger.engine)
        self._reviewer = ThreadPoolExecutor(1, thread_name_prefix="sender-review")
        self._review: Future[None] | None = None

    def run_once(self) -> int:
        """Claim what is due and start sending it; give how many. It does not wait for them: a slow one delays none."""
        reviewed = self._start_review()
        asks = [ask for ask in (pool.ask() for pool in self._pools.values()) if ask.most]
        claimed = self._queue.claim(asks, self._clock.now()) if asks else []
        for parcel in claimed:
            self._pools[parcel.deliveries[0].channel].start(parcel, self._send)
        return reviewed + sum(len(parcel.deliveries) for parcel in claimed)

    def drain(self, timeout: float | None = None) -> bool:
        """Wait, at most `timeout` seconds, for what is being sent; True once nothing is."""
        end = None if timeout is None else time.monotonic() + timeout
        if self._review is not None and wait([self._review], timeout).not_done:
            return False
        return all(
            pool.drain(None if end is None else max(0.0, end - time.monotonic())) for pool in self._pools.values()
        )

    def close(self) -> None:
        """Finish what is being sent, and stop."""
        self._reviewer.shutdown()
        for pool in self._pools.values():
            pool.close()

    def _send(self, parcel: Parcel, channel: Channel) -> None:
        """Send, and never let a failure pass unseen; whatever it was, the lease runs out and it is tried again."""
        try:
            self._sending.send(parcel, channel)
        except Exception:  # noqa: BLE001 - a thread of the pool would swallow it unseen
            _log.exception("delivery_interrupted", deliveries=[delivery.id for delivery in parcel.deliveries])

    def _start_review(self) -> int:
        """Begin to look at what may not be needed any more, one lot after the other; give how many."""
        if self._review is not None and not self._review.done():
            return 0
        now = self._clock.now()
        found = [*self._overtaken.take(now), *self._overtaken.too_old(now)]
        self._review = self._reviewer.submit(self._review_all, found) if found else None
        return len(found)

    def _review_all(self, found: Sequence[Delivery]) -> None:
        for delivery in found:
            try:
                self._sending.review(delivery)
            except Exception:  # noqa: BLE001 - the others are to be looked at all the same; this one has its time
                _log.exception("review_interrupted", delivery=delivery.id)
