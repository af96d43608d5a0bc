"""A delivery: one thing that is owed to one recipient over one channel, under one id for all its tries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

PAGE = "page"
"""Somebody must answer."""
NOTICE = "notice"
"""Somebody is informed."""
TAKEN = "taken"
"""Whoever was paged hears that somebody else has taken it, or that another incident tells its story."""
REMINDER = "reminder"
"""Somebody is reminded, by another record than an incident."""

WAITING = "waiting"
SENT = "sent"
FAILED = "failed"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Delivery:
    """A claimed row of the queue.

    `version` is the fact that caused it, `urgency` 0 goes before 1. `tries` counts this try too, so it tells this
    claim from every other; the claim holds until `leased_until`. `party` is that of a person; of a contact and a
    webhook the agreement knows it. It was first to be sent at `owed_at`; if it had failed for good and was to be sent
    again, it is since then, and `tried_before` is how many of its tries came before. `refused` of all its
    tries surely reached nobody.
    """

    id: str
    stream: str
    version: int
    kind: str
    recipient: str
    channel: str
    destination: str
    urgency: int
    tries: int
    leased_until: datetime
    partnership: str
    owed_at: datetime
    party: str | None = None
    tried_before: int = 0
    refused: int = 0

    @property
    def tries_now(self) -> int:
        """How many tries there were, this one too, since it was owed or last sent again."""
        return self.tries - self.tried_before
