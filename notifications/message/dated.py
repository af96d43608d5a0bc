"""When a message was caused, and when it is sent: they lie apart when a channel was down."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Dated:
    """What every message has: `at` is when its cause was recorded, and `sent_at` now."""

    at: datetime
    sent_at: datetime

    @property
    def late_by(self) -> int:
        """Seconds between its cause and now."""
        return int((self.sent_at - self.at).total_seconds())
