"""Sessions of people in a browser: a random token in a cookie, of which only the hash is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select

from api.access.tables import sessions
from incidents.ledger.pipeline import fetch
from incidents.ledger.reach import at_the_gate

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from incidents.ledger.clock import Clock

LASTS = timedelta(hours=12)
"""A day's work. A session is not prolonged by being used."""

TOKEN_BYTES = 32

_BEGIN = insert(sessions)
_FIND = select(sessions.c.person).where(
    (sessions.c.hash == bindparam("wanted")) & (sessions.c.expires_at > bindparam("now"))
)
_END = delete(sessions).where(sessions.c.hash == bindparam("wanted"))
_SWEEP = delete(sessions).where(sessions.c.expires_at <= bindparam("now"))


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, database: Engine, clock: Clock) -> None:
        """Take the database, in autocommit mode, and the clock by which sessions end."""
        self._database = database
        self._clock = clock

    def begin(self, person: str) -> str:
        """Begin a session and give its token, which nobody can read again; sweep those that are over."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), self._clock.now()
        row = {"hash": hash_of(token), "person": person, "begun_at": now, "expires_at": now + LASTS}
        with at_the_gate(), self._database.connect() as connection:
            connection.execute(_SWEEP, {"now": now})
            connection.execute(_BEGIN, row)
        return token

    def person_of(self, token: str) -> str | None:
        """Give whose session it is; None where it is over, or never was."""
        wanted = {"wanted": hash_of(token), "now": self._clock.now()}
        with at_the_gate(), self._database.connect() as connection:
            rows = fetch(connection, _FIND, wanted)
        return str(rows[0][0]) if rows else None

    def end(self, token: str) -> None:
        """End a session, if it is one."""
        with at_the_gate(), self._database.connect() as connection:
            connection.execute(_END, {"wanted": hash_of(token)})


def hash_of(token: str) -> str:
    """Give what is stored: 256 random bits need no salt, and nobody finds them again from their hash."""
    return hashlib.sha256(token.encode()).hexdigest()
