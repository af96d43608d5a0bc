"""The other side: an HTTP server that takes pages and messages, some slowly, some at the second time, and notes each.

Connections are numbered as they come. A sender makes one for each request, so what came of a sender that is dead has a
lower number than whoever connects after its death, however late its request is read.
"""

from __future__ import annotations

import json
import socket
import threading
import time
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from math import inf
from typing import TYPE_CHECKING, Any

from tests.faults.senders.owed import PAGES
from tests.support.receiver import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TAKEN, REFUSED = 204, 500
REFUSED_AMONG = 25
"""One page of this many is refused when it comes for the first time."""
SLOWNESS = (0.0, 0.0, 0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds that destinations take, each always the same: kills are to hit sends in flight."""


@dataclass
class Request:
    """A request: under which id it came, what it told (the same whenever the same is told), and what was answered.

    Times are of the monotonic clock.
    """

    connection: int
    id: str
    told: str
    began: float
    status: int = TAKEN
    ended: float = inf

    @property
    def is_page(self) -> bool:
        """Whether it is a page, not a subscription's message."""
        return self.told.startswith(f"/{PAGES}/")


@dataclass
class Sink:
    """Keeps all requests."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    came: int = 0
    """Pages that came."""
    answered: int = 0
    """Pages that were answered."""
    _numbers: dict[int, int] = field(default_factory=dict)
    _connections: int = 0
    _times: Counter[str] = field(default_factory=Counter)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def connected(self, port: int) -> int:
        """Number a connection from a port; called by one thread, in the order in which they came."""
        with self._news:
            self._connections += 1
            self._numbers[port] = self._connections
            self._news.notify_all()
            return self._connections

    def begin(self, connection: int, path: str, message_id: str, content: bytes) -> Request:
        """Note a request, and decide how it is answered. ValueError: it broke off."""
        envelope = json.loads(content)
        told = f"{path} {envelope['subject']}" if path.startswith(f"/{PAGES}/") else f"{path} {envelope['id']}"
        with self._news:
            request = Request(connection, message_id, told, time.monotonic())
            self._times[told] += 1
            if request.is_page and self._times[told] == 1 and _drawn(told, REFUSED_AMONG) == 0:
                request.status = REFUSED
            self.requests.append(request)
            self.came += request.is_page
            self._news.notify_all()
        return request

    def end(self, request: Request) -> None:
        """Note that it was answered."""
        with self._news:
            request.ended = time.monotonic()
            self.answered += request.is_page
            self._news.notify_all()

    def mark(self) -> int:
        """Give a number above those of all connections that were made before."""
        before, (host, port) = self._connections, self.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection, self._news:
            mine = connection.getsockname()[1]
            # An earlier connection may have come from the same port.
            self._news.wait_for(lambda: self._numbers.get(mine, 0) > before)
            return self._numbers[mine]

    def wait_for(self, happened: Callable[[], bool], seconds: float) -> bool:
        """Wait, at most so long, for something that requests bring about; say whether it happened."""
        with self._news:
            return self._news.wait_for(happened, seconds)


@contextmanager
def sinking() -> Iterator[Sink]:
    """Yield a sink that runs in threads of this process."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        client_address: tuple[str, int, int]  # type: ignore[assignment] # our server adds the connection's number

        def do_POST(self) -> None:
            try:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                request = sink.begin(self.client_address[2], self.path, self.headers["webhook-id"], content)
                time.sleep(SLOWNESS[_drawn(self.path, len(SLOWNESS))])
                self.send_response(request.status)
                self.end_headers()
                sink.end(request)
            except (OSError, ValueError):
                return  # the sender died

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Numbering(Server):
        request_queue_size = 1024

        def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:  # noqa: ANN401 - the base's
            super().process_request(request, (*client_address, sink.connected(client_address[1])))

    server = Numbering(("127.0.0.1", 0), Handler)
    sink.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _drawn(text: str, among: int) -> int:
    """Draw a number from a text, always the same."""
    return zlib.crc32(text.encode()) % among
