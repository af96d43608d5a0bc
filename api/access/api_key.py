"""An API key as its facts tell it: issued, rotated, revoked. Secrets are never in them, only their hashes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from eventsourcing.domain import event

from incidents.errors import InvalidField, Refused
from incidents.ledger.facts import Fact, FirstFact, FreeText, Record

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_OVERLAP = timedelta(days=30)
"""How long the old secret of a rotated key may go on."""


class AlreadyRevoked(Refused):
    """The key is revoked already."""

    code = "already_revoked"


class KeyExpired(Refused):
    """The key has expired, so a new secret would open nothing. Issue a new key."""

    code = "key_expired"


class ApiKey(Record):
    """Lets a program in: to one partnership, for a party or for none; or, the operator's, to all."""

    class Issued(FirstFact):
        """It was made. Without `scopes` a partnership's key has key_rows.BEFORE_SCOPES, the operator's has all."""

        name: FreeText
        partnership: str | None
        hash: str
        party: str | None
        scopes: list[str] | None
        expires_at: datetime | None

    class Rotated(Fact):
        """A new secret began; the one before it is good until `old_until`, and any older one no more."""

        hash: str
        old_until: datetime

    class Revoked(Fact):
        """It lets nobody in any more."""

    def rotate(self, hashed: str, old_until: datetime, *, by: str, at: datetime) -> None:
        """Begin a new secret; an `old_until` that has passed ends the old one.

        AlreadyRevoked; KeyExpired; InvalidField.
        """
        if self.revoked_at is not None:
            raise AlreadyRevoked
        if self.expires_at is not None and self.expires_at <= at:
            raise KeyExpired
        if old_until > at + LONGEST_OVERLAP:
            raise InvalidField(
                "old_until", f"The old secret can go on for at most {LONGEST_OVERLAP.days} days from now."
            )
        self.trigger_event(ApiKey.Rotated, hash=hashed, old_until=old_until, by=by, at=at)

    def revoke(self, *, by: str, at: datetime) -> None:
        """Take it back for ever. AlreadyRevoked."""
        if self.revoked_at is not None:
            raise AlreadyRevoked
        self.trigger_event(ApiKey.Revoked, by=by, at=at)

    @event(Issued)
    def __init__(  # noqa: PLR0913, PLR0917 - `@event` hands the first fact's fields over by name
        self,
        name: str,
        partnership: str | None,
        hash: str,  # noqa: A002 - the fact's own word
        party: str | None,
        scopes: Sequence[str] | None,
        expires_at: datetime | None,
        at: datetime,
    ) -> None:
        """Begin valid."""
        self.name, self.partnership, self.party, self.scopes = name, partnership, party, scopes
        self.hash = hash
        self.next_hash: str | None = None
        self.old_until: datetime | None = None
        self.expires_at = expires_at
        self.issued_at = at
        self.revoked_at: datetime | None = None

    @event(Rotated)
    def _rotated(self, hash: str, old_until: datetime) -> None:  # noqa: A002 - as above
        self.hash, self.next_hash = self.next_hash or self.hash, hash
        self.old_until = old_until

    @event(Revoked)
    def _revoked(self, at: datetime) -> None:
        self.revoked_at = at
