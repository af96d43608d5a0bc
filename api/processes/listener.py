"""The socket that HTTP arrives on. It is opened before anything starts and outlives a web process that is replaced."""

from __future__ import annotations

import errno
import socket

from api.startup_errors import PortInUse

_BACKLOG = 512  # connections that wait, while the web process is replaced for instance


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket that children may inherit.

    Raises:
        PortInUse: the address is taken, not ours to take, or no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise PortInUse(_advice(error, host, port)) from error
    listener.set_inheritable(True)
    return listener


def address(listener: socket.socket) -> str:
    """Return the URL that the socket answers at."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _advice(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use: stop what uses it, or set TOCSIN_PORT to another port."
    if error.errno == errno.EACCES:
        return f"Port {port} is not open to ordinary users: set TOCSIN_PORT to one above 1023."
    return f"Cannot listen on {host} ({error.strerror}): set TOCSIN_HOST to an address of this machine."
