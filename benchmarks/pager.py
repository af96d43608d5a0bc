"""Somebody's pager: takes pages by POST, and notes when each came."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Pager:
    """What came, by incident: seconds of this process's monotonic clock."""

    def __init__(self) -> None:
        """Begin empty."""
        self._came: dict[str, float] = {}
        self._more = threading.Condition()

    def take(self, incident: str, at: float) -> None:
        """Note the first page of an incident."""
        with self._more:
            self._came.setdefault(incident, at)
            self._more.notify_all()

    def wait_for(self, incident: str, seconds: float) -> float:
        """Give when an incident's first page came. TimeoutError."""
        with self._more:
            if not self._more.wait_for(lambda: incident in self._came, seconds):
                raise TimeoutError(incident)
            return self._came[incident]


@contextmanager
def listening(pager: Pager) -> Iterator[str]:
    """Yield the URL that a pager takes pages at."""

    class Handler(BaseHTTPRequestHandler):
        """Answers each POST as soon as it has noted it."""

        def do_POST(self) -> None:
            """Take a page."""
            at = time.monotonic()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            pager.take(json.loads(body)["data"]["incident"], at)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/pages"
    finally:
        server.shutdown()
        server.server_close()
