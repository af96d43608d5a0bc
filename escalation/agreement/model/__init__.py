"""An agreement as the rest of the program sees it: checked, compiled, and never changed again.

Durations are whole seconds of counted time, instants aware datetimes in UTC, percentages whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from escalation.agreement.model.clocks import ClockRules, Exclusion, PauseRule, Target, Window
from escalation.agreement.model.governance import (
    Amendments,
    Authority,
    Disputes,
    DisputeStep,
    Governance,
    LegalNotification,
    SeverityDispute,
    SeverityPowers,
)
from escalation.agreement.model.judgement import FormalWarning, Objective, Repetition, Tolerance, Tolerated
from escalation.agreement.model.ladders import Acknowledging, Condition, Exhausted, QuietHours, Reach, Rung
from escalation.agreement.model.people import (
    TERMINAL,
    WEBHOOK,
    Body,
    Contact,
    Party,
    Recipient,
    Service,
    Support,
    SupportChannel,
    Webhook,
)
from escalation.crew.ways import EMAIL, SMS, VOICE, channel_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from escalation.agreement.spans import Dates
    from escalation.calendars.calendar import Calendar
    from escalation.severity import SeverityRules
    from incidents.terms import FieldClass

__all__ = [
    "TERMINAL",
    "WEBHOOK",
    "Acknowledging",
    "Agreement",
    "Amendments",
    "Authority",
    "Body",
    "ClockRules",
    "Condition",
    "Contact",
    "DisputeStep",
    "Disputes",
    "Exclusion",
    "Exhausted",
    "FormalWarning",
    "Governance",
    "LegalNotification",
    "Objective",
    "Party",
    "PauseRule",
    "QuietHours",
    "Reach",
    "Recipient",
    "Repetition",
    "Rung",
    "Service",
    "SeverityDispute",
    "SeverityPowers",
    "Support",
    "SupportChannel",
    "Target",
    "Tolerance",
    "Tolerated",
    "Webhook",
    "Window",
    "holders",
]


OWN = "/"
"""Stands between a party and the name of one of its own ladders: `globex/S1`."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One immutable version of what the parties agreed.

    Attributes:
        partnership: metadata.id.
        version: With the partnership it names this agreement for ever.
        supersedes: The version it replaces.
        digest: Hexadecimal SHA-256 of the document's canonical JSON (RFC 8785).
        document: The whole document as plain JSON.
        effective_to: None is open-ended.
        tz: The zone in which calendar dates are read (spec.defaults.tz).
        confidentiality: By field (`description`), or kind of fact and field (`noted.text`), the class that it is in.
        known_until: Per calendar, the last date for which its holidays are known; later due dates are provisional.
        ladders: By severity, and `default` for the others; those of one party's own, for its own duties, as
            `globex/S1` and `globex/default` (spec.ladders.parties).
        exhausted: What follows a ladder that nobody answers, by the party whose own it is; None: the shared one.
        acknowledging: How long an acknowledgement holds.
        powers: Who may set, dispute and lower a severity.
        notice: How long before its end the agreement must be given notice of, or may be (spec.term.notice).
        handover: The parties that receive the record at the end (spec.term.handover).
        later: Parts that are kept and fully checked, but not acted upon by this version, in words.
        by_service: What holds for each service that a layer reaches (spec.layers).
        origins: On such an agreement, the layer that a value came from, by the value's dotted path.
    """

    partnership: str
    version: int
    title: str
    digest: str
    document: dict[str, object] = field(repr=False)
    effective_from: datetime
    effective_to: datetime | None
    tz: str
    parties: Mapping[str, Party]
    contacts: Mapping[str, Contact]
    webhooks: Mapping[str, Webhook]
    services: Mapping[str, Service]
    calendars: Mapping[str, Calendar]
    severity: SeverityRules
    clock_rules: ClockRules
    targets: Mapping[str, Target]
    pauses: Mapping[str, PauseRule]
    ladders: Mapping[str, tuple[Rung, ...]]
    supersedes: int | None = None
    known_until: Mapping[str, date] = field(default_factory=dict)
    confidentiality: Mapping[str, FieldClass] = field(default_factory=dict)
    bodies: Mapping[str, Body] = field(default_factory=dict)
    exclusions: Mapping[str, Exclusion] = field(default_factory=dict)
    tolerance: Tolerance = field(default_factory=Tolerance)
    quiet_hours: QuietHours | None = None
    exhausted: Mapping[str | None, Exhausted] = field(default_factory=dict)
    acknowledging: Acknowledging = field(default_factory=Acknowledging)
    notifications: Mapping[str, LegalNotification] = field(default_factory=dict)
    governance: Governance = field(default_factory=Governance)
    powers: SeverityPowers = field(default_factory=SeverityPowers)
    notice: Dates | None = None
    currency: str | None = None
    handover: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    by_service: Mapping[str, Agreement] = field(default_factory=dict, repr=False)
    origins: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        """By what names it: what is worked out of an agreement is kept by it."""
        return hash((self.partnership, self.version, self.digest))

    def for_service(self, service: str) -> Agreement:
        """Give what holds for a service: the agreement with the layers that reach it, or just as it is."""
        return self.by_service.get(service, self)

    def parties_named(self, name: str) -> frozenset[str]:
        """Give the ids of the parties that a role or an id names."""
        return frozenset(party.id for party in self.parties.values() if name in {party.id, party.role})

    def voters(self, body: str) -> tuple[str, ...]:
        """Give the parties that vote in a body: those of its members, each once, in their order."""
        return tuple(dict.fromkeys(self.contacts[member].party for member in self.bodies[body].members))

    def concerned_with(self, service: str) -> tuple[str, ...]:
        """Give the parties that provide or use a service, or one that depends on it, directly or through others.

        Each once; those of the service itself first.
        """
        affected = [service] if service in self.services else []
        for name in affected:  # it grows while it is walked, and ends with cycles too
            direct = (other.id for other in self.services.values() if name in other.depends_on)
            affected += [other for other in direct if other not in affected]
        sides = (self.services[name] for name in affected)
        return tuple(dict.fromkeys(party for side in sides for party in (side.provided_by, *side.used_by)))

    def ladder_for(self, severity: str, side: str | None = None) -> tuple[str, tuple[Rung, ...]]:
        """The name and rungs of the ladder for a severity: its own, else `default`, else an empty one.

        `side` is the party whose own ladder is meant; None: the one that all share.
        """
        own = "" if side is None else f"{side}{OWN}"
        name = f"{own}{severity}" if f"{own}{severity}" in self.ladders else f"{own}default"
        return name, self.ladders.get(name, ())

    @property
    def sides(self) -> tuple[str, ...]:
        """The parties that have a ladder of their own, in the order of the document."""
        owners = {name.partition(OWN)[0] for name in self.ladders if OWN in name}
        return tuple(party for party in self.parties if party in owners) if owners else ()

    def recipients(self, name: str) -> tuple[Recipient, ...]:
        """Everybody who can be reached under a name from a rung; a role that is vacant gives nobody.

        Args:
            name: A contact's id, `party.role` (the party by its id or its role), or `webhook:ID`.
        """
        if name.startswith(WEBHOOK):
            webhook = self.webhooks.get(name.removeprefix(WEBHOOK))
            return (Recipient(webhook.id, webhook.party, "webhook", name),) if webhook else ()
        return tuple(self._by(contact, via) for contact in self._named(name) for via in contact.via)

    def _named(self, name: str) -> list[Contact]:
        if name in self.contacts:
            return [self.contacts[name]]
        return holders(name, self.parties, self.contacts)

    def _by(self, contact: Contact, via: str) -> Recipient:
        return Recipient(contact.id, contact.party, channel_of(via), via)

    def reader_of(self, recipient: str, destination: str) -> str | None:
        """The party that reads what is sent somewhere: whose webhook it is, else whose contact the recipient is.

        None where two parties have that webhook's address, or the agreement names neither: for what all may see.
        """
        hosts = {webhook.party for webhook in self.webhooks.values() if webhook.url == destination}
        readers = hosts or {contact.party for contact in self.contacts.values() if contact.id == recipient}
        return readers.pop() if len(readers) == 1 else None

    def destination(self, contact: str, via: str) -> str:
        """Where a message to a contact goes: a URL, a mailbox, a number; on the terminal the contact's own name.

        What this version does not say of a contact stays its name, too: a channel refuses that, and the ladder goes on.
        """
        if via.startswith(WEBHOOK):
            return self.webhooks[via.removeprefix(WEBHOOK)].url
        known = self.contacts.get(contact)
        found = {EMAIL: known.email, SMS: known.phone, VOICE: known.phone}.get(via) if known else None
        return found or contact


def holders(name: str, parties: Mapping[str, Party], contacts: Mapping[str, Contact]) -> list[Contact]:
    """The contacts behind `party.role`, the party by its id or its role, in the order of the document."""
    side, _, role = name.partition(".")
    sides = {party.id for party in parties.values() if side in (party.id, party.role)}
    return [contact for contact in contacts.values() if contact.party in sides and contact.role == role]
