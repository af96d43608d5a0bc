"""A channel that this installation has not: whoever is to be reached by it is told of otherwise, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notifications.channels.channel import SendFailed

if TYPE_CHECKING:
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery


@dataclass
class Unconfigured:
    """Takes nothing. A page that nobody carries would wait for ever; one that failed for good moves the ladder on."""

    name: str

    def send(self, message: Message, delivery: Delivery, address: str) -> None:  # noqa: ARG002 - the port's
        """SendFailed, for good."""
        raise SendFailed(f"{self.name} is not set up here", permanent=True)
