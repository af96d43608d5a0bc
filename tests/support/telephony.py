"""A provider of text messages and calls on loopback: it keeps what it was asked, and answers as it is told."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Asked(NamedTuple):
    """A request, with its headers by their small names."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Provider:
    """What came in; `until` holds up whoever waits for it."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    until: Event = field(default_factory=Event)


@contextmanager
def providing(behave: Callable[[BaseHTTPRequestHandler], object]) -> Iterator[Provider]:
    """Yield a provider that answers so (tests.support.receiver.answer)."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            provider.asked.append(Asked(self.command, self.path, headers, body))
            try:
                behave(self)
            except OSError:
                return  # whoever asked has hung up

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        provider.until.set()
        server.shutdown()
        thread.join()
        server.server_close()
