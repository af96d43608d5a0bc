"""What a webhook message is called, and how it stands. Pure."""

from __future__ import annotations

from uuid import uuid4

WAITING = "waiting"
DELIVERED = "delivered"
FAILED = "failed"
WITHHELD = "withheld"
"""Hidden from its party by the time of its send: never sent, never shown."""
SHOWN = (WAITING, DELIVERED, FAILED)

PING = "tocsin.ping.v1"
"""The type of a message that tells of no event."""
ID = r"^msg_[0-9a-f]{32}$"
"""A message's id: its constant `webhook-id`."""


def new_id() -> str:
    """Make an id."""
    return f"msg_{uuid4().hex}"
