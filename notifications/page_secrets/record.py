"""Who made secrets for a page webhook, and when. The secrets themselves are in no fact.

Its stream is `page_webhook/<id>`, in the operator's log; a webhook that goes to another party begins another one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime  # noqa: TC003 - the catalogue reads the annotations at run time

from eventsourcing.domain import event

from incidents.ledger.facts import Fact, FirstFact, Record

STREAM = "page_webhook/"


def stream_of(partnership: str, party: str, webhook: str) -> str:
    """Give the stream of a party's page webhook."""
    named = f"{partnership} {party} {webhook}"
    return STREAM + hashlib.sha256(named.encode()).hexdigest()[:32]


class PageWebhook(Record):
    """A webhook of an agreement whose pages are signed."""

    class SecretMade(FirstFact):
        """Its party made the first secret."""

        partnership: str
        party: str
        webhook: str

    class SecretRotated(Fact):
        """A new secret began; the one before it is good until then."""

        old_until: datetime

    def rotate(self, old_until: datetime, *, by: str, at: datetime) -> None:
        """Record that a new secret begins."""
        self.trigger_event(PageWebhook.SecretRotated, old_until=old_until, by=by, at=at)

    @event(SecretMade)
    def __init__(self, partnership: str, party: str, webhook: str, by: str, at: datetime) -> None:
        """Begin."""
        self.partnership, self.party, self.webhook = partnership, party, webhook
        self.made_by, self.made_at = by, at
        self.old_until: datetime | None = None

    @event(SecretRotated)
    def _rotated(self, old_until: datetime) -> None:
        self.old_until = old_until
