"""Secret addresses, which let in whoever knows them: `<id>_<secret>`. What is kept of the secret is its SHA-256.

It has 256 random bits, so nobody finds it by trying, and its hash needs no salt.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from incidents.errors import Refused

TOKEN = r"^[0-9a-f]{32}_[A-Za-z0-9_-]{43}$"  # noqa: S105 - its form
"""The id of what is under an address, which is no secret, and 256 random bits."""
SECRET_BYTES = 32

_token = re.compile(TOKEN, re.ASCII)


class AddressShownBefore(Refused):
    """This request was carried out before, and its address was shown then. Make another if you did not get it."""

    code = "secret_shown_before"


class Shown(NamedTuple):
    """What an address shows: the id that it names, and the hash of its secret."""

    identity: str
    secret_hash: str

    def opens(self, known_hash: str | None) -> bool:
        """Say whether the secret is the one of which the hash is known; None: of nothing. In constant time."""
        return hmac.compare_digest(known_hash or hash_of(""), self.secret_hash) and known_hash is not None


def new_secret() -> str:
    """Make a secret up."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def shown_by(token: str) -> Shown:
    """Read what an address shows; what has not the form of one shows an id of nothing."""
    identity, _, secret = token.partition("_") if _token.fullmatch(token) else ("", "", "")
    return Shown(identity, hash_of(secret))
