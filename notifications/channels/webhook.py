"""The webhook channel: a plain POST of JSON, told by its delivery id from every other and the same at each try."""

from __future__ import annotations

import socket
from dataclasses import asdict
from threading import Timer
from typing import TYPE_CHECKING, Any, Self

import httpx

from incidents.ledger.leaf import plain
from notifications.channels.channel import SendFailed
from notifications.queue.retry import asked_rest

if TYPE_CHECKING:
    from types import TracebackType

    from incidents.ledger.clock import Clock
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery

HEADER = "Tocsin-Delivery"
WORTH_ANOTHER_TRY = frozenset({408, 425, 429})
"""Request Timeout, Too Early, Too Many Requests: the other 4xx would be answered the same again."""
SERVER_ERRORS = range(500, 600)
TIMEOUT = httpx.Timeout(5.0, connect=3.0)
LONGEST_SEND = 10.0
"""Seconds for all of a send, also with a peer that drips one byte at a time; well within the lease."""


class Webhook:
    """POSTs messages. Whoever takes one answers 2xx; the answer's body is never read, and a redirect not followed."""

    name = "webhook"

    def __init__(self, clock: Clock, *, timeout: httpx.Timeout = TIMEOUT, longest_send: float = LONGEST_SEND) -> None:
        """Take a clock, by which Retry-After dates are read."""
        self._clock = clock
        self._longest_send = longest_send
        self._client = httpx.Client(
            timeout=timeout, follow_redirects=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def send(self, message: Message, delivery: Delivery, address: str) -> None:
        """POST a message to a URL.

        SendFailed: worth another try for 408, 425, 429, 5xx and whatever the network does; for good otherwise.
        """
        with Deadline(self._longest_send) as deadline:
            try:
                status, retry_after = self._post(body(message, delivery), delivery, address, deadline)
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                raise SendFailed("not a URL that can be posted to", permanent=True) from error
            except httpx.HTTPError as error:
                raise SendFailed(_trouble(error, deadline)) from error
        if not httpx.codes.is_success(status):
            again = status in WORTH_ANOTHER_TRY or status in SERVER_ERRORS
            rest = asked_rest(retry_after, self._clock.now()) if again else None
            raise SendFailed(f"HTTP {status}", retry_after=rest, permanent=not again)

    def close(self) -> None:
        """Let go of what the client holds."""
        self._client.close()

    def _post(
        self, content: dict[str, Any], delivery: Delivery, address: str, deadline: Deadline
    ) -> tuple[int, str | None]:
        request = self._client.stream(
            "POST",
            address,
            json=content,
            headers={HEADER: delivery.id, "User-Agent": "Tocsin"},
            extensions={"trace": deadline.watch},
        )
        with request as response:
            return response.status_code, response.headers.get("Retry-After")


def body(message: Message, delivery: Delivery) -> dict[str, Any]:
    """Give the JSON body: the message, its delivery and recipient; instants in RFC 3339. Links are for people."""
    content = {name: plain(value) for name, value in asdict(message).items() if name != "ack_link"}
    return {"delivery": delivery.id, "recipient": delivery.recipient, **content}


def _trouble(error: httpx.HTTPError, deadline: Deadline) -> str:
    """Say in our own words what the network did."""
    if deadline.passed or isinstance(error, httpx.TimeoutException):
        return "timed out"
    return "could not connect" if isinstance(error, httpx.ConnectError) else "connection broke"


class Deadline:
    """Ends a request as a whole: httpx bounds each read, so a peer that drips would hold its lane as long as it likes.

    Shutting the socket down wakes whichever thread reads from it; closing it would not, and frees its number for
    somebody else's.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Learn of the connection's socket (httpx's `trace` extension), TLS or not."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._socket = info["return_value"].get_extra_info("socket")
            if self.passed:
                self._shut_down()

    def _pass(self) -> None:
        self.passed = True
        self._shut_down()

    def _shut_down(self) -> None:
        try:
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was faster
