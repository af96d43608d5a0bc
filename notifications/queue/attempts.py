"""Every attempt at telling people of an incident, for whoever asks why a page did not come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from notifications.queue.tables import deliveries, delivery_attempts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine


@dataclass(frozen=True)
class Attempt:
    """One try: when it was over, and whether it was `sent`, is to be tried again (`retry`) or `failed` for good.

    A number that is missing among a delivery's `nth` was in a sender's hand when that sender died.
    """

    delivery: str
    nth: int
    kind: str
    recipient: str
    channel: str
    at: datetime
    outcome: str
    detail: str | None


def attempts_of(engine: Engine, stream: str) -> list[Attempt]:
    """List the attempts at telling people of an incident, in the order in which they were over."""
    tried, owed = delivery_attempts.c, deliveries.c
    query = (
        select(
            tried.delivery,
            tried.nth,
            owed.kind,
            owed.recipient,
            owed.channel,
            tried.at,
            tried.outcome,
            tried.detail,
        )
        .join_from(delivery_attempts, deliveries, owed.id == tried.delivery)
        .where(owed.stream == stream)
        .order_by(tried.at, tried.delivery, tried.nth)
    )
    with engine.connect() as connection:
        return [Attempt(*row) for row in connection.execute(query)]
