from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from notifications.channels.channel import SendFailed
from notifications.channels.webhook import Webhook
from notifications.message.message import Composer
from tests.support.clock import MovedClock
from tests.support.paging import OneAgreement, Story, a_delivery, page
from tests.support.receiver import answer, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

    from tests.support.receiver import Receiver


@contextmanager
def _webhook(*, read: float = 5.0, longest_send: float = 10.0) -> Iterator[Webhook]:
    channel = Webhook(MovedClock(), timeout=httpx.Timeout(read, connect=1.0), longest_send=longest_send)
    yield channel
    channel.close()


def _send(channel: Webhook, url: str) -> None:
    story = Story()
    story.fire(page())
    delivery = a_delivery("page", story.incident, story.incident.version, destination=url)
    composer = Composer(OneAgreement(), "http://tocsin.example")
    channel.send(composer.compose(delivery, story.incident, story.clock.now()), delivery, delivery.destination)


def _failure(receiver: Receiver, **limits: float) -> SendFailed:
    with _webhook(**limits) as channel, pytest.raises(SendFailed) as caught:
        _send(channel, f"{receiver.url}/pages")
    return caught.value


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_page_is_taken_by_any_success(status: int) -> None:
    """The delivery id is in the header and the body, beside what the recipient needs to know and no more."""
    with receiving(answer(status)) as receiver, _webhook() as channel:
        _send(channel, f"{receiver.url}/pages?team=a")
    [(path, delivery, body)] = receiver.received
    assert (path, delivery) == ("/pages?team=a", "d1")
    assert body == {
        "delivery": "d1",
        "recipient": "acme-duty",
        "kind": "page",
        "incident": "5f0c",
        "label": "INC-1042",
        "partnership": "acme-globex",
        "title": "Payments fail",
        "severity": "S1",
        "service": "payments-api",
        "status": "open",
        "why": "It was reported (rung 1 of ladder S1)",
        "at": "2026-03-02T12:00:02.000000Z",
        "sent_at": "2026-03-02T12:00:02.000000Z",
        "clocks": [
            {"clock": "acknowledge", "state": "running", "due_at": "2026-03-02T12:15:01.000000Z"},
            {"clock": "resolve", "state": "running", "due_at": "2026-03-02T20:00:01.000000Z"},
        ],
        "link": "http://tocsin.example/v1/incidents/5f0c",
        "tz": "UTC",
        "to": "acme-duty",
    }


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_worth_another_try(status: int) -> None:
    """The detail names the status and nothing of the answer, which the record could not forget."""
    with receiving(answer(status, b"secret")) as receiver:
        failure = _failure(receiver)
    assert (failure.detail, failure.permanent, failure.retry_after) == (f"HTTP {status}", False, None)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_would_be_answered_the_same_again_is_the_end(status: int) -> None:
    """A refusal is not retried."""
    with receiving(answer(status, Retry_After="5")) as receiver:
        failure = _failure(receiver)
    assert (failure.permanent, failure.retry_after) == (True, None)


@pytest.mark.parametrize(("header", "rest"), [("7", 7.0), ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0), ("later", None)])
def test_the_rest_that_is_asked_for_is_passed_on(header: str, rest: float | None) -> None:
    """Retry-After, in seconds or as a date by the one clock."""
    with receiving(answer(429, Retry_After=header)) as receiver:
        assert _failure(receiver).retry_after == rest


def test_a_redirect_is_not_followed() -> None:
    """A page goes where the agreement says, and nowhere else."""
    with receiving() as elsewhere, receiving(answer(307, Location=f"{elsewhere.url}/")) as receiver:
        failure = _failure(receiver)
    assert (failure.detail, failure.permanent) == ("HTTP 307", True)
    assert elsewhere.received == []


def test_an_endless_answer_costs_nothing() -> None:
    """A success is a success by its status; what follows is not read."""

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"x" * 65_536)

    with receiving(endless) as receiver, _webhook() as channel:
        _send(channel, receiver.url)
    assert receiver.deliveries() == ["d1"]


def test_silence_is_given_up() -> None:
    """A peer that takes the request and says nothing holds its lane for the read timeout."""
    with receiving(lambda _: receiver.until.wait(5)) as receiver:
        failure = _failure(receiver, read=0.1)
        receiver.until.set()
    assert (failure.detail, failure.permanent) == ("timed out", False)


def test_a_peer_that_drips_is_cut_off() -> None:
    """Each byte comes within the read timeout; the send as a whole ends all the same."""

    def drip(request: BaseHTTPRequestHandler) -> None:
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 100:
            request.wfile.write(bytes([byte]))
            time.sleep(0.05)

    with receiving(drip) as receiver:
        began = time.monotonic()
        failure = _failure(receiver, longest_send=0.3)
        took = time.monotonic() - began
    assert failure.detail == "timed out"
    assert took < 3


def test_nobody_there_is_worth_another_try() -> None:
    """A receiver that is being restarted comes back."""
    with receiving() as gone:
        pass
    failure = _failure(gone)
    assert (failure.detail, failure.permanent) == ("could not connect", False)


@pytest.mark.parametrize("url", ["ftp://acme.example/", "not a url", "http://[::1/"])
def test_a_destination_that_is_no_web_address_is_the_end(url: str) -> None:
    """It will not become one by trying again."""
    with _webhook() as channel, pytest.raises(SendFailed) as caught:
        _send(channel, url)
    assert caught.value.permanent
