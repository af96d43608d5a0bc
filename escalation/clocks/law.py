"""Who knew what the law counts from, and what was filed: the state behind legal clocks (clock rule 12). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from escalation.agreement.model import Agreement, LegalNotification
    from incidents import happenings as h


class Call(NamedTuple):
    """A flag that calls for a legal clock: when it was set, and by which fact (its version)."""

    flag: str
    at: int
    entry: int


class Law:
    """What has become known and been filed so far; facts come in the order in which they were so."""

    def __init__(self) -> None:
        """Begin where nobody knows anything."""
        self._flags: dict[str, Call] = {}
        self._aware: dict[str, tuple[int, int]] = {}
        self._filings: dict[int, str] = {}
        self._done: dict[str, tuple[int, int]] = {}

    def flagged(self, flags: Iterable[str], at: int, entry: int) -> None:
        """These flags are set from now on, by a fact; one that was set before keeps the fact that set it."""
        self._flags = {flag: self._flags.get(flag) or Call(flag, at, entry) for flag in flags}

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
        if notification.unless in self._flags or notification.applies_when not in {None, *self._flags}:
            return None
        owing = agreement.parties_named(notification.duty_of)
        return min((known for party, known in self._aware.items() if party in owing), default=None)

    def calls(self, notification: LegalNotification) -> tuple[Call, ...]:
        """Give the flag that calls for a notification now; none where the agreement wants it of every incident."""
        call = None if notification.applies_when is None else self._flags.get(notification.applies_when)
        return () if call is None else (call,)


def told(notification: LegalNotification, agreement: Agreement) -> Collection[str]:
    """Give the parties of those whom it goes to: `party.role`, or the role of a contact."""
    side, dot, role = notification.to.rpartition(".")
    holders = (contact for contact in agreement.contacts.values() if contact.role == role)
    return {contact.party for contact in holders if not dot or contact.party in agreement.parties_named(side)}
