from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, RSAKey

from api.access.oidc.id_token import Expected, Identity, IdTokenRefused, UnknownKey, claims_of, identity_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
EXPECTED = Expected("https://login.acme.example", "tocsin", "n-0S6")
RIGHT: dict[str, Any] = {
    "iss": EXPECTED.issuer,
    "sub": "00u1",
    "aud": "tocsin",
    "nonce": "n-0S6",
    "iat": AT,
    "exp": AT + 600,
}
KEY = RSAKey.generate_key(2048, {"kid": "first"})
OTHERS_KEY = RSAKey.generate_key(2048, {"kid": "first"})
KEYS = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])


def token(key: Key = KEY, algorithm: str = "RS256", **claims: object) -> str:
    """Sign claims; None leaves one out."""
    said = {name: value for name, value in (RIGHT | claims).items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": "first"}, said, key, algorithms=[algorithm])


def test_a_right_token_is_taken() -> None:
    """So the refusals below are for what is wrong in them."""
    assert claims_of(token(), KEYS, EXPECTED, NOW)["sub"] == "00u1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["tocsin", "another-client"]},
        {"aud": ["tocsin", "another-client"], "azp": "another-client"},
        {"aud": None},
        {"azp": "another-client"},
        {"iss": "https://login.acme.example/"},
        {"iss": None},
        {"exp": AT - 61},
        {"exp": None},
        {"exp": "later"},
        {"iat": AT + 61},
        {"nbf": AT + 61},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
def test_what_a_token_says_must_be_right(wrong: dict[str, Any]) -> None:
    """OpenID Connect Core, section 3.1.3.7: issuer, audience, authorized party, times and nonce; and whose it is."""
    with pytest.raises(IdTokenRefused):
        claims_of(token(**wrong), KEYS, EXPECTED, NOW)


def test_clocks_may_differ_by_a_minute() -> None:
    """A token that ended, or was issued, within the minute is taken."""
    assert claims_of(token(exp=AT - 59, iat=AT - 600), KEYS, EXPECTED, NOW)
    assert claims_of(token(), KEYS, EXPECTED, NOW - timedelta(seconds=60))


def test_somebody_elses_key_does_not_sign() -> None:
    """The name of the key alone proves nothing."""
    with pytest.raises(IdTokenRefused) as caught:
        claims_of(token(OTHERS_KEY), KEYS, EXPECTED, NOW)
    assert not isinstance(caught.value, UnknownKey)


def test_an_unknown_key_is_told_apart() -> None:
    """The provider may have changed its keys: whoever asks looks for it once."""
    with pytest.raises(UnknownKey):
        claims_of(token(), KeySet([RSAKey.generate_key(2048, {"kid": "second"})]), EXPECTED, NOW)


def test_a_token_without_signature_is_refused() -> None:
    """RFC 8725, section 3.2: `none` is no algorithm."""
    _, payload, _ = token().split(".")
    header = urlsafe_b64encode(b'{"alg":"none","kid":"first"}').decode().rstrip("=")
    for unsigned in (f"{header}.{payload}.", f"{header}.{payload}"):
        with pytest.raises(IdTokenRefused):
            claims_of(unsigned, KEYS, EXPECTED, NOW)


def test_a_shared_secret_signs_nothing() -> None:
    """With HS256 whoever reads our client secret could sign in as anybody; not even a published one counts."""
    shared = OctKey.import_key(b"a secret that more than one side knows", {"kid": "first"})
    for keys in (KEYS, KeySet([shared])):
        with pytest.raises(IdTokenRefused):
            claims_of(token(shared, "HS256"), keys, EXPECTED, NOW)


@pytest.mark.parametrize("garbage", [None, "", "a.b", "a.b.c", "é.é.é", 7, {}, "eyJhbGciOiJSUzI1NiJ9.W10.AA"])
def test_garbage_is_refused(garbage: object) -> None:
    """A provider that answers nonsense signs nobody in, and breaks nothing."""
    with pytest.raises(IdTokenRefused):
        claims_of(garbage, KEYS, EXPECTED, NOW)


def test_elliptic_curves_are_taken() -> None:
    """ES256 as well as RS256."""
    key = ECKey.generate_key("P-256", {"kid": "first"})
    assert claims_of(token(key, "ES256"), KeySet([key]), EXPECTED, NOW)["sub"] == "00u1"


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "ana@acme.example", "email_verified": True}, "ana@acme.example"),
        ({"email": "ana@acme.example", "email_verified": False}, None),
        ({"email": "ana@acme.example", "email_verified": "true"}, None),
        ({"email": "ana@acme.example"}, None),
        ({"email_verified": True}, None),
        ({"email": ["ana@acme.example"], "email_verified": True}, None),
    ],
)
def test_only_a_verified_address_counts(claims: dict[str, Any], email: str | None) -> None:
    """Anybody could have typed in any other, and would become whoever is registered by it."""
    assert identity_of(EXPECTED.issuer, RIGHT | claims) == Identity(EXPECTED.issuer, "00u1", email)
