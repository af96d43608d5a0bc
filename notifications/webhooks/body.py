"""What is sent: an event as the subscription's party may see it now, in its envelope; or a ping, of no event."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from incidents.disclosure import Viewer
from incidents.feed import Wanted
from incidents.ledger.leaf import instant
from notifications.feed_view import event_view
from notifications.posting.envelope import Envelope, enveloped
from notifications.webhooks.statuses import PING

if TYPE_CHECKING:
    from incidents.feed import Entry, Feed
    from notifications.webhooks.queue import Claimed

PREFIX = "tocsin."
"""Before the name of an event's type: CloudEvents asks for one that tells our types from everybody's."""


class Bodies(NamedTuple):
    """Makes bodies: reads the feed as its readers do, and begins addresses as everybody sees them."""

    feed: Feed
    base_url: str

    def of(self, message: Claimed) -> bytes | None:
        """Give the body of a message; None where its party may not see the event, or not any more."""
        if message.place is None:
            return self._ping(message)
        return self.of_event(message.partnership, message.party, message.place)

    def of_event(self, partnership: str, party: str, place: int) -> bytes | None:
        """Give the body that tells a party of the event at an index of the log now; None where they may not see it."""
        entry = self.feed.at(Wanted(partnership, Viewer(party)), place)
        return None if entry is None else self._event(partnership, entry)

    def _event(self, partnership: str, entry: Entry) -> bytes:
        """Name the event by its own id: subscriptions of one event share that, and no `webhook-id`."""
        view = event_view(entry)
        about = entry.stream if view["incident"] is None else view["incident"]["id"]
        envelope = Envelope(entry.id, PREFIX + entry.type, partnership, about, entry.occurred_at)
        return enveloped(envelope, view, self.base_url)

    def _ping(self, message: Claimed) -> bytes:
        envelope = Envelope(message.id, PING, message.partnership, None, instant(message.created_at))
        data = {"message": message.id, "subscription": message.subscription.rpartition("/")[2]}
        return enveloped(envelope, data, self.base_url)
