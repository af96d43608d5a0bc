"""How much one principal may send: a bucket of tokens each, in a row that all web processes share.

A request takes one token. The bucket is refilled all the time and holds so many at most. It counts in millionths of a
token: so many microseconds at so many tokens a second are whole millionths, and nothing is lost by rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, bindparam, case, cast, extract, func, true
from sqlalchemy.dialects.postgresql import insert as upsert

from api.access.tables import rate_limits
from incidents.ledger.pipeline import fetch

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from incidents.ledger.clock import Clock

TOKEN = 1_000_000
"""One token, in millionths."""


@dataclass(frozen=True)
class Limit:
    """Tokens that a bucket gets a second, and that it can hold."""

    per_second: int = 50
    burst: int = 200

    @property
    def window(self) -> int:
        """Give the seconds after which an empty bucket is full again, rounded up."""
        return -(-self.burst // self.per_second)


USUAL = Limit()


@dataclass(frozen=True)
class Standing:
    """A bucket after a request: whether there was a token for it, and what is left."""

    limit: Limit
    taken: bool
    millionths: int

    @property
    def left(self) -> int:
        """Give the whole tokens that are left."""
        return self.millionths // TOKEN

    @property
    def next_in(self) -> int:
        """Give the seconds after which there is one token more, rounded up: at least 1."""
        return -(-(TOKEN - self.millionths % TOKEN) // (TOKEN * self.limit.per_second))


_full = bindparam("full", type_=BigInteger)
_insert = upsert(rate_limits).values(
    principal=bindparam("who"), millionths=_full - TOKEN, at=bindparam("now", type_=rate_limits.c.at.type), taken=true()
)
_now = func.greatest(rate_limits.c.at, _insert.excluded.at)
_gained = extract("epoch", _now - rate_limits.c.at) * TOKEN * bindparam("per_second", type_=BigInteger)
_refilled = cast(func.least(_full, rate_limits.c.millionths + _gained), BigInteger)
_TAKE = _insert.on_conflict_do_update(
    index_elements=[rate_limits.c.principal],
    set_={
        "millionths": _refilled - case((_refilled >= TOKEN, TOKEN), else_=0),
        "at": _now,
        "taken": _refilled >= TOKEN,
    },
).returning(rate_limits.c.taken, rate_limits.c.millionths)
"""Whoever comes at the same moment waits for the row: no token is taken twice. A clock that lags takes nothing back."""


class Limits:
    """Counts the requests of each principal."""

    def __init__(self, engine: Engine, clock: Clock, limit: Limit = USUAL) -> None:
        """Take an engine of the gate's role, and the limit that is everybody's."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._clock = clock
        self.limit = limit

    def take(self, principal: str) -> Standing:
        """Take a token for a request of somebody's, if there is one."""
        row = {
            "who": principal,
            "now": self._clock.now(),
            "full": self.limit.burst * TOKEN,
            "per_second": self.limit.per_second,
        }
        with self._engine.connect() as connection:
            [(taken, millionths)] = fetch(connection, _TAKE, row)
        return Standing(self.limit, taken, millionths)
