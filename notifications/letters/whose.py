"""Whose a delivery is: the party of the person, contact or webhook that it is for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from escalation.agreement.model import Agreement, Contact, Webhook


@dataclass(frozen=True)
class Own:
    """What tells a party's deliveries: its id, which those for its people carry, and its contacts and webhooks."""

    party: str
    names: frozenset[str]


def own_of(party: str, agreements: Iterable[Agreement]) -> Own:
    """Give what tells a party's deliveries under some versions of its agreement."""
    names = (each.id for agreement in agreements for each in _named(agreement) if each.party == party)
    return Own(party, frozenset(names))


def party_owed(recipient: str, party: str | None, agreement: Agreement) -> str | None:
    """Give the party whose a delivery is; None: an agreement that no longer names them cannot say.

    Args:
        recipient: A contact or webhook by id, or `person:…`.
        party: That of a person.
        agreement: The version under which they were called.
    """
    if party is not None:
        return party
    return next((each.party for each in _named(agreement) if each.id == recipient), None)


def _named(agreement: Agreement) -> Iterable[Contact | Webhook]:
    return (*agreement.contacts.values(), *agreement.webhooks.values())
