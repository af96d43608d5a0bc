"""Why a delivery waits, in our own words, for people who ask why nothing came. Pure.

What is read there can hold no secret: of an address only the host is told, never a path, a query or who signs in, and
what the other side answered is never repeated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from notifications.message.words import printable

if TYPE_CHECKING:
    from notifications.queue.delivery import Delivery

BUNDLED = "bundled"
"""It goes out together with what else informs its recipient within two minutes (bundling.py)."""
RATE = "rate"
"""We send no faster to that destination, or over that channel (pace.py)."""

_HOST = re.compile(r"[a-z0-9][a-z0-9.:-]*")
_LONGEST = 200
"""Characters: a sentence."""


def waits_for(detail: str, delivery: Delivery) -> str:
    """Say what went wrong, and at which host: `HTTP 429 from hooks.acme.example`, `timed out`."""
    host = host_of(delivery.destination) if detail.startswith("HTTP ") else None
    return printable(f"{detail} from {host}" if host else detail)[:_LONGEST]


def host_of(destination: str) -> str | None:
    """Give the host of a URL; None of what is none, or has signs in it that a host's name has not."""
    try:
        parts = urlsplit(destination)
        host = parts.hostname or ""
    except ValueError:
        return None
    return host if parts.scheme in {"http", "https"} and _HOST.fullmatch(host) else None
