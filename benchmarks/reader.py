"""A partner's program that reads over HTTP on one connection, kept alive; and what its server holds meanwhile."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 120.0
LOOK_EVERY_SECONDS = 0.02
CHUNK_BYTES = 256 * 1024
MEGABYTE = 1_000_000


class UnexpectedAnswer(Exception):
    """The server answered something else than 200 OK."""


class Reader:
    """Sends one request after the other."""

    def __init__(self, port: int, token: str) -> None:
        """Connect on the first request."""
        self._connection = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: object) -> tuple[Any, float]:
        """Give what the JSON of an answer says, and the seconds until its last byte. UnexpectedAnswer."""
        began = time.perf_counter()
        body = self._answer(path, query).read()
        seconds = time.perf_counter() - began
        return json.loads(body), seconds

    def lines(self, path: str, **query: object) -> int:
        """Read an answer to its end without keeping it; give its lines. UnexpectedAnswer."""
        answer = self._answer(path, query)
        return sum(part.count(b"\n") for part in iter(lambda: answer.read(CHUNK_BYTES), b""))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _answer(self, path: str, query: dict[str, object]) -> Any:  # noqa: ANN401 - HTTPResponse, as untyped as its parts
        self._connection.request("GET", f"{path}?{urlencode(query)}" if query else path, headers=self._headers)
        answer = self._connection.getresponse()
        if answer.status != HTTPStatus.OK:
            message = f"{path}: {answer.status} {answer.read(500).decode('utf-8', 'replace')}"
            raise UnexpectedAnswer(message)
        return answer


class Peak:
    """How far memory has grown, in megabytes, since it was first looked at."""

    def __init__(self) -> None:
        """Look."""
        self._servers = [
            each for each in psutil.Process().children(recursive=True) if "gunicorn" in " ".join(each.cmdline())
        ]
        self._before = self._held()
        self.grown = 0.0

    def look(self) -> None:
        """Look again."""
        self.grown = max(self.grown, self._held() - self._before)

    def _held(self) -> float:
        return sum(each.memory_info().rss for each in self._servers) / MEGABYTE


@contextmanager
def peak() -> Iterator[Peak]:
    """Watch the web processes that this one has started."""
    found, over = Peak(), threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY_SECONDS):
            found.look()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield found
    finally:
        over.set()
        watching.join()
