"""Which secrets of a key open, and when; and what has the form of a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.access.key_rows import KnownKey
from api.access.principal import Principal
from api.access.tokens import hash_of, is_identity, new_identity, new_secret, parts_of, token_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
OLD, NEW = "old", "new"


@pytest.mark.parametrize(
    ("rotated", "old_until", "expires_at", "old_opens", "new_opens"),
    [
        (False, None, None, True, False),
        (False, None, NOON + TICK, True, False),
        (False, None, NOON, False, False),
        (True, NOON + TICK, None, True, True),
        (True, NOON, None, False, True),
        (True, NOON + TICK, NOON + TICK, True, True),
        (True, NOON + TICK, NOON, False, False),
    ],
)
def test_a_secret_opens_while_it_is_good(
    *, rotated: bool, old_until: datetime | None, expires_at: datetime | None, old_opens: bool, new_opens: bool
) -> None:
    """An end is the first instant at which it opens no more."""
    known = KnownKey(Principal("key:1"), None, hash_of(OLD), hash_of(NEW) if rotated else None, old_until, expires_at)
    assert (known.opens(hash_of(OLD), NOON), known.opens(hash_of(NEW), NOON)) == (old_opens, new_opens)
    assert not known.opens(hash_of("other"), NOON)


def test_a_token_is_read_as_it_was_written() -> None:
    """Secrets may hold underscores, ids do not."""
    identity, secret = new_identity(), f"_{new_secret()}_"
    assert is_identity(identity)
    assert parts_of(token_of(identity, secret)) == (identity, secret)


@pytest.mark.parametrize(
    "text", ["", "tocsin", "tocsin_1_x", f"other_{'0' * 16}_x", f"tocsin_{'G' * 16}_x", "tocsin__"]
)
def test_what_is_no_token_is_not_read(text: str) -> None:
    """No query is made for it."""
    assert parts_of(text) is None
