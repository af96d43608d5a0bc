"""The mail server that takes what this installation sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.headerregistry import Address


class Security(StrEnum):
    """How the connection is kept from others."""

    STARTTLS = "starttls"
    """It begins in clear and must go on encrypted (RFC 3207)."""
    TLS = "tls"
    """It is encrypted from the beginning (RFC 8314)."""
    NONE = "none"
    """It is not: for a mail server on the same machine."""


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed over, how, and as whom. Without a username nobody logs in.

    `per_second` is how many mails a second it takes at most; None: as many as come.
    """

    host: str
    port: int
    security: Security
    sender: Address
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    per_second: int | None = None
