"""Cursors: where a list goes on. Sealed: a client can neither read them nor make any.

So a cursor may hold what its reader must not learn, such as a position in the order of all partnerships; and a list
need not mistrust what it gets back.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.http.access import principal, tocsin
from incidents.errors import InvalidField

if TYPE_CHECKING:
    from incidents.ledger.leaf import Json

OWN_SECRET = "cursors"  # noqa: S105 - its name only
"""The name of the installation's secret behind all cursors."""

NONCE_BYTES = 12
PADDED_TO = 128
"""What is sealed is as long as a multiple of this, in bytes: the length of a cursor tells nothing."""


def seal(kind: str, payload: Json) -> str:
    """Give a cursor that is good for one kind of list (`incidents`, `search`) and for the sender of this request."""
    return sealed(kind, payload, actor=principal().actor, secret=tocsin().secret(OWN_SECRET))


def open_(kind: str, cursor: str) -> Json:
    """Give what a cursor of this kind, and of this sender, holds. InvalidField."""
    return opened(kind, cursor, actor=principal().actor, secret=tocsin().secret(OWN_SECRET))


def sealed(kind: str, payload: Json, *, actor: str, secret: bytes) -> str:
    """Seal a payload (AES-256-GCM, NIST SP 800-38D) for a kind of list and one reader. Pure but for its nonce."""
    plain = json.dumps(payload, separators=(",", ":")).encode()
    plain = plain.ljust(-(-len(plain) // PADDED_TO) * PADDED_TO)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return _written(nonce + _cipher(kind, actor, secret).encrypt(nonce, plain, None))


def opened(kind: str, cursor: str, *, actor: str, secret: bytes) -> Json:
    """Open what `sealed` made of the same kind, reader and secret. InvalidField for anything else. Pure."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        plain = _cipher(kind, actor, secret).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)
    except (ValueError, InvalidTag):
        raise wrong_cursor() from None
    if _written(raw) != cursor:
        raise wrong_cursor()  # base64 has several ways of writing the same bytes, and passes over what it does not know
    return cast("Json", json.loads(plain))


def wrong_cursor() -> InvalidField:
    """Give the error for a cursor that leads nowhere here."""
    return InvalidField(
        "cursor", "Send the `next_cursor` of the page before, as it was, with the same parameters; or leave it out."
    )


def _cipher(kind: str, actor: str, secret: bytes) -> AESGCM:
    """A key for each kind and reader: no other opens it, and few enough random nonces fall to one key."""
    return AESGCM(hmac.digest(secret, json.dumps([kind, actor]).encode(), "sha256"))


def _written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")
