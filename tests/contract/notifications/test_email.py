from __future__ import annotations

import socket
import struct
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from notifications.channels.channel import SendFailed
from notifications.channels.email.channel import Email
from notifications.channels.email.server import Security
from notifications.message.message import Composer
from tests.support.mail import PASSWORD, USERNAME, certificate, letterbox, misbehaving, server_at
from tests.support.paging import OneAgreement, Story, a_delivery, page

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path
    from threading import Event

    from notifications.channels.email.server import MailServer

ANN = "ann@acme.example"
SECRET = "the mailbox of ann@acme.example is full"  # noqa: S105 - what must not be repeated


@contextmanager
def _email(server: MailServer, tls: ssl.SSLContext | None = None, *, longest_send: float = 10.0) -> Iterator[Email]:
    channel = Email(server, tls=tls, longest_send=longest_send)
    yield channel
    channel.close()


def _send(channel: Email, address: str = ANN) -> None:
    story = Story()
    story.fire(page())
    delivery = replace(a_delivery("page", story.incident, story.incident.version), channel="email", id="d" * 32)
    message = Composer(OneAgreement(), "http://tocsin.example").compose(delivery, story.incident, story.clock.now())
    channel.send(message, delivery, address)


def _failure(
    server: MailServer, tls: ssl.SSLContext | None = None, *, longest_send: float = 10.0, address: str = ANN
) -> tuple[str, bool]:
    with _email(server, tls, longest_send=longest_send) as channel, pytest.raises(SendFailed) as caught:
        _send(channel, address)
    return caught.value.detail, caught.value.permanent


def test_a_mail_is_handed_over() -> None:
    """One recipient, named in the envelope and the header alike; our own address is where bounces go."""
    with letterbox() as box, _email(server_at(box.port)) as channel:
        _send(channel)
    [(sender, recipients, _)] = box.taken
    [mail] = box.mails()
    assert (sender, recipients) == ("pages@tocsin.example", [ANN])
    assert (mail["To"], mail["From"]) == (ANN, "Tocsin <pages@tocsin.example>")
    assert mail["Subject"] == "[INC-1042] S1 page: Payments fail"


def test_starttls_comes_before_everything_else(tmp_path: Path) -> None:
    """Login and mail are sent encrypted, to a server whose certificate is trusted and is for its name."""
    shown, trusting = certificate(tmp_path)
    server = server_at(0, Security.STARTTLS, login=PASSWORD)
    with letterbox(starttls=shown, login=True) as box, _email(replace(server, port=box.port), trusting) as channel:
        _send(channel)
    assert (box.encrypted, box.logins) == ([True], [USERNAME])


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    """As on port 465."""
    shown, trusting = certificate(tmp_path)
    with letterbox(tls=shown) as box, _email(server_at(box.port, Security.TLS), trusting) as channel:
        _send(channel)
    assert box.encrypted == [True]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_server_that_nobody_vouches_for_gets_nothing(tmp_path: Path, security: Security) -> None:
    """A certificate that nobody trusts, as whoever sits in between would show."""
    shown, _ = certificate(tmp_path)
    begins_in_clear = security is Security.STARTTLS
    with letterbox(starttls=shown if begins_in_clear else None, tls=None if begins_in_clear else shown) as box:
        failure = _failure(server_at(box.port, security))
    assert failure == ("the mail server's certificate is not trusted", False)
    assert box.taken == []


def test_a_certificate_for_another_name_is_none(tmp_path: Path) -> None:
    """It is trusted, and is somebody else's."""
    shown, trusting = certificate(tmp_path, "other.example")
    with letterbox(starttls=shown) as box:
        failure = _failure(server_at(box.port, Security.STARTTLS), trusting)
    assert failure == ("the mail server's certificate is not trusted", False)


def test_a_server_without_starttls_gets_nothing() -> None:
    """Whoever sits in between may have struck the offer out: nothing goes on in clear."""
    with letterbox() as box:
        failure = _failure(server_at(box.port, Security.STARTTLS, login=PASSWORD))
    assert failure == ("the mail server offers no STARTTLS", False)
    assert (box.taken, box.logins) == ([], [])


def test_a_refused_login_is_ours_to_mend(tmp_path: Path) -> None:
    """5xx, and yet worth another try: the recipient has done nothing wrong."""
    shown, trusting = certificate(tmp_path)
    with letterbox(starttls=shown, login=True) as box:
        failure = _failure(server_at(box.port, Security.STARTTLS, login="wrong"), trusting)
    assert failure == ("SMTP 535 to the login", False)


