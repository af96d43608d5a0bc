"""What this installation alone knows: its secrets, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from api.access.tables import secrets
from incidents.ledger.pipeline import fetch
from incidents.ledger.reach import at_the_gate

if TYPE_CHECKING:
    from sqlalchemy import Engine

_VALUE = select(secrets.c.value).where(secrets.c.name == bindparam("of"))


class Secrets:
    """Reads each secret once. They are made by the migrations and shared by all processes."""

    def __init__(self, reading: Engine) -> None:
        """Take the database."""
        self._reading = reading
        self._known: dict[str, bytes] = {}

    def __call__(self, name: str) -> bytes:
        """Give a secret of 32 bytes. KeyError for a name that no migration made."""
        if name not in self._known:
            with at_the_gate(), self._reading.connect() as connection:
                rows = fetch(connection, _VALUE, {"of": name})
            if not rows:
                raise KeyError(name)
            self._known[name] = bytes(rows[0][0])
        return self._known[name]
