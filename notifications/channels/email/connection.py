"""A connection to the mail server that ends at one deadline, whatever the other side does."""

from __future__ import annotations

import contextlib
import socket
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notifications.posting.deadline import Deadline
    from notifications.posting.resolving import Found, Resolve

CONNECTING = 3.0
"""Seconds for each address of a host: the next one may answer."""


def connected(host: str, port: int, resolve: Resolve, deadline: Deadline) -> socket.socket:
    """Connect to the first address of a host that answers. TimeoutError; OSError."""
    failure: OSError = ConnectionRefusedError()
    for found in resolve(host, port, deadline):
        try:
            connection = _connected(found, deadline.left(CONNECTING))
        except OSError as error:
            failure = error
        else:
            connection.settimeout(None)  # `cut_off` ends what takes too long
            return connection
    raise failure


@contextlib.contextmanager
def cut_off(connection: socket.socket, deadline: Deadline) -> Iterator[None]:
    """Hang up at the deadline, if the block takes so long.

    The standard library's client bounds each read alone, so a server that drips would hold its lane as long as it
    likes. The connection is shut down by its twin, because TLS takes over the socket itself; whoever reads wakes up.
    """
    with connection.dup() as twin:
        timer = Timer(deadline.left(), _hang_up, (twin,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # or it would shut down whoever has the twin's number next


def own_name(connection: socket.socket) -> str:
    """Give what this machine calls itself: its address (RFC 5321, section 4.1.3). A look-up of its name may hang."""
    address = str(connection.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _connected(found: Found, seconds: float) -> socket.socket:
    connection = socket.socket(found.family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((str(found.address), found.port))
    except BaseException:
        connection.close()
        raise
    return connection


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was faster
        connection.shutdown(socket.SHUT_RDWR)
