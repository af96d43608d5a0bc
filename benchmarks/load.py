"""A closed loop over HTTP: each connection sends its next request as soon as it has the answer to the last.

It speaks to the socket itself, so that it costs little of the machine that it shares with what it measures.
"""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.processes import Barrier

TIMEOUT_SECONDS = 30.0
CREATED = b"HTTP/1.1 201 "


class UnexpectedAnswer(Exception):
    """The server answered something else than 201 Created."""


@dataclass(frozen=True)
class Posts:
    """What to send: the same body again and again, each time with an Idempotency-Key of its own."""

    host: str
    port: int
    path: str
    headers: Mapping[str, str]
    body: bytes

    def request(self) -> bytes:
        """Give the bytes of the next request."""
        fields = {
            "Host": f"{self.host}:{self.port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(self.body)),
            "Idempotency-Key": uuid4().hex,
            **self.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {self.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + self.body


@dataclass(frozen=True)
class Load:
    """What came of it. `latencies` are seconds, sorted; `busy` is the generator's own share of one core."""

    rate: float
    latencies: list[float]
    busy: float

    def percentile(self, share: float) -> float:
        """Give the latency in seconds that this share of the requests kept within."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def drive(posts: Posts, connections: int, seconds: float, warm_up: float, ready: Barrier) -> Load:
    """Post over so many connections for some seconds, after a warm-up. UnexpectedAnswer."""
    ready.wait()
    start = time.monotonic() + warm_up
    with ThreadPoolExecutor(connections) as threads:
        each = list(threads.map(lambda _: list(_post(posts, start, start + seconds)), range(connections)))
    latencies = sorted(chain.from_iterable(each))
    if not latencies:
        raise UnexpectedAnswer(f"There was no answer within {seconds:g} s.")
    return Load(len(latencies) / seconds, latencies, time.process_time() / (warm_up + seconds))


def _post(posts: Posts, start: float, end: float) -> Iterator[float]:
    """Post until the end; give the latency of each request that was answered in the measured time."""
    with _connected(posts) as connection:
        while (asked := time.monotonic()) < end:
            connection.sendall(posts.request())
            connection = _answered(connection, posts)  # noqa: PLW2901 - the server may have closed the old one
            done = time.monotonic()
            if start <= asked and done < end:
                yield done - asked


def _connected(posts: Posts) -> socket.socket:
    connection = socket.create_connection((posts.host, posts.port), timeout=TIMEOUT_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _answered(connection: socket.socket, posts: Posts) -> socket.socket:
    """Read one answer; give the connection for the next request. UnexpectedAnswer."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _received(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    if not head.startswith(CREATED):
        raise UnexpectedAnswer(received[:500].decode("utf-8", "replace"))
    lines = head.lower().split(b"\r\n")
    length = next(int(line.removeprefix(b"content-length:")) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _received(connection)
    return _connected(posts) if b"connection: close" in lines else connection


def _received(connection: socket.socket) -> bytes:
    part = connection.recv(65_536)
    if not part:
        raise UnexpectedAnswer("The server closed the connection.")
    return part
