from __future__ import annotations

import socket
import time
from ipaddress import ip_address
from threading import Event
from typing import TYPE_CHECKING

import pytest

from notifications.channels.channel import SendFailed
from notifications.posting.poster import Poster
from notifications.posting.resolving import Found, SystemResolver
from tests.support.mail import certificate
from tests.support.receiver import HERE, answer, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from notifications.posting.deadline import Deadline

CONTENT = b'{"data": {}}'
REFUSED = "address is not of the open internet, nor allowed here"


class FakeResolver:
    """Answers each question with the next of its answers; the last one stays."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, deadline: Deadline) -> list[Found]:
        """Answer."""
        deadline.left()
        self.asked.append(host)
        given = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [_found(each, port) for each in given]

    def close(self) -> None:
        """Hold nothing."""


def _found(address: str, port: int) -> Found:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return Found(family, ip_address(address), port)


@pytest.fixture
def poster() -> Iterator[Poster]:
    """Yield one that may send to this machine."""
    made = Poster(HERE)
    yield made
    made.close()


def _refused(poster: Poster, url: str, seconds: float = 5.0) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        poster.post(url, CONTENT, {}, seconds=seconds)
    return caught.value


def test_an_answer_is_given_whatever_its_status(poster: Poster) -> None:
    """Its headers, and as much of its body as was asked for."""
    with receiving(answer(418, b"short and stout", X_Pot="tea")) as receiver:
        found = poster.post(f"{receiver.url}/a?b=c", CONTENT, {"X-Own": "x"}, most=5)
    assert (found.status, found.body, found.cut, found.header("x-pot")) == (418, b"short", True, "tea")
    [(headers, content)] = receiver.requests
    assert (content, headers["x-own"], headers["user-agent"]) == (CONTENT, "x", "Tocsin")
    assert headers["host"] == receiver.url.removeprefix("http://")


def test_nothing_is_sent_to_an_address_that_is_not_allowed() -> None:
    """Loopback, by number, name or odd spelling: it is refused for good, and the receiver hears nothing."""
    poster = Poster()
    with receiving() as receiver:
        port = receiver.url.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"):
            failure = _refused(poster, f"http://{host}:{port}/")
            assert (failure.detail, failure.permanent) == (REFUSED, True), host
    poster.close()
    assert receiver.requests == []


def test_one_bad_address_among_several_refuses_all() -> None:
    """Whichever of them would have been connected to."""
    poster = Poster(resolve=FakeResolver(("1.1.1.1", "10.0.0.1")))
    assert _refused(poster, "http://acme.example/").detail == REFUSED


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once() -> None:
    """What was judged is what is connected to (DNS rebinding)."""
    with receiving() as receiver:
        resolver = FakeResolver(("127.0.0.1",), ("169.254.169.254",))
        port = receiver.url.rpartition(":")[2]
        poster = Poster(HERE, resolve=resolver)
        poster.post(f"http://hooks.acme.example:{port}/", CONTENT, {})
        assert (resolver.asked, len(receiver.requests)) == (["hooks.acme.example"], 1)
        assert receiver.requests[0][0]["host"] == f"hooks.acme.example:{port}"
        assert _refused(poster, f"http://hooks.acme.example:{port}/").detail == REFUSED


def test_the_next_address_is_tried_where_one_takes_no_connection() -> None:
    """Both are allowed; nobody listens on the first."""
    with receiving() as receiver:
        poster = Poster(HERE, resolve=FakeResolver(("127.9.9.9", "127.0.0.1")))
        port = receiver.url.rpartition(":")[2]
        assert poster.post(f"http://hooks.acme.example:{port}/", CONTENT, {}).status == 204


def test_no_proxy_of_the_environment_is_used(poster: Poster, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look names up by itself, and connect to what we would not."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with receiving() as receiver:
        assert poster.post(receiver.url, CONTENT, {}).status == 204


def test_a_redirect_is_an_answer_like_any_other(poster: Poster) -> None:
    """It is not followed."""
    with receiving() as elsewhere, receiving(answer(302, Location=f"{elsewhere.url}/")) as receiver:
        assert poster.post(receiver.url, CONTENT, {}).status == 302
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://acme.example/",
        "file:///etc/passwd",
        "http://user:secret@acme.example/",
        "http://user@acme.example/",
        "http:///path",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://acme.example:0/",
        "http://acme.example:99999/",
        "http://acme.example\\@evil.example/",
        "http://acme example/",
        "http://acme.example/\r\nHost: evil.example",
        "http://b\u00fccher.example/",
        "",
    ],
)
def test_what_is_no_web_address_is_refused_for_good(poster: Poster, url: str) -> None:
    """And nothing of it is repeated."""
    failure = _refused(poster, url)
    assert (failure.detail, failure.permanent) == ("not a URL that can be posted to", True)


def test_a_name_without_an_address_may_have_one_later(poster: Poster) -> None:
    """It is worth another try."""
    failure = _refused(poster, "http://nobody.invalid/")
    assert (failure.detail, failure.permanent) == ("host name not found", False)


def test_a_name_that_nobody_answers_for_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver knows no deadline; whoever waits for it does."""
    until = Event()
    real = socket.getaddrinfo

    def hanging(host: str, port: int, *rest: int, **options: int) -> object:
        if not options["flags"] & socket.AI_NUMERICHOST:
            until.wait(5)
        return real(host, port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    poster = Poster(resolve=SystemResolver())
    began = time.monotonic()
    assert _refused(poster, "http://slow.acme.example/", seconds=0.2).detail == "timed out"
    assert time.monotonic() - began < 2
    until.set()
    poster.close()


def test_a_peer_that_hangs_ends_at_the_deadline(poster: Poster) -> None:
    """It took the request and says nothing."""
    with receiving(lambda _: receiver.until.wait(5)) as receiver:
        assert _refused(poster, receiver.url, seconds=0.2).detail == "timed out"
        receiver.until.set()


def test_a_peer_that_breaks_off_is_worth_another_try(poster: Poster) -> None:
    """Before any status, or in the middle of its headers."""

    def reset(request: BaseHTTPRequestHandler) -> None:
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        request.connection.close()

    def half(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Cut")

    for behave in (reset, half):
        with receiving(behave) as receiver:
            failure = _refused(poster, receiver.url)
        assert (failure.detail, failure.permanent) == ("connection broke", False)


def test_endless_headers_are_not_read_to_their_end(poster: Poster) -> None:
    """Somebody who never comes to the point has not answered."""

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            request.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")

    with receiving(endless) as receiver:
        assert _refused(poster, receiver.url).detail == "connection broke"


def test_a_body_that_breaks_off_or_drips_is_what_came_of_it(poster: Poster) -> None:
    """Its status counts: the message was taken."""

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        receiver.until.wait(5)

    with receiving(drip) as receiver:
        found = poster.post(receiver.url, CONTENT, {}, most=50, seconds=0.3)
        receiver.until.set()
    assert (found.status, found.body, found.cut) == (200, b"abc", True)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """Before anything is sent; and so is a good one of another host."""
    shown, trusting = certificate(tmp_path, "hooks.acme.example")
    with receiving(tls=shown) as receiver:
        port = receiver.url.rpartition(":")[2]
        resolver = FakeResolver(("127.0.0.1",))
        stranger = Poster(HERE, resolve=resolver)
        knowing = Poster(HERE, resolve=resolver, tls=trusting)
        assert _refused(stranger, f"https://hooks.acme.example:{port}/").detail == "certificate is not trusted"
        assert _refused(knowing, f"https://evil.example:{port}/").detail == "certificate is not trusted"
        assert receiver.requests == []
        assert knowing.post(f"https://hooks.acme.example:{port}/", CONTENT, {}).status == 204


def test_what_speaks_no_tls_is_not_posted_to(poster: Poster) -> None:
    """A plain server behind https."""
    with receiving() as receiver:
        failure = _refused(poster, receiver.url.replace("http://", "https://"))
    assert (failure.detail, receiver.requests) == ("no TLS could be agreed on", [])
