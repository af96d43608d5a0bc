"""A calendar feed: a secret address under which a calendar program reads a schedule without signing in.

Its stream is `calendar/<id>`, in the operator's log. The secret is never in it, only its SHA-256: it has 256 random
bits, so nobody finds it by trying.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.domain import event

from incidents.errors import Refused
from incidents.ledger.facts import Fact, FirstFact, Record

if TYPE_CHECKING:
    from datetime import datetime

FEED_STREAM = "calendar/"


class FeedRevoked(Refused):
    """That address is revoked already."""

    code = "already_revoked"


class CalendarFeed(Record):
    """An address that shows a schedule's turns, or those of one person in it, until it is revoked."""

    class Made(FirstFact):
        """It was given out. `schedule` is the schedule's stream; `person`: whose turns alone are shown; None: all."""

        partnership: str
        party: str
        schedule: str
        person: str | None
        secret_hash: str

    class Revoked(Fact):
        """It shows nothing any more."""

    @property
    def public_id(self) -> str:
        """The id that clients use; it is no secret."""
        return self.id.removeprefix(FEED_STREAM)

    def revoke(self, *, by: str, at: datetime) -> None:
        """Let it show nothing any more. FeedRevoked."""
        if self.revoked_at is not None:
            raise FeedRevoked
        self.trigger_event(CalendarFeed.Revoked, by=by, at=at)

    @event(Made)
    def __init__(
        self,
        partnership: str,
        party: str,
        schedule: str,
        person: str | None,
        secret_hash: str,
        by: str,
        at: datetime,
    ) -> None:
        """Begin."""
        self.partnership, self.party, self.schedule, self.person = partnership, party, schedule, person
        self.secret_hash, self.made_by, self.made_at = secret_hash, by, at
        self.revoked_at: datetime | None = None

    @event(Revoked)
    def _revoked(self, at: datetime) -> None:
        self.revoked_at = at
