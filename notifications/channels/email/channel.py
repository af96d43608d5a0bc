"""The e-mail channel: one letter to one recipient, handed over to the mail server by SMTP (RFC 5321)."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from smtplib import SMTP, SMTPAuthenticationError, SMTPDataError, SMTPException, SMTPServerDisconnected
from typing import TYPE_CHECKING

from notifications.channels.channel import SendFailed
from notifications.channels.email.connection import connected, cut_off, own_name
from notifications.channels.email.letter import bundled, letter, mailbox
from notifications.channels.email.server import Security
from notifications.posting.deadline import Deadline
from notifications.posting.resolving import SystemResolver

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage

    from notifications.channels.email.server import MailServer
    from notifications.message.bundle import Bundle
    from notifications.message.message import Message
    from notifications.posting.resolving import Resolve
    from notifications.queue.delivery import Delivery

LONGEST_SEND = 10.0
"""Seconds for all of a send, also with a server that drips one byte at a time; well within the lease."""
READY, OK = 220, range(200, 300)
FOR_GOOD = range(500, 600)
OF_OURS = frozenset({530, 534, 535, 538})
"""We should have logged in, or done so otherwise (RFC 4954, section 6): it says nothing of the recipient."""


class Email:
    """Sends mails, any number of threads at once, each on a connection of its own."""

    name = "email"

    def __init__(
        self,
        server: MailServer,
        *,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        longest_send: float = LONGEST_SEND,
    ) -> None:
        """Take the mail server. `tls` says whose certificates count: by default, whom the system trusts."""
        self._server = server
        self._resolve = resolve or SystemResolver()
        self._tls = tls or ssl.create_default_context()
        self._longest_send = longest_send
        self.per_second = server.per_second

    def send(self, message: Message, delivery: Delivery, address: str) -> None:
        """Hand a mail over.

        SendFailed: for good only where the server refuses this recipient or this mail (5xx). That it refuses us, by
        our login or our own address, or is not there, is ours to mend, and worth another try.
        """
        to = mailbox(address)
        self._send(letter(message, delivery, to, self._server.sender), to)

    def send_bundle(self, bundle: Bundle, address: str) -> None:
        """Hand one mail over for several deliveries. As `send`."""
        to = mailbox(address)
        self._send(bundled(bundle, to, self._server.sender), to)

    def close(self) -> None:
        """Look no more names up."""
        self._resolve.close()

    def _send(self, mail: EmailMessage, to: Address) -> None:
        content = mail.as_bytes()
        deadline = Deadline(self._longest_send)
        try:
            with (
                connected(self._server.host, self._server.port, self._resolve, deadline) as connection,
                cut_off(connection, deadline),
            ):
                self._hand_over(content, to, connection)
        except OSError as error:  # whatever smtplib raises is one
            raise _trouble(error, deadline) from error

    def _hand_over(self, content: bytes, to: Address, connection: socket.socket) -> None:
        smtp = self._opened(connection)
        try:
            self._log_in(smtp)
            _must(smtp.mail(self._server.sender.addr_spec)[0], "MAIL")
            _must(smtp.rcpt(to.addr_spec)[0], "RCPT", final=True)
            try:
                _must(smtp.data(content)[0], "DATA", final=True)
            except SMTPDataError as error:
                raise _refused(error.smtp_code, "DATA", final=True) from error
            with suppress(OSError):  # it has been taken: whatever follows changes nothing
                smtp.putcmd("QUIT")
        finally:
            smtp.close()

    def _opened(self, connection: socket.socket) -> SMTP:
        """Give a conversation that is encrypted as it must be."""
        smtp = SMTP(local_hostname=own_name(connection))
        try:
            smtp.sock = self._encrypted(connection) if self._server.security is Security.TLS else connection
            _must(smtp.getreply()[0], "the greeting")
            _must(smtp.ehlo()[0], "EHLO")
            if self._server.security is Security.STARTTLS:
                self._start_tls(smtp, connection)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _start_tls(self, smtp: SMTP, connection: socket.socket) -> None:
        """Go on encrypted, or not at all. What came before is forgotten: anybody may have said it (RFC 3207, 4.2)."""
        if smtp.docmd("STARTTLS")[0] != READY:
            raise SendFailed("the mail server offers no STARTTLS")
        smtp.sock, smtp.file = self._encrypted(connection), None
        smtp.esmtp_features = {}
        _must(smtp.ehlo()[0], "EHLO")

    def _encrypted(self, connection: socket.socket) -> ssl.SSLSocket:
        return self._tls.wrap_socket(connection, server_hostname=self._server.host)

    def _log_in(self, smtp: SMTP) -> None:
        if self._server.username is None:
            return
        try:
            smtp.login(self._server.username, self._server.password or "")
        except SMTPAuthenticationError as error:
            raise _refused(error.smtp_code, "the login") from error
        except SMTPServerDisconnected:
            raise
        except SMTPException as error:
            raise SendFailed("the mail server offers no login that we know") from error


def _must(code: int, what: str, *, final: bool = False) -> None:
    if code not in OK:
        raise _refused(code, what, final=final)


def _refused(code: int, what: str, *, final: bool = False) -> SendFailed:
    """Say what was refused, by its code alone: the words beside it may hold addresses."""
    return SendFailed(f"SMTP {code} to {what}", permanent=final and code in FOR_GOOD and code not in OF_OURS)


def _trouble(error: OSError, deadline: Deadline) -> SendFailed:
    """Say in our own words what became of the connection."""
    try:
        deadline.left()
    except TimeoutError:
        return SendFailed("timed out", unclear=True)
    match error:
        case TimeoutError() | socket.gaierror() | ConnectionRefusedError():
            return SendFailed("could not connect")
        case ssl.SSLCertVerificationError():
            return SendFailed("the mail server's certificate is not trusted")
        case ssl.SSLError():
            return SendFailed("no TLS could be agreed on")
    return SendFailed("connection broke", unclear=True)
