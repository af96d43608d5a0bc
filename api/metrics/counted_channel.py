"""Counts what a channel does, around it: neither the channel nor whoever sends over it knows."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from api.metrics import counted
from notifications.channels.channel import Bundling, SendFailed
from notifications.queue.delivery import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.ledger.clock import Clock
    from notifications.channels.channel import Channel
    from notifications.message.bundle import Bundle
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery


def counting(channel: Channel, clock: Clock) -> Channel:
    """Give a channel that counts; `clock` tells how long a page has waited."""
    return CountedBundling(channel, clock) if isinstance(channel, Bundling) else CountedChannel(channel, clock)


class CountedChannel:
    """A channel that counts each attempt, its duration and outcome, and how long a page waited until it was sent."""

    def __init__(self, channel: Channel, clock: Clock) -> None:
        """Take what sends."""
        self._channel = channel
        self._clock = clock
        self.name = channel.name

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what a channel says of itself, such as its pace
        """Have whatever the channel has."""
        return getattr(self._channel, name)

    def send(self, message: Message, delivery: Delivery, address: str) -> None:
        """Send. SendFailed."""
        with self._attempt():
            self._channel.send(message, delivery, address)
        if delivery.kind == PAGE:
            waited = (self._clock.now() - delivery.owed_at).total_seconds()
            counted.PAGE_WAIT.labels(self.name).observe(max(0.0, waited))

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        began = time.monotonic()
        outcome = counted.RETRY
        counted.SENDING.labels(self.name).inc()
        try:
            yield
            outcome = counted.SENT
        except SendFailed as failure:
            outcome = counted.FAILED if failure.permanent else counted.RETRY
            raise
        finally:
            counted.SENDING.labels(self.name).dec()
            counted.ATTEMPTS.labels(self.name, outcome).inc()
            counted.ATTEMPT_DURATION.labels(self.name).observe(time.monotonic() - began)


class CountedBundling(CountedChannel):
    """A channel to people that counts: a bundle is one attempt."""

    def send_bundle(self, bundle: Bundle, address: str) -> None:
        """Send several messages as one. SendFailed."""
        with self._attempt():
            self._channel.send_bundle(bundle, address)  # type: ignore[attr-defined] # `counting` has looked
