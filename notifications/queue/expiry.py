"""When a delivery is too old to be sent: it would wake somebody for what has long been decided without them. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from notifications.queue.delivery import PAGE

if TYPE_CHECKING:
    from datetime import datetime

    from notifications.queue.delivery import Delivery

EXPIRED = "expired"
"""Why a delivery failed: it was not sent, because it was too old."""
PAGE_LASTS = timedelta(hours=1)
"""All tries fit into it (retry.py). The ladder has other people by then."""
NEWS_LASTS = timedelta(days=1)
"""What informs is still read the day after; later than that it is found on the record."""


def expires_at(delivery: Delivery) -> datetime:
    """Give the instant from which a delivery is not sent any more."""
    return delivery.owed_at + (PAGE_LASTS if delivery.kind == PAGE else NEWS_LASTS)


def expired(delivery: Delivery, now: datetime) -> bool:
    """Whether it is too old."""
    return now >= expires_at(delivery)
