"""A sign-in under way: what must come back from the provider, kept in the browser that began it.

It is sealed with the installation's secret and bound by its cookie to that browser, so that nobody can be signed in as
somebody else by a link (RFC 9700, section 4.7), and no row waits for people who turn back.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from incidents.errors import InvalidField

LASTS = timedelta(minutes=10)
RANDOM_BYTES = 32
NONCE_BYTES = 12
HOME = "/"

# Visible ASCII without the backslash, which browsers read as a slash; they also drop tabs and line breaks.
_OWN_PATH = re.compile(r"/(?:(?!/)[!-\[\]-~]{1,2000})?")


@dataclass(frozen=True)
class Attempt:
    """What a sign-in began with. All but `return_to` and `until` are random, of 256 bits each."""

    state: str
    """Ties the provider's answer to this attempt (RFC 6749, section 10.12)."""
    nonce: str
    """Ties the ID token to it (OpenID Connect Core, section 3.1.2.1)."""
    verifier: str
    """Ties the code to it (PKCE, RFC 7636, section 4.1)."""
    return_to: str
    """Where the browser goes in the end: a path of ours."""
    until: float
    """When it is too late, in seconds since 1970."""


def new_attempt(return_to: str, now: datetime) -> Attempt:
    """Begin an attempt. InvalidField for a `return_to` that may leave this site."""
    if not _OWN_PATH.fullmatch(return_to):
        raise InvalidField("return_to", "Give a path of this site that begins with one slash, such as /docs.")
    state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
    return Attempt(state, nonce, verifier, return_to, (now + LASTS).timestamp())


def sealed(attempt: Attempt, secret: bytes) -> str:
    """Seal an attempt for a cookie (AES-256-GCM)."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    raw = nonce + _cipher(secret).encrypt(nonce, json.dumps(asdict(attempt)).encode(), None)
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def opened(cookie: str, secret: bytes, now: datetime) -> Attempt | None:
    """Open what `sealed` gave; None where it is too late for it, or it was not ours."""
    try:
        raw = urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
        plain = _cipher(secret).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)
    except (ValueError, InvalidTag):
        return None
    attempt = Attempt(**json.loads(plain))
    return attempt if now.timestamp() < attempt.until else None


def _cipher(secret: bytes) -> AESGCM:
    """A key of its own: whatever else the secret may come to seal is no attempt."""
    return AESGCM(hmac.digest(secret, b"sign-in attempt", "sha256"))
