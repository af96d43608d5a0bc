"""API keys: event-sourced like all else, shown once, stored as a hash.

A token is `tocsin_<id>_<secret>`. The secret has 256 random bits, so its plain SHA-256 is as good as secret and may
stand in the record: nobody finds a preimage of that by trying.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from eventsourcing.domain import event
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from api.tables import api_keys
from incidents.errors import NotFound, Refused
from incidents.ledger.facts import Fact, FirstFact, FreeText, Record
from incidents.ledger.pipeline import Write, fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from incidents.ledger.ledger import Ledger

ID_BYTES = 8
SECRET_BYTES = 32
CACHE_SECONDS = 5.0
"""How long a process may go on taking a key that another process has revoked; it spares each request a query."""

CACHE_SIZE = 10_000


class AlreadyRevoked(Refused):
    """The key is revoked already."""

    code = "already_revoked"


class ApiKey(Record):
    """Lets a program in: to one partnership, or, the operator's, to all."""

    class Issued(FirstFact):
        """The operator made it."""

        name: FreeText
        partnership: str | None
        hash: str

    class Revoked(Fact):
        """It lets nobody in any more."""

    def revoke(self, *, by: str, at: datetime) -> None:
        """Take it back for ever. AlreadyRevoked."""
        if self.revoked_at is not None:
            raise AlreadyRevoked
        self.trigger_event(ApiKey.Revoked, by=by, at=at)

    @event(Issued)
    def __init__(self, name: str, partnership: str | None, hash: str, at: datetime) -> None:  # noqa: A002 - the fact's own word
        """Begin valid."""
        self.name, self.partnership, self.hash = name, partnership, hash
        self.issued_at = at
        self.revoked_at: datetime | None = None

    @event(Revoked)
    def _revoked(self, at: datetime) -> None:
        self.revoked_at = at


_insert = upsert(api_keys)
_WRITE = _insert.on_conflict_do_update(
    index_elements=[api_keys.c.stream],
    set_={column.name: _insert.excluded[column.name] for column in api_keys.c if not column.primary_key},
)


class ApiKeys:
    """Projection: one row a key, which requests are let in by."""

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
    }


@dataclass(frozen=True)
class Principal:
    """Who sends a request. `partnership` None reaches all of them."""

    key: str
    partnership: str | None

    @property
    def actor(self) -> str:
        """The opaque id under which facts name it."""
        return f"key:{self.key}"

    def reaches(self, partnership: str) -> bool:
        """Say whether a partnership exists for this principal."""
        return self.partnership in {None, partnership}


@dataclass(frozen=True)
class _Known:
    hash: str
    principal: Principal
    until: float


_FIND = select(api_keys.c.hash, api_keys.c.partnership).where(
    (api_keys.c.id == bindparam("wanted")) & api_keys.c.revoked_at.is_(None)
)
_LIVE = select(api_keys.c.id).where(api_keys.c.revoked_at.is_(None)).limit(1)


class Keys:
    """Issues, finds and revokes keys."""

    def __init__(self, ledger: Ledger, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take the ledger; `monotonic` gives seconds and ages what is remembered."""
        self._ledger = ledger
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    def issue(self, name: str, partnership: str | None = None, *, by: str) -> str:
        """Make a key and give its token, which nobody can read again. None is the operator's, for all partnerships."""
        identity, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
        with self._ledger.command() as command:
            key = ApiKey._create(  # noqa: SLF001 - the library's own way to create with a given id
                ApiKey.Issued,
                id=f"key/{identity}",
                name=name,
                partnership=partnership,
                hash=_hash(secret),
                by=by,
                at=command.recorded_at,
            )
            self._ledger.save(key)
        return f"tocsin_{identity}_{secret}"

    def find(self, token: str) -> Principal | None:
        """Find who shows a token; None where it is wrong or revoked."""
        prefix, _, rest = token.partition("_")
        identity, _, secret = rest.partition("_")
        if prefix != "tocsin" or not _is_identity(identity) or not secret.isascii():
            return None
        known = self._remembered(identity)
        if known is None or not hmac.compare_digest(known.hash, _hash(secret)):
            return None
        return known.principal

    def revoke(self, identity: str, *, by: str) -> None:
        """Take a key back: at once in this process, in others within CACHE_SECONDS. NotFound; AlreadyRevoked."""
        if not _is_identity(identity):
            raise NotFound
        with self._ledger.command() as command:
            key = self._ledger.get(ApiKey, f"key/{identity}")
            key.revoke(by=by, at=command.recorded_at)
            self._ledger.save(key)
        self._known.pop(identity, None)

    def any_left(self) -> bool:
        """Say whether there is a key that is not revoked."""
        with self._ledger.recorder.reading.connect() as connection:
            return connection.execute(_LIVE).first() is not None

    def _remembered(self, identity: str) -> _Known | None:
        now = self._monotonic()
        known = self._known.get(identity)
        if known is not None and now < known.until:
            return known
        known = self._read(identity, now + CACHE_SECONDS)
        if known is None:
            self._known.pop(identity, None)
        else:
            if len(self._known) >= CACHE_SIZE:
                self._known.clear()
            self._known[identity] = known
        return known

    def _read(self, identity: str, until: float) -> _Known | None:
        with self._ledger.recorder.reading.connect() as connection:
            rows = fetch(connection, _FIND, {"wanted": identity})
        return _Known(rows[0][0], Principal(identity, cast("str | None", rows[0][1])), until) if rows else None


def _is_identity(text: str) -> bool:
    return len(text) == 2 * ID_BYTES and set(text) <= set("0123456789abcdef")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
