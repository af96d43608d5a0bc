"""Signatures of messages, so that whoever gets one can tell that it is ours, and not an old one (Standard Webhooks)."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC
from typing import TYPE_CHECKING

from standardwebhooks import Webhook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32
"""As long as the hash (RFC 2104, section 3); Standard Webhooks asks for 24 to 64."""


def new_secret() -> str:
    """Make a secret: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(message_id: str, at: datetime, content: bytes, secrets_: Iterable[str]) -> dict[str, str]:
    """Give the headers of one attempt: a constant id, the present, and a signature by each secret.

    Two secrets while one takes the other's place; without any there is no signature. `at` has a zone.
    """
    at = at.astimezone(UTC)  # the library takes the digits of any other zone for UTC's
    headers = {"webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp()))}
    signatures = [Webhook(secret).sign(message_id, at, content.decode()) for secret in secrets_]
    return headers | ({"webhook-signature": " ".join(signatures)} if signatures else {})
