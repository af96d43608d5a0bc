"""The rows of keys, which requests are let in by: written with each fact, read when a key is shown or listed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from api.access.api_key import ApiKey
from api.access.permissions import OF_A_PARTNERSHIP, OF_THE_OPERATOR, Scope
from api.access.principal import Membership, Principal
from api.access.tables import api_keys, key_uses
from incidents.ledger.pipeline import Write, fetch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Engine, Row

    from incidents.ledger.facts import Fact, Record

BEFORE_SCOPES = (
    "admin",
    "agreements:read",
    "audit:read",
    "events:read",
    "incidents:coordinate",
    "incidents:read",
    "incidents:write",
)
"""What a partnership's key could do before facts named scopes (migration 0003): what came later was not given to it."""

_insert = upsert(api_keys)
_WRITE = _insert.on_conflict_do_update(
    index_elements=[api_keys.c.stream],
    set_={column.name: _insert.excluded[column.name] for column in api_keys.c if not column.primary_key},
)
_FIND = select(
    api_keys.c.hash,
    api_keys.c.next_hash,
    api_keys.c.old_until,
    api_keys.c.expires_at,
    api_keys.c.partnership,
    api_keys.c.party,
    api_keys.c.scopes,
).where((api_keys.c.id == bindparam("wanted")) & api_keys.c.revoked_at.is_(None))
_LIVE = (
    select(api_keys.c.id)
    .where(
        api_keys.c.revoked_at.is_(None),
        or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > bindparam("instant")),
        or_(api_keys.c.partnership.is_not(None), func.cardinality(api_keys.c.scopes) == 0),
    )
    .limit(1)
)
_DESCRIBED = (
    select(
        api_keys.c.id,
        api_keys.c.name,
        api_keys.c.partnership,
        api_keys.c.party,
        api_keys.c.scopes,
        api_keys.c.issued_at,
        api_keys.c.expires_at,
        api_keys.c.old_until,
        api_keys.c.revoked_at,
        key_uses.c.used_at.label("last_used_at"),
    )
    .select_from(api_keys.outerjoin(key_uses, key_uses.c.id == api_keys.c.id))
    .order_by(api_keys.c.issued_at, api_keys.c.id)
)
"""What people may know of keys: all but the hashes."""


class ApiKeys:
    """Projection: one row a key."""

    table = api_keys
    compared = tuple(column.name for column in api_keys.c)

    def writes(self, record: Record, new: Sequence[Fact]) -> Iterable[Write]:
        """Give the key's row anew."""
        if isinstance(record, ApiKey) and new:
            yield Write(_WRITE, [_row(record)])


def _row(key: ApiKey) -> dict[str, Any]:
    return {
        "stream": key.id,
        "id": key.id.removeprefix("key/"),
        "hash": key.hash,
        "partnership": key.partnership,
        "name": str(key.name),
        "issued_at": key.issued_at,
        "revoked_at": key.revoked_at,
        "party": key.party,
        "scopes": _scopes(key),
        "expires_at": key.expires_at,
        "next_hash": key.next_hash,
        "old_until": key.old_until,
    }


def _scopes(key: ApiKey) -> list[str]:
    if key.scopes is None and key.partnership is not None:
        return list(BEFORE_SCOPES)
    return list(key.scopes or ())


@dataclass(frozen=True)
class KnownKey:
    """What is known of a key that is not revoked."""

    principal: Principal
    partnership: str | None
    hash: str
    next_hash: str | None
    old_until: datetime | None
    expires_at: datetime | None

    def opens(self, hashed: str, now: datetime) -> bool:
        """Say whether a secret with this hash opens now. Comparing takes as long whether it does or not."""
        newest = hmac.compare_digest(self.next_hash or self.hash, hashed)
        older = hmac.compare_digest(self.hash, hashed)
        if self.expires_at is not None and now >= self.expires_at:
            return False
        return newest or (older and self.old_until is not None and now < self.old_until)


def known_key(reading: Engine, identity: str) -> KnownKey | None:
    """Read what is known of a key; None where there is none, or it is revoked."""
    with reading.connect() as connection:
        rows = fetch(connection, _FIND, {"wanted": identity})
    if not rows:
        return None
    [(hashed, next_hash, old_until, expires_at, partnership, party, scopes)] = rows
    if partnership is not None:
        membership = Membership(partnership, party, OF_A_PARTNERSHIP.intersection(scopes))
        principal = Principal(f"key:{identity}", (membership,))
    else:  # without scopes it has never been limited
        powers = OF_THE_OPERATOR.intersection(scopes) if scopes else frozenset(Scope)
        principal = Principal(f"key:{identity}", operator=True, powers=powers)
    return KnownKey(principal, partnership, hashed, next_hash, old_until, expires_at)


def any_live(reading: Engine, now: datetime) -> bool:
    """Say whether there is a key that lets anybody in; one that only reads metrics does not."""
    with reading.connect() as connection:
        return connection.execute(_LIVE, {"instant": now}).first() is not None


def described(reading: Engine, *, partnership: str | None = None, identity: str | None = None) -> list[Row[Any]]:
    """Describe keys, the oldest first: of one partnership, one by its id, or all within reach."""
    query = _DESCRIBED
    if partnership is not None:
        query = query.where(api_keys.c.partnership == partnership)
    if identity is not None:
        query = query.where(api_keys.c.id == identity)
    with reading.connect() as connection:
        return [*connection.execute(query)]
