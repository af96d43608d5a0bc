"""Who the parties are, whom they can reach, and what they share."""

from __future__ import annotations

from dataclasses import dataclass

TERMINAL = "terminal"
WEBHOOK = "webhook:"
"""Begins the name of a webhook where a contact could stand: `webhook:pager`; names of contacts have no colon."""
BODY = "body:"
"""Begins the name of a body where others could stand (see crew/staff.py, incidents/terms.py)."""


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
    """A function somebody holds for a party (spec.contacts). `via`: its ways (crew/ways.py); empty: nobody yet.

    `email` is its mailbox, `phone` its number as E.164 writes it.
    """

    id: str
    party: str
    role: str
    via: tuple[str, ...] = (TERMINAL,)
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address of a party that takes pages by HTTP POST (spec.webhooks)."""

    id: str
    party: str
    url: str


@dataclass(frozen=True, slots=True)
class Body:
    """Who decides together (spec.bodies): contacts by id. Each party that has a member votes as one."""

    id: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """What may break (spec.services)."""

    id: str
    provided_by: str
    used_by: tuple[str, ...]
    tier: str | None = None
    depends_on: tuple[str, ...] = ()
    support: Support | None = None


@dataclass(frozen=True, slots=True)
class SupportChannel:
    """A way in which people reach the support of a service: a kind (`phone`, `email`, `chat`, `portal`), an address."""

    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Support:
    """How a service is supported (spec.services.support): its channels in order, its calendar, BCP 47 languages."""

    channels: tuple[SupportChannel, ...] = ()
    hours: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be reached.

    Attributes:
        contact: The contact's id, the webhook's where a rung names one directly, or `person:ID`.
        party: The party it belongs to.
        channel: What carries it (crew/ways.py).
        via: The name of its address (crew/ways.py), for `Agreement.destination`. Facts name addresses and never spell
            them out: a URL may carry a secret, and a number is somebody's.
        after: Seconds for which this way of reaching them waits.
        called: Of a person, the name under which they were called: a contact, a team, a schedule, or their own.
    """

    contact: str
    party: str | None
    channel: str
    via: str
    after: int = 0
    called: str | None = None
