from __future__ import annotations

import socket

import pytest

from api.processes.listener import address, listen
from api.startup_errors import PortInUse


def test_a_taken_port_is_named_with_what_to_do() -> None:
    """The message names the port and the setting that changes it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"^Port {port} on 127.0.0.1 is in use: .*TOCSIN_PORT"):
            listen("127.0.0.1", port)


def test_a_foreign_address_is_refused() -> None:
    """An address of no interface here (RFC 5737 keeps it for examples) points to TOCSIN_HOST."""
    with pytest.raises(PortInUse, match=r"^Cannot listen on 192\.0\.2\.1 .*TOCSIN_HOST"):
        listen("192.0.2.1", 0)


def test_port_zero_takes_a_free_one_and_says_which() -> None:
    """What is printed is where it answers."""
    with listen("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        assert address(listener) == f"http://{host}:{port}"
        socket.create_connection((host, port)).close()
