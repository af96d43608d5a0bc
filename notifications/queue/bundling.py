"""Bundling: what informs somebody goes out together with what else does, soon after. Pages and news of takers never do.

The first notice or reminder leaves at once. Whatever follows it to the same recipient, over the same lane, waits until
TOGETHER has passed since the last that was sent, and then leaves as one message. Only what was never tried is bundled:
a try that is repeated must be the same message under the same id, or whoever drops repeated ids would drop news.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from escalation.crew.reaching import PAGE as PAGING
from notifications.queue.claiming import FIELDS
from notifications.queue.delivery import NOTICE, REMINDER, Delivery
from notifications.queue.waiting import BUNDLED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from notifications.queue.claiming import Claimed

TOGETHER = timedelta(minutes=2)
"""Nobody acts upon a notice, so two minutes cost nothing, and spare whoever is informed most of the interruptions."""
AT_MOST = 20
"""Messages in a bundle: each needs its record read right before the send."""
BUNDLED_KINDS = frozenset({NOTICE, REMINDER})


@dataclass(frozen=True)
class Parcel:
    """What goes out in one send: a delivery, or several in a bundle; and whether its lane is slow."""

    deliveries: tuple[Delivery, ...]
    slow: bool = False


_SINCE = text("""
    SELECT max(finished_at) FROM deliveries
    WHERE status = 'sent' AND kind IN ('notice', 'reminder') AND channel = :channel AND destination = :destination
        AND recipient = :recipient AND partnership = :partnership AND finished_at > :since AND urgency > 0
""")
_HOLD = text("""
    UPDATE deliveries SET leased_until = NULL, tries = tries - 1, due_at = :until, waits_for = :why WHERE id = :id
""")
_COMPANIONS = text(f"""
    UPDATE deliveries AS row SET leased_until = :until, tries = row.tries + 1
    FROM (
        SELECT id FROM deliveries
        WHERE status = 'waiting' AND channel = :channel AND destination = :destination AND urgency = :urgency
            AND due_at <= :now AND leased_until IS NULL AND tries = tried_before
            AND kind IN ('notice', 'reminder') AND recipient = :recipient AND partnership = :partnership
        ORDER BY due_at, id LIMIT {AT_MOST - 1} FOR UPDATE SKIP LOCKED
    ) AS found
    WHERE row.id = found.id
    RETURNING {FIELDS}
""")  # noqa: S608 - made of constants


def parcels(
    connection: Connection, claimed: Sequence[Claimed], bundling: Collection[str], now: datetime
) -> Iterator[Parcel]:
    """Give what was claimed as it is to be sent; what is to go out with others later is given back, and not sent."""
    for each in claimed:
        if each.delivery.channel not in bundling or not may_be_bundled(each.delivery):
            yield Parcel((each.delivery,), each.slow)
        elif (until := _held_until(connection, each, now)) is not None:
            connection.execute(_HOLD, {"id": each.delivery.id, "until": until, "why": BUNDLED})
        else:
            together = [each.delivery, *_companions(connection, each.delivery, now)]
            yield Parcel(tuple(sorted(together, key=lambda it: (it.owed_at, it.id))), each.slow)


def may_be_bundled(delivery: Delivery) -> bool:
    """Whether a claimed delivery may go out with others: it informs, and was never tried before.

    What no incident pages for pages as well: a test page, a formal warning.
    """
    return delivery.kind in BUNDLED_KINDS and delivery.urgency != PAGING and delivery.tries_now == 1


def held_until(last: datetime | None, waited_for: str | None, now: datetime) -> datetime | None:
    """Say until when one is held back that informs, `last` being when its recipient was informed; None: it may go.

    What was held back once is not held back again.
    """
    if last is None or waited_for == BUNDLED or last + TOGETHER <= now:
        return None
    return last + TOGETHER


def _held_until(connection: Connection, claimed: Claimed, now: datetime) -> datetime | None:
    asked = {**_group(claimed.delivery), "since": now - TOGETHER}
    return held_until(connection.execute(_SINCE, asked).scalar_one(), claimed.waited_for, now)


def _companions(connection: Connection, delivery: Delivery, now: datetime) -> list[Delivery]:
    asked = {**_group(delivery), "urgency": delivery.urgency, "now": now, "until": delivery.leased_until}
    return [Delivery(**row._mapping) for row in connection.execute(_COMPANIONS, asked)]  # noqa: SLF001 - public


def _group(delivery: Delivery) -> dict[str, Any]:
    """Name those who get bundles of their own: recipients of a partnership, by the lane that leads to them."""
    return {name: getattr(delivery, name) for name in ("channel", "destination", "recipient", "partnership")}
