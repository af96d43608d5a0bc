"""Several messages that go out as one: what informs somebody, and came soon after the last that did. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery


@dataclass(frozen=True)
class Part:
    """A message, and the delivery that it is: its id, attempts and outcome stay its own."""

    delivery: Delivery
    message: Message


@dataclass(frozen=True)
class Bundle:
    """Notices and reminders to one recipient, at least two, in the order in which they were due. Never a page."""

    parts: tuple[Part, ...]

    @property
    def to(self) -> str:
        """What the reader is called."""
        return self.parts[0].message.to

    @property
    def tz(self) -> str:
        """The zone in which the reader is to be told times."""
        return self.parts[0].message.tz

    @property
    def sent_at(self) -> datetime:
        """Now."""
        return self.parts[0].message.sent_at

    @property
    def messages(self) -> tuple[Message, ...]:
        """Its messages."""
        return tuple(part.message for part in self.parts)
