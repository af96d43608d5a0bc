"""Heartbeats for tests that need one to be there."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from escalation.changes import Sender
from escalation.heartbeats.book import Place
from escalation.heartbeats.settings import Settings

if TYPE_CHECKING:
    from api.bootstrap import Tocsin

_numbers = count(1)


def heartbeat_of(tocsin: Tocsin, partnership: str, party: str, title: str | None = None) -> dict[str, str]:
    """Make a heartbeat; give what addresses name of it."""
    settings = Settings("payments-api", "minor", "normal", 86_400, 3_600, resolves=True, title=title)
    place = Place(partnership, party, f"job-{next(_numbers)}")
    heartbeat, token = tocsin.heartbeats.book.make(place, settings, Sender("test", party))
    return {"heartbeat": heartbeat.public_id, "token": token}
