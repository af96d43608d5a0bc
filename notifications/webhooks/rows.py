"""The projection of subscriptions: one row each, by which they are found, fed and sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert as upsert

from incidents.ledger.pipeline import Write
from notifications.webhooks.record import Subscription
from notifications.webhooks.tables import webhook_subscriptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from incidents.ledger.facts import Fact, Record
    from incidents.ledger.sealing import Hidden

_CHANGING = ("url", "name", "types", "state", "state_why", "state_at")
_upsert = upsert(webhook_subscriptions)
_WRITE = _upsert.on_conflict_do_update(
    index_elements=[webhook_subscriptions.c.stream], set_={name: _upsert.excluded[name] for name in _CHANGING}
)


class SubscriptionRows:
    """One row a subscription; a removed one stays, for its log. What was erased is empty there."""

    table = webhook_subscriptions
    compared = tuple(column.name for column in webhook_subscriptions.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the subscription's row."""
        if isinstance(record, Subscription) and new:
            row = {
                "stream": record.id,
                "partnership": record.partnership,
                "party": record.party,
                "url": _words(record.settings.url),
                "name": _words(record.settings.name),
                "types": list(record.settings.types),
                "made_by": record.made_by,
                "made_at": record.made_at,
                "begins_at": record.begins_at,
                "state": record.state,
                "state_why": record.state_why,
                "state_at": record.state_at,
            }
            yield Write(_WRITE, [row])


def _words(text: str | Hidden) -> str:
    return text if isinstance(text, str) else ""
