"""Mail servers on loopback: a real one that keeps what it takes, and one that misbehaves as it is told."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import default
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels.email.server import MailServer, Security

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path

SENDER = Address("Tocsin", addr_spec="pages@tocsin.example")
USERNAME, PASSWORD = "tocsin", "a-password"


@dataclass
class Letterbox:
    """What was taken, and how commands are answered otherwise: `{"RCPT": "550 no"}` (an aiosmtpd handler)."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    def mails(self) -> list[EmailMessage]:
        """Read what was taken, as a mail program does."""
        return [message_from_bytes(content, policy=default) for _, _, content in self.taken]

    async def handle_MAIL(self, _server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802, ANN401 - aiosmtpd's
        """Answer MAIL."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802, ANN401 - aiosmtpd's
        """Answer RCPT."""
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802, ANN401 - aiosmtpd's
        """Take a mail, unless it is to be refused."""
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        self.encrypted.append(cast("asyncio.Transport", server.transport).get_extra_info("ssl_object") is not None)
        return "250 OK"

    def log_in(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd's
        """Let in whoever knows the password."""
        known = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
        self.logins.append(given.login.decode() if known else "refused")
        return AuthResult(success=known, handled=False)


@contextmanager
def letterbox(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
    answers: dict[str, str] | None = None,
) -> Iterator[Letterbox]:
    """Yield a mail server: by STARTTLS, by TLS from the beginning, or in clear; commands are answered as told."""
    box = Letterbox(answers=answers or {})
    loop = asyncio.new_event_loop()

    def conversation() -> SMTP:
        return SMTP(
            box,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=box.log_in if login else None,
            auth_required=login,
            loop=loop,
        )

    server = loop.run_until_complete(loop.create_server(conversation, "127.0.0.1", 0, ssl=tls))
    box.port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(server: asyncio.Server) -> None:
    """Take no more connections, and let those that are there end."""
    server.close()
    open_still = asyncio.all_tasks() - {cast("asyncio.Task[None]", asyncio.current_task())}
    if open_still:
        _, open_still = await asyncio.wait(open_still, timeout=2)
    for task in open_still:
        task.cancel()
    await asyncio.gather(*open_still, return_exceptions=True)
    await asyncio.sleep(0)  # transports close in the turn after


@contextmanager
def misbehaving(behave: Callable[[socket.socket, Event], object]) -> Iterator[int]:
    """Yield the port of a server that does to each connection what it is told; the event tells it to end."""
    over = Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    behave(connection, over)
                except OSError:
                    continue  # the sender has hung up, as some tests want

    thread = Thread(target=serve)
    thread.start()
    try:
        yield cast("int", listening.getsockname()[1])
    finally:
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def server_at(port: int, security: Security = Security.NONE, *, login: str | None = None) -> MailServer:
    """Give the settings of a mail server on this machine; `login` is the password to log in with."""
    username = None if login is None else USERNAME
    return MailServer("127.0.0.1", port, security, SENDER, username, login)


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for a name or address; give what a server shows it with, and who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    named = x509.DNSName(name) if name[-1].isalpha() else x509.IPAddress(ip_address(name))
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    no_password = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password))
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.load_cert_chain(public, private)
    return shown, ssl.create_default_context(cafile=public)
