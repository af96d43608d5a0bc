"""Which addresses a request may go to: those of the open internet, and what the operator allows besides. Pure.

Whoever names a host names what its name resolves to, be that the database beside us or a cloud's metadata service
(server-side request forgery). So addresses are judged, never names.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

GIVEN_OUT = IPv6Network("2000::/3")
"""All of IPv6 that is given out to networks (IANA); what lies elsewhere is local, reserved or a spelling of IPv4."""
NEVER_GLOBAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Special-purpose networks (RFC 6890, 7526 and 9637) that not every Python release calls so."""
NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052, section 2.1)."""


def may_reach(address: Address, allowed: Sequence[Network]) -> bool:
    """Say whether a request may go to an address: it is allowed, or all that it stands for is global or allowed."""
    if _within(address, allowed):
        return True
    return all(_global(each) or _within(each, allowed) for each in meant(address))


def meant(address: Address) -> Iterator[Address]:
    """Give the addresses that one stands for: the IPv4 ones in mapped, 6to4, Teredo and NAT64 addresses; else itself.

    Teredo's name two: its server's, and its client's (RFC 4380, section 4).
    """
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo
    elif address in NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    else:
        yield address


def _global(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in GIVEN_OUT:
        return False
    return address.is_global and not address.is_multicast and not _within(address, NEVER_GLOBAL)


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
