"""Checking an ID token (OpenID Connect Core 1.0, section 3.1.3.7). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped] # it brings no types
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry

if TYPE_CHECKING:
    from datetime import datetime

    from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with the provider's own key alone: with `HS256` whoever reads our client secret could sign, with `none`
everybody (RFC 8725, section 3.1)."""

LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""


class IdTokenRefused(Exception):
    """It is not a proof of who signed in; the message says why, for the log."""


class UnknownKey(IdTokenRefused):
    """It is signed with a key that is not among those known."""


@dataclass(frozen=True)
class Expected:
    """What an ID token must say."""

    issuer: str
    client_id: str
    nonce: str


@dataclass(frozen=True)
class Identity:
    """As whom a provider knows somebody."""

    issuer: str
    subject: str
    email: str | None
    """None where the provider does not vouch for it: anybody could have typed it in."""


def claims_of(token: object, keys: KeySet, expected: Expected, now: datetime) -> dict[str, Any]:
    """Give the claims of an ID token that holds. UnknownKey; IdTokenRefused."""
    try:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        found = jwt.decode(str(token), keys, registry=registry)
        options = {
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        params = {"nonce": expected.nonce, "client_id": expected.client_id}
        claims = CodeIDToken(found.claims, found.header, options, params)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    except InvalidKeyIdError as error:
        raise UnknownKey(str(error)) from error
    except (JoseError, ValueError, TypeError) as error:
        raise IdTokenRefused(str(error)) from error
    return dict(claims)


def identity_of(issuer: str, claims: dict[str, Any]) -> Identity:
    """Give whom claims are about. `email_verified` must be `true` itself, not a word."""
    email = claims.get("email")
    vouched = claims.get("email_verified") is True and isinstance(email, str) and email
    return Identity(issuer, str(claims["sub"]), str(email) if vouched else None)
