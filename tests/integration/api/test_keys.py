"""API keys: shown once, stored hashed, ended, rotated, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.access.api_key import AlreadyRevoked, KeyExpired
from api.access.key_rows import BEFORE_SCOPES
from api.access.key_uses import EVERY_SECONDS
from api.access.keys import CACHE_SECONDS, OVERLAP, Keys
from api.access.permissions import OF_A_PARTNERSHIP, Scope
from api.access.principal import Membership, Principal
from incidents.errors import InvalidField, NotFound
from incidents.ledger.rebuild import check
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


def elsewhere(site: Site, stopwatch: Seconds) -> Keys:
    """Give the keys as another process has them."""
    return Keys(site.tocsin.ledger, site.tocsin.book, monotonic=stopwatch)


def test_a_token_finds_its_principal(site: Site) -> None:
    """A partnership's key has its party and scopes there alone, the operator's reaches all; each is its own actor."""
    keys = site.tocsin.keys
    scopes = [Scope.EVENTS_READ, Scope.INCIDENTS_READ]
    one, whole, operator = (
        keys.issue("a", OURS, "acme", scopes, by="test"),
        keys.issue("b", OURS, by="test"),
        keys.issue("c", by="test"),
    )
    assert keys.find(one.token) == Principal(f"key:{one.id}", (Membership(OURS, "acme", frozenset(scopes)),))
    assert keys.find(whole.token) == Principal(f"key:{whole.id}", (Membership(OURS, None, OF_A_PARTNERSHIP),))
    assert keys.find(operator.token) == Principal(f"key:{operator.id}", operator=True)


def test_a_token_has_256_random_bits_and_is_stored_nowhere(site: Site, database_url: str) -> None:
    """Neither the key's row nor its events hold a secret, the first or a later one."""
    key = site.tocsin.keys.issue("somebody", by="test")
    tokens = [key.token, site.tocsin.keys.rotate(key.id, by="test")]
    secrets = [token.split("_", 2)[2] for token in tokens]
    with create_engine(database_url, poolclass=NullPool).connect() as connection:
        stored = [
            str(connection.execute(text(query)).all())
            for query in (
                "SELECT * FROM api_keys",
                "SELECT * FROM disclosures",
                "SELECT convert_from(leaf, 'UTF8') FROM events",
            )
        ]
    assert all(len(secret) >= 43 for secret in secrets)
    assert not any(secret in rows for rows in stored for secret in secrets)


def test_nothing_but_the_whole_token_opens(site: Site) -> None:
    """A token with any part changed, cut off or swapped finds nobody."""
    keys = site.tocsin.keys
    one, other = (keys.issue(name, by="test").token for name in ("one", "other"))
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
    another = elsewhere(site, stopwatch)
    identity, token = keys.issue("short", by="test")
    assert keys.find(token)
    assert another.find(token)

    keys.revoke(identity, by="test")

    assert keys.find(token) is None
    stopwatch.now = CACHE_SECONDS - 0.1
    assert another.find(token)
    stopwatch.now = CACHE_SECONDS
    assert another.find(token) is None
    assert site.caller(token).get("/v1/incidents").status == 401
    with pytest.raises(AlreadyRevoked):
        keys.revoke(identity, by="test")
    with pytest.raises(AlreadyRevoked):
        keys.rotate(identity, by="test")
    for nobody in ("0" * 16, "x", "key/..", ""):
        with pytest.raises(NotFound):
            keys.revoke(nobody, by="test")
        with pytest.raises(NotFound):
            keys.rotate(nobody, by="test")


def test_a_key_ends_when_it_was_said_to(site: Site) -> None:
    """To the instant, also where it is remembered; then a new secret would open nothing, so there is none."""
    ends = site.clock.now() + timedelta(seconds=2)
    identity, token = site.tocsin.keys.issue("short", OURS, expires_at=ends, by="test")
    site.clock.move(seconds=1.999)
    assert site.tocsin.keys.find(token)
    site.clock.move(seconds=0.001)
    assert site.tocsin.keys.find(token) is None
    assert site.caller(token).get("/v1/incidents").status == 401
    with pytest.raises(KeyExpired):
        site.tocsin.keys.rotate(identity, by="test")


def test_while_a_key_is_rotated_both_secrets_open(site: Site) -> None:
    """The new one at once, in every process; the old one until its end, to the instant, also where it is remembered."""
    keys, another = site.tocsin.keys, elsewhere(site, Seconds())
    identity, old = keys.issue("long", OURS, by="test")
    assert another.find(old)

    new = keys.rotate(identity, site.clock.now() + timedelta(hours=1), by="test")

    found = [each.find(token) for each in (keys, another) for token in (old, new)]
    assert found == [found[0]] * 4
    assert found[0] is not None
    site.clock.move(hours=1)
    assert [each.find(token) is None for each in (keys, another) for token in (old, new)] == [True, False] * 2


def test_the_third_secret_ends_the_first(site: Site) -> None:
    """Two are good at once, never three."""
    keys = site.tocsin.keys
    identity, first = keys.issue("long", OURS, by="test")
    second = keys.rotate(identity, by="test")
    third = keys.rotate(identity, by="test")
    assert [keys.find(token) is not None for token in (first, second, third)] == [False, True, True]
    site.clock.move(seconds=OVERLAP.total_seconds())
    assert [keys.find(token) is not None for token in (first, second, third)] == [False, False, True]


