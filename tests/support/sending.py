"""A channel that keeps what it was given, and senders worked until nothing is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING

from notifications.queue.claiming import Ask
from notifications.queue.queue import Queue

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from notifications.channels.channel import SendFailed
    from notifications.message.bundle import Bundle
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery
    from notifications.queue.sender import Sender


@dataclass
class FakeChannel:
    """Keeps what it was given; fails as told; holds up what goes to `slow` until `until` is set."""

    name: str = "webhook"
    failures: list[SendFailed] = field(default_factory=list)
    slow: str | None = None
    until: Event = field(default_factory=Event)
    begun: Event = field(default_factory=Event)
    sent: list[tuple[Delivery, Message]] = field(default_factory=list)
    most_at_once: int = 0
    _busy: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def send(self, message: Message, delivery: Delivery, address: str) -> None:  # noqa: ARG002 - the port's
        """Take it, or fail."""
        with self._lock:
            self._busy.append(delivery.destination)
            self.most_at_once = max(self.most_at_once, self._busy.count(delivery.destination))
        self.begun.set()
        if delivery.destination == self.slow:
            assert self.until.wait(10)
        with self._lock:
            self._busy.remove(delivery.destination)
            if self.failures:
                raise self.failures.pop(0)
            self.sent.append((delivery, message))

    def recipients(self) -> list[str]:
        """Give who was told, in order."""
        return [delivery.recipient for delivery, _ in self.sent]


@dataclass
class BundlingChannel(FakeChannel):
    """Takes several messages as one, too, and keeps how many came together."""

    together: list[int] = field(default_factory=list)

    def send_bundle(self, bundle: Bundle, address: str) -> None:
        """Take them, or fail."""
        self.together.append(len(bundle.parts))
        first, *rest = bundle.parts
        self.send(first.message, first.delivery, address)
        self.sent += [(part.delivery, part.message) for part in rest]


def work(*senders: Sender) -> int:
    """Let senders send until nothing is due; give how many they sent."""
    total = 0
    while count := sum(sender.run_once() for sender in senders):
        total += count
        assert all(sender.drain(10) for sender in senders)
    return total


def claim(engine: Engine, at: datetime, *, channel: str = "webhook", most: int = 1) -> list[Delivery]:
    """Claim deliveries of a channel, and never send them: their sender has died."""
    found = Queue(engine).claim([Ask(channel, most, most)], at)
    return [delivery for parcel in found for delivery in parcel.deliveries]
