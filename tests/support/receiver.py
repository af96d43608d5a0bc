"""An HTTP server on loopback that takes messages and answers as it is told."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    Behave = Callable[[BaseHTTPRequestHandler], object]

HERE = (ip_network("127.0.0.0/8"),)
"""What has to be allowed for anything to be sent to a receiver."""


@dataclass
class Receiver:
    """What came in: by path, id and data; as headers and bytes. How the next answers go; `until` holds up some."""

    url: str = ""
    received: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[Behave] = field(default_factory=list)
    until: Event = field(default_factory=Event)

    def take(self, request: BaseHTTPRequestHandler) -> None:
        """Take a POST; the last answer stays for all that follow."""
        content = request.rfile.read(int(request.headers["Content-Length"]))
        self.requests.append(({name.lower(): value for name, value in request.headers.items()}, content))
        self.received.append((request.path, request.headers["webhook-id"], json.loads(content)["data"]))
        if len(self.answers) > 1:
            self.answers.pop(0)(request)
        else:
            self.answers[0](request)

    def deliveries(self) -> list[str]:
        """Give the delivery ids that came in."""
        return [delivery for _, delivery, _ in self.received]


def answer(status: int, content: bytes = b"", **headers: str) -> Behave:
    """Answer with a status; underscores in names of headers stand for hyphens."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return behave


class Server(ThreadingHTTPServer):
    """Says nothing of those who break off."""

    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def receiving(*answers: Behave, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Yield a receiver that answers in this order (default: 204), over TLS where it is given a certificate."""
    receiver = Receiver(answers=list(answers) or [answer(204)])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                receiver.take(self)
            except OSError:
                return  # the sender has hung up, as some tests want

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    if tls is not None:  # each shakes hands in a thread of its own: some refuse to
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.until.set()
        server.shutdown()
        thread.join()
        server.server_close()
