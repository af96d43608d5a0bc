"""Who knew what the law counts from, and what was filed: the state behind legal clocks (clock rule 12). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from escalation.agreement.model import Agreement, LegalNotification
    from incidents import happenings as h


class Law:
    """What has become known and been filed so far; facts come in the order in which they were so."""

    def __init__(self) -> None:
        """Begin where nobody knows anything."""
        self.flags: frozenset[str] = frozenset()
        self._aware: dict[str, tuple[int, int]] = {}
        self._filings: dict[int, str] = {}
        self._done: dict[str, tuple[int, int]] = {}

    def aware(self, party: str, at: int, entry: int) -> None:
        """A party came to know, by a fact; what it hears again changes nothing."""
        self._aware.setdefault(party, (at, entry))

    def filed(self, fact: h.FilingSubmitted, agreement: Agreement, at: int) -> None:
        """A notification was filed: whoever is told knows from then on; it is done if nothing more is owed in time."""
        notification = agreement.notifications.get(fact.notification)
        self._filings[fact.originator_version] = fact.notification
        if notification is None:
            return
        for party in told(notification, agreement):
            self.aware(party, at, fact.originator_version)
        if fact.complete or notification.phases:
            self._done.setdefault(fact.notification, (at, fact.originator_version))

    def amended(self, fact: h.FilingAmended, at: int) -> None:
        """A filing was completed."""
        if fact.complete and fact.filing in self._filings:
            self._done.setdefault(self._filings[fact.filing], (at, fact.originator_version))

    def done(self, notification: str) -> tuple[int, int] | None:
        """Give when it was filed, and by which entry; None: not yet."""
        return self._done.get(notification)

    def started(self, notification: LegalNotification, agreement: Agreement) -> tuple[int, int] | None:
        """Give when the first of those who owe it came to know, and by which fact.

        None: none of them did, or its flags ask for nothing.
        """
        if notification.unless in self.flags or notification.applies_when not in {None, *self.flags}:
            return None
        owing = agreement.parties_named(notification.duty_of)
        return min((known for party, known in self._aware.items() if party in owing), default=None)


def told(notification: LegalNotification, agreement: Agreement) -> Collection[str]:
    """Give the parties of those whom it goes to: `party.role`, or the role of a contact."""
    side, dot, role = notification.to.rpartition(".")
    holders = (contact for contact in agreement.contacts.values() if contact.role == role)
    return {contact.party for contact in holders if not dot or contact.party in agreement.parties_named(side)}
