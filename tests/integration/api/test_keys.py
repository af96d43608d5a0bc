"""API keys: shown once, stored hashed, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.keys import CACHE_SECONDS, AlreadyRevoked, Keys, Principal
from incidents.errors import NotFound
from tests.support.http import OURS

if TYPE_CHECKING:
    from tests.support.http import Site


class Seconds:
    """A stopwatch that is moved."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.now = 0.0

    def __call__(self) -> float:
        """Give the seconds."""
        return self.now


def test_a_token_finds_its_principal(site: Site) -> None:
    """A partner's key reaches its partnership, the operator's all, and each has an actor of its own."""
    keys = site.tocsin.keys
    tokens = [keys.issue("a", OURS, by="test"), keys.issue("b", by="test")]
    partner, operator = (keys.find(token) for token in tokens)
    assert partner == Principal(tokens[0].split("_")[1], OURS)
    assert operator == Principal(tokens[1].split("_")[1], None)
    assert partner.actor == f"key:{tokens[0].split('_')[1]}"


def test_a_token_has_256_random_bits_and_is_stored_nowhere(site: Site, database_url: str) -> None:
    """Neither the key's row nor its events hold the secret."""
    secret = site.tocsin.keys.issue("somebody", by="test").split("_", 2)[2]
    with create_engine(database_url, poolclass=NullPool).connect() as connection:
        stored = [
            str(connection.execute(text(query)).all())
            for query in (
                "SELECT * FROM api_keys",
                "SELECT * FROM disclosures",
                "SELECT convert_from(leaf, 'UTF8') FROM events",
            )
        ]
    assert len(secret) >= 43
    assert not any(secret in rows for rows in stored)


def test_nothing_but_the_whole_token_opens(site: Site) -> None:
    """A token with any part changed, cut off or swapped finds nobody."""
    keys = site.tocsin.keys
    one, other = (keys.issue(name, by="test") for name in ("one", "other"))
    prefix, identity, secret = one.split("_", 2)
    for wrong in (
        one[:-1],
        one + "A",
        f"{prefix}_{identity}_",
        f"{prefix}_{identity}",
        f"{prefix}_{other.split('_')[1]}_{secret}",
        f"other_{identity}_{secret}",
        f"{prefix}_{identity.upper()}_{secret.upper()}",
        f"{prefix}_{identity}_\u00e9",
        "",
    ):
        assert keys.find(wrong) is None, wrong


def test_a_revoked_key_opens_nothing_more(site: Site) -> None:
    """At once where it was revoked, and after the remembered seconds elsewhere; it can't be revoked twice."""
    keys, stopwatch = site.tocsin.keys, Seconds()
    elsewhere = Keys(site.tocsin.ledger, monotonic=stopwatch)
    token = keys.issue("short", by="test")
    identity = token.split("_")[1]
    assert keys.find(token)
    assert elsewhere.find(token)

    keys.revoke(identity, by="test")

    assert keys.find(token) is None
    stopwatch.now = CACHE_SECONDS - 0.1
    assert elsewhere.find(token)
    stopwatch.now = CACHE_SECONDS
    assert elsewhere.find(token) is None
    assert site.caller(token).get("/v1/incidents").status == 401
    with pytest.raises(AlreadyRevoked):
        keys.revoke(identity, by="test")
    for nobody in ("0" * 16, "x", "key/..", ""):
        with pytest.raises(NotFound):
            keys.revoke(nobody, by="test")


def test_it_is_known_whether_any_key_is_left(site: Site) -> None:
    """Revoked keys don't count: whoever starts the service then needs a new one."""
    keys = site.tocsin.keys
    assert keys.any_left()
    with site.tocsin.database.connect() as connection:
        issued = connection.execute(text("SELECT id FROM api_keys")).scalars().all()
    for identity in issued:
        keys.revoke(identity, by="test")
    assert not keys.any_left()
