"""Where this installation may send requests to, besides the open internet."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, cast

from environs import ValidationError

if TYPE_CHECKING:
    from environs import Env

    from notifications.posting.reachable import Network


def outbound_allow(env: Env) -> tuple[Network, ...]:
    """Read `TOCSIN_OUTBOUND_ALLOW`: networks, with commas between them; none by default."""
    env.add_parser("networks", _parse_networks)
    return cast("tuple[Network, ...]", env.networks("OUTBOUND_ALLOW", ""))


def _parse_networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(each.strip()) for each in value.split(",") if each.strip())
    except ValueError:
        raise ValidationError("must look like 10.20.0.0/16,fd00:20::/32: networks, with commas between them") from None