def test_an_old_secret_goes_on_for_thirty_days_at_most(site: Site) -> None:
    """More is refused, and changes nothing."""
    identity, token = site.tocsin.keys.issue("long", OURS, by="test")
    with pytest.raises(InvalidField, match="30 days") as refused:
        site.tocsin.keys.rotate(identity, site.clock.now() + timedelta(days=30.001), by="test")
    assert refused.value.field == "old_until"
    assert site.tocsin.keys.find(token)
    site.tocsin.keys.rotate(identity, site.clock.now() + timedelta(days=30), by="test")
    site.clock.move(hours=30 * 24 - 1)
    assert site.tocsin.keys.find(token)


def test_an_old_secret_can_end_at_once(site: Site) -> None:
    """As after it was lost; an end that has passed on the way here is one."""
    for seconds in (0, -1):
        identity, token = site.tocsin.keys.issue("lost", OURS, by="test")
        site.tocsin.keys.rotate(identity, site.clock.now() + timedelta(seconds=seconds), by="test")
        assert site.tocsin.keys.find(token) is None


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("scopes", {"partnership": OURS, "scopes": ["agreements:write"]}),
        ("scopes", {"partnership": OURS, "scopes": ["everything"]}),
        ("scopes", {"partnership": OURS, "scopes": []}),
        ("party", {"partnership": OURS, "party": "initech"}),
        ("partnership", {"party": "acme"}),
        ("scopes", {"scopes": ["incidents:read"]}),
    ],
)
def test_a_key_has_what_a_partnership_has(site: Site, field: str, asked: dict[str, object]) -> None:
    """A party of its agreement, scopes that are not the operator's; and without one no party, and those alone."""
    with pytest.raises(InvalidField) as refused:
        site.tocsin.keys.issue("wrong", **asked, by="test")  # type: ignore[arg-type] # the cases hold what fits
    assert refused.value.field == field


def test_a_key_cannot_begin_after_its_end(site: Site) -> None:
    """Its end must be to come."""
    with pytest.raises(InvalidField) as refused:
        site.tocsin.keys.issue("late", OURS, expires_at=site.clock.now(), by="test")
    assert refused.value.field == "expires_at"


def test_keys_are_listed_with_their_last_use(site: Site) -> None:
    """To the minute, in every process; and nothing of a hash."""
    keys, stopwatch = site.tocsin.keys, Seconds()
    another = elsewhere(site, stopwatch)
    identity, token = keys.issue("busy", OURS, "acme", [Scope.INCIDENTS_READ], by="test")

    def used() -> object:
        [row] = [row for row in keys.listed(OURS) if row.id == identity]
        assert (row.name, row.party, row.scopes) == ("busy", "acme", ["incidents:read"])
        assert not {"hash", "next_hash"} & set(row._fields)
        return row.last_used_at

    assert used() is None
    first = site.clock.now()
    another.find(token)
    assert used() == first
    stopwatch.now = EVERY_SECONDS - 1
    site.clock.move(seconds=EVERY_SECONDS - 1)
    another.find(token)
    assert used() == first
    stopwatch.now = EVERY_SECONDS
    later = site.clock.move(seconds=1)
    another.find(token)
    assert used() == later


def test_a_use_that_cannot_be_noted_fails_no_request(site: Site, database_url: str) -> None:
    """Whoever may come in comes in."""
    _, token = site.tocsin.keys.issue("busy", OURS, by="test")
    with create_engine(database_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("DROP TABLE key_uses"))
    assert site.caller(token).get("/v1/incidents").status == 200


def test_it_is_known_whether_any_key_is_left(site: Site) -> None:
    """Revoked and ended keys don't count: whoever starts the service then needs a new one."""
    keys = site.tocsin.keys
    for row in keys.listed():
        keys.revoke(row.id, by="test")
    keys.issue("prometheus", scopes=[Scope.METRICS_READ], by="test")  # reads metrics, and manages nothing
    assert not keys.any_left()
    keys.issue("short", expires_at=site.clock.now() + timedelta(seconds=1), by="test")
    assert keys.any_left()
    site.clock.move(seconds=1)
    assert not keys.any_left()


def test_rows_of_keys_say_what_their_facts_say(site: Site) -> None:
    """After issuing, rotating twice and revoking, a rebuild finds no difference."""
    keys = site.tocsin.keys
    identity, _ = keys.issue("long", OURS, "globex", [Scope.ADMIN], site.clock.now() + timedelta(days=9), by="test")
    for _ in range(2):
        keys.rotate(identity, by="test")
    keys.revoke(keys.issue("short", by="test").id, by="test")
    assert check(site.tocsin.ledger).differences == ()


def test_a_key_of_before_there_were_scopes_has_what_there_was_then(site: Site) -> None:
    """Its fact says nothing of party, scopes and end: it reads as a partnership's key could do then."""
    identity, token = site.tocsin.keys.issue("old", OURS, by="test")
    with create_engine(site.tocsin.url, poolclass=NullPool).begin() as connection:
        of = {"of": f"key/{identity}"}
        connection.execute(
            text("UPDATE disclosures SET fields = fields - '{party,scopes,expires_at}'::text[] WHERE stream = :of"), of
        )
    site.tocsin.keys.rotate(identity, by="test")
    found = elsewhere(site, Seconds()).find(token)
    assert found is not None
    assert found.memberships == (Membership(OURS, None, frozenset(map(Scope, BEFORE_SCOPES))),)
