from __future__ import annotations

import base64
import hmac
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from notifications.channels.channel import SendFailed
from notifications.channels.webhook import Webhook
from notifications.message.message import Composer
from notifications.posting.poster import Poster
from tests.support.clock import NOON, MovedClock
from tests.support.paging import OneAgreement, Story, a_delivery, page
from tests.support.receiver import HERE, answer, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from http.server import BaseHTTPRequestHandler

    from notifications.channels.webhook import Signers
    from tests.support.receiver import Receiver


@contextmanager
def _webhook(*, longest_send: float = 10.0, signers: Signers | None = None) -> Iterator[Webhook]:
    poster = Poster(HERE)
    base = "http://tocsin.example"
    yield Webhook(MovedClock(), poster, signers, base_url=base, longest_send=longest_send)
    poster.close()


def _send(channel: Webhook, url: str) -> None:
    story = Story()
    story.fire(page())
    delivery = a_delivery("page", story.incident, story.incident.version, destination=url)
    composer = Composer(OneAgreement(), "http://tocsin.example")
    channel.send(composer.compose(delivery, story.incident, story.clock.now()), delivery, delivery.destination)


def _failure(receiver: Receiver, longest_send: float = 10.0) -> SendFailed:
    with _webhook(longest_send=longest_send) as channel, pytest.raises(SendFailed) as caught:
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


class OneSigner:
    """Knows the secrets of one address."""

    def __init__(self, url: str, *secrets: str) -> None:
        self._url, self._secrets = url, secrets

    def secrets_of(self, partnership: str, url: str, now: datetime) -> Sequence[str]:
        """Give them for that address."""
        return self._secrets if (partnership, url, now) == ("acme-globex", self._url, NOON) else ()


def test_a_page_comes_in_an_envelope_that_names_it() -> None:
    """CloudEvents 1.0, structured: the id is the delivery's, the time when its cause was recorded."""
    with receiving() as receiver, _webhook() as channel:
        _send(channel, receiver.url)
    [(headers, content)] = receiver.requests
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert {name: value for name, value in json.loads(content).items() if name != "data"} == {
        "specversion": "1.0",
        "id": "d1",
        "type": "tocsin.page.v1",
        "source": "http://tocsin.example/v1/partnerships/acme-globex",
        "subject": "5f0c",
        "time": "2026-03-02T12:00:02.000000Z",
        "datacontenttype": "application/json",
    }
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("d1", str(int(NOON.timestamp())))
    assert "webhook-signature" not in headers


def test_a_page_is_signed_by_each_secret_of_its_address() -> None:
    """Whoever knows one of the two, the old or the new, finds its signature over id, time and the bytes as sent."""
    secrets = ("whsec_" + base64.b64encode(bytes(32)).decode(), "whsec_" + base64.b64encode(bytes(24)).decode())
    with receiving() as receiver, _webhook(signers=OneSigner(receiver.url, *secrets)) as channel:
        _send(channel, receiver.url)
    [(headers, content)] = receiver.requests
    signed = b".".join([b"d1", headers["webhook-timestamp"].encode(), content])
    keys = (bytes(32), bytes(24))
    expected = ["v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys]
    assert headers["webhook-signature"] == " ".join(expected)


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
    """A peer that takes the request and says nothing holds its lane until the deadline."""
    with receiving(lambda _: receiver.until.wait(5)) as receiver:
        failure = _failure(receiver, longest_send=0.2)
        receiver.until.set()
    assert (failure.detail, failure.permanent) == ("timed out", False)


def test_a_peer_that_drips_is_cut_off() -> None:
    """Each byte comes in time; the send as a whole ends all the same."""

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
