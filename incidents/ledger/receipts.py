"""Receipts: one key, one effect (design decision 10).

A receipt is inserted in the transaction of the facts that its request causes, under a unique key. It does not
keep the answer but where the stream stood: the answer is derived again, the same to the byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rfc8785
from sqlalchemy import bindparam, select

from incidents.errors import KeyReused
from incidents.ledger.pipeline import fetch
from incidents.ledger.tables import receipts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine


@dataclass(frozen=True)
class RequestKey:
    """What the sender calls a request. `scope` keeps senders apart; `fingerprint` is a digest of what was asked."""

    scope: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Receipt:
    """A request that was carried out, and the stream and version it led to."""

    request: RequestKey
    stream: str
    version: int
    recorded_at: datetime

    def row(self, partnership: str) -> dict[str, Any]:
        """Give the row to insert."""
        return {
            "scope": self.request.scope,
            "key": self.request.key,
            "partnership": partnership,
            "fingerprint": self.request.fingerprint,
            "stream": self.stream,
            "version": self.version,
            "recorded_at": self.recorded_at,
        }


def fingerprint(*parts: object) -> str:
    """Give a digest of a request's parts (JSON values)."""
    return hashlib.sha256(rfc8785.dumps(list(parts))).hexdigest()  # type: ignore[arg-type] # JSON by contract


_FIND = select(receipts.c.fingerprint, receipts.c.stream, receipts.c.version, receipts.c.recorded_at).where(
    (receipts.c.scope == bindparam("in_scope")) & (receipts.c.key == bindparam("with_key"))
)


def find(reading: Engine, request: RequestKey) -> Receipt | None:
    """Find the receipt of a request. KeyReused where its key was used for another one."""
    with reading.connect() as connection:
        rows = fetch(connection, _FIND, {"in_scope": request.scope, "with_key": request.key})
    if not rows:
        return None
    known, stream, version, recorded_at = rows[0]
    if known != request.fingerprint:
        raise KeyReused
    return Receipt(request, stream, version, recorded_at)
