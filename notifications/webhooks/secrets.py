"""The secrets of subscriptions: written with the facts that begin and end them, read only by whoever signs.

Two are good at once at most: the newest, and the one before it until it expires. No fact holds any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, or_, select, update

from incidents.ledger.pipeline import Write
from notifications.webhooks.tables import webhook_secrets

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from notifications.webhooks.record import Subscription

_row = webhook_secrets.c
_of = _row.subscription == bindparam("of")
_ADD = insert(webhook_secrets)
_END_OLDEST = delete(webhook_secrets).where(_of, _row.expires_at.is_not(None))
_EXPIRE = update(webhook_secrets).where(_of, _row.expires_at.is_(None)).values(expires_at=bindparam("until"))
FORGET = delete(webhook_secrets).where(_of)
"""Ends all of a subscription, one that is erased too."""
_GOOD = (
    select(_row.secret)
    .where(_of, or_(_row.expires_at.is_(None), _row.expires_at > bindparam("present")))
    .order_by(_row.made_at.desc())
)


def begun(subscription: Subscription, secret: str, at: datetime) -> list[Write]:
    """Give the writes that begin a secret."""
    row = {
        "subscription": subscription.id,
        "made_at": at,
        "partnership": subscription.partnership,
        "secret": secret,
        "expires_at": None,
    }
    return [Write(_ADD, [row])]


def rotated(subscription: Subscription, secret: str, at: datetime, old_until: datetime) -> list[Write]:
    """Give the writes that begin a secret, and end the one before it at `old_until` and any older one now."""
    of = {"of": subscription.id}
    ended = [Write(_END_OLDEST, [of]), Write(_EXPIRE, [of | {"until": old_until}])]
    return [*ended, *begun(subscription, secret, at)]


def ended(subscription: Subscription) -> list[Write]:
    """Give the writes that end all of them."""
    return [Write(FORGET, [{"of": subscription.id}])]


def good(subscription: str, now: datetime, connection: Connection) -> list[str]:
    """Read those by which a subscription's messages are signed at an instant, the newest first. For the worker."""
    return list(connection.scalars(_GOOD, {"of": subscription, "present": now}))
