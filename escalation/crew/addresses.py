"""Addresses of a person's own: named, so that contact rules and facts can speak of one and never spell it out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.contact_points import MAILBOX, NUMBER, mailbox, number
from escalation.crew.ways import EMAIL, SMS, VOICE
from incidents.errors import InvalidField, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incidents.ledger.sealing import Hidden

MAIL, PHONE = KINDS = ("email", "phone")
MOST_ADDRESSES = 10
NAME = r"[a-z][a-z0-9_-]{0,31}"
"""Begins with a letter, so that nobody takes a number for its own name: names stay on the record."""

_NAME = re.compile(NAME, re.ASCII)
_WAYS = {MAIL: (EMAIL,), PHONE: (SMS, VOICE)}


class AddressInUse(Refused):
    """A contact rule leads to that address. Change the contact rules first."""

    code = "address_in_use"


class TooManyAddresses(Refused):
    """No more addresses are taken. Remove one first."""

    code = "too_many_addresses"


@dataclass(frozen=True)
class Address:
    """A mail address or telephone number of somebody's, by the name that they gave it."""

    address: str
    kind: str
    value: str | Hidden


def checked(address: str, kind: str, value: str) -> str:
    """Give the value of an address in the form in which it is kept. InvalidField."""
    if not _NAME.fullmatch(address):
        raise InvalidField("address", "Send a name: a small letter, then letters, digits, '-' or '_', at most 32.")
    if kind not in KINDS:
        raise InvalidField("kind", f"Send one of: {', '.join(KINDS)}.")
    found = mailbox(value.strip()) if kind == MAIL else number(value.strip())
    if found is None:
        raise InvalidField("value", f"Send {MAILBOX if kind == MAIL else NUMBER}.")
    return found


def check_room(addresses: Mapping[str, Address], address: str) -> None:
    """Refuse one more than there may be. TooManyAddresses."""
    if address not in addresses and len(addresses) >= MOST_ADDRESSES:
        raise TooManyAddresses(most=MOST_ADDRESSES)


def found(addresses: Mapping[str, Address], address: str) -> Address:
    """Give an address by its name. NotFound."""
    if address not in addresses:
        raise NotFound
    return addresses[address]


def ways_to(address: str, kind: str) -> tuple[str, ...]:
    """Give the ways that lead to an address: a number takes text messages and calls."""
    return tuple(f"{channel}:{address}" for channel in _WAYS[kind])


def by_way(email: str | None, addresses: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Give where somebody's ways lead: their sign-in address, and those of their own as the rows have them."""
    if email is not None:
        yield EMAIL, email
    for name, address in addresses.items():
        yield from ((via, address["value"]) for via in ways_to(name, address["kind"]))
