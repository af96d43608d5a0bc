"""What a change to a subscription does to its messages, in the transaction of its fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, Text, bindparam, func, insert, literal, null, select, update

from incidents.errors import Refused
from incidents.ledger.pipeline import Write
from notifications.webhooks.statuses import DELIVERED, FAILED, PING, WAITING, WITHHELD
from notifications.webhooks.tables import webhook_lanes, webhook_messages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from notifications.webhooks.record import Redelivery, Subscription

MOST_REDELIVERED = 10_000
"""Messages that one request has sent again: enough for an outage of days, and no more than a receiver can stand."""

_row = webhook_messages.c
_of = _row.subscription == bindparam("of")
_in_hand = _row.leased_until > bindparam("present")
_PING = insert(webhook_messages)
_AGAIN = (
    update(webhook_messages)
    .where(
        _row.id == bindparam("ids", type_=ARRAY(Text)).any_(), _row.status != literal(WITHHELD), _in_hand.is_not(True)
    )
    .values(
        status=WAITING, due_at=bindparam("present"), waits_for=null(), leased_until=null(), tries=0, finished_at=null()
    )
)
_DUE = (
    update(webhook_messages)
    .where(_of, _row.status == literal(WAITING))
    .values(due_at=func.least(_row.due_at, bindparam("present")), waits_for=null(), tries=0)
)
_FORGIVEN = (
    update(webhook_lanes)
    .where(webhook_lanes.c.subscription == bindparam("of"))
    .values(opens_at=null(), why=null(), failing_since=null())
)
_DROP = (
    update(webhook_messages)
    .where(_of, _row.status == literal(WAITING))
    .values(status=literal(FAILED), waits_for=null(), finished_at=bindparam("present"))
)


class TooManyMessages(Refused):
    """So many messages are in that span that they are not sent again at once. Ask for a shorter span."""

    code = "too_many_messages"


def pinged(subscription: Subscription, message: str, at: datetime) -> list[Write]:
    """Give the write that sends a ping now."""
    row = {
        "id": message,
        "subscription": subscription.id,
        "partnership": subscription.partnership,
        "type": PING,
        "status": WAITING,
        "due_at": at,
        "created_at": at,
    }
    return [Write(_PING, [row])]


def sent_again(messages: Sequence[str], at: datetime) -> list[Write]:
    """Give the write that sends messages again now, under their ids, with tries of their own."""
    return [Write(_AGAIN, [{"ids": list(messages), "present": at}])] if messages else []


def gone_on(subscription: Subscription, at: datetime) -> list[Write]:
    """Give the writes that let what waits be sent now, and hold nothing against its receiver any more."""
    return [Write(_DUE, [{"of": subscription.id, "present": at}]), Write(_FORGIVEN, [{"of": subscription.id}])]


def dropped(subscription: Subscription, at: datetime) -> list[Write]:
    """Give the write that ends what waits."""
    return [Write(_DROP, [{"of": subscription.id, "present": at}])]


def in_span(subscription: str, asked: Redelivery, connection: Connection) -> list[str]:
    """Read the finished messages that came about in a span: the failed ones alone, or all. TooManyMessages."""
    statuses = (FAILED,) if asked.only_failed else (FAILED, DELIVERED)
    query = select(_row.id).where(
        _row.subscription == subscription,
        _row.status.in_(statuses),
        _row.created_at >= asked.since,
        _row.created_at < asked.until,
    )
    found = list(connection.scalars(query.order_by(_row.created_at, _row.id).limit(MOST_REDELIVERED + 1)))
    if len(found) > MOST_REDELIVERED:
        raise TooManyMessages(most=MOST_REDELIVERED)
    return found
