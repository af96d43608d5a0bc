"""An agreement as the rest of the program sees it: checked, compiled, and never changed again.

Durations are whole seconds of counted time, instants aware datetimes in UTC, percentages whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from escalation.calendar import Calendar
    from escalation.severity import SeverityRules
    from incidents.terms import FieldClass

TERMINAL = "terminal"
WEBHOOK = "webhook:"
"""Begins the name of a webhook where a contact could stand: `webhook:pager`; names of contacts have no colon."""


@dataclass(frozen=True, slots=True)
class Party:
    """One side, or somebody outside (spec.parties). `to` is whom a supporting party supplies."""

    id: str
    role: str
    kind: str
    tz: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A function somebody holds for a party (spec.contacts). `via`: `terminal` or `webhook:ID`; empty: nobody yet."""

    id: str
    party: str
    role: str
    via: tuple[str, ...] = (TERMINAL,)


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address of a party that takes pages by HTTP POST (spec.webhooks)."""

    id: str
    party: str
    url: str


@dataclass(frozen=True, slots=True)
class Service:
    """What may break (spec.services)."""

    id: str
    provided_by: str
    used_by: tuple[str, ...]
    tier: str | None = None
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockRules:
    """The engine's semantics as far as they can be chosen (spec.clock_rules).

    Attributes:
        warn_at: Percentages of a target at which it warns, ascending.
        reopen_within_days: Local dates in the agreement's zone within which the same clock goes on (clock rule 4).
        accept_backdated_by: Seconds by which a fact may be reported late without authority (clock rule 13).
    """

    warn_at: tuple[int, ...]
    reopen_within_days: int
    accept_backdated_by: int


@dataclass(frozen=True, slots=True)
class Target:
    """One clock (spec.targets).

    Attributes:
        name: acknowledge, respond, update or resolve.
        starts: The facts it starts from.
        until: The fact that stops it.
        within: Seconds per severity; a severity that is not there has no such clock.
        calendar: The calendar's name per severity, for each severity of `within`.
        pausable: Reasons that pause it.
        repeats: Whether each period has a clock of its own (clock rule 6).
        warn_at: Percentages at which it warns, ascending.
    """

    name: str
    starts: tuple[str, ...]
    until: str
    within: Mapping[str, int]
    calendar: Mapping[str, str]
    pausable: frozenset[str]
    repeats: bool
    warn_at: tuple[int, ...]

    def applies_to(self, severity: str) -> bool:
        """Whether an incident of that severity has this clock."""
        return severity in self.within


@dataclass(frozen=True, slots=True)
class PauseRule:
    """A reason to pause (spec.pauses), with its limits in counted seconds; None is no limit (clock rule 5)."""

    reason: str
    title: str
    max_each: int | None = None
    max_total: int | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder (spec.ladders).

    Attributes:
        index: Its place in the ladder, from 0.
        when: `opened`, the name of a clock, or `any`.
        percent: The share of the target at which it fires; None with `opened`.
        page: Whom it pages, who must answer (the document's `to`); names for `Agreement.recipients`.
        notify: Whom it only informs.
        repeat_every: Seconds after which it pages again; None: never.
        max_repeats: How often it pages again at most.
    """

    index: int
    when: str
    percent: int | None
    page: tuple[str, ...]
    notify: tuple[str, ...]
    repeat_every: int | None = None
    max_repeats: int = 0


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be reached.

    Attributes:
        contact: The contact's id, or the webhook's where a rung names one directly.
        party: The party it belongs to.
        channel: How it is reached.
        via: The name of its address, `terminal` or `webhook:ID`, for `Agreement.destination`. Facts name addresses and
            never spell them out: a URL may carry a secret.
    """

    contact: str
    party: str | None
    channel: Literal["terminal", "webhook"]
    via: str


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
        ladders: By severity, and `default` for the others.
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

    def ladder_for(self, severity: str) -> tuple[str, tuple[Rung, ...]]:
        """The name and rungs of the ladder for a severity: its own, else `default`, else an empty one."""
        name = severity if severity in self.ladders else "default"
        return name, self.ladders.get(name, ())

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
        return Recipient(contact.id, contact.party, "terminal" if via == TERMINAL else "webhook", via)

    def reader_of(self, recipient: str, destination: str) -> str | None:
        """The party that reads what is sent somewhere: whose webhook it is, else whose contact the recipient is.

        None where two parties have that webhook's address, or the agreement names neither: for what all may see.
        """
        hosts = {webhook.party for webhook in self.webhooks.values() if webhook.url == destination}
        readers = hosts or {contact.party for contact in self.contacts.values() if contact.id == recipient}
        return readers.pop() if len(readers) == 1 else None

    def destination(self, contact: str, via: str) -> str:
        """Where a message to a contact goes: the webhook's URL; on the terminal the contact's own name."""
        return contact if via == TERMINAL else self.webhooks[via.removeprefix(WEBHOOK)].url


def holders(name: str, parties: Mapping[str, Party], contacts: Mapping[str, Contact]) -> list[Contact]:
    """The contacts behind `party.role`, the party by its id or its role, in the order of the document."""
    side, _, role = name.partition(".")
    sides = {party.id for party in parties.values() if side in (party.id, party.role)}
    return [contact for contact in contacts.values() if contact.party in sides and contact.role == role]
