"""Links by which whoever was paged takes an incident, without signing in. Pure, given the installation's secret.

A token names a delivery, hence the incident and who was paged, and says until when it is good; both are signed. It is
48 characters long, so that it fits a text message. That it works once is no matter of the token: see acknowledging.py.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from escalation.crew.ways import EMAIL, SMS
from incidents.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LASTS = timedelta(hours=24)
"""How long a link is good after it was sent."""
LINKED = frozenset({EMAIL, SMS})
"""The channels whose messages carry links: what they reach is somebody's own, and not a log or a program."""
ID_BYTES, TIME_BYTES, SIGNATURE_BYTES = 16, 4, 16
TOKEN = re.compile(r"[A-Za-z0-9_-]{48}", re.ASCII)
_PURPOSE = b"acknowledge link\n"
"""Whatever else the secret may come to sign is no link."""


class UnknownLink(NotFound):
    """This installation made no such link."""

    code = "unknown_link"


class LinkExpired(Refused):
    """The link is too old."""

    code = "link_expired"


@dataclass(frozen=True)
class Links:
    """Makes links and opens them. `base_url` is how they begin; empty: nobody could follow them, so none are made."""

    secret: Callable[[], bytes]
    base_url: str

    def address(self, delivery: str, now: datetime) -> str | None:
        """Give the link of a delivery that is sent now."""
        if not self.base_url:
            return None
        until = int((now + LASTS).timestamp())
        named = bytes.fromhex(delivery) + until.to_bytes(TIME_BYTES, "big")
        token = urlsafe_b64encode(named + self._signature(named)).decode("ascii")
        return f"{self.base_url.rstrip('/')}/acknowledge/{token}"

    def opened(self, token: str, now: datetime) -> str:
        """Give the delivery that a token names. UnknownLink; LinkExpired."""
        if not TOKEN.fullmatch(token):
            raise UnknownLink
        raw = urlsafe_b64decode(token)
        named, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(named)):
            raise UnknownLink
        if now.timestamp() >= int.from_bytes(named[ID_BYTES:], "big"):
            raise LinkExpired
        return named[:ID_BYTES].hex()

    def _signature(self, named: bytes) -> bytes:
        return hmac.digest(self.secret(), _PURPOSE + named, "sha256")[:SIGNATURE_BYTES]
