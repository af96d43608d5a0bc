"""Looking a host's addresses up, in bounded time: the system's resolver itself knows no deadline."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from notifications.posting.deadline import Deadline
    from notifications.posting.reachable import Address

AT_ONCE = 128
"""Lookups at once: as many as the largest pool of senders, so that names which nobody answers for hold up no others."""


class Found(NamedTuple):
    """An address to connect to, as sockets take it."""

    family: int
    address: Address
    port: int


class Resolve(Protocol):
    """What finds the addresses of a host."""

    def __call__(self, host: str, port: int, deadline: Deadline) -> list[Found]:
        """Give all addresses. TimeoutError; OSError where the name has none."""

    def close(self) -> None:
        """Begin no more lookups."""


class SystemResolver:
    """Asks the system, in threads of its own: whoever waits does so no longer than its deadline."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="resolver")

    def __call__(self, host: str, port: int, deadline: Deadline) -> list[Found]:
        """Give all addresses. Odd spellings of one (`0x7f.1`) are read as connecting would read them."""
        try:
            return _lookup(host, port, socket.AI_NUMERICHOST)
        except socket.gaierror:
            asked = self._pool.submit(_lookup, host, port, 0)
        try:
            return asked.result(deadline.left())
        finally:
            asked.cancel()

    def close(self) -> None:
        """Begin no more lookups; those under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _lookup(host: str, port: int, flags: int) -> list[Found]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except UnicodeError as error:  # a label that is too long, says the codec for names
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
    return [Found(family, ip_address(where[0]), int(where[1])) for family, _, _, _, where in found]
