from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from notifications.posting.reachable import may_reach

OWN = tuple(map(ip_network, ("10.20.0.0/16", "fd00:20::/32", "127.0.0.0/8")))


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001:82a::200e", "64:ff9b::101:101", "2002:101:101::1"],
)
def test_the_open_internet_is_reached(address: str) -> None:
    """Also where an IPv6 address stands for such an IPv4 one."""
    assert may_reach(ip_address(address), ())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.9",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2001:0:7f00:1:0:0:fefe:fefe",
        "2001:0:101:101:0:0:80ff:fffe",
    ],
)
def test_nothing_else_is(address: str) -> None:
    """Loopback, private, link-local, shared, special, multicast; and each of them in the spellings of IPv6."""
    assert not may_reach(ip_address(address), ())


@pytest.mark.parametrize("address", ["10.20.3.4", "fd00:20::5", "127.0.0.1", "::ffff:10.20.3.4", "64:ff9b::a14:304"])
def test_networks_of_ones_own_are_reached_where_they_are_allowed(address: str) -> None:
    """In any spelling."""
    assert may_reach(ip_address(address), OWN)


@pytest.mark.parametrize("address", ["10.21.0.1", "fd00:21::1", "169.254.169.254", "::ffff:10.21.0.1", "::1"])
def test_what_is_beside_them_is_not(address: str) -> None:
    """An allowed network is no more than itself."""
    assert not may_reach(ip_address(address), OWN)