def test_a_login_that_does_not_fit_is_ours_to_mend(tmp_path: Path) -> None:
    """The server knows none; or wants one and is given none."""
    shown, trusting = certificate(tmp_path)
    with letterbox() as box:
        assert _failure(server_at(box.port, login=PASSWORD)) == ("the mail server offers no login that we know", False)
    with letterbox(starttls=shown, login=True) as box:
        assert _failure(server_at(box.port, Security.STARTTLS), trusting) == ("SMTP 530 to MAIL", False)


@pytest.mark.parametrize(
    ("command", "code", "permanent"),
    [
        ("MAIL", 451, False),
        ("MAIL", 550, False),
        ("RCPT", 450, False),
        ("RCPT", 550, True),
        ("RCPT", 530, False),
        ("DATA", 452, False),
        ("DATA", 554, True),
    ],
)
def test_what_is_refused_for_good_and_what_is_not(command: str, code: int, permanent: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """5xx for the recipient or the mail is the end; nothing of what the server says is kept but the code."""
    with letterbox(answers={command: f"{code} {SECRET}"}) as box:
        assert _failure(server_at(box.port)) == (f"SMTP {code} to {command}", permanent)
    assert box.taken == []


def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    """It is being restarted, perhaps."""
    with letterbox() as gone:
        pass
    assert _failure(server_at(gone.port)) == ("could not connect", False)


def test_a_name_that_nobody_knows_is_worth_another_try() -> None:
    """The settings, or the DNS, can be mended."""
    failure = _failure(replace(server_at(25), host="mail.invalid"), longest_send=5.0)
    assert failure in [("could not connect", False), ("timed out", False)]


def test_silence_is_given_up() -> None:
    """A server that takes the connection and says nothing holds its lane for the whole send, and no longer."""
    began = time.monotonic()
    with misbehaving(lambda _, over: over.wait(5)) as port:
        assert _failure(server_at(port), longest_send=0.3) == ("timed out", False)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
def test_a_server_that_drips_is_cut_off(security: Security) -> None:
    """Each byte comes in good time, be it of the greeting or of a handshake; the send as a whole ends all the same."""

    def drip(connection: socket.socket, over: Event) -> None:
        for byte in (b"220-welcome\r\n" if security is Security.NONE else b"\x16\x03\x03\x40\x00\x02") * 200:
            connection.sendall(bytes([byte]))
            over.wait(0.02)

    began = time.monotonic()
    with misbehaving(drip) as port:
        assert _failure(server_at(port, security), longest_send=0.4) == ("timed out", False)
        assert time.monotonic() - began < 3


def test_a_broken_connection_is_worth_another_try() -> None:
    """Reset in the middle of the conversation."""

    def reset(connection: socket.socket, _: Event) -> None:
        connection.sendall(b"220 hello\r\n")
        connection.recv(100)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with misbehaving(reset) as port:
        assert _failure(server_at(port)) == ("connection broke", False)


def test_a_mail_that_was_taken_is_sent_whatever_follows() -> None:
    """The server falls silent after its 250: a second try would be a second mail."""
    heard = []

    def take(connection: socket.socket, _: Event) -> None:
        connection.sendall(b"220 hello\r\n")
        with connection.makefile("rb") as lines:
            for line in lines:
                heard.append(line)
                if line.startswith(b"data"):
                    connection.sendall(b"354 go on\r\n")
                    while lines.readline() != b".\r\n":
                        pass
                    connection.sendall(b"250 taken\r\n")
                    return
                connection.sendall(b"250 OK\r\n")

    with misbehaving(take) as port, _email(server_at(port)) as channel:
        _send(channel)
    assert heard[-1] == b"data\r\n"


@pytest.mark.parametrize(
    "address",
    ["", "ann", "ann@", "@acme.example", "ann@acme.example\r\nRCPT TO:<bob@x.example>", "a b@x.example", "ä@x.example"],
)
def test_what_is_no_address_is_the_end(address: str) -> None:
    """No command of its own gets to the server."""
    with letterbox() as box:
        assert _failure(server_at(box.port), address=address) == ("not an address that mail can be sent to", True)
    assert box.taken == []


def test_a_domain_beyond_ascii_is_written_as_the_dns_knows_it() -> None:
    """Internationalised names have an ASCII form."""
    with letterbox() as box, _email(server_at(box.port)) as channel:
        _send(channel, "ann@bücher.example")
    assert box.taken[0][1] == ["ann@xn--bcher-kva.example"]
