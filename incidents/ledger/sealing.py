"""Sealing free text under its stream's key, so that erasing key and box forgets it (design decision 6)."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BITS = 256


class Hidden:
    """What a reader meets where a value is withheld from them, or has been forgotten; `why` says so in one word."""

    def __init__(self, why: str) -> None:
        """Take the reason."""
        self.why = why

    def __repr__(self) -> str:
        """Say so."""
        return f"[{self.why}]"

    __str__ = __repr__


ERASED = Hidden("erased")


def new_key() -> bytes:
    """Give a fresh AES-256 key."""
    return AESGCM.generate_key(KEY_BITS)


def seal(key: bytes, stream: str, content: bytes) -> str:
    """Encrypt content (AES-256-GCM), bound to its stream so that a box cannot be moved to another."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return b64encode(nonce + AESGCM(key).encrypt(nonce, content, stream.encode())).decode("ascii")


def unseal(key: bytes, stream: str, box: str) -> bytes | None:
    """Decrypt a box; None where this key does not open it: the key it was sealed with has been erased."""
    raw = b64decode(box)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], stream.encode())
    except InvalidTag:
        return None
