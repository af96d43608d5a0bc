"""A mail of a message: headers after RFC 5322, plain text and HTML beside each other. Pure.

All mails of one incident are one thread: each answers a root that was never sent, and that all can name. A mail has
one recipient, so nobody learns who else was told.
"""

from __future__ import annotations

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from notifications.channels.channel import SendFailed
from notifications.channels.email.body import hypertext, plain_text
from notifications.message.reminder import Reminder
from notifications.message.words import printable
from notifications.queue.delivery import PAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notifications.message.bundle import Bundle
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery

LONGEST_SUBJECT = 120
"""Characters: a phone shows about half of them, and each line of a header ends at 78."""
LONGEST_ADDRESS = 254
"""RFC 5321, section 4.5.3.1.3, without the brackets of a path."""
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]+")


def letter(message: Message, delivery: Delivery, to: Address, sender: Address) -> EmailMessage:
    """Make the mail of a delivery, under one Message-ID for all its tries."""
    mail = _mail([message], delivery.id, to, sender)
    mail["Subject"] = subject(message)
    mail["X-Tocsin-Delivery"] = delivery.id
    if message.kind == PAGE:
        mail["Importance"] = "high"
    return mail


def bundled(bundle: Bundle, to: Address, sender: Address) -> EmailMessage:
    """Make one mail of several deliveries. It is in an incident's thread if all of it is about that one."""
    ids = [part.delivery.id for part in bundle.parts]
    mail = _mail(bundle.messages, _digest("\n".join(ids)), to, sender)
    about = ", ".join(dict.fromkeys(map(_about, bundle.messages)))
    mail["Subject"] = _cut(f"[{about}] {len(ids)} messages: {bundle.messages[0].title}")
    for each in ids:
        mail["X-Tocsin-Delivery"] = each
    return mail


def subject(message: Message) -> str:
    """Give the subject, on one line: `[INC-1042] S1 page: Card payments fail`."""
    severity = "" if isinstance(message, Reminder) else f"{message.severity} "
    return _cut(f"[{_about(message)}] {severity}{message.kind}: {message.title}")


def mailbox(address: str) -> Address:
    """Read a mail address; a domain beyond ASCII is written as the DNS knows it. SendFailed, for good."""
    name, _, domain = address.rpartition("@")
    try:
        written = f"{name}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        written = ""
    if len(written) > LONGEST_ADDRESS or not _MAILBOX.fullmatch(written):
        raise SendFailed("not an address that mail can be sent to", permanent=True)
    try:
        return Address(addr_spec=written)
    except (ValueError, IndexError) as error:
        raise SendFailed("not an address that mail can be sent to", permanent=True) from error


def _mail(messages: Sequence[Message], identity: str, to: Address, sender: Address) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, to
    mail["Date"] = messages[0].sent_at
    mail["Message-ID"] = f"<{identity}@{sender.domain}>"
    roots = {_root(message, sender) for message in messages}
    if len(roots) == 1:
        mail["In-Reply-To"] = mail["References"] = roots.pop()
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine need answer
    mail["X-Auto-Response-Suppress"] = "All"  # the same, for Exchange
    mail.set_content(plain_text(messages), cte="quoted-printable")
    mail.add_alternative(hypertext(messages), subtype="html", cte="quoted-printable")
    return mail


def _about(message: Message) -> str:
    return message.partnership if isinstance(message, Reminder) else message.label


def _cut(text: str) -> str:
    line = printable(text)
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _root(message: Message, sender: Address) -> str:
    """Name what all mails of a record answer. It is a digest, for it stands in mails to both parties."""
    record = message.record if isinstance(message, Reminder) else f"{message.partnership}/{message.incident}"
    return f"<{_digest(record)}.thread@{sender.domain}>"
