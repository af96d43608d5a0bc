"""The wire under a request: connects to the addresses that were judged, and holds every wait to one deadline."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpcore

from notifications.posting.reachable import may_reach

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Sequence

    from notifications.posting.deadline import Deadline
    from notifications.posting.reachable import Network
    from notifications.posting.resolving import Found, Resolve

CONNECTING = 3.0
"""Seconds for each address of a host: the next one may answer."""


class NotAllowed(Exception):
    """The host has an address that nothing may be sent to."""


class NameNotFound(Exception):
    """The host's name has no address."""


class NotConnected(Exception):
    """No address of the host took a connection."""


class GuardedBackend(httpcore.NetworkBackend):
    """Connects where it is allowed to. The name is looked up once: a second answer might be another (DNS rebinding)."""

    def __init__(self, resolve: Resolve, allowed: Sequence[Network], deadline: Deadline) -> None:
        """Take what looks names up, the networks that are allowed besides the open internet, and when all ends."""
        self._resolve = resolve
        self._allowed = allowed
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline says
        local_address: str | None = None,  # noqa: ARG002 - the port's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - the port's
    ) -> Wire:
        """Connect to the first address that answers.

        NotAllowed where any may not be reached; NameNotFound; NotConnected; TimeoutError.
        """
        try:
            found = self._resolve(host, port, self._deadline)
        except socket.gaierror as error:
            raise NameNotFound from error
        if not all(may_reach(each.address, self._allowed) for each in found):
            raise NotAllowed
        return Wire(self._connected(found), self._deadline)

    def _connected(self, found: Iterable[Found]) -> socket.socket:
        failure: OSError = ConnectionRefusedError()
        for each in found:
            try:
                return _connection(each, self._deadline.left(CONNECTING))
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise failure
        raise NotConnected from failure


class Wire(httpcore.NetworkStream):
    """A socket whose waits all end at one deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._socket = connection
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline says
        """Read what there is. TimeoutError; OSError."""
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline says
        """Write all of it. TimeoutError; WriteError, after which httpcore reads what the peer said before it left."""
        unsent = memoryview(buffer)
        while unsent:
            self._socket.settimeout(self._deadline.left())
            try:
                unsent = unsent[self._socket.send(unsent) :]
            except TimeoutError:
                raise
            except OSError as error:
                raise httpcore.WriteError from error

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline says
    ) -> Wire:
        """Shake hands as a client that knows its server by name. TimeoutError; SSLError; OSError."""
        try:
            self._socket.settimeout(self._deadline.left())
            return Wire(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the port's
        """Give the socket, where httpcore asks which protocol TLS agreed on."""
        return self._socket if info == "ssl_object" and hasattr(self._socket, "selected_alpn_protocol") else None


def _connection(found: Found, seconds: float) -> socket.socket:
    connection = socket.socket(found.family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect((str(found.address), found.port))
    except BaseException:
        connection.close()
        raise
    return connection
