"""What a key's holder shows: `tocsin_<id>_<secret>`. Pure but for the random bits.

The secret has 256 random bits, so its plain SHA-256 is as good as secret and may stand in the record: nobody finds a
preimage of that by trying.
"""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "tocsin"
ID_BYTES = 8
SECRET_BYTES = 32


def new_identity() -> str:
    """Give the id of a new key."""
    return secrets.token_hex(ID_BYTES)


def new_secret() -> str:
    """Give a secret of 256 random bits."""
    return secrets.token_urlsafe(SECRET_BYTES)


def token_of(identity: str, secret: str) -> str:
    """Write a token."""
    return f"{PREFIX}_{identity}_{secret}"


def parts_of(token: str) -> tuple[str, str] | None:
    """Read a token's id and secret; None where it has not the form of one."""
    prefix, _, rest = token.partition("_")
    identity, _, secret = rest.partition("_")
    if prefix != PREFIX or not is_identity(identity) or not secret.isascii():
        return None
    return identity, secret


def is_identity(text: str) -> bool:
    """Say whether a text has the form of a key's id."""
    return len(text) == 2 * ID_BYTES and set(text) <= set("0123456789abcdef")


def hash_of(secret: str) -> str:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
