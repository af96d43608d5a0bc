"""Where a subscription may go to, as far as its address tells before anybody looks its name up. Pure.

What a name leads to is judged at each send (notifications/posting/): it may lead elsewhere by then.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from incidents.errors import InvalidField
from notifications.channels.channel import SendFailed
from notifications.posting.poster import target_of
from notifications.posting.reachable import may_reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notifications.posting.reachable import Address, Network

MOST_URL = 2000
"""Characters."""
FIELD = "url"


def check_url(url: str, allowed: Sequence[Network]) -> None:
    """Refuse what cannot be sent to, and plain http but to an address that the operator allows. InvalidField."""
    if len(url) > MOST_URL or "#" in url:
        raise InvalidField(FIELD, f"Send at most {MOST_URL} characters, without a '#' part.")
    try:
        target = target_of(url)
    except SendFailed:
        right = "Send an https URL with a host and no user name, such as https://hooks.acme.example/tocsin."
        raise InvalidField(FIELD, right) from None
    address = _literal(target.host.decode())
    if address is not None and not may_reach(address, allowed):
        raise InvalidField(
            FIELD,
            f"{address} is not of the open internet. Give another address, or ask the operator to allow its network.",
        )
    own = address is not None and any(address in network for network in allowed)
    if target.scheme == b"http" and not own:
        raise InvalidField(FIELD, "Use https. Plain http goes only to addresses in networks that the operator allows.")


def _literal(host: str) -> Address | None:
    """Give the address that a host is written as; None: it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None
