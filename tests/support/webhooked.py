"""A webhook subscription that stands in the way of nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from escalation.changes import Sender
from notifications.webhooks.book import Place
from notifications.webhooks.record import Settings

if TYPE_CHECKING:
    from api.bootstrap import Tocsin
    from notifications.webhooks.record import Subscription

HOOKS = "https://hooks.acme.example/tocsin"


def webhook_of(tocsin: Tocsin, partnership: str, party: str, name: str = "Tickets", url: str = HOOKS) -> dict[str, str]:
    """Make a webhook of a party with a message, its only one; give the parameters of their address."""
    book, by = tocsin.webhooks, Sender("test", party)
    for before in book.listed(partnership):
        if before.party == party:  # which has so many at most
            book.remove(before.id, by)
    made = book.create(Place(partnership, party), Settings(url, name), by).record
    pinged = cast("Subscription.Pinged", book.ping(made.id, by).record.history[-1])
    return {"webhook": made.public_id, "message": pinged.message}
